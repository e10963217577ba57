package printer

import (
	"strings"
	"testing"
)

// printText gives the text of one ticket, cut behind the bytes.
func printText(t *testing.T, o Opts, b string) string {
	t.Helper()
	p := New(o)
	p.receive([]byte(b + "\n" + cut))
	all := texts(p)
	if len(all) != 1 {
		t.Fatalf("%d tickets, want 1", len(all))
	}
	return strings.TrimRight(all[0], "\n")
}

func with(o Opts, set func(*Opts)) Opts {
	set(&o)
	return o
}

func TestText(t *testing.T) {
	tm, clone := TM80(), Clone58()
	gb2312 := with(clone, func(o *Opts) { o.Charset = GB2312 })
	for _, tc := range []struct {
		name string
		o    Opts
		in   string
		want string
	}{
		{"Chinese needs FS & on a printer that starts in ASCII", tm, "\x1c&" + hall, "东湖零工市场"},
		{"and not on one that starts in Chinese", clone, hall, "东湖零工市场"},
		{"ESC @ goes back to the power-on mode", tm, "\x1c&\x1b@\xb0\xb1", "░▒"},
		{"FS . leaves Chinese", clone, "\x1c.\xc4\xc4\x1c&" + hall, "──东湖零工市场"},
		{"code page of ESC t", tm, "\x1bt\x10\xe9\x80", "é€"},
		{"lines of the katakana page", tm, "\x1bt\x01\x98\x95\x99", "┌─┐"},
		{"two-byte GBK", clone, string(vectorBytes(t, "txt_name_gbk")), "陶喆"},
		{"two-byte GB18030", clone, string(vectorBytes(t, "txt_name_fe9f")), "龚䶮"},
		{"middle dot is two columns", clone, string(vectorBytes(t, "txt_middot")), "普工·搬运"},
		{"four-byte yen prints digits", clone, string(vectorBytes(t, "trap_yen_u00a5")), "06"},
		{"four-byte hanzi prints digits", clone, string(vectorBytes(t, "trap_astral_4b")), "45"},
		{"GBK name on a GB2312 printer", gb2312, "\xcc\xd5\x86\xb4.", "陶"},
		{"lone lead byte joins the lines", clone, "A\xb6\nB", "AB"},
		{"export model prints the code page", with(tm, func(o *Opts) { o.Charset = NoHanzi }), "\x1c&\xb0\xb1", "░▒"},
		{"centre", tm, "\x1ba\x01A015", strings.Repeat(" ", 22) + "A015"},
		{"right", tm, "\x1ba\x02A015", strings.Repeat(" ", 44) + "A015"},
		{"align is ignored off line start", tm, "A\x1ba\x02B", "AB"},
		{"absolute position", tm, "A\x1b$\x20\x01B", "A" + strings.Repeat(" ", 23) + "B"},
		{"relative position", tm, "A\x1b\\\x18\x00B\x1b\\\xf4\xffC", "A  BC"},
		{"left margin", tm, "\x1dL\x18\x00A", "  A"},
		{"area", tm, "\x1dW\x30\x00ABCDE", "ABCD\nE"},
		{"tab", tm, "A\tB\tC", "A       B       C"},
		{"own tabs", tm, "\x1bD\x04\x0a\x00A\tB\tC", "A   B     C"},
		{"enlarged is written once", tm, "\x1d!\x33A015", "A015"},
		{"wrap moves a hanzi whole", clone, strings.Repeat("x", 31) + hall[:4], strings.Repeat("x", 31) + "\n东湖"},
		{"wrap of 2x hanzi after eight", clone, "\x1d!\x11" + hall + hall[:6], "东湖零工市场东湖\n零"},
		{"clone is 2x at most", clone, "\x1d!\x33" + strings.Repeat("A", 17), strings.Repeat("A", 16) + "\nA"},
		{"drifting columns of EC-PM-520", with(clone, func(o *Opts) { o.HanziGap = 2 }), strings.Repeat(hall[:2], 16), strings.Repeat("东", 14) + "\n东东"},
		{"CR is nothing", tm, "A\r\nB\n\rC", "A\nB\nC"},
		{"feed lines", tm, "A\x1bd\x03B", "A\n\n\nB"},
		{"feed dots", tm, "A\x1bJ\x18B", "A\nB"},
		{"QR", tm, string(vectorBytes(t, "qr_full_M6")), "[QR https://example.org/t/A015]"},
		{"QR on a printer without", clone, string(vectorBytes(t, "qr_full_M6")) + "A", "A"},
		{"QR behind text is not printed", tm, "A" + string(vectorBytes(t, "qr_full_M6")), "A"},
		{"QR wider than the area is nothing", tm, "\x1dW\x60\x00" + string(vectorBytes(t, "qr_full_M6")) + "A", "A"},
		{
			"QR data stays", tm, string(vectorBytes(t, "qr_store_26")) + strings.Repeat(string(vectorBytes(t, "qr_print")), 2),
			"[QR https://example.org/t/A015]\n[QR https://example.org/t/A015]",
		},
		{"QR data is gone after ESC @", tm, string(vectorBytes(t, "qr_store_26")) + "\x1b@" + string(vectorBytes(t, "qr_print")) + "A", "A"},
		{"CODE128", tm, "\x1dkI\x06{BA015", "[CODE128 A015]"},
		{"CODE128 set C", tm, string(vectorBytes(t, "bar_code128_C")), "[CODE128 202601]"},
		{"CODE128 without a start", tm, "\x1dkI\x04A015B", "B"},
		{"strips make one picture", tm, strings.Repeat("\x1dv0\x00\x02\x00\x02\x00abcd", 3), "[image 16x6]"},
		{"raster twice as large", tm, "\x1dv0\x03\x02\x00\x02\x00abcd", "[image 32x4]"},
		{"raster on a printer without", with(tm, func(o *Opts) { o.Raster = false }), "\x1dv0\x00\x02\x00\x02\x00abcdA", "A"},
		{"graphics", tm, string(vectorBytes(t, "gfx_store_16x8")) + "\x1d(L\x02\x0002", "[image 16x8]"},
		{"graphics with a long length", tm, string(vectorBytes(t, "gfx_store_32bit_16x8")) + "\x1d(L\x02\x0002", "[image 16x8]"},
		{"graphics print once", tm, string(vectorBytes(t, "gfx_store_16x8")) + "\x1d(L\x02\x0002\x1d(L\x02\x0002", "[image 16x8]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := printText(t, tc.o, tc.in); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestCuts(t *testing.T) {
	line := "\x1b3\x1e"
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"feeding to the blade", line + "A\n" + cut + "B\n" + cut, []string{"A", "B"}},
		{"without feeding the last lines stay below the blade", "A\n\n\n\nB\n\x1dV\x00" + cut, []string{"A", "\n\n\nB"}},
		{"fed by hand", "A\n\x1bd\x04\x1dV\x01", []string{"A"}},
		{"ignored off line start", "A\x1dVB\x00B\n" + cut, []string{"AB"}},
		{"older commands", "A\n\x1bd\x04\x1bi" + "B\n\x1bd\x04\x1bm", []string{"A", "\n\n\n\nB"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := New(TM80())
			p.receive([]byte(tc.in))
			wantTexts(t, p, tc.want...)
		})
	}
}

