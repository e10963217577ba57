package county_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
)

// The tests of this file are the ways in which a broker tells a success that is
// none. In each, a record that the county does not have must stay unconfirmed,
// and come when the cause is gone.

// quick is options with a short time until records are sent again.
func quick(o county.Opts) county.Opts {
	o.ResendAfter = 300 * time.Millisecond
	return o
}

// TestNoSubscriber: the broker takes records that nobody gets.
func TestNoSubscriber(t *testing.T) {
	m := countytest.StartMosquitto(t)
	l := newLedger(t)
	record(t, l, 20, "ticket.issued")
	r, _ := run(t, quick(options(l, m.URL())))
	until(t, "the hall says that the county is silent", func() bool { return r.Status().Silent })
	if n := l.UnconfirmedCount(); n != 20 {
		t.Fatalf("%d records are unconfirmed, want 20", n)
	}
	p := newPeer(t, m.URL())
	until(t, "all came once somebody listened", func() bool { return len(p.seqs()) >= 20 })
	p.ack(l.Epoch(), 20)
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
}

// TestDeniedByACL: mosquitto answers a denied publish with PUBACK.
func TestDeniedByACL(t *testing.T) {
	acl := filepath.Join(t.TempDir(), "acl")
	allow := func(topics ...string) {
		text := "topic read #\ntopic write halls/v1/+/dn/#\n"
		for _, topic := range topics {
			text += "topic write halls/v1/+/" + topic + "\n"
		}
		if err := os.WriteFile(acl, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	allow("up/state")
	m := countytest.StartMosquitto(t, "acl_file "+acl)
	l := newLedger(t)
	record(t, l, 20, "ticket.issued")
	p := newPeer(t, m.URL())
	r, _ := run(t, quick(options(l, m.URL())))
	until(t, "the hall says that the county is silent", func() bool { return r.Status().Silent })
	if n, got := l.UnconfirmedCount(), p.seqs(); n != 20 || len(got) > 0 {
		t.Fatalf("%d records are unconfirmed, want 20; %d came", n, len(got))
	}
	allow("up/#")
	m.Reload()
	until(t, "all came once the broker let them", func() bool { return len(p.seqs()) >= 20 })
}

// TestQueueLimit: the broker holds three messages for a county whose line is
// dead, answers PUBACK for all and drops the rest. It drops acknowledgements
// for the hall as well.
func TestQueueLimit(t *testing.T) {
	m := countytest.StartMosquitto(t, "max_queued_messages 3", "max_inflight_messages 1")
	l := newLedger(t)
	record(t, l, 40, "ticket.issued")
	proxy := countytest.StartProxy(t, m.Addr)
	away := newPeer(t, proxy.URL())
	proxy.Dead(true)
	r, _ := run(t, quick(options(l, m.URL())))
	until(t, "the hall says that the county is silent", func() bool { return r.Status().Silent })
	if n, got := l.UnconfirmedCount(), away.seqs(); n != 40 || len(got) > 0 {
		t.Fatalf("%d records are unconfirmed, want 40; %d came", n, len(got))
	}
	proxy.Cut()
	p := newPeer(t, m.URL())
	until(t, "every record came at last and is confirmed", func() bool {
		p.ackCame(l.Epoch())
		return l.UnconfirmedCount() == 0
	})
}

// TestBrokerKilledAfterPuback: with persistence on, what mosquitto has answered
// and not saved is gone after kill -9.
func TestBrokerKilledAfterPuback(t *testing.T) {
	m := countytest.StartMosquitto(t, "persistence true", "persistence_location %DIR%/")
	l := newLedger(t)
	record(t, l, 50, "ticket.issued")
	o := options(l, m.URL()) // not quick: the next session alone must do it
	r, _ := run(t, o)
	spy := newPeer(t, m.URL()) // sees them arrive, and has no database
	until(t, "the broker has the records", func() bool { return len(spy.seqs()) >= 50 })
	first := r.Status().Session
	m.Kill()
	m.Start()
	p := newPeer(t, m.URL())
	until(t, "all came in the next session, or again in it", func() bool { return len(p.seqs()) >= 50 })
	if r.Status().Session == first {
		t.Error("the session outlived the broker")
	}
}

// TestNeverAcking: a broker that takes records and answers none. It is told by
// the time alone, and the session ends as a cut wire would, so that whoever
// hears that broker hears the will.
func TestNeverAcking(t *testing.T) {
	var records, goodbyes atomic.Int32
	liar := &countytest.Liar{
		NoPuback: county.UpRecord,
		Take: func(topic string, _ []byte) {
			if topic == county.Topic(hall, county.UpRecord) {
				records.Add(1)
			}
		},
		Disconnect: func() { goodbyes.Add(1) },
	}
	l := newLedger(t)
	record(t, l, 100, "ticket.issued")
	for _, confirm := range []string{county.ConfirmCounty, county.ConfirmBroker} {
		o := options(l, liar.Start(t)) // not quick: nothing else may end the wait
		o.Confirm, o.Link.AnswerTimeout = confirm, time.Second
		before := records.Load()
		r, stop := run(t, o)
		until(t, "the hall gives up on the broker", func() bool { return strings.Contains(r.Status().LastError, county.ErrSilent.Error()) })
		if n := goodbyes.Load(); n > 0 {
			t.Errorf("confirm %s: the will was taken back", confirm)
		}
		if n := records.Load() - before; n == 0 {
			t.Errorf("confirm %s: no record was published", confirm)
		}
		stop()
		goodbyes.Store(0)
		if n := l.UnconfirmedCount(); n != 100 {
			t.Errorf("confirm %s: %d records are unconfirmed, want 100", confirm, n)
		}
	}
}

// TestWrongPuback: a broker that answers other records than were sent.
func TestWrongPuback(t *testing.T) {
	var records atomic.Int32
	liar := &countytest.Liar{WrongIDs: county.UpRecord, Take: func(topic string, _ []byte) {
		if topic == county.Topic(hall, county.UpRecord) {
			records.Add(1)
		}
	}}
	l := newLedger(t)
	record(t, l, 10, "ticket.issued")
	o := options(l, liar.Start(t))
	o.Confirm, o.Link.AnswerTimeout = county.ConfirmBroker, time.Second
	r, _ := run(t, o)
	until(t, "the hall gives up on the broker", func() bool { return strings.Contains(r.Status().LastError, county.ErrSilent.Error()) })
	if n := l.UnconfirmedCount(); n != 10 || records.Load() == 0 {
		t.Errorf("%d of 10 records are unconfirmed, %d were published", n, records.Load())
	}
}

// TestBrokenAtTheDoor: brokers that don't get as far as a session.
func TestBrokenAtTheDoor(t *testing.T) {
	for name, liar := range map[string]*countytest.Liar{
		"SUBACK 0x80":           {Refuse: true},
		"closes after CONNACK":  {HangUp: true},
		"never sends CONNACK":   {NoConnack: true},
		"garbage after SUBACK":  {AfterSub: []byte("\xff\xff\xff\xff\xff\xff")},
		"huge packet announced": {AfterSub: []byte("\x30\xff\xff\xff\x7f")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t)
			record(t, l, 1, "ticket.issued")
			o := quick(options(l, liar.Start(t)))
			o.Link.ConnectTimeout = 300 * time.Millisecond
			o.Link.KeepAlive, o.Link.PingTimeout = time.Second, time.Second
			r, stop := run(t, o)
			until(t, "an error is told", func() bool { return r.Status().LastError != "" })
			stop()
			if n := l.UnconfirmedCount(); n != 1 {
				t.Errorf("%d records are unconfirmed, want 1", n)
			}
		})
	}
}

