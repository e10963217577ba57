package county

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"
)

// open connects to a broker, up to the point where MQTT begins.
func (l Link) open(ctx context.Context, broker string) (net.Conn, error) {
	u, err := url.Parse(broker)
	if err != nil {
		return nil, errors.New("the address is not a URL")
	}
	ctx, cancel := context.WithTimeout(ctx, l.ConnectTimeout)
	defer cancel()
	dialer := net.Dialer{
		// Found dead by the kernel even while nothing is sent.
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3},
		ControlContext:  userTimeout,
	}
	switch u.Scheme {
	case "tcp":
		return dialer.DialContext(ctx, "tcp", u.Host)
	case "tls":
		cfg, err := l.tlsConfig(u.Hostname())
		if err != nil {
			return nil, err
		}
		return (&tls.Dialer{NetDialer: &dialer, Config: cfg}).DialContext(ctx, "tcp", u.Host)
	}
	return nil, fmt.Errorf("scheme %q is neither tls nor tcp", u.Scheme)
}

// tlsConfig reads the certificate files, so that renewed ones are used from the
// next session on.
func (l Link) tlsConfig(host string) (*tls.Config, error) {
	cfg := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, Time: l.clock()}
	if l.CA != "" {
		pem, err := os.ReadFile(l.CA)
		if err != nil {
			return nil, fmt.Errorf("reading the CA: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("reading the CA: no certificate in %s", l.CA)
		}
	}
	if l.Cert != "" {
		pair, err := tls.LoadX509KeyPair(l.Cert, l.Key)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// clock is the wall clock, or what is known to have passed if that is later.
func (l Link) clock() func() time.Time {
	var floor time.Time
	if l.Floor != nil {
		floor = l.Floor()
	}
	return func() time.Time {
		if now := time.Now(); now.After(floor) {
			return now
		}
		return floor
	}
}
