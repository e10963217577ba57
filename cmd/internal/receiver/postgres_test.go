package receiver_test

import (
	"context"
	"database/sql"
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

	_ "github.com/jackc/pgx/v5/stdlib"
)

// server is a PostgreSQL of the tests' own, or nil if none is installed.
var server *postgres

type postgres struct {
	port int
	n    atomic.Int32
}

func TestMain(m *testing.M) {
	code := func() int {
		bin, ok := findPostgres()
		if !ok {
			fmt.Fprintln(os.Stderr, "no PostgreSQL installed: SQLite alone is tested")
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "receiver")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		stop, err := startPostgres(bin, dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "starting PostgreSQL:", err)
			return 1
		}
		defer stop()
		return m.Run()
	}()
	os.Exit(code)
}

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
func startPostgres(bin, dir string) (stop func(), err error) {
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
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}
	server = &postgres{port: port}
	db, err := sql.Open("pgx", server.dsn("postgres"))
	if err != nil {
		stop()
		return nil, err
	}
	defer db.Close()
	for range 200 {
		if err = db.PingContext(context.Background()); err == nil {
			return stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return nil, err
}

func (p *postgres) dsn(name string) string {
	return fmt.Sprintf("postgres://county@127.0.0.1:%d/%s?sslmode=disable", p.port, name)
}

// database makes an empty database and gives its DSN.
func (p *postgres) database(t testing.TB) string {
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