// TestHalfOpen: the wire swallows every byte and both ends think it is there. A
// hall that records something finds out for want of a PUBACK, an idle one by
// its keep-alive.
func TestHalfOpen(t *testing.T) {
	m := countytest.StartMosquitto(t)
	for name, records := range map[string]int{"busy": 10, "idle": 0} {
		t.Run(name, func(t *testing.T) {
			proxy := countytest.StartProxy(t, m.Addr)
			l := newLedger(t)
			p := newPeer(t, m.URL())
			o := options(l, proxy.URL())
			if records > 0 { // the keep-alive must not come first
				o.Link.KeepAlive, o.Link.PingTimeout, o.Link.AnswerTimeout = time.Hour, time.Hour, 2*time.Second
			} else {
				o.Link.KeepAlive, o.Link.PingTimeout, o.Link.AnswerTimeout = 2*time.Second, time.Second, time.Hour
			}
			r, stop := run(t, o)
			until(t, "the hall is connected", func() bool { return r.Status().Connected })
			proxy.Dead(true)
			record(t, l, records, "ticket.issued")
			until(t, "the dead line is noticed", func() bool { return !r.Status().Connected })
			if n := l.UnconfirmedCount(); n != uint64(records) {
				t.Errorf("%d records are unconfirmed, want %d", n, records)
			}
			proxy.Dead(false)
			proxy.Cut()
			until(t, "the hall is connected again", func() bool { return r.Status().Connected })
			until(t, "all came over the next line", func() bool { return len(p.seqs()) >= records })
			proxy.Dead(true)
			began := time.Now()
			stop()
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("stopping on a dead line took %v", took)
			}
		})
	}
}

// TestTwoBoxesOneName: two boxes with one certificate end each other's sessions
// for ever.
func TestTwoBoxesOneName(t *testing.T) {
	m := countytest.StartMosquitto(t)
	a, _ := run(t, options(newLedger(t), m.URL()))
	b, _ := run(t, options(newLedger(t), m.URL()))
	until(t, "one of them suspects a twin", func() bool { return a.Status().Twin || b.Status().Twin })
}

func TestStopWhileConnecting(t *testing.T) {
	l := newLedger(t)
	o := options(l, (&countytest.Liar{NoConnack: true}).Start(t))
	o.Link.ConnectTimeout = time.Minute
	_, stop := run(t, o)
	began := time.Now()
	stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestNoBroker(t *testing.T) {
	_, stop := run(t, options(newLedger(t)))
	stop()
	if _, err := (county.Link{}).Dial(context.Background(), 0, nil, nil); err == nil {
		t.Error("Dial without a broker is no error")
	}
}
