package county

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// Link says how to reach the county's brokers.
type Link struct {
	Brokers       []string // tls://HOST:PORT or tcp://HOST:PORT, tried in order
	ClientID      string   // the hall's id, which is also its certificate's common name
	CA, Cert, Key string   // PEM files, read anew for each session; empty CA: the system's

	// Floor is the earliest time it can be. Certificates are judged at the
	// later of it and the clock, since a Pi's clock may be far behind. It is
	// asked at each session; may be nil.
	Floor func() time.Time

	KeepAlive      time.Duration // silence before a ping, whole seconds; default 30 s
	PingTimeout    time.Duration // wait for the ping's answer; default 10 s
	WriteTimeout   time.Duration // wait for the wire to take a message; default 10 s
	ConnectTimeout time.Duration // of the dial and of the handshakes; default 15 s
	AnswerTimeout  time.Duration // wait for a PUBACK or SUBACK; default 15 s

	// Longest is how many bytes of a packet are kept; default 2 MiB, more than
	// any command. What is behind them is dropped.
	Longest int
}

func (l Link) withDefaults() Link {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&l.KeepAlive, 30*time.Second)
	def(&l.PingTimeout, 10*time.Second)
	def(&l.WriteTimeout, 10*time.Second)
	def(&l.ConnectTimeout, 15*time.Second)
	def(&l.AnswerTimeout, 15*time.Second)
	if l.Longest == 0 {
		l.Longest = 2 * maxCommand
	}
	return l
}

// What callers decide on.
var (
	// ErrRefused: the broker's SUBACK refused a subscription.
	ErrRefused = errors.New("the broker refused the subscription")
	// ErrSilent: no PUBACK or SUBACK came in time.
	ErrSilent = errors.New("the broker does not answer")
	// ErrLost: the connection ended.
	ErrLost = errors.New("the connection ended")
)

// Message is one MQTT message.
type Message struct {
	Topic    string
	Payload  []byte
	Retained bool
}

// Session is one connection to one broker, from CONNACK to its end. It never
// connects again: paho tells success for messages that a reconnect dropped, so
// a new session is a new client, and what the old one had not confirmed is
// read from the ledger again.
type Session struct {
	Broker string // which of Link.Brokers

	client mqtt.Client
	conn   net.Conn
	answer time.Duration
	unhook func() bool // stops watching the caller's context
	lost   chan struct{}
	once   sync.Once
	err    error // why it was lost; set before lost is closed
}

// Dial connects to the first broker that answers, beginning at index first. It
// hands every message to deliver, one at a time in the order of arrival;
// deliver must return soon, since pings wait behind it, and must not use the
// session. A nil will announces nothing. The session breaks when ctx ends, with
// a moment's grace for a last message.
func (l Link) Dial(ctx context.Context, first int, will *Message, deliver func(Message)) (*Session, error) {
	l = l.withDefaults()
	if len(l.Brokers) == 0 {
		return nil, errors.New("connecting to the county: no broker is configured")
	}
	var errs []error
	for i := range l.Brokers {
		broker := l.Brokers[(first+i)%len(l.Brokers)]
		s, err := l.dial(ctx, broker, will, deliver)
		if err == nil {
			return s, nil
		}
		errs = append(errs, fmt.Errorf("connecting to %s: %w", broker, err))
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(errs...)
}

// farewell is how long a session outlives its context, to say goodbye.
const farewell = 3 * time.Second

func (l Link) dial(ctx context.Context, broker string, will *Message, deliver func(Message)) (*Session, error) {
	conn, err := l.open(ctx, broker)
	if err != nil {
		return nil, err
	}
	s := &Session{Broker: broker, conn: conn, answer: l.AnswerTimeout, lost: make(chan struct{})}
	s.client = mqtt.NewClient(l.options(broker, conn, will, deliver, s.lose))
	token := s.client.Connect()
	if err := s.await(ctx, token, l.ConnectTimeout); err != nil {
		conn.Close()
		s.client.Disconnect(0)
		return nil, err
	}
	s.unhook = context.AfterFunc(ctx, func() {
		time.AfterFunc(farewell, func() { conn.Close() })
	})
	return s, nil
}

// options are chosen so that a token never tells a success that was none:
// nothing reconnects, resumes or retries inside the library.
//
// Messages are delivered in order, which keeps a late acknowledgement from
// overtaking a newer one. The library's warning about that concerns handlers
// that wait for tokens; ours only queue.
func (l Link) options(broker string, conn net.Conn, will *Message, deliver func(Message), lost func(error)) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().
		AddBroker(broker).
		SetClientID(l.ClientID).
		SetProtocolVersion(4).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetResumeSubs(false).
		SetOrderMatters(true).
		SetStore(mqtt.NewOrderedMemoryStore()).
		SetKeepAlive(l.KeepAlive).
		SetPingTimeout(l.PingTimeout).
		SetWriteTimeout(l.WriteTimeout).
		SetConnectTimeout(l.ConnectTimeout).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost(err) }).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			return trim(conn, l.Longest), nil
		}).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			deliver(Message{Topic: m.Topic(), Payload: m.Payload(), Retained: m.Retained()})
		})
	if will != nil {
		o.SetBinaryWill(will.Topic, will.Payload, 1, will.Retained)
	}
	return o
}