func TestNoCutter(t *testing.T) {
	p := New(with(TM80(), func(o *Opts) { o.NoCutter = true }))
	p.receive([]byte("A\n" + cut + "B\n"))
	wantTexts(t, p)
	p.Tear()
	wantTexts(t, p, "A\nB")
}

func TestOnTicket(t *testing.T) {
	var p *Printer
	var got []string
	p = New(with(TM80(), func(o *Opts) {
		o.OnTicket = func(k Ticket) {
			got = append(got, k.Text)
			if len(p.Tickets()) == 0 {
				t.Error("the printer does not have the ticket yet")
			}
		}
	}))
	p.receive([]byte("A\n" + cut + "B\n" + cut))
	if strings.Join(got, " ") != "A B" {
		t.Errorf("told of %q", got)
	}
}

func TestJobsOfOthers(t *testing.T) {
	ticket := `[image 96x48]

                  东湖零工市场
                A015
              普工·搬运
您前面还有 3 人
预计等候：12 分钟
押金：￥50.00
[QR https://example.org/t/A015]

[CODE128 A015]

2026-01-05 09:31:07`
	for name, want := range map[string]string{
		"job_ticket_gsv0": ticket,
		"job_ticket_gsL":  ticket,
		"job_receiptline_generic": `[image 104x100]
                  东湖零工市场

                  A015

                   普工·搬运
您前面还有 3 人
预计等候：12 分钟
押金                                     ￥50.00`,
		"job_receiptio_session": `                  东湖零工市场

                    A015

您前面还有 3 人`,
		"job_escpos_php": `                  东湖零工市场
[QR https://example.org/t/A015]
[CODE128 A015]`,
		"job_node_thermal_printer": `              东湖零工市场 ￥50 镕
[QR https://example.org/t/A015]`,
		"job_rpe_no_chinese": `                     ??????
                A015`, // cut without feeding: the code stays below the blade
	} {
		t.Run(name, func(t *testing.T) {
			p := New(with(TM80(), func(o *Opts) { o.ChineseDefaultOn = true }))
			p.receive(vectorBytes(t, name))
			all := texts(p)
			if len(all) == 0 {
				t.Fatal("no ticket")
			}
			if got := strings.TrimRight(all[0], "\n"); got != want {
				t.Errorf("%s\nwant\n%s", got, want)
			}
		})
	}
}
