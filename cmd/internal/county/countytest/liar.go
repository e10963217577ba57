package countytest

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Liar is a broker that speaks MQTT and misbehaves as told.
type Liar struct {
	Refuse     bool   // SUBACK 0x80 for every subscription
	NoPuback   string // PUBLISH to topics that end so is never answered
	WrongIDs   string // PUBACK to those is for another message
	HangUp     bool   // closes after CONNACK
	NoConnack  bool   // takes the connection and stays silent
	AfterSub   []byte // bytes written after the first SUBACK
	Take       func(topic string, payload []byte)
	Disconnect func() // told of each client that says so
}

// Start serves until the test ends and gives the URL.
func (l *Liar) Start(t testing.TB) string { return Listen(t, l.serve) }

func (l *Liar) serve(rw io.ReadWriter) {
	r := bufio.NewReader(rw)
	for {
		p, body, err := next(r)
		if err != nil {
			return
		}
		switch p.FixedHeader.Type {
		case packets.Connect:
			if l.NoConnack {
				continue
			}
			if send(rw, packets.Connack, p, p.ConnackEncode) != nil || l.HangUp {
				return
			}
		case packets.Subscribe:
			if l.subscribed(rw, p, body) != nil {
				return
			}
		case packets.Publish:
			if p.PublishDecode(body) != nil || l.published(rw, p) != nil {
				return
			}
		case packets.Pingreq:
			if send(rw, packets.Pingresp, p, p.PingrespEncode) != nil {
				return
			}
		case packets.Disconnect:
			if l.Disconnect != nil {
				l.Disconnect()
			}
			return
		}
	}
}

func (l *Liar) published(w io.Writer, p *packets.Packet) error {
	if l.Take != nil {
		l.Take(p.TopicName, p.Payload)
	}
	if concerns(l.NoPuback, p.TopicName) || p.FixedHeader.Qos == 0 {
		return nil
	}
	if concerns(l.WrongIDs, p.TopicName) {
		p.PacketID += 1000
	}
	return send(w, packets.Puback, p, p.PubackEncode)
}

func (l *Liar) subscribed(w io.Writer, p *packets.Packet, body []byte) error {
	if err := p.SubscribeDecode(body); err != nil {
		return err
	}
	for range p.Filters {
		code := byte(1)
		if l.Refuse {
			code = 0x80
		}
		p.ReasonCodes = append(p.ReasonCodes, code)
	}
	if err := send(w, packets.Suback, p, p.SubackEncode); err != nil {
		return err
	}
	if l.AfterSub != nil {
		_, err := w.Write(l.AfterSub)
		return err
	}
	return nil
}

// next reads the head of a packet, and its body as it came.
func next(r *bufio.Reader) (p *packets.Packet, body []byte, err error) {
	p = new(packets.Packet)
	head, err := r.ReadByte()
	if err == nil {
		err = p.FixedHeader.Decode(head)
	}
	if err != nil {
		return nil, nil, err
	}
	if p.FixedHeader.Remaining, _, err = packets.DecodeLength(r); err != nil {
		return nil, nil, err
	}
	body = make([]byte, p.FixedHeader.Remaining)
	_, err = io.ReadFull(r, body)
	return p, body, err
}

// send answers a packet with what is left of it under another type.
func send(w io.Writer, kind byte, p *packets.Packet, encode func(*bytes.Buffer) error) error {
	var b bytes.Buffer
	p.FixedHeader = packets.FixedHeader{Type: kind}
	if err := encode(&b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func concerns(end, topic string) bool { return end != "" && strings.HasSuffix(topic, end) }
