package identity

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The published sample number of GB 11643, and a person who does not exist.
var sample = Person{Name: "张三", Number: "11010519491231002X", Kind: "resident"}

var testRefKey = bytes.Repeat([]byte{0x01, 0x23}, KeySize/2)

func TestRef(t *testing.T) {
	got := Ref(testRefKey, "11010519491231002X")
	// printf 11010519491231002X | openssl dgst -sha256 -mac HMAC -macopt hexkey:0123…
	if want := "229c664d0545366736385a0196b08aefdfb983cb0bfa5555503b050a560ba1a9"; got != want {
		t.Errorf("Ref = %s, want %s", got, want)
	}
	for _, same := range []string{"11010519491231002x", " 110105 19491231 002X\n", "１１０１０５１９４９１２３１００２Ｘ"} {
		if Ref(testRefKey, same) != got {
			t.Errorf("Ref of %q differs from the plain spelling's", same)
		}
	}
	if Ref(testRefKey, "110105194912310021") == got || Ref(bytes.Repeat([]byte{2}, KeySize), "11010519491231002X") == got {
		t.Error("another number or another key gives the same reference")
	}
}

func TestMasks(t *testing.T) {
	for name, want := range map[string]string{
		"张三": "张*", "张三丰": "张*", "欧阳修": "欧阳*", "单于": "单*", "张": "张*", " 李 四 ": "李*",
		"买买提·阿不都": "买*", "John Smith": "John *", "Pelé": "P*", "": "", "\t": "",
	} {
		if got := MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
	for number, want := range map[string][2]string{
		"11010519491231002x": {"002X", "**************002X"},
		"12345":              {"2345", "*2345"},
		"1234":               {"4", "***4"},
		"":                   {"", ""},
	} {
		if got := [2]string{Last4(number), MaskNumber(number)}; got != want {
			t.Errorf("Last4, MaskNumber of %q = %q, want %q", number, got, want)
		}
	}
}

func TestDeviceKey(t *testing.T) {
	dir := t.TempDir()
	k, err := LoadDeviceKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, DeviceKeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("device key file: %v, %v, want mode 600", info, err)
	}
	ref := Ref(testRefKey, sample.Number)
	sealed, err := k.Seal(ref, sample)
	if err != nil {
		t.Fatal(err)
	}
	mustHide(t, sealed)
	again, err := LoadDeviceKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(ref, sealed); err != nil || got != sample {
		t.Errorf("Open with the key loaded again = %v, %v", got, err)
	}
	if _, err := k.Open(ref[1:]+"0", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("Open for another reference = %v, want ErrSealed", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open(ref, bad); !errors.Is(err, ErrSealed) {
			t.Errorf("Open with byte %d flipped = %v, want ErrSealed", i, err)
		}
		if _, err := k.Open(ref, sealed[:i]); !errors.Is(err, ErrSealed) {
			t.Errorf("Open of %d bytes = %v, want ErrSealed", i, err)
		}
	}
}

// mustHide fails when any part of the sample's number or name can be read.
func mustHide(t *testing.T, outputs ...[]byte) {
	t.Helper()
	for _, b := range outputs {
		for _, secret := range []string{sample.Number, sample.Number[6:14], sample.Name} {
			if bytes.Contains(b, []byte(secret)) || bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString([]byte(secret))[:8])) {
				t.Errorf("%q can be read in an output", secret)
			}
		}
	}
}

func TestDeviceRefKeyStays(t *testing.T) {
	dir := t.TempDir()
	a, err := DeviceRefKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := DeviceRefKey(dir)
	if err != nil || !bytes.Equal(a, b) || len(a) != KeySize {
		t.Errorf("DeviceRefKey again = %d bytes, %v, want the same key", len(b), err)
	}
	c, err := LoadRefKey(filepath.Join(dir, RefKeyFile))
	if err != nil || !bytes.Equal(a, c) {
		t.Errorf("LoadRefKey of it = %d bytes, %v", len(c), err)
	}
}

