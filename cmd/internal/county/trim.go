package county

import (
	"bufio"
	"errors"
	"net"
)

// trimmed is a connection whose packets are no longer than a limit: the rest of
// a longer one is read and dropped. The library makes room for whatever length
// a packet announces, up to 256 MB, which a small box does not have. A message
// that was cut is still too long for whoever takes it, so it is refused like any
// other, and the session goes on.
type trimmed struct {
	net.Conn
	in    *bufio.Reader
	limit int

	head []byte // of the packet, yet to be handed over
	body int    // bytes to hand over behind it
	rest int    // bytes to drop behind those
}

func trim(c net.Conn, limit int) net.Conn {
	return &trimmed{Conn: c, in: bufio.NewReader(c), limit: limit}
}

// Read implements io.Reader.
func (t *trimmed) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(t.head) == 0 && t.body == 0 {
		if err := t.next(); err != nil {
			return 0, err
		}
	}
	if len(t.head) > 0 {
		n := copy(p, t.head)
		t.head = t.head[n:]
		return n, nil
	}
	n, err := t.in.Read(p[:min(len(p), t.body)])
	t.body -= n
	return n, err
}

// errLength is a packet whose length takes more than four bytes.
var errLength = errors.New("the broker sends what is not MQTT")

// next reads the head of the next packet: a byte of its kind, and the length in
// seven bits a byte, the lowest first.
func (t *trimmed) next() error {
	for t.rest > 0 {
		n, err := t.in.Discard(min(t.rest, t.in.Size()))
		t.rest -= n
		if err != nil {
			return err
		}
	}
	kind, err := t.in.ReadByte()
	if err != nil {
		return err
	}
	length := 0
	for shift := 0; ; shift += 7 {
		b, err := t.in.ReadByte()
		switch {
		case err != nil:
			return err
		case shift > 21:
			return errLength
		}
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	t.body = min(length, t.limit)
	t.rest = length - t.body
	t.head = []byte{kind}
	for n := t.body; ; n >>= 7 {
		if n < 0x80 {
			t.head = append(t.head, byte(n))
			return nil
		}
		t.head = append(t.head, byte(n&0x7f|0x80))
	}
}
