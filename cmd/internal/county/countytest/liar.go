package countytest

import (
	"io"
	"strings"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
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
	for {
		in, err := packets.ReadPacket(rw)
		if err != nil {
			return
		}
		switch p := in.(type) {
		case *packets.ConnectPacket:
			if l.NoConnack {
				continue
			}
			if packets.NewControlPacket(packets.Connack).Write(rw) != nil || l.HangUp {
				return
			}
		case *packets.SubscribePacket:
			if l.subscribed(rw, p) != nil {
				return
			}
		case *packets.PublishPacket:
			if l.Take != nil {
				l.Take(p.TopicName, p.Payload)
			}
			if concerns(l.NoPuback, p.TopicName) || p.Qos == 0 {
				continue
			}
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = p.MessageID
			if concerns(l.WrongIDs, p.TopicName) {
				ack.MessageID += 1000
			}
			if ack.Write(rw) != nil {
				return
			}
		case *packets.PingreqPacket:
			if packets.NewControlPacket(packets.Pingresp).Write(rw) != nil {
				return
			}
		case *packets.DisconnectPacket:
			if l.Disconnect != nil {
				l.Disconnect()
			}
			return
		}
	}
}

func (l *Liar) subscribed(rw io.Writer, p *packets.SubscribePacket) error {
	ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
	ack.MessageID = p.MessageID
	for range p.Topics {
		code := byte(1)
		if l.Refuse {
			code = 0x80
		}
		ack.ReturnCodes = append(ack.ReturnCodes, code)
	}
	if err := ack.Write(rw); err != nil {
		return err
	}
	if l.AfterSub != nil {
		_, err := rw.Write(l.AfterSub)
		return err
	}
	return nil
}

func concerns(end, topic string) bool { return end != "" && strings.HasSuffix(topic, end) }
