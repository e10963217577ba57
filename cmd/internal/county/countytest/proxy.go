package countytest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy is a wire between two machines that can be cut, or go dead.
type Proxy struct {
	Addr string // HOST:PORT to connect to

	target string
	mu     sync.Mutex
	pairs  map[*pair]bool
	dead   bool // new and old connections pass nothing on
	refuse bool // new connections end at once
	wg     sync.WaitGroup
}

type pair struct{ a, b net.Conn }

func (p *pair) close() {
	p.a.Close()
	p.b.Close()
}

// StartProxy forwards to a HOST:PORT until the test ends.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, pairs: map[*pair]bool{}}
	p.wg.Go(func() { p.serve(l) })
	t.Cleanup(func() {
		l.Close()
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// URL is the address as a broker of county.Link.
func (p *Proxy) URL() string { return "tcp://" + p.Addr }

func (p *Proxy) serve(l net.Listener) {
	for {
		a, err := l.Accept()
		if err != nil {
			return
		}
		if p.is(&p.refuse) {
			a.Close()
			continue
		}
		b, err := net.Dial("tcp", p.target)
		if err != nil {
			a.Close()
			continue
		}
		both := &pair{a, b}
		p.mu.Lock()
		p.pairs[both] = true
		p.mu.Unlock()
		p.wg.Go(func() { p.copy(both, a, b) })
		p.wg.Go(func() { p.copy(both, b, a) })
	}
}

func (p *Proxy) copy(both *pair, to, from net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if n > 0 && !p.is(&p.dead) {
			_, err = to.Write(buf[:n])
		}
		if err != nil {
			break
		}
	}
	both.close()
	p.mu.Lock()
	delete(p.pairs, both)
	p.mu.Unlock()
}

func (p *Proxy) is(what *bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *what
}

// Cut ends every connection that is open now, and says how many those were.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for both := range p.pairs {
		both.close()
	}
	return len(p.pairs)
}

// Dead makes the wire swallow every byte while both ends believe it is open, or
// ends that.
func (p *Proxy) Dead(dead bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = dead
}

// Refuse makes the wire end every new connection at once, or ends that.
func (p *Proxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Listen serves every connection to a loopback port with f until the test
// ends: for brokers that lie. It gives the port's URL.
func Listen(t testing.TB, f func(io.ReadWriter)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			go func() { defer c.Close(); f(c) }()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range open {
			c.Close()
		}
	})
	return "tcp://" + l.Addr().String()
}
