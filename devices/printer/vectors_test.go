package printer

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// vectors are the known bytes by name.
func vectors(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string][]byte{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v struct{ Name, Hex string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if all[v.Name], err = hex.DecodeString(v.Hex); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil || len(all) < 112 {
		t.Fatalf("%d vectors, %v, want 112 at least", len(all), err)
	}
	return all
}

// Every vector on this side of the wire: what a printer says is heard, text is
// written as the vector has it, and a command that the driver sends has the length
// that the vector gives it. A job of other programs is for the far end to read.
func TestVectors(t *testing.T) {
	replies := map[string]kind{"eot": kindStatus, "asb": kindASB, "gsr1": kindByte, "clear": kindBlock, "qr": kindBlock, "maker": kindBlock}
	for name, b := range vectors(t) {
		family, _, _ := strings.Cut(name, "_")
		switch {
		case name == "xoff":
			if got := scanAll(&scanner{}, b); len(got) != 0 {
				t.Errorf("%s is heard as %v, want nothing", name, got)
			}
		case strings.HasSuffix(name, "_resp"), family == "gsr1", strings.HasPrefix(name, "eot"), strings.HasPrefix(name, "asb_") && len(b) == 4:
			family = strings.TrimRight(family, "1234")
			if family == "gsr" {
				family = "gsr1"
			}
			got := scanAll(&scanner{ticketBit: true}, b)
			if len(got) != 1 || got[0].kind != replies[family] {
				t.Errorf("%s is heard as %v, want one reply of kind %d", name, got, replies[family])
			}
		case family == "txt":
			writes(t, name, b)
		case family == "trap", family == "job":
			// TestTextTraps, TestStripsAndTraps and the far end.
		default:
			tokens, err := tokenize(b)
			if err == nil && len(bytes.Join(data(tokens), nil)) != len(b) {
				t.Errorf("%s is cut into %v", name, tokens)
			}
			if err != nil && !strings.Contains(err.Error(), "should not send") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func data(tokens []token) (parts [][]byte) {
	for _, t := range tokens {
		parts = append(parts, t.data)
	}
	return parts
}

// writes sees that a text comes out as the vector has it.
func writes(t *testing.T, name string, b []byte) {
	t.Helper()
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	tokens, _ := job(t, profile(t, "generic", "80mm"), Text{Text: string(text)})
	if got, want := printedText(tokens), append(bytes.Clone(b), '\n'); !bytes.Equal(got, want) {
		t.Errorf("%s: %q is % x, want % x", name, text, got, want)
	}
	if got, want := columnsOf(string(text)), len(b); got != want {
		t.Errorf("%s: %q has %d columns, want %d", name, text, got, want)
	}
}

// The commands that the driver sends by itself are those of the vectors.
func TestCommandVectors(t *testing.T) {
	v := vectors(t)
	for name, command := range map[string]string{
		"cjk_on": fsChinese, "cjk_spacing_0": fsSpacing, "rt_recover_clear": dleRecover, "cut_feed_partial": CutPartial,
		"cut_esc_i": CutOldFull, "id_65": gsID + "A", "tx_drawer": gsPaper[:2] + "\x02", "asb_on_ff": gsASB[:2] + "\xff",
	} {
		if string(v[name]) != command {
			t.Errorf("%s is % x, want % x", name, command, v[name])
		}
	}
	_, data := job(t, profile(t, "generic", "58mm"), queueTicket().Lines...)
	for _, name := range []string{
		"cjk_on", "cjk_spacing_0", "size_4x4", "size_1w2h", "reverse_on", "qr_full_M6", "qr_model2", "qr_size6", "qr_store_26",
		"qr_print", "cut_feed_partial",
	} {
		if v[name] == nil || !bytes.Contains(data, v[name]) {
			t.Errorf("the queue ticket does not hold %s % x", name, v[name])
		}
	}
}

// Whatever is to be printed, no byte goes out that cuts on another maker's
// printer, and no lead byte without its trail: that would swallow a command.
func TestNoLoneByteGoesOut(t *testing.T) {
	v := vectors(t)
	sub, lead := v["trap_replace_sub"][0], v["trap_lone_lead"][2]
	text := "\x1a\xb6\ufffd\u0080€ÿ\U0010ffff\ue000張𠮷A"
	for _, name := range names {
		tokens, _ := job(t, profile(t, name, "80mm"), Text{Text: text}, Columns{Left: text, Right: text})
		for _, tok := range tokens {
			if tok.name == "text" && (tok.data[0] == sub || tok.data[0] == lead && len(tok.data) != 2) {
				t.Errorf("%s sends % x", name, tok.data)
			}
			if tok.name == "text" && len(tok.data) == 2 && tok.data[1] < 0x40 {
				t.Errorf("%s sends the lead byte %x in front of %x", name, tok.data[0], tok.data[1])
			}
		}
	}
}

// A printer of 180 dpi has its own row.
func TestRowOfAnotherWidth(t *testing.T) {
	for _, columns := range []int{0, 42} {
		p := profile(t, "epson", "80mm").WithRow(512, columns)
		if p.Columns != 42 || p.Dots != 512 {
			t.Errorf("%d columns of %d dots, want 42 of 512", p.Columns, p.Dots)
		}
		tokens, _ := job(t, p, Rule{}, newImage(600, 8), Columns{Left: "押金", Right: "200.00"})
		for line := range bytes.SplitSeq(printedText(tokens), []byte("\n")) {
			if len(line) > 42 {
				t.Errorf("a row of %d columns", len(line))
			}
		}
		for _, tok := range tokens {
			if tok.name == "GS v" && int(tok.data[4])+int(tok.data[5])<<8 > 64 {
				t.Errorf("a picture of %d bytes a row, want 64 at most", tok.data[4])
			}
		}
	}
}
