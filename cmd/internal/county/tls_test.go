package county_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
)

func secure(m *countytest.Mosquitto, p *countytest.PKI, name string) county.Link {
	cert, key := p.Issue(name, time.Now().Add(-time.Hour))
	return county.Link{Brokers: []string{"tls://" + m.Addr}, ClientID: name, CA: p.CA, Cert: cert, Key: key}
}

// asInREADME starts a mosquitto as the README tells a county to.
func asInREADME(t *testing.T, pki *countytest.PKI) *countytest.Mosquitto {
	t.Helper()
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(line string) []string {
		for b := range strings.SplitSeq(string(text), "\n\n") {
			if strings.HasPrefix(b, "    ") && strings.Contains(b, line) {
				return strings.Split(strings.ReplaceAll(b, "    ", ""), "\n")
			}
		}
		t.Fatalf("the README has no block with %q", line)
		return nil
	}
	acl := filepath.Join(t.TempDir(), "acl")
	if err := os.WriteFile(acl, []byte(strings.Join(block("pattern write"), "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cert, key := pki.Issue("broker", time.Now().Add(-time.Hour))
	here := map[string]string{"cafile": pki.CA, "certfile": cert, "keyfile": key, "acl_file": acl}
	lines := []string{"allow_anonymous false"}
	for _, line := range block("require_certificate") {
		option, value, _ := strings.Cut(line, " ")
		if option == "listener" { // the test has its own port
			continue
		}
		if path := here[option]; path != "" && !strings.Contains(value, " ") {
			line = option + " " + path
		}
		lines = append(lines, line)
	}
	return countytest.StartMosquitto(t, lines...)
}

func TestCertificates(t *testing.T) {
	pki := countytest.NewPKI(t)
	m := asInREADME(t, pki)
	l := newLedger(t)
	record(t, l, 3, "ticket.issued")
	p := &peer{t: t}
	var err error
	if p.s, err = secure(m, pki, "county").Dial(context.Background(), 0, nil, p.take); err != nil {
		t.Fatal(err)
	}
	defer p.s.Close()
	if err := p.s.Subscribe(context.Background(), county.AllUp); err != nil {
		t.Fatal(err)
	}
	o := options(l)
	o.Link = secure(m, pki, hall)
	r, _ := run(t, o)
	until(t, "the records came", func() bool { return len(p.seqs()) >= 3 })
	if !r.Status().Connected {
		t.Error("not connected")
	}

	t.Run("another CA", func(t *testing.T) {
		other := countytest.NewPKI(t)
		link := secure(m, other, "140321-09")
		if _, err := link.Dial(t.Context(), 0, nil, nil); err == nil {
			t.Error("a broker of another CA is trusted")
		}
		link.CA = pki.CA
		if s, err := link.Dial(t.Context(), 0, nil, func(county.Message) {}); err == nil {
			t.Errorf("a hall of another CA is let in: %v", s.Broker)
		}
	})
	t.Run("another hall's topics", func(t *testing.T) {
		s, err := secure(m, pki, "140321-02").Dial(t.Context(), 0, nil, func(county.Message) {})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		n := len(p.seqs())
		forged := county.Message{Topic: county.Topic(hall, county.UpRecord), Payload: []byte("{}")}
		if err := s.Deliver(t.Context(), forged); err != nil {
			t.Fatalf("mosquitto answers what it denies, but: %v", err)
		}
		own := county.Message{Topic: county.Topic("140321-02", county.UpHealth), Payload: []byte("{}")}
		if err := s.Deliver(t.Context(), own); err != nil {
			t.Fatal(err)
		}
		until(t, "its own message came", func() bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.messages[len(p.messages)-1].Topic == own.Topic
		})
		if len(p.seqs()) != n {
			t.Error("a hall published to another hall's topic")
		}
	})
}

// TestCertificateIsReadAgain: a renewed certificate is used from the next
// session on, without a restart.
func TestCertificateIsReadAgain(t *testing.T) {
	pki := countytest.NewPKI(t)
	m := pki.StartSecure("broker")
	o := options(newLedger(t))
	o.Link = secure(m, countytest.NewPKI(t), hall) // not yet the county's
	good := secure(m, pki, hall)
	o.Link.CA = pki.CA
	r, _ := run(t, o)
	until(t, "the wrong certificate is refused", func() bool { return r.Status().LastError != "" })
	copyFile(t, o.Link.Cert, good.Cert)
	copyFile(t, o.Link.Key, good.Key)
	until(t, "the new certificate is used", func() bool { return r.Status().Connected })
}

// TestClockFloor: with its clock before the broker's certificate, a hall judges
// it at the time that is known to have passed.
func TestClockFloor(t *testing.T) {
	pki := countytest.NewPKI(t)
	m := pki.StartSecure("broker")
	link := secure(m, pki, hall)
	link.Floor = func() time.Time { return time.Now().AddDate(40, 0, 0) }
	_, err := link.Dial(t.Context(), 0, nil, func(county.Message) {})
	if err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("at a floor 40 years ahead the error is %v, want an expired certificate", err)
	}
	link.Floor = func() time.Time { return time.Now().AddDate(-40, 0, 0) }
	s, err := link.Dial(t.Context(), 0, nil, func(county.Message) {})
	if err != nil {
		t.Fatalf("a floor behind the clock: %v", err)
	}
	s.Close()
}

func TestLinkErrors(t *testing.T) {
	for _, tt := range []struct {
		link county.Link
		want string
	}{
		{county.Link{Brokers: []string{"http://x:1"}}, "neither tls nor tcp"},
		{county.Link{Brokers: []string{"tls://x:1"}, CA: "/nonexistent"}, "reading the CA"},
		{county.Link{Brokers: []string{"tls://x:1"}, Cert: "/nonexistent"}, "reading the certificate"},
		{county.Link{Brokers: []string{"tcp://127.0.0.1:1"}}, "refused"},
	} {
		_, err := tt.link.Dial(t.Context(), 0, nil, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error is %v, want one with %q", err, tt.want)
		}
	}
	s, err := county.Link{Brokers: []string{(&countytest.Liar{Refuse: true}).Start(t)}}.Dial(t.Context(), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Subscribe(t.Context(), "x"); !errors.Is(err, county.ErrRefused) {
		t.Errorf("error is %v, want ErrRefused", err)
	}
}
