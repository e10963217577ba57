package config

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"image"
	"image/png"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// countyFiles is a folder with every file that the reference names.
func countyFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cert, key := keyPair(t, "140321-01")
	consoleCert, consoleKey := keyPair(t, "hall.local")
	if err := os.Mkdir(filepath.Join(dir, "boards"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"console.pem": consoleCert,
		"console.key": consoleKey,

		"ca.pem":     cert,
		"hall.pem":   cert,
		"hall.key":   key,
		"county.pub": "county",
		"ref.key":    strings.Repeat("0f", refKeyBytes) + "\n",
		"lists.pub":  strings.Repeat("d7", ed25519.PublicKeySize) + "\n",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	for _, name := range []string{"logo.png", "logo-1bit.png"} {
		var b strings.Builder
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), b.String())
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// keyPair is a certificate for name and its key, both PEM.
func keyPair(t *testing.T, name string) (cert, key string) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotAfter:     time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, priv.Public(), priv)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}
