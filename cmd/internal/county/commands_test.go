package county_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
)

// command is a command as a county writes it.
func command(id, name, session string, expires time.Time, more map[string]any) map[string]any {
	m := map[string]any{"id": id, "name": name, "session": session, "expires": expires}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// answered waits for the result of a command.
func answered(t *testing.T, p *peer, id string) county.Result {
	t.Helper()
	var res county.Result
	until(t, "command "+id+" was answered", func() bool {
		res = county.Result{}
		return p.last(county.UpResult, &res) && res.ID == id
	})
	return res
}

func TestCommands(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	var done atomic.Int32
	o := options(l, url)
	o.Command = func(_ context.Context, c county.Command) (any, error) {
		if c.Name != county.CmdApprove {
			return nil, county.ErrUnknown
		}
		var body struct{ Rental string }
		if err := json.Unmarshal(c.Body, &body); err != nil {
			return nil, county.ErrInvalid
		}
		switch body.Rental {
		case "R-no":
			return nil, errors.New("the rental is settled")
		case "R-later":
			return nil, county.ErrLater
		}
		done.Add(1)
		return map[string]string{"state": "approved"}, nil
	}
	p := newPeer(t, url)
	r, stop := run(t, o)
	until(t, "the hall is connected", func() bool { return r.Status().Connected })
	session, soon := r.Status().Session, time.Now().Add(time.Minute)
	rental := func(s string) map[string]any { return map[string]any{"rental": s} }

	for _, tt := range []struct {
		name    string
		command map[string]any
		want    string // error, empty for done
	}{
		{"another session", command("c1", county.CmdApprove, "0123456789abcdef", soon, rental("R1")), county.RefusedSession},
		{"expired", command("c2", county.CmdApprove, session, time.Now().Add(-time.Second), rental("R1")), county.RefusedExpired},
		{"an expiry that is no time", map[string]any{"id": "c3 /:b", "name": county.CmdApprove, "session": session, "expires": "soon"}, county.RefusedInvalid},
		{"without expiry", map[string]any{"id": "c3", "name": county.CmdApprove, "session": session}, county.RefusedInvalid},
		{"unknown", command("c4", "open-door", session, soon, nil), county.RefusedUnknown},
		{"refused by the rules", command("c5", county.CmdApprove, session, soon, rental("R-no")), county.RefusedFailed},
		{"not now", command("c6", county.CmdApprove, session, soon, rental("R-later")), county.RefusedLater},
		{"resend of what is not there", command("c7", county.CmdResend, session, soon, map[string]any{"from": 1, "to": 99}), county.RefusedInvalid},
	} {
		p.say(county.DnCommand, false, tt.command)
		res := answered(t, p, tt.command["id"].(string))
		if res.OK || res.Error != tt.want {
			t.Errorf("%s: result is %+v, want error %q", tt.name, res, tt.want)
		}
	}
	if n := done.Load(); n != 0 {
		t.Fatalf("%d commands were done that must not be", n)
	}

	good := command("c8", county.CmdApprove, session, soon, rental("R1"))
	p.say(county.DnCommand, true, good) // retained: dropped
	p.say(county.DnCommand, false, good)
	want := county.Result{ID: "c8", OK: true, Result: map[string]any{"state": "approved"}}
	if diff := cmp.Diff(answered(t, p, "c8"), want); diff != "" {
		t.Errorf("result (-got +want):\n%s", diff)
	}

	// Repeated in a later session, it is answered from the inbox.
	stop()
	r, _ = run(t, o)
	until(t, "the next session found the retained command", func() bool { return r.Status().Connected })
	p.say(county.DnCommand, false, command("c9", "open-door", r.Status().Session, soon, nil))
	answered(t, p, "c9")
	p.say(county.DnCommand, false, good)
	if diff := cmp.Diff(answered(t, p, "c8"), want); diff != "" {
		t.Errorf("result of the repetition (-got +want):\n%s", diff)
	}
	if n := done.Load(); n != 1 {
		t.Errorf("the command was done %d times, want once", n)
	}
}

func TestResend(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 10, "ticket.issued")
	p := newPeer(t, url)
	p.ack(l.Epoch(), 10)
	o := options(l, url)
	o.AckWait = 5 * time.Second
	r, _ := run(t, o)
	until(t, "all is confirmed", func() bool { return r.Status().Connected && l.UnconfirmedCount() == 0 })
	p.say(county.DnCommand, false, command("r1", county.CmdResend, r.Status().Session, time.Now().Add(time.Minute),
		map[string]any{"from": 4, "to": 6, "epoch": l.Epoch()}))
	if res := answered(t, p, "r1"); !res.OK {
		t.Fatalf("resend is refused: %+v", res)
	}
	until(t, "the records came", func() bool { return len(p.seqs()) >= 3 })
	if diff := cmp.Diff(p.seqs(), []uint64{4, 5, 6}); diff != "" {
		t.Errorf("sequences (-got +want):\n%s", diff)
	}
}

