package console_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
)

// issue writes a certificate for 127.0.0.1 and its key.
func issue(t *testing.T, dir string, serial int64) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotAfter: time.Now().AddDate(30, 0, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, pool = filepath.Join(dir, "c.pem"), filepath.Join(dir, "c.key"), x509.NewCertPool()
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, pool
}

// TestHTTPS: with a certificate nothing goes in the clear, neither the PIN nor
// the cookie.
func TestHTTPS(t *testing.T) {
	cert, key, pool := issue(t, t.TempDir(), 1)
	c, err := console.LoadCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h := consoletest.New()
	if err := h.SetPin("01", console.HashPin("4827")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- console.Serve(ctx, l, console.New(h, console.Opts{Hall: consoletest.Config(), Secure: true}).Web(), c)
	}()
	client := http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.PostForm("https://"+l.Addr().String()+"/staff/login", url.Values{"staff": {"01"}, "pin": {"4827"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if cookies := resp.Cookies(); resp.StatusCode != http.StatusSeeOther || len(cookies) != 1 || !cookies[0].Secure || resp.ProtoMajor != 2 {
		t.Errorf("signing in gives %d %s with cookies %v, want HTTP/2 and a cookie that is never sent in the clear", resp.StatusCode, resp.Proto, cookies)
	}
	if resp, err := http.Get("http://" + l.Addr().String() + "/staff/login"); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("the page in the clear gives %d, want 400", resp.StatusCode)
		}
	}
	client.CloseIdleConnections()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestCertificateIsReadAgain when its files change, and stays if they can't be
// used.
func TestCertificateIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		cert, key, _ := issue(t, dir, 1)
		var log strings.Builder
		c, err := console.LoadCertificate(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		serial := func() int64 {
			t.Helper()
			pair, err := c.Config().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.SerialNumber.Int64()
		}
		touch := func(at time.Time) {
			t.Helper()
			for _, f := range []string{cert, key} {
				if err := os.Chtimes(f, at, at); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := serial(); got != 1 {
			t.Fatalf("got certificate %d, want 1", got)
		}
		issue(t, dir, 2)
		touch(time.Unix(1e9, 0))
		time.Sleep(11 * time.Second)
		if got := serial(); got != 2 {
			t.Errorf("got certificate %d after the files changed, want 2", got)
		}
		if err := os.WriteFile(cert, []byte("half a fi"), 0o600); err != nil {
			t.Fatal(err)
		}
		touch(time.Unix(2e9, 0))
		time.Sleep(11 * time.Second)
		if got := serial(); got != 2 || !strings.Contains(log.String(), "the old one stays") {
			t.Errorf("got certificate %d after half a file, want 2 and a word in the log", got)
		}
	})
}
