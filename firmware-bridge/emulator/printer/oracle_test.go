package printer

import (
	"context"
	"errors"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// receipt is a slip in receiptline's own language.
const receipt = `{width:48}
^^^东湖零工市场

A015
-
{align:left}
您前面还有 3 人 |
押金 | ￥50.00
工具 | 陶喆 电锤 DR-01
"粗体" _下划线_ ` + "`反白`" + `
=
`

// encode makes receiptline write the slip twice: as bytes for a printer, and as
// the text it thinks the printer shows.
const encode = `
const r = require('receiptline');
const m = require('fs').readFileSync(0, 'utf8');
const o = {cpl: 48, encoding: 'gb18030', cutting: true};
process.stdout.write(r.transform(m, {...o, command: process.argv[1]}), process.argv[1] === 'text' ? 'utf8' : 'binary');
`

// oracle is the folder of an npm package of others that tells whether this printer
// reads what it writes. Without HALL_NPM, the folder that they are installed in,
// the test is left out; with it they must be there.
func oracle(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("HALL_NPM")
	if dir == "" {
		t.Skip("set HALL_NPM to a folder with the npm package " + name)
	}
	dir = filepath.Join(dir, "node_modules", name)
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// node runs a script beside the packages.
func node(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir = os.Getenv("HALL_NPM")
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running node: %v\n%s", err, stderr.String())
	}
	return string(out)
}

// squeeze takes lines as what stands on them, because receiptline's text has
// enlarged letters spaced out and rules of minus signs.
func squeeze(s string) []string {
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.NewReplacer(" ", "", "─", "-").Replace(l)
		if l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

func TestReceiptline(t *testing.T) {
	oracle(t, "receiptline")
	text := node(t, receipt, "-e", encode, "text")
	for _, command := range []string{"generic", "epson"} {
		p := New(TM80())
		p.receive([]byte(node(t, receipt, "-e", encode, command)))
		p.Tear()
		got := squeeze(strings.Join(texts(p), "\n"))
		wanted := squeeze(text)
		if strings.Join(got, "\n") != strings.Join(wanted, "\n") {
			t.Errorf("%s: printed\n%s\nwant\n%s", command, strings.Join(got, "\n"), strings.Join(wanted, "\n"))
		}
	}
}

// TestReceiptio lets another program's status client judge the printer: its
// exit code is what it understood.
func TestReceiptio(t *testing.T) {
	dir := oracle(t, "receiptio")
	slip := filepath.Join(t.TempDir(), "slip.receipt")
	if err := os.WriteFile(slip, []byte(receipt), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name     string
		code     int
		tickets  int
		accident func(*Printer)
	}{
		{"success", 0, 1, func(*Printer) {}},
		{"paper low", 0, 1, func(p *Printer) { p.PaperLow(true) }},
		{"cover open", 101, 0, func(p *Printer) { p.CoverOpen(true) }},
		{"paper out", 102, 0, func(p *Printer) { p.PaperOut(true) }},
		{"overheated", 103, 0, func(p *Printer) { p.Overheat(true) }},
		{"paper ends meanwhile", 102, 0, func(p *Printer) { p.PaperOutAfter(40) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := New(TM80())
			tc.accident(p)
			address := listenTCP(t, p)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, "node", filepath.Join(dir, "bin", "cli.js"), "-d", address, "-c", "48", "-l", "zh-hans", "-t", "10", slip)
			out, err := cmd.CombinedOutput()
			code := 0
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				code = exit.ExitCode()
			}
			if code != tc.code || len(p.Tickets()) < tc.tickets {
				t.Errorf("exit %d with %d tickets, want %d: %v %s", code, len(p.Tickets()), tc.code, err, out)
			}
		})
	}
}

// TestZbar has a reader that nobody here wrote read the symbols off the paper.
func TestZbar(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed")
	}
	for _, tc := range []struct{ name, in, want string }{
		{"QR", string(vectorBytes(t, "qr_full_M6")), "QR-Code:https://example.org/t/A015"},
		{"QR of a ticket", string(vectorBytes(t, "job_ticket_gsv0"))[:825-4], "QR-Code:https://example.org/t/A015 CODE-128:A015"},
		{"CODE128", "\x1ba\x01\x1dh\x50\x1dw\x02\x1dkI\x06{BA015", "CODE-128:A015"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "paper.png")
			f, err := os.Create(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := png.Encode(f, paper(t, TM80(), tc.in+"\n")); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--nodbus", file).Output()
			if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != tc.want {
				t.Errorf("zbarimg reads %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

// listenTCP puts the printer on port 9100 of a loopback address that nobody
// else uses, and gives the address. The port is the only one receiptio knows.
func listenTCP(t *testing.T, p *Printer) string {
	t.Helper()
	const address = "127.0.91.0"
	l, err := net.Listen("tcp", net.JoinHostPort(address, "9100"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = p.Run(ctx, c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		cancel()
		l.Close()
		<-done
	})
	return address
}
