package hall

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestParseFen(t *testing.T) {
	for in, want := range map[string]Fen{
		"0": 0, "200": 20000, "200.5": 20050, "200.50": 20050, "0.01": 1, "007": 700, "1000000.00": MaxFen,
	} {
		if got, err := ParseFen(in); err != nil || got != want {
			t.Errorf("%q: got %d (%v), want %d", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", ".5", "5.", "12.345", "-1", "+1", " 1", "1 ", "1,000", "1e3", "0x10", "１２", "元", "1000000.01", "99999999999999999999", "1.2.3",
	} {
		var no *Refusal
		if got, err := ParseFen(in); !errors.As(err, &no) || no.Code != "money" {
			t.Errorf("%q: got %s (%v), want a sentence for the clerk", in, got, err)
		}
	}
}

// What is recorded is read back exactly, whatever it grew to.
func TestFenRoundTrip(t *testing.T) {
	held := func(f Fen) error {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		var back Fen
		if err := json.Unmarshal(b, &back); err != nil {
			return err
		}
		if back != f {
			return errors.New(string(b) + " reads as " + back.String())
		}
		return nil
	}
	for _, f := range []Fen{0, -1, 99, -99, -100, MaxFen, MaxFen + 1, 1000 * MaxFen, math.MaxInt64, math.MinInt64} {
		if err := held(f); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := held(Fen(rapid.Int64().Draw(t, "fen"))); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFenInJSON(t *testing.T) {
	for _, in := range []string{`12.5`, `"--5.00"`, `"12.345"`, `""`, `null`, `"92233720368547758.08"`, `{}`} {
		var f Fen
		var no *Refusal
		if err := json.Unmarshal([]byte(in), &f); !errors.As(err, &no) {
			t.Errorf("%s: got %s (%v), want a sentence for the clerk", in, f, err)
		}
	}
}
