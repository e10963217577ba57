package ask

import (
	"bytes"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"halld/devices"
	"halld/devices/devicestest"
)

var (
	request = []byte{1, 2, 3}
	answer  = []byte{9, 8, 7}
	opts    = Opts{Timeout: 500 * time.Millisecond}
)

// readAnswer finds answer anywhere.
func readAnswer(in []byte) error {
	if bytes.Contains(in, answer) {
		return nil
	}
	return ErrMore
}

// try asks once while far plays the other end, and says how long it took.
func try(t *testing.T, o Opts, far func(net.Conn)) (heard []byte, took time.Duration, err error) {
	t.Helper()
	line, end := devicestest.Pipe(t)
	line.Listen(func(b []byte) { heard = append(heard, b...) })
	played := make(chan struct{})
	go func() {
		defer close(played)
		end.Read(make([]byte, 16)) // the request
		far(end)
	}()
	begin := time.Now()
	err = line.Do(t.Context(), func(c devices.Conn) error { return Answer(c, request, o, readAnswer) })
	took = time.Since(begin)
	end.Close()
	<-played
	return heard, took, err
}

func send(parts ...[]byte) func(net.Conn) {
	return func(c net.Conn) {
		for _, p := range parts {
			time.Sleep(20 * time.Millisecond)
			c.Write(p) // seen by what is read
		}
	}
}

func TestAnswer(t *testing.T) {
	errNo := errors.New("no")
	quiet := Opts{Timeout: opts.Timeout, Quiet: 50 * time.Millisecond}
	tests := []struct {
		name string
		opts Opts
		far  func(net.Conn)
		took time.Duration
		err  error // wrapped; errNo for any other
	}{
		{"at once", opts, send(answer), 20 * time.Millisecond, nil},
		{"in pieces", opts, send(answer[:1], answer[1:]), 40 * time.Millisecond, nil},
		{"in pieces, ended by silence", quiet, send(answer[:1], answer[1:]), 90 * time.Millisecond, nil},
		{"behind an echo", opts, send(request[:2], request[2:], answer), 60 * time.Millisecond, nil},
		{"behind noise", opts, send([]byte{5}, answer), 40 * time.Millisecond, nil},
		{"silence", opts, send(), 500 * time.Millisecond, devices.ErrNoAnswer},
		{"only an echo", opts, send(request), 500 * time.Millisecond, devices.ErrNoAnswer},
		{"only noise", quiet, send([]byte{5, 6}), 500 * time.Millisecond, errNo},
		{"half", opts, send(answer[:2]), 500 * time.Millisecond, errNo},
		{"gone", opts, func(c net.Conn) { c.Close() }, 0, devices.ErrOffline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, took, err := try(t, tt.opts, tt.far)
				switch {
				case errors.Is(tt.err, errNo):
					if err == nil || errors.Is(err, devices.ErrNoAnswer) || errors.Is(err, devices.ErrOffline) {
						t.Errorf("got %v", err)
					}
				case !errors.Is(err, tt.err):
					t.Errorf("got %v, want %v", err, tt.err)
				}
				if took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// What came during a turn is heard by the line's listeners when it ends: it may
// be another device's.
func TestTurnPassesItsInputOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		news := []byte{0x81, 2, 5, 0}
		heard, _, err := try(t, opts, send(append(bytes.Clone(news), answer...)))
		if want := append(news, answer...); err != nil || !bytes.Equal(heard, want) {
			t.Errorf("heard % X, %v, want % X", heard, err, want)
		}
	})
}

// A wire that never falls silent does not keep anybody longer than the time-out,
// nor fill the memory.
func TestAnswerInEndlessNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := Opts{Timeout: opts.Timeout, Quiet: 50 * time.Millisecond}
		heard, took, err := try(t, quiet, func(c net.Conn) {
			for range 1000 {
				time.Sleep(time.Millisecond)
				if _, err := c.Write(bytes.Repeat([]byte{5}, 20)); err != nil {
					return
				}
			}
		})
		if err == nil || took > opts.Timeout || len(heard) > 2*most {
			t.Errorf("%d bytes in %v, %v", len(heard), took, err)
		}
	})
}

func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line, far := devicestest.Pipe(t)
		go send(answer[:1], answer[1:])(far)
		begin := time.Now()
		err := line.Do(t.Context(), func(c devices.Conn) error {
			in, err := Listen(c, time.Second)
			if !bytes.Equal(in, answer) {
				t.Errorf("got % X", in)
			}
			return err
		})
		if err != nil || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}
