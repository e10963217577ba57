package printer

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A host is the other end of the wire for tests that need no wire. It lives in
// a synctest bubble, where a second costs nothing.
type host struct {
	p *Printer

	mu  sync.Mutex
	got bytes.Buffer
}

func (h *host) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got.Write(b)
}

// say sends bytes and gives what the printer answers within a second.
func (h *host) say(b string) string {
	h.p.receive([]byte(b))
	return h.hear()
}

// hear gives what came within a second.
func (h *host) hear() string {
	time.Sleep(time.Second)
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.got.String()
	h.got.Reset()
	return s
}

// withPrinter runs f in a bubble with a printer and its host.
func withPrinter(t *testing.T, o Opts, f func(t *testing.T, p *Printer, h *host)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := New(o)
		h := &host{p: p}
		p.out.attach(h)
		defer p.out.detach(func() {})
		f(t, p, h)
	})
}

// want compares an answer.
func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: % x, want % x", what, got, want)
	}
}

// texts are the texts of the tickets so far.
func texts(p *Printer) []string {
	var all []string
	for _, k := range p.Tickets() {
		all = append(all, k.Text)
	}
	return all
}

const (
	cut       = "\x1dVB\x00"
	hall      = "\xb6\xab\xba\xfe\xc1\xe3\xb9\xa4\xca\xd0\xb3\xa1" // 东湖零工市场
	processID = "\x1d(H\x06\x0000A015"
	printed   = "\x37\x22A015\x00"
)
