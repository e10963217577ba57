package daemon

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// disk is the machine's own, with a hand on its syncs and its room.
type disk struct {
	vfs.VFS
	name  string
	full  atomic.Bool  // files can't grow
	syncs atomic.Int32 // of the ledger's log

	mu     sync.Mutex
	before func() // called before each sync of the log; may be nil
}

var disks atomic.Int32

func newDisk(t testing.TB) *disk {
	d := &disk{VFS: vfs.Find(""), name: fmt.Sprintf("disk-%d", disks.Add(1))}
	vfs.Register(d.name, d)
	t.Cleanup(func() { vfs.Unregister(d.name) })
	return d
}

// onSync has f called before each sync of the log.
func (d *disk) onSync(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = f
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.VFS, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &diskFile{File: f, disk: d, wal: strings.HasSuffix(name.String(), "-wal")}, flags, nil
}

type diskFile struct {
	vfs.File
	disk *disk
	wal  bool
}

// WriteAt fails as the system does when there is no room.
func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	if f.disk.full.Load() {
		return 0, &fs.PathError{Op: "write", Path: "ledger.db-wal", Err: syscall.ENOSPC}
	}
	return f.File.WriteAt(p, off)
}

func (f *diskFile) Sync(flags vfs.SyncFlag) error {
	if f.wal {
		f.disk.mu.Lock()
		before := f.disk.before
		f.disk.mu.Unlock()
		if before != nil {
			before()
		}
		defer f.disk.syncs.Add(1)
	}
	return f.File.Sync(flags)
}
