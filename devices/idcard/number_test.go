package idcard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestParseNumber(t *testing.T) {
	for _, tt := range []struct {
		in   string
		kind Kind
		want string
		born string
		sex  Sex
	}{
		{"11010519491231002X", Resident, "11010519491231002X", "1949-12-31", Female},
		{" 110105 19491231-002x", Resident, "11010519491231002X", "1949-12-31", Female},
		{"１１０１０５１９４９１２３１００２Ｘ", Resident, "11010519491231002X", "1949-12-31", Female},
		{"440524188001010014", Resident, "440524188001010014", "1880-01-01", Male},
		{"810000199408230021", ResidencePermit, "810000199408230021", "1994-08-23", Female},
		{"830000199201300022", ResidencePermit, "830000199201300022", "1992-01-30", Female},
		{"911398199012310021", Foreigner2023, "911398199012310021", "1990-12-31", Female},
		{"kaz110090123105", Foreigner2017, "KAZ110090123105", "1990-12-31", SexUnknown},
	} {
		got, err := ParseNumber(tt.in)
		if err != nil {
			t.Errorf("ParseNumber(%q): %v", tt.in, err)
			continue
		}
		if got.Kind != tt.kind || got.Number != tt.want || got.Birth.String() != tt.born || got.Sex != tt.sex {
			t.Errorf("ParseNumber(%q) = %s %s %s %s, want %s %s %s %s", tt.in,
				got.Kind, got.Number, got.Birth, got.Sex, tt.kind, tt.want, tt.born, tt.sex)
		}
	}
}

func TestParseNumberRefuses(t *testing.T) {
	for _, in := range []string{
		"", "X", "440524189001010014", "11010219840506970X", "11010119900307867X", // public negative tests
		"110105194912310021",           // the check character of another number
		"110105491231002",              // fifteen digits, on paper only
		"1101051949123100AX",           // a letter
		"11010519491231００2Y",           // a letter, wide digits
		"KAZ110090123104",              // wrong check digit
		"KA1110090123105",              // a digit in the nationality
		"11010519491231002X1",          // too long
		"\xff1010519491231002X",        // not UTF-8
		completed("11010519490229002"), // no such day
		completed("71010519491231002"), // no such area
		completed("11010517991231002"), // before any card
	} {
		if got, err := ParseNumber(in); !errors.Is(err, ErrNumber) {
			t.Errorf("ParseNumber(%q) = %q, %v, want ErrNumber", in, got.Number, err)
		}
	}
}

// completed gives a number its right check character, so that only what is
// wrong with it otherwise can refuse it.
func completed(n string) string { return n + string(check18(n)) }

// One wrong character, or two neighbours exchanged, never passes (what MOD 11-2
// is for).
func TestCheckCharacterSeesTypingErrors(t *testing.T) {
	const good = "11010519491231002X"
	for i := range 17 {
		for c := byte('0'); c <= '9'; c++ {
			b := []byte(good)
			if b[i] = c; string(b) == good {
				continue
			}
			if _, err := ParseNumber(string(b)); err == nil {
				t.Errorf("character %d as %c passes", i, c)
			}
		}
		if b := []byte(good); i < 16 && b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			if _, err := ParseNumber(string(b)); err == nil {
				t.Errorf("characters %d and %d exchanged pass", i, i+1)
			}
		}
	}
}

func TestParseDate(t *testing.T) {
	for s, ok := range map[string]bool{
		"20240229": true, "20000229": true, "18000101": true, "20230229": false, "19000229": false,
		"20240431": false, "20241301": false, "20240100": false, "00000000": false, "2024010": false,
		"2024 101": false, "17991231": false, "２０２４０１０１": false,
	} {
		if _, err := ParseDate(s); (err == nil) != ok {
			t.Errorf("ParseDate(%q): %v, want valid %v", s, err, ok)
		}
	}
}

func TestEthnicity(t *testing.T) {
	for code, want := range map[string]string{
		"01": "汉", "31": "达斡尔", "46": "德昂", "56": "基诺", "97": "其他", "98": "外国血统中国籍人士",
		"00": "", "57": "", "1": "", "": "", "AB": "", "+1": "",
	} {
		if got := ethnicity(code); got != want {
			t.Errorf("ethnicity(%q) = %q, want %q", code, got, want)
		}
	}
}

// Nothing that prints, logs or encodes by accident shows a person.
func TestNothingLeaks(t *testing.T) {
	born := Date{1949, time.December, 31}
	c := Card{
		Kind: Resident, Name: "测试样张", EnglishName: "SPECIMEN", Sex: Female, Ethnicity: "汉", Birth: born,
		Number: "11010519491231002X", Issuer: "样张市公安局", PassNumber: "H00000000",
	}
	id := Identity{Kind: Resident, Number: c.Number, Birth: born, Sex: Female}
	r := Reading{Event: CardRead, Card: &c}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, verb+verb+verb+verb+verb+"\n", c, &c, r, id, &id)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("card", "card", c, "pointer", &c, "reading", r, "id", id, "group", slog.GroupValue(slog.Any("c", c)))
	}
	for _, v := range []any{c, &c, r, id, map[string]any{"c": c}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	for _, secret := range []string{"测试", "SPECIMEN", "1101051949", "002X", "1949", "样张市", "H0000", "汉", "女"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q leaked", secret)
		}
	}
	if got, want := c.Masked(), "测* **************002X"; got != want {
		t.Errorf("Masked = %q, want %q", got, want)
	}
	if got := (Card{}).Masked(); got != "* " {
		t.Errorf("Masked of no card = %q", got)
	}
}
