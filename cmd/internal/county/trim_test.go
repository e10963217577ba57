package county

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"testing/iotest"
)

// wire is a connection that gives what was written on it before.
type wire struct {
	net.Conn
	r io.Reader
}

func (w wire) Read(p []byte) (int, error) { return w.r.Read(p) }

// packet is one of MQTT. The length's coding is that of protocol buffers.
func packet(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}

func TestTrim(t *testing.T) {
	const limit = 300
	long := bytes.Repeat([]byte("x"), 70_000)
	var in, want []byte
	for _, n := range []int{0, 1, 127, 128, limit, limit + 1, 20_000, len(long), 5} {
		in = append(in, packet(0x32, long[:n])...)
		want = append(want, packet(0x32, long[:min(n, limit)])...)
	}
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in)),
	} {
		if got, err := io.ReadAll(trim(wire{r: r}, limit)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %d bytes, %v, want %d", name, len(got), err, len(want))
		}
	}
	if _, err := io.ReadAll(trim(wire{r: bytes.NewReader([]byte("\x30\xff\xff\xff\xff\x01"))}, limit)); err == nil {
		t.Error("a length of five bytes passes")
	}
}

// FuzzTrim: whatever a broker sends, no packet that is handed over is longer
// than the limit.
func FuzzTrim(f *testing.F) {
	f.Add(packet(0x32, []byte("abc")), 2)
	f.Add(packet(0x32, []byte("abc")), 200)
	f.Add([]byte("\x30\xff\xff\xff\x7f"), 100)
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		limit = min(max(limit, 1), 1<<20)
		got, _ := io.ReadAll(trim(wire{r: bytes.NewReader(in)}, limit)) // an end within a packet is no matter here
		if len(got) > len(in) {
			t.Errorf("%x became %x", in, got)
		}
		for rest := got; len(rest) > 1; {
			length, n := binary.Uvarint(rest[1:])
			if n <= 0 || length > uint64(limit) {
				t.Fatalf("a packet of %d bytes passes, the limit is %d", length, limit)
			}
			rest = rest[min(1+n+int(length), len(rest)):]
		}
	})
}
