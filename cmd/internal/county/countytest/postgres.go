package countytest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"
)

// Postgres is a real PostgreSQL of the tests' own.
type Postgres struct {
	Version string // as the server says

	port int
	n    atomic.Int32
	stop func()
}

// ErrNoPostgres is returned where PostgreSQL is not installed.
var ErrNoPostgres = errors.New("no PostgreSQL installed")

// NewPostgres makes a cluster in a folder and runs it until Stop.
func NewPostgres(dir string) (*Postgres, error) {
	bin, ok := findPostgres()
	if !ok {
		return nil, ErrNoPostgres
	}
	return startPostgres(bin, dir)
}

// StartPostgres runs one until the test ends.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	p, err := NewPostgres(folder(t))
	if errors.Is(err, ErrNoPostgres) {
		Missing(t, "PostgreSQL", "apt-get install postgresql")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// Stop ends it.
func (p *Postgres) Stop() { p.stop() }

func findPostgres() (string, bool) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if p, err := exec.LookPath("postgres"); err == nil {
		found = append(found, p)
	}
	if len(found) == 0 {
		return "", false
	}
	return filepath.Dir(slices.Max(found)), true
}

// startPostgres makes a cluster in dir and runs it. It refuses to run as root,
// so root lends it another user.
func startPostgres(bin, dir string) (*Postgres, error) {
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			if u, err = user.Lookup("nobody"); err != nil {
				return nil, err
			}
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(dir, "data")
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.SysProcAttr, cmd.Dir, cmd.Env = attr, dir, []string{"LC_ALL=C", "TZ=UTC", "PATH=" + bin}
		return cmd
	}
	if out, err := run("initdb", "-D", data, "-U", "county", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := run("postgres", "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+dir)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Postgres{port: port, stop: func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}}
	db, err := sql.Open("pgx", p.dsn("postgres"))
	if err != nil {
		p.stop()
		return nil, err
	}
	defer db.Close()
	for range 200 {
		if err = db.QueryRowContext(context.Background(), "SHOW server_version").Scan(&p.Version); err == nil {
			return p, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.stop()
	return nil, err
}

func (p *Postgres) dsn(name string) string {
	return fmt.Sprintf("postgres://county@127.0.0.1:%d/%s?sslmode=disable", p.port, name)
}

// Database makes an empty database and gives its DSN.
func (p *Postgres) Database(t testing.TB) string {
	t.Helper()
	db, err := sql.Open("pgx", p.dsn("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", p.n.Add(1))
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return p.dsn(name)
}
