// Package ask does one question and answer on a lent wire, the way all small
// RS-485 devices need it: with the own echo set aside, noise tolerated, and the
// answer found by its reader wherever it stands in what came in.
package ask

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"halld/devices"
)

// ErrMore is what a reader returns while it has not found its answer yet.
var ErrMore = errors.New("no answer yet")

// most is where an answer stops being one: a wire that never falls silent.
const most = 4096

// shown is how much of what is no answer an error tells.
const shown = 24

// Opts say how an answer is waited for.
type Opts struct {
	// Timeout is for the whole answer.
	Timeout time.Duration
	// Quiet is the silence that ends an answer whose length is not in it.
	// With 0 the reader is asked after every byte.
	Quiet time.Duration
}

// Answer sends req and collects input until read finds its answer in it. What
// read returns ends the wait, unless it is [ErrMore]. The input is passed on to
// the line's listeners for what else stands in it. Silence is
// [devices.ErrNoAnswer]; bytes in which read found nothing are an error of their
// own.
func Answer(c devices.Conn, req []byte, o Opts, read func(in []byte) error) error {
	if err := Send(c, req); err != nil {
		return err
	}
	var in []byte
	defer func() { c.Pass(in) }()
	end := time.Now().Add(o.Timeout)
	until := end
	for {
		n, err := fill(c, &in, until)
		if err != nil {
			return err
		}
		over := len(in) > most || !time.Now().Before(end)
		if n > 0 && o.Quiet > 0 && !over {
			until = earlier(end, time.Now().Add(o.Quiet))
			continue
		}
		if err := read(in); !errors.Is(err, ErrMore) {
			return err
		}
		if over {
			return verdict(in, req)
		}
		until = end
	}
}

// Send writes b.
func Send(c devices.Conn, b []byte) error {
	if _, err := c.Write(b); err != nil {
		return fmt.Errorf("sending: %w", err)
	}
	return nil
}

// Listen keeps the wire for d and returns what came in, which it passes on to
// the line's listeners too.
func Listen(c devices.Conn, d time.Duration) (in []byte, err error) {
	defer func() { c.Pass(in) }()
	end := time.Now().Add(d)
	for time.Now().Before(end) {
		if _, err := fill(c, &in, end); err != nil {
			return in, err
		}
		in = in[max(0, len(in)-most):]
	}
	return in, nil
}

// fill reads once. Silence until the deadline is no error.
func fill(c devices.Conn, in *[]byte, until time.Time) (int, error) {
	if err := c.SetReadDeadline(until); err != nil {
		return 0, fmt.Errorf("receiving: %w", err)
	}
	buf := make([]byte, 256)
	n, err := c.Read(buf)
	*in = append(*in, buf[:n]...)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, fmt.Errorf("receiving: %w", err)
	}
	return n, nil
}

// verdict says why there was no answer, and what came instead: it shows another
// address, a wrong speed or noise. An echo alone is silence.
func verdict(in, req []byte) error {
	if rest := bytes.TrimPrefix(in, req); len(rest) > 0 {
		return fmt.Errorf("waiting for an answer: %d bytes that are none: % X", len(rest), rest[:min(len(rest), shown)])
	}
	return fmt.Errorf("waiting for an answer: %w", devices.ErrNoAnswer)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
