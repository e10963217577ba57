package countytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// PKI is a certificate authority of the test's own.
type PKI struct {
	CA string // PEM file

	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	n    int64
}

// NewPKI makes one, valid since 2020.
func NewPKI(t testing.TB) *PKI {
	t.Helper()
	p := &PKI{t: t, dir: folder(t), n: 1}
	p.key = p.newKey()
	p.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Now().AddDate(50, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, p.cert, p.cert, &p.key.PublicKey, p.key)
	p.check(err)
	p.CA = filepath.Join(p.dir, "ca.pem")
	p.write(p.CA, "CERTIFICATE", der)
	return p
}

// Issue writes NAME.pem and NAME.key for a common name, also valid for
// 127.0.0.1, from a time on for 30 years.
func (p *PKI) Issue(name string, from time.Time) (cert, key string) {
	p.t.Helper()
	p.n++
	k := p.newKey()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(p.n), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: from.AddDate(30, 0, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, p.cert, &k.PublicKey, p.key)
	p.check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	p.check(err)
	cert, key = filepath.Join(p.dir, name+".pem"), filepath.Join(p.dir, name+".key")
	p.write(cert, "CERTIFICATE", der)
	p.write(key, "PRIVATE KEY", secret)
	return cert, key
}

func (p *PKI) newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.check(err)
	return k
}

func (p *PKI) write(name, kind string, der []byte) {
	p.check(os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o644))
}

func (p *PKI) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// StartSecure starts a mosquitto as a county runs it: client certificates, and
// each hall held to its own topics by its certificate's name; county may do
// everything. Lines are added as by StartMosquitto.
func (p *PKI) StartSecure(server string, lines ...string) *Mosquitto {
	p.t.Helper()
	cert, key := p.Issue(server, time.Now().Add(-time.Hour))
	acl := filepath.Join(p.dir, "acl")
	p.check(os.WriteFile(acl, []byte("user county\ntopic readwrite halls/#\n"+
		"pattern write halls/v1/%u/up/#\npattern read halls/v1/%u/dn/#\n"), 0o644))
	return StartMosquitto(p.t, append(lines, "allow_anonymous false", "acl_file "+acl, "cafile "+p.CA, "certfile "+cert, "keyfile "+key,
		"require_certificate true", "use_identity_as_username true")...)
}
