package idcard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"halld/devices"
)

// frameTime is what the longest answer takes at 9600 baud, with a margin.
const frameTime = 3 * time.Second

// errGarbled says that something came which is no answer: noise, half a frame,
// or a frame with a wrong checksum.
var errGarbled = errors.New("answer cannot be read")

// slice bounds one wait for bytes, so that the end of a context is noticed.
const slice = 100 * time.Millisecond

// exchange sends a command until its answer says something about the card or
// the module, rather than about the wire. A module that refuses all work, or
// this command for good, comes back as a *StatusError.
func (d *Dev) exchange(ctx context.Context, c command) (answer, error) {
	for try := 0; ; try++ {
		a, err := d.ask(ctx, c)
		last := try >= d.opts.Resend
		switch {
		case errors.Is(err, errGarbled), errors.Is(err, devices.ErrNoAnswer):
			if last {
				return a, err
			}
		case err != nil:
			return a, err
		case a.status == statusUnknown || a.status.reaction() == sendAgain:
			if last {
				return a, refusal(c, a)
			}
		case a.status.reaction() == stop, a.status.reaction() == resetIt:
			return a, refusal(c, a)
		default:
			return a, nil
		}
	}
}

func refusal(c command, a answer) error {
	return &StatusError{Command: c.String(), Status: a.status}
}

// ask is one request and its answer, whose data are the caller's to wipe. Errors
// wrap devices.ErrOffline, devices.ErrNoAnswer or errGarbled, or are the
// context's.
func (d *Dev) ask(ctx context.Context, c command) (a answer, err error) {
	err = d.line.Do(ctx, func(conn devices.Conn) error {
		x := exchanger{conn: conn, gap: d.opts.Gap}
		defer x.wipe()
		a, err = x.do(ctx, c, d.opts.timeout(c))
		if errors.Is(err, errGarbled) {
			x.drain(ctx)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("asking for %s: %w", c, err)
	}
	return a, err
}

// exchanger holds the wire during one transaction.
type exchanger struct {
	conn  devices.Conn
	gap   time.Duration
	buf   [readSize]byte
	scan  scanner
	got   *answer // the last answer that fits
	noise bool    // something came
}

// wipe leaves nothing in memory of what came. The data of the answer are a copy.
func (x *exchanger) wipe() {
	clear(x.buf[:])
	x.scan.wipe()
}

// keep takes an answer in place of an earlier one.
func (x *exchanger) keep(a answer) {
	if x.got != nil {
		clear(x.got.data)
	}
	a.data = bytes.Clone(a.data)
	x.got = &a
}

// do writes the request and waits for an answer that fits it. Of two that come
// together the later counts: the other one answered an earlier poll.
func (x *exchanger) do(ctx context.Context, c command, timeout time.Duration) (answer, error) {
	if _, err := x.conn.Write(request(c)); err != nil {
		return answer{}, gone(err)
	}
	first := time.Now().Add(timeout)
	limit := first.Add(frameTime)
	for {
		if err := x.frames(c); err != nil {
			return answer{}, err
		}
		if x.got != nil && !x.scan.inFrame() {
			return *x.got, nil
		}
		until := first
		if x.scan.inFrame() {
			until = earlier(limit, time.Now().Add(x.gap))
		}
		switch err := x.fill(ctx, until); {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return answer{}, err
		case x.got != nil: // it stands, whatever began behind it
			return *x.got, nil
		default:
			return answer{}, x.silence()
		}
	}
}

// frames takes every whole frame that is there.
func (x *exchanger) frames(c command) error {
	for {
		f, err := x.scan.next()
		if err != nil {
			return fmt.Errorf("%w: %w", errGarbled, err)
		}
		if f == nil {
			return nil
		}
		if a := parseAnswer(f); a.fits(c) {
			x.keep(a)
		}
	}
}

// silence is what a time-out means: nothing at all, or nothing of use.
func (x *exchanger) silence() error {
	if x.noise {
		return fmt.Errorf("%w: no whole frame that fits", errGarbled)
	}
	return devices.ErrNoAnswer
}

// fill reads once, in slices, until the deadline.
func (x *exchanger) fill(ctx context.Context, until time.Time) error {
	for {
		if err := x.conn.SetReadDeadline(earlier(until, time.Now().Add(slice))); err != nil {
			return err
		}
		n, err := x.conn.Read(x.buf[:])
		if n > 0 {
			x.noise = true
			x.scan.write(x.buf[:n])
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return gone(err)
		}
		if !time.Now().Before(until) {
			return err
		}
	}
}

// drain reads until the wire has been quiet for a gap, so that the rest of a
// broken answer is not taken for the next one. A wire that never is quiet gets
// one second.
func (x *exchanger) drain(ctx context.Context) {
	end := time.Now().Add(time.Second)
	for time.Now().Before(end) {
		if x.fill(ctx, time.Now().Add(x.gap)) != nil {
			return
		}
		x.scan.wipe()
	}
}

// gone makes sure that a failure of the wire reads as one.
func gone(err error) error {
	if errors.Is(err, devices.ErrOffline) {
		return err
	}
	return fmt.Errorf("%w: %w", devices.ErrOffline, err)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
