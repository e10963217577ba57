package guest

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openNode names, in the environment of this program, a node that it is to open
// and nothing else: another program, which looks at no locks.
const openNode = "HALL_OPEN"

// openOnce opens a node and tells what the kernel says to that; 0 is yes.
func openOnce(node string) unix.Errno {
	fd, err := unix.Open(node, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err == nil {
		return errno(unix.Close(fd))
	}
	return errno(err)
}

func errno(err error) unix.Errno {
	var no unix.Errno
	errors.As(err, &no)
	return no
}

// openAs opens a node in a program of another user; root may open what is
// exclusive.
func openAs(t *testing.T, user uint32, node string) unix.Errno {
	t.Helper()
	other := exec.CommandContext(soon(t), "/proc/self/exe")
	other.Env = append(os.Environ(), openNode+"="+node)
	other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	err := other.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatalf("starting another program: %v", err)
	}
	return unix.Errno(other.ProcessState.ExitCode())
}

// testExclusive keeps everybody else out of a port that a line has open, and
// lets them in again when the line is closed.
func testExclusive(t *testing.T) {
	const nobody = 65534
	if err := os.Chmod(adapter, 0o666); err != nil {
		t.Fatal(err)
	}
	opens := func(when string, want unix.Errno) {
		t.Helper()
		if got := openAs(t, nobody, adapter); got != want {
			t.Errorf("%s, another program opens it: got %d (%v), want %d", when, got, got, want)
		}
	}
	opens("before the line runs", 0)
	t.Run("open", func(t *testing.T) {
		_, up := line(t, "serial:"+adapter+"?baud=9600")
		await(t, up, true, 5*time.Second)
		opens("while the line has it", unix.EBUSY)
	})
	opens("after the line has ended", 0)
}
