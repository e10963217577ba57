package bridge

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

const (
	dialTimeout = 5 * time.Second // to reach a host, unless the address says otherwise

	// A host that lost its power is noticed within 15 + 3·5 seconds while the
	// line is idle.
	keepIdle, keepInterval, keepCount = 15 * time.Second, 5 * time.Second, 3

	// userTimeout ends a connection whose bytes nobody acknowledges; without
	// it Linux goes on for a quarter of an hour. A printer that waits for
	// paper does not acknowledge either, so it is not shorter.
	userTimeout = 2 * time.Minute
)

// openTCP connects to a network printer or a serial server. The line stays
// connected: these printers serve one host at a time and drop what they hold
// when it leaves.
func openTCP(ctx context.Context, a Address) (port, error) {
	dialer := net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount},
	}
	if a.Timeout != 0 {
		dialer.Timeout = a.Timeout
	}
	c, err := dialer.DialContext(ctx, "tcp", a.Name)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(*net.TCPConn)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("connecting to %s: not a TCP connection", a.Name)
	}
	p, err := newFDPort(conn, func(int) bool { return true })
	if err != nil {
		conn.Close()
		return nil, err
	}
	if err := p.setUserTimeout(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("setting up the connection to %s: %w", a.Name, err)
	}
	return p, nil
}

func (p *fdPort) setUserTimeout() (err error) {
	rawErr := p.raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if rawErr != nil {
		return rawErr
	}
	return err
}
