package bridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
)

func TestAPulledCableOpensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newFakePort(), newFakePort()
		second.answer = func(b []byte) []byte { return b }
		var states []string
		var log bytes.Buffer
		l := newLine(fakeAddr, Opts{
			Log:    slog.New(slog.NewTextHandler(&log, nil)),
			Report: func(up bool, err error) { states = append(states, fmt.Sprint(up, " ", err)) },
		}, opens(nil, nil, first, nil, nil, nil, second))
		stop := start(t, l)
		open(t, l)

		busy := make(chan error)
		go func() {
			busy <- l.Do(t.Context(), func(c devices.Conn) error { _, err := c.Read(make([]byte, 1)); return err })
		}()
		time.Sleep(time.Second)
		first.pull(errHungUp)
		if err := <-busy; !errors.Is(err, devices.ErrOffline) {
			t.Errorf("the transaction in progress got %v, want offline", err)
		}
		synctest.Wait()
		if first.closures != 1 {
			t.Errorf("the lost port was closed %d times, want once", first.closures)
		}
		open(t, l)
		if _, err := ask(t.Context(), l, 0x33); err != nil {
			t.Errorf("after reopening: %v", err)
		}
		stop()

		want := []string{
			"false open /dev/fake: file does not exist",
			"true <nil>",
			"false reading: hung up",
			"false open /dev/fake: file does not exist",
			"true <nil>",
		}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
		if lines := strings.Count(log.String(), "\n"); lines != len(want) {
			t.Errorf("%d log lines, want one a change:\n%s", lines, log.String())
		}
		if _, err := ask(t.Context(), l, 0x33); !errors.Is(err, errStopped) {
			t.Errorf("after Run: %v, want that it was stopped", err)
		}
	})
}

func TestAFailedWriteOpensThePortAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newFakePort(), newFakePort()
		l := started(t, Opts{}, first, second)
		err := l.Do(t.Context(), func(c devices.Conn) error {
			first.mu.Lock()
			first.gone = syscall.EIO // and nobody wakes the reader
			first.mu.Unlock()
			_, err := c.Write([]byte{1})
			return err
		})
		if !errors.Is(err, devices.ErrOffline) || !errors.Is(err, syscall.EIO) {
			t.Errorf("got %v, want offline because of EIO", err)
		}
		time.Sleep(time.Second)
		open(t, l)
		if first.closures != 1 {
			t.Errorf("the lost port was closed %d times, want once", first.closures)
		}
	})
}

func TestATransactionDoesNotGoOnOnAReopenedPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newFakePort(), newFakePort()
		l := started(t, Opts{}, first, second)
		l.Do(t.Context(), func(c devices.Conn) error {
			first.pull(errHungUp)
			time.Sleep(time.Minute)
			open(t, l)
			if _, err := c.Write([]byte{1}); !errors.Is(err, devices.ErrOffline) {
				t.Errorf("its write gave %v, want offline", err)
			}
			second.arrive(1)
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, devices.ErrOffline) {
				t.Errorf("its read gave %v, want offline", err)
			}
			return nil
		})
	})
}

func TestRunStopsFromEveryState(t *testing.T) {
	for name, ports := range map[string][]*fakePort{"open": {newFakePort()}, "missing": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, p := range ports {
					p.changed = make(chan struct{}) // of this bubble
				}
				l := newLine(fakeAddr, Opts{}, opens(ports...))
				stop := start(t, l)
				time.Sleep(time.Minute)
				begun := time.Now()
				stop()
				if took := time.Since(begun); took > time.Second {
					t.Errorf("stopping took %v, want a second at most", took)
				}
			})
		})
	}
}

func TestDelayGrowsWhileThePortIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Duration
		begun := time.Now()
		l := newLine(fakeAddr, Opts{}, func(context.Context, Address) (port, error) {
			tries = append(tries, time.Since(begun))
			return nil, fs.ErrNotExist
		})
		stop := start(t, l)
		time.Sleep(time.Minute)
		stop()
		delay := 200 * time.Millisecond
		for i := range len(tries) - 1 {
			got := tries[i+1] - tries[i]
			if got < delay*3/4 || got > delay*5/4 {
				t.Errorf("delay %d is %v, want %v or a quarter more or less", i, got, delay)
			}
			delay = min(2*delay, 5*time.Second)
		}
		if len(tries) < 12 {
			t.Errorf("%d tries in a minute, want at least 12", len(tries))
		}
	})
}

func TestAFlappingPortIsNotOpenedInATightLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		l := newLine(fakeAddr, Opts{}, func(context.Context, Address) (port, error) {
			tries++
			p := newFakePort()
			p.gone = errHungUp
			return p, nil
		})
		stop := start(t, l)
		time.Sleep(time.Minute)
		stop()
		if tries > 30 {
			t.Errorf("opened %d times in a minute, want at most 30", tries)
		}
	})
}

func TestRefusedPermissionSaysWhatToDo(t *testing.T) {
	err := explain(&os.PathError{Op: "open", Path: "/dev/ttyUSB0", Err: syscall.EACCES})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "group") {
		t.Errorf("got %v, want a permission error that names the group", err)
	}
}
