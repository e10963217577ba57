package console

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is the certificate of the staff pages, from two PEM files that are
// read again when they change, so that a new one needs no restart.
type Certificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamps [2]time.Time // of the files that pair was made from
	looked time.Time
}

// lookAgain is how often the files are looked at, at the most.
const lookAgain = 10 * time.Second

// LoadCertificate reads a certificate with its key.
func LoadCertificate(cert, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, log: log}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("reading the console's certificate: %w", err)
	}
	return c, nil
}

// Config is what a listener needs to serve with the certificate.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

func (c *Certificate) load() error {
	stamps, err := c.dates()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return err
	}
	c.pair, c.stamps = &pair, stamps
	return nil
}

func (c *Certificate) dates() (list [2]time.Time, err error) {
	for i, name := range []string{c.cert, c.key} {
		st, err := os.Stat(name)
		if err != nil {
			return list, err
		}
		list[i] = st.ModTime()
	}
	return list, nil
}

// get gives the certificate for a connection. Files that can't be used leave the
// one that was.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookAgain {
		return c.pair, nil
	}
	c.looked = time.Now()
	stamps, err := c.dates()
	if err == nil && stamps == c.stamps {
		return c.pair, nil
	}
	if err = c.load(); err != nil {
		c.log.Error("the console's new certificate can't be used; the old one stays", "err", err)
	} else {
		c.log.Info("the console's certificate was read again")
	}
	return c.pair, nil
}