func TestBadKeyFileIsAnErrorAndStays(t *testing.T) {
	for _, text := range []string{"", "12", strings.Repeat("0", 64), strings.Repeat("zz", 32), strings.Repeat("12", 33)} {
		dir := t.TempDir()
		path := filepath.Join(dir, DeviceKeyFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadDeviceKey(dir); err == nil {
			t.Errorf("a device key file of %q was taken", text)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("the file of %q was changed to %q", text, got)
		}
	}
	if _, err := LoadRefKey(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadRefKey without a file = %v", err)
	}
}

func newKey(t *testing.T) *PrivateKey {
	t.Helper()
	k, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var testPlace = Place{Hall: "140321-01", Seq: 42, Field: "person"}

func TestCountySeal(t *testing.T) {
	old, now := newKey(t), newKey(t)
	keys := []*PrivateKey{now, old}
	sealed, key, err := old.Public().Seal(testPlace, sample)
	if err != nil {
		t.Fatal(err)
	}
	mustHide(t, []byte(sealed), []byte(key))
	if want := "HPKE-X25519-HKDF-SHA256-AES256GCM:" + old.Public().ID(); key != want {
		t.Errorf("key = %s, want %s", key, want)
	}
	if got, err := Open(keys, testPlace, sealed, key); err != nil || got != sample {
		t.Errorf("Open with the older key = %v, %v", got, err)
	}
	twice, _, _ := old.Public().Seal(testPlace, sample)
	if twice == sealed {
		t.Error("sealing twice gives the same text")
	}
	otherAlg := "HPKE-SM2-HKDF-SM3-SM4GCM:" + old.Public().ID()
	for name, tt := range map[string]struct {
		keys        []*PrivateKey
		at          Place
		sealed, key string
		want        error
	}{
		"hall":       {keys, Place{"140321-02", 42, "person"}, sealed, key, ErrSealed},
		"sequence":   {keys, Place{"140321-01", 43, "person"}, sealed, key, ErrSealed},
		"field":      {keys, Place{"140321-01", 42, "witness"}, sealed, key, ErrSealed},
		"boundary":   {keys, Place{"140321-0", 42, "1person"}, sealed, key, ErrSealed},
		"no key":     {keys[:1], testPlace, sealed, key, ErrNoKey},
		"wrong key":  {keys, testPlace, sealed, Alg + ":" + now.Public().ID(), ErrSealed},
		"no key id":  {keys, testPlace, sealed, Alg, ErrNoKey},
		"algorithm":  {keys, testPlace, sealed, otherAlg, ErrAlg},
		"not base64": {keys, testPlace, sealed + "=", key, ErrSealed},
		"empty":      {keys, testPlace, "", key, ErrSealed},
	} {
		if _, err := Open(tt.keys, tt.at, tt.sealed, tt.key); !errors.Is(err, tt.want) {
			t.Errorf("%s: Open = %v, want %v", name, err, tt.want)
		}
	}
}

func TestCountySealBitFlips(t *testing.T) {
	k := newKey(t)
	sealed, key, err := k.Public().Seal(testPlace, sample)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1 << (i % 7) // the top bit of X25519's last byte is ignored by design
		if _, err := Open([]*PrivateKey{k}, testPlace, base64.RawURLEncoding.EncodeToString(bad), key); !errors.Is(err, ErrSealed) {
			t.Errorf("Open with byte %d flipped = %v, want ErrSealed", i, err)
		}
	}
}

func TestSealRoundTrip(t *testing.T) {
	k := newKey(t)
	dev, err := LoadDeviceKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Person{rapid.String().Draw(t, "name"), rapid.String().Draw(t, "number"), rapid.String().Draw(t, "kind")}
		at := Place{rapid.String().Draw(t, "hall"), rapid.Uint64().Draw(t, "seq"), rapid.String().Draw(t, "field")}
		sealed, key, err := k.Public().Seal(at, p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open([]*PrivateKey{k}, at, sealed, key); err != nil || got != p {
			t.Fatalf("Open = %+v, %v, want %+v", got, err, p)
		}
		b, err := dev.Seal(at.Hall, p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := dev.Open(at.Hall, b); err != nil || got != p {
			t.Fatalf("device Open = %+v, %v, want %+v", got, err, p)
		}
	})
}

func TestKeyFiles(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "county")
	pub, err := WriteKeyFiles(prefix)
	if err != nil {
		t.Fatal(err)
	}
	for suffix, want := range map[string]os.FileMode{".key": 0o600, ".pub": 0o644} {
		info, err := os.Stat(prefix + suffix)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want mode %o", suffix, info, err, want)
		}
	}
	loaded, err := LoadPublicKey(prefix + ".pub")
	if err != nil || loaded.ID() != pub.ID() {
		t.Fatalf("LoadPublicKey = %v, %v", loaded, err)
	}
	keys, err := LoadPrivateKeys(prefix + ".key")
	if err != nil || len(keys) != 1 || keys[0].Public().ID() != pub.ID() {
		t.Fatalf("LoadPrivateKeys = %v, %v", keys, err)
	}
	sealed, key, err := loaded.Seal(testPlace, sample)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(keys, testPlace, sealed, key); err != nil || got != sample {
		t.Errorf("Open with the loaded key = %v, %v", got, err)
	}
	if _, err := WriteKeyFiles(prefix); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writing over a key = %v, want fs.ErrExist", err)
	}
	if _, err := LoadPublicKey(prefix + ".key"); err == nil || !strings.Contains(err.Error(), "private") {
		t.Errorf("loading the private key as seal_to = %v", err)
	}
	if _, err := LoadPrivateKeys(prefix + ".pub"); err == nil {
		t.Error("a public key was taken for a private one")
	}
}

