package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// simDisk is a SQLite VFS over real files whose writes stay in a volatile
// cache until they are synced. When the power is cut, each 512-byte sector
// that was not synced reaches the real file or does not, at random.
type simDisk struct {
	mu      sync.Mutex
	rng     *rand.Rand
	files   map[string]*simFile
	ops     int            // writes, truncations, syncs and deletions so far
	cutAt   int            // the power goes at this op; 0: never
	dead    bool           // the power is off
	full    error          // why files can't grow; nil when they can
	noSync  bool           // syncs fail
	synced  map[string]int // syncs of the files of this suffix: "" and "-wal"
	mainLen int            // length of the database's own path
}

type simFile struct {
	disk    *simDisk
	path    string
	cache   []byte // what the program sees
	durable []byte // what is on the medium for sure
	pending []write
}

// write is a change not yet synced: data at off, or a truncation to off.
type write struct {
	off  int64
	data []byte
}

const sector = 512

var simDisks atomic.Int64

// newSimDisk registers a disk for the database at path and returns its name.
func newSimDisk(t testing.TB, path string, seed uint64) (*simDisk, Opts) {
	t.Helper()
	d := &simDisk{
		rng: rand.New(rand.NewPCG(seed, 1)), files: map[string]*simFile{},
		synced: map[string]int{}, mainLen: len(path),
	}
	name := fmt.Sprintf("simdisk-%d", simDisks.Add(1))
	vfs.Register(name, d)
	t.Cleanup(func() { vfs.Unregister(name) })
	opts := testOpts()
	opts.VFS = name
	return d, opts
}

// op counts one change and says whether the power is still on.
func (d *simDisk) op() error {
	d.ops++
	if d.ops == d.cutAt {
		d.cut()
	}
	if d.dead {
		return sqlite3.IOERR
	}
	return nil
}

func (d *simDisk) cut() {
	d.dead = true
	for path, f := range d.files {
		image := f.durable
		for _, w := range f.pending {
			image = w.tear(image, d.rng)
		}
		if err := os.WriteFile(path, image, 0o600); err != nil {
			panic(err)
		}
	}
}

// tear applies a random part of a write.
func (w write) tear(image []byte, rng *rand.Rand) []byte {
	if w.data == nil {
		if rng.IntN(2) == 0 {
			image = resize(image, w.off)
		}
		return image
	}
	for i := int64(0); i < int64(len(w.data)); {
		n := min(sector-(w.off+i)%sector, int64(len(w.data))-i)
		if rng.IntN(2) == 0 {
			image = put(image, w.data[i:i+n], w.off+i)
		}
		i += n
	}
	return image
}

func put(b, data []byte, off int64) []byte {
	if end := off + int64(len(data)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[off:], data)
	return b
}

func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(b[:len(b):len(b)], make([]byte, size-int64(len(b)))...)
}

func (d *simDisk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, flags, sqlite3.IOERR
	}
	f := d.files[name]
	if f == nil {
		b, err := os.ReadFile(name)
		if err != nil && (!errors.Is(err, fs.ErrNotExist) || flags&vfs.OPEN_CREATE == 0) {
			return nil, flags, sqlite3.CANTOPEN
		}
		f = &simFile{disk: d, path: name, durable: b, cache: append([]byte{}, b...)}
		d.files[name] = f
	}
	return f, flags, nil
}

func (d *simDisk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.op(); err != nil {
		return err
	}
	delete(d.files, name)
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return sqlite3.IOERR_DELETE
	}
	return nil
}

func (d *simDisk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := os.Stat(name)
	return err == nil || d.files[name] != nil, nil
}

func (d *simDisk) FullPathname(name string) (string, error) { return filepath.Abs(name) }

// Close forgets a file that is all synced, so that it may be renamed.
func (f *simFile) Close() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead || len(f.pending) > 0 {
		return nil
	}
	if f.disk.files[f.path] == f {
		delete(f.disk.files, f.path)
		return os.WriteFile(f.path, f.durable, 0o600)
	}
	return nil
}

func (f *simFile) ReadAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return 0, sqlite3.IOERR_READ
	}
	if off >= int64(len(f.cache)) {
		return 0, io.EOF
	}
	n := copy(p, f.cache[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *simFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.full != nil && off+int64(len(p)) > int64(len(f.cache)) {
		return 0, f.disk.full
	}
	w := write{off, append([]byte{}, p...)}
	f.pending = append(f.pending, w) // the cut may tear the very write it comes with
	if err := f.disk.op(); err != nil {
		return 0, err
	}
	f.cache = put(f.cache, w.data, off)
	return len(p), nil
}

func (f *simFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.pending = append(f.pending, write{off: size})
	if err := f.disk.op(); err != nil {
		return err
	}
	f.cache = resize(f.cache, size)
	return nil
}

func (f *simFile) Sync(vfs.SyncFlag) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.op(); err != nil {
		return err
	}
	if f.disk.noSync {
		return sqlite3.IOERR_FSYNC
	}
	f.durable, f.pending = append([]byte{}, f.cache...), nil
	f.disk.synced[f.path[min(f.disk.mainLen, len(f.path)):]]++
	return nil
}

func (f *simFile) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.cache)), nil
}

func (f *simFile) Lock(vfs.LockLevel) error         { return nil }
func (f *simFile) Unlock(vfs.LockLevel) error       { return nil }
func (f *simFile) CheckReservedLock() (bool, error) { return false, nil }
func (f *simFile) SectorSize() int                  { return 4096 }

// DeviceCharacteristics are those of the VFS that ships.
func (f *simFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_SUBPAGE_READ | vfs.IOCAP_POWERSAFE_OVERWRITE
}