// TestSlowClock: the hall's clock is a year behind, but the county told the
// time, so an expired command is known to have expired.
func TestSlowClock(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 1, "ticket.issued")
	o := options(l, url)
	o.AckWait = 5 * time.Second
	o.Clock = func() (time.Time, bool) { return time.Now().AddDate(-1, 0, 0), false }
	o.Command = func(context.Context, county.Command) (any, error) {
		t.Error("an expired command was done")
		return nil, nil
	}
	p := newPeer(t, url)
	p.say(county.DnAck, true, map[string]any{"epoch": l.Epoch(), "upto": 1, "holes": []int{}, "time": time.Now()})
	r, _ := run(t, o)
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	p.say(county.DnCommand, false, command("s1", county.CmdApprove, r.Status().Session, time.Now().AddDate(0, -1, 0), nil))
	if res := answered(t, p, "s1"); res.Error != county.RefusedExpired {
		t.Errorf("result is %+v, want expired", res)
	}
}

// TestHostileCounty: whatever comes down, nothing is lost, acted on, or worth a
// session's end.
func TestHostileCounty(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 5, "ticket.issued")
	o := options(l, url)
	o.Command = func(_ context.Context, c county.Command) (any, error) {
		if c.ID != "end" {
			t.Errorf("nonsense was done: %+v", c)
		}
		return nil, nil
	}
	o.CountyAhead = func(error) { t.Error("nonsense froze the hall") }
	p := newPeer(t, url)
	r, _ := run(t, o)
	until(t, "the hall is connected", func() bool { return r.Status().Connected })
	session := r.Status().Session
	for _, ack := range []string{
		"", "null", "[]", "{", `{"epoch":5}`, `{"epoch":"` + l.Epoch() + `","upto":-1}`,
		`{"epoch":"ffffffffffffffff","upto":99999}`, `{"upto":5}`,
		`{"epoch":"` + l.Epoch() + `","upto":3,"holes":[[2,9]]}`,
		`{"epoch":"` + l.Epoch() + `","upto":3,"holes":[[2,1]]}`,
		`{"epoch":"` + l.Epoch() + `","upto":3,"holes":[[1]]}`,
		`{"epoch":"` + l.Epoch() + `","upto":3,"holes":[[1,2,3]]}`,
		`{"epoch":"` + l.Epoch() + `","upto":3,"holes":[` + strings.Repeat("[1,1],", 5000) + `[1,1]]}`,
		strings.Repeat("[", 100_000),
	} {
		p.sayRaw(county.DnAck, false, []byte(ack))
	}
	for _, c := range []string{
		"", "null", "7", "{", `{"id":7}`, `{"id":""}`, `{"id":"a\nb"}`, `{"id":"` + strings.Repeat("x", 129) + `"}`, `{"id":"c0","name":"` + strings.Repeat("x", 129) + `"}`,
		strings.Repeat("x", 2<<20), strings.Repeat(`{"id":`, 10_000),
	} {
		p.sayRaw(county.DnCommand, false, []byte(c))
	}
	p.sayRaw("dn/surprise", false, []byte("x"))
	p.say(county.DnCommand, false, command("end", "none", session, time.Now().Add(time.Minute), nil))
	answered(t, p, "end")
	until(t, "every record came", func() bool { return len(p.seqs()) >= 5 })
	if got := l.UnconfirmedCount(); got != 5 {
		t.Errorf("%d records are unconfirmed, want 5", got)
	}
	if got := r.Status().Session; got != session {
		t.Error("nonsense ended the session")
	}
}

func TestLists(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	other, _, _ := ed25519.GenerateKey(nil)
	lists := county.Lists{Version: 7, County: "140321", Priority: []county.Listed{{Ref: "aa", Class: 1, Reason: "残疾", Until: "2027-01-01"}}}
	pack, sig := county.SignLists(private, lists)
	body := func(pack, sig string) county.Command {
		b, err := json.Marshal(map[string]string{"pack": pack, "sig": sig})
		if err != nil {
			t.Fatal(err)
		}
		return county.Command{Body: b}
	}
	got, err := county.OpenLists(public, body(pack, sig), 6)
	if err != nil || got.Version != 7 || len(got.Priority) != 1 || len(got.Hash) != 64 {
		t.Errorf("OpenLists = %+v, %v", got, err)
	}
	worse, _ := county.SignLists(private, county.Lists{Version: 8})
	for _, tt := range []struct {
		name      string
		key       ed25519.PublicKey
		pack, sig string
		have      uint64
		want      error
	}{
		{"another key", other, pack, sig, 0, county.ErrSignature},
		{"no key", nil, pack, sig, 0, county.ErrSignature},
		{"other content", public, worse, sig, 0, county.ErrSignature},
		{"same version", public, pack, sig, 7, county.ErrOlder},
		{"older version", public, pack, sig, 8, county.ErrOlder},
		{"not base64", public, "%", sig, 0, county.ErrInvalid},
		{"empty", public, "", "", 0, county.ErrInvalid},
	} {
		if _, err := county.OpenLists(tt.key, body(tt.pack, tt.sig), tt.have); !errors.Is(err, tt.want) {
			t.Errorf("%s: error is %v, want %v", tt.name, err, tt.want)
		}
	}
}