func TestSeveralPrivateKeysInOneFile(t *testing.T) {
	a, b := newKey(t), newKey(t)
	ta, _ := a.Text()
	tb, _ := b.Text()
	keys, err := ParsePrivateKeys(ta + "\n" + tb)
	if err != nil || len(keys) != 2 || keys[1].Public().ID() != b.Public().ID() {
		t.Errorf("ParsePrivateKeys = %v, %v", keys, err)
	}
}

func TestPrivateKeyIsNotPrinted(t *testing.T) {
	k := newKey(t)
	raw, err := k.key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k), fmt.Sprint([]*PrivateKey{k})} {
		if strings.Contains(s, hex.EncodeToString(raw)) || strings.Contains(s, base64.StdEncoding.EncodeToString(raw)) {
			t.Error("the private key can be printed")
		}
	}
}

func TestUnusablePublicKeys(t *testing.T) {
	line := func(raw []byte) string { return publicHeader + " " + base64.StdEncoding.EncodeToString(raw) }
	good := newKey(t).Public().String()
	for name, text := range map[string]string{
		"empty": "", "comment": "# none\n", "header": publicHeader, "short": line(make([]byte, 31)),
		"small order": line(make([]byte, 32)), "two": good + good, "not base64": publicHeader + " ####",
	} {
		if _, err := ParsePublicKey(text); err == nil {
			t.Errorf("%s: ParsePublicKey took it", name)
		}
	}
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add("# a comment\n" + publicHeader + " " + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32)))
	f.Add(publicHeader + " AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParsePublicKey(text)
		if err != nil {
			return
		}
		again, err := ParsePublicKey(k.String())
		if err != nil || again.ID() != k.ID() {
			t.Errorf("what it writes reads as %v, %v", again, err)
		}
	})
}

func FuzzParsePrivateKeys(f *testing.F) {
	f.Add(privateHeader + " " + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32)))
	f.Add("#\n\n" + privateHeader)
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParsePrivateKeys(text)
		if err == nil && len(keys) == 0 {
			t.Error("no keys and no error")
		}
		for _, k := range keys {
			if _, err := k.Text(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	k, err := GenerateKey()
	if err != nil {
		f.Fatal(err)
	}
	sealed, key, err := k.Public().Seal(testPlace, sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, key)
	f.Add("", Alg+":")
	f.Fuzz(func(t *testing.T, sealed, key string) {
		p, err := Open([]*PrivateKey{k}, testPlace, sealed, key)
		if err != nil && p != (Person{}) {
			t.Errorf("an error with %+v", p)
		}
	})
}

func FuzzMasks(f *testing.F) {
	f.Add("11010519491231002X", "欧阳修")
	f.Fuzz(func(t *testing.T, number, name string) {
		if n := []rune(Normalise(number)); len(n) > 0 && len([]rune(MaskNumber(number))) != len(n) {
			t.Errorf("MaskNumber changes the length of %q", number)
		}
		if n := len([]rune(Normalise(number))); n > 1 && len([]rune(Last4(number))) >= n {
			t.Errorf("Last4 shows all of %q", number)
		}
		if Normalise(Normalise(number)) != Normalise(number) {
			t.Errorf("Normalise of %q is not stable", number)
		}
		MaskName(name)
	})
}