func (s *Session) lose(err error) {
	s.once.Do(func() {
		s.err = fmt.Errorf("%w: %w", ErrLost, err)
		close(s.lost)
	})
}

// Lost is closed when the connection has ended. [Session.Err] then tells why.
func (s *Session) Lost() <-chan struct{} { return s.lost }

// Err is why the connection ended. Valid once Lost is closed.
func (s *Session) Err() error { return s.err }

// Token is a publish on its way.
type Token struct{ t mqtt.Token }

// Done is closed when the broker has answered or the session has given up. It
// may never close: wait for Lost and a time limit as well.
func (t Token) Done() <-chan struct{} { return t.t.Done() }

// Err is nil if the broker took the message. Valid once Done is closed.
func (t Token) Err() error { return t.t.Error() }

// Publish sends a message at QoS 1. It waits for the wire to take it, for
// WriteTimeout at most, and not for the broker.
func (s *Session) Publish(m Message) Token {
	return Token{s.client.Publish(m.Topic, 1, m.Retained, m.Payload)}
}

// Deliver publishes and waits for the PUBACK. Errors: ErrSilent, ErrLost.
func (s *Session) Deliver(ctx context.Context, m Message) error {
	if err := s.await(ctx, s.Publish(m).t, s.answer); err != nil {
		return fmt.Errorf("publishing to %s: %w", m.Topic, err)
	}
	return nil
}

// Subscribe subscribes at QoS 1 and reads the broker's answer for each filter.
// Errors: ErrRefused, ErrSilent, ErrLost.
func (s *Session) Subscribe(ctx context.Context, filters ...string) error {
	for _, f := range filters {
		token := s.client.Subscribe(f, 1, nil)
		err := s.await(ctx, token, s.answer)
		if st, ok := token.(*mqtt.SubscribeToken); err == nil && ok && st.Result()[f] > 1 {
			err = ErrRefused // 0x80, which the library does not call an error
		}
		if err != nil {
			return fmt.Errorf("subscribing to %s: %w", f, err)
		}
	}
	return nil
}

// await waits for a token, but never for ever.
func (s *Session) await(ctx context.Context, t mqtt.Token, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-t.Done():
		return t.Error()
	case <-s.lost:
		return s.err
	case <-timer.C:
		return ErrSilent
	case <-ctx.Done():
		return ctx.Err()
	}
}

// quiesce is how long Close waits for what was written, in ms.
const quiesce = 250

// Drop ends the session as a cut wire would, so that the broker publishes the
// will.
func (s *Session) Drop() {
	s.conn.Close()
	s.client.Disconnect(0)
	s.unhook()
}

// Close ends the session. Without a will message having been replaced by a
// goodbye, the broker is told DISCONNECT, which discards the will.
func (s *Session) Close() {
	s.client.Disconnect(quiesce)
	s.unhook()
}
