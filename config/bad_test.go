package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBadFiles holds what an installer is told about each file of the corpus
// to the text beside it.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			cfg, err := Load(file)
			var ps Problems
			if !errors.As(err, &ps) || cfg != nil {
				t.Fatalf("Load = %v, %v; want Problems and no config", cfg, err)
			}
			for _, p := range ps {
				if p.File != file || p.Line < 1 || p.Text == "" {
					t.Errorf("%+v lacks a place or a text", p)
				}
			}
			text := regexp.MustCompile(`读不到文件(夹?) \S*/testdata`).ReplaceAllString(ps.Error(), "读不到文件$1 testdata")
			golden(t, strings.TrimSuffix(file, ".toml")+".txt", []byte(text+"\n"))
		})
	}
}

func TestNoFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "hall.toml"))
	if err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("Load of no file = %v, want what to do about it", err)
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct{ name, add, key string }{
		{"broker confirms", "[county]\nconfirm = \"broker\"\n", "county.confirm"},
		{"plain broker", "[county]\nbrokers = [\"tcp://10.0.0.1:1883\"]\n", "county.brokers[0]"},
		{"console for all in the clear", "[console]\nlisten = \"0.0.0.0:8080\"\ninsecure = true\n", "console.insecure"},
		{"insecure for nobody", "[console]\ninsecure = true\n", "console.insecure"},
		{"night hours", "[[hours]]\ndays=[\"mon\"]\nopen=\"20:00\"\nclose=\"04:00\"\n", "hours[0].close"},
		{"priced tools without approval", "[rental]\npreapproved = [\"priced\"]\n", "rental.preapproved"},
		{"unconfirmed slips", "[printer]\nport = \"file:/dev/usb/lp0\"\nconfirm = \"none\"\n", "printer.confirm"},
		{"tool without safety note", "[[tool_type]]\nkey = \"saw\"\nname = \"锯\"\n", "tool_type[0].safety"},
		{"service of no window", "[[service]]\nkey = \"aid\"\nname = \"帮扶\"\nprefix = \"D\"\n", "service[1].key"},
		{"service of no root", "[[service]]\nkey = \"other\"\nname = \"其他\"\nprefix = \"D\"\n", "service[1].root"},
		{"one person", "", "staff"},
		{"nobody to complain to", "", "hall.complaints"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := Parse("hall.toml", []byte(minimal+tt.add))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range cfg.Warnings {
				if w.Key == tt.key {
					return
				}
			}
			t.Errorf("no warning at %s in:\n%v", tt.key, Problems(cfg.Warnings))
		})
	}
}

// TestCertificateOfAnotherHall: a county broker that lets each certificate
// write to its own topics swallows what this one sends.
func TestCertificateOfAnotherHall(t *testing.T) {
	dir := t.TempDir()
	cert, key := keyPair(t, "140321-02")
	_, other := keyPair(t, "140321-01")
	write(t, filepath.Join(dir, "hall.pem"), cert)
	write(t, filepath.Join(dir, "hall.key"), key)
	doc := []byte(minimal + "[county]\ncert = \"hall.pem\"\nkey = \"hall.key\"\n")
	cfg, err := Parse(filepath.Join(dir, "hall.toml"), doc)
	if err != nil {
		t.Fatal(err)
	}
	if got := Problems(cfg.Warnings).Error(); !strings.Contains(got, "140321-02") {
		t.Errorf("no warning of another hall's certificate in:\n%s", got)
	}
	write(t, filepath.Join(dir, "hall.key"), other)
	if _, err := Parse(filepath.Join(dir, "hall.toml"), doc); err == nil {
		t.Error("a key of another certificate is taken")
	}
}

// TestSecretStaysSecret: a ref key of the wrong form is never shown.
func TestSecretStaysSecret(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ref.key"), "not-hex-but-secret")
	_, err := Parse(filepath.Join(dir, "hall.toml"), []byte(minimal+"[county]\nref_key = \"ref.key\"\n"))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error = %v, want one without the file's content", err)
	}
}

// TestOneDeviceUnderTwoNames follows the links that udev makes.
func TestOneDeviceUnderTwoNames(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ttyUSB0"), "")
	if err := os.Symlink("ttyUSB0", filepath.Join(dir, "reader")); err != nil {
		t.Fatal(err)
	}
	doc := minimal + "[reader]\nport = \"serial:" + dir + "/reader?baud=115200\"\n" +
		"[printer]\nport = \"serial:" + dir + "/ttyUSB0?baud=19200\"\n"
	_, err := Parse("hall.toml", []byte(doc))
	if err == nil || !strings.Contains(err.Error(), "两个名字") {
		t.Errorf("error = %v, want that both names are one device", err)
	}
}

func TestRelativePathsBeginAtTheFile(t *testing.T) {
	cfg, err := Parse("/srv/hall/hall.toml", []byte("data_dir = \"data\"\n"+minimal))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := cfg.DataDir, "/srv/hall/data"; got != want {
		t.Errorf("data_dir = %s, want %s", got, want)
	}
}

func TestSharedLine(t *testing.T) {
	doc := minimal
	for _, name := range []string{"1", "2"} {
		doc += "[[display]]\nname = \"" + name + "\"\naddress = " + name +
			"\ndriver = \"led485\"\nport = \"serial:/dev/hall/bus?baud=9600\"\n"
	}
	cfg, err := Parse("hall.toml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Displays[0].Port, cfg.Displays[1].Port}
	if diff := cmp.Diff(got, []string{"serial:/dev/hall/bus?baud=9600", "serial:/dev/hall/bus?baud=9600"}); diff != "" {
		t.Error(diff)
	}
}
