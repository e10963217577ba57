package receiver

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"halld/cmd/internal/ledger"
)

// facts is what the reports need of a record's data, in columns of their own so
// that no report has to open a document.
type facts struct {
	day    string // of the record's time at the hall
	ref    string // person, if the record concerns one
	fen    int64  // deposit, payment or fee; what is taken back is negative
	counts int64  // how often the record counts: -1 for what takes a settlement back

	odd bool // the person or the sum is none, and left out
}

// kindSalvaged is a record of an epoch before, carried into the next.
const kindSalvaged = "ledger.salvaged"

// body is the data of a record as far as the reports look at it.
type body struct {
	Person struct {
		Ref string `json:"ref"`
	} `json:"person"`
	What   string          `json:"what"`
	Amount json.RawMessage `json:"amount"`
	Fee    json.RawMessage `json:"fee"`
	Bill   struct {
		Fee json.RawMessage `json:"fee"`
	} `json:"bill"`
}

// factsOf never fails: a hall's record may be anything, and is kept whatever it
// says.
func factsOf(r ledger.Record) facts {
	f := facts{day: r.Time.Format(time.DateOnly), counts: 1}
	var b body
	_ = json.Unmarshal(r.Data, &b) // a kind that this version does not know may use the names otherwise
	isSum := true
	switch r.Kind {
	case "deposit.taken", "deposit.refunded", "deposit.forfeited", "payment.taken":
		f.fen, isSum = sum(b.Amount)
	case "rental.settled":
		if f.fen, isSum = b.fee(); f.fen < 0 {
			f.counts = -1
		}
	case "rental.corrected":
		f.counts = 0
		if b.What == "settlement" {
			f.fen, isSum = b.fee()
			f.fen, f.counts = -f.fen, -1
		}
	}
	if printable(b.Person.Ref) {
		f.ref = b.Person.Ref
	} else {
		f.odd = true
	}
	f.odd = f.odd || !isSum
	return f
}

// fee is that of a bill, which stands in a record by itself or as its bill.
func (b body) fee() (int64, bool) {
	if len(b.Fee) > 0 {
		return sum(b.Fee)
	}
	return sum(b.Bill.Fee)
}

// printable says whether a text is one that every database takes: up to 64
// characters of printable ASCII.
func printable(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' })
}

// mostFen is the greatest sum that is believed, ten million yuan: nine thousand
// million of them still add up.
const mostFen = 1_000_000_000

// sum reads yuan in a decimal string, "12.50", into 分.
func sum(raw json.RawMessage) (fen int64, ok bool) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return 0, false
	}
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	if whole == "" || len(frac) > 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(frac + "00")[:2], 10, 53)
	if err != nil || n > mostFen {
		return 0, false
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}
