package slip

import (
	"errors"
	"strings"
	"testing"
)

func TestClaims(t *testing.T) {
	tests := map[string]string{
		"ticket":     "ticket:A015/260105",
		"deposit":    "deposit:R260105-001-Y2/320.00",
		"settlement": "settlement:R260105-001/0.00/44.00",
		"payment":    "payment:R260105-001/44.00/260106",
		"cash":       "cash:J000012/1279.00",
		"refusal":    "",
	}
	for name, want := range tests {
		if got := templates[name].claim(job(t, name, samples[name])); got != want {
			t.Errorf("the claim of %s is %q, want %q", name, got, want)
		}
	}
}

func TestForgedSlipsAreRefused(t *testing.T) {
	code := ShortCode([]byte("a key for tests"), "140321-01")
	const claim = "deposit:D0105-002/320.00"
	good := claim + "#" + code(claim)
	tests := []struct {
		name, scanned string
		ok            bool
	}{
		{"as printed", good, true},
		{"typed small, with blanks", " " + claim + "#" + strings.ToLower(code(claim)) + "\n", true},
		{"higher amount", strings.Replace(good, "320.00", "920.00", 1), false},
		{"other slip", strings.Replace(good, "D0105-002", "D0105-003", 1), false},
		{"settlement with the same number", strings.Replace(good, "deposit", "settlement", 1), false},
		{"other hall's", claim + "#" + ShortCode([]byte("a key for tests"), "140321-02")(claim), false},
		{"other key's", claim + "#" + ShortCode([]byte("another key"), "140321-01")(claim), false},
		{"no code", claim, false},
		{"short code", good[:len(good)-1], false},
		{"long code", good + "0", false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Verify(code, tt.scanned)
			if tt.ok && (err != nil || got != claim) {
				t.Errorf("got %q (%v), want %q", got, err, claim)
			}
			if !tt.ok && !errors.Is(err, ErrForged) {
				t.Errorf("got %q (%v), want ErrForged", got, err)
			}
		})
	}
}

// Letters that look like digits are taken for them.
func TestMisreadCode(t *testing.T) {
	fixed := func(string) string { return "10A0B1" }
	if _, err := Verify(fixed, "ticket:A001/260105#lOaoBi"); err != nil {
		t.Error(err)
	}
}
