package receiver

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"halld/cmd/internal/ledger"
)

// facts is what the reports need of a record's data, in columns of their own so
// that no report has to open a document.
type facts struct {
	day string // of the record's time at the hall
	ref string // person, if the record concerns one
	fen int64  // deposit taken, refunded or forfeited; fee of a settlement
}

func factsOf(r ledger.Record) facts {
	var data struct {
		Person struct {
			Ref string `json:"ref"`
		} `json:"person"`
		Amount yuan `json:"amount"`
		Fee    yuan `json:"fee"`
		Bill   struct {
			Fee yuan `json:"fee"`
		} `json:"bill"`
	}
	f := facts{day: r.Time.Format("2006-01-02")}
	if json.Unmarshal(r.Data, &data) != nil {
		return f // of a kind that this version does not know
	}
	f.ref = data.Person.Ref
	switch r.Kind {
	case "deposit.taken", "deposit.refunded", "deposit.forfeited":
		f.fen = int64(data.Amount)
	case "rental.settled":
		f.fen = int64(data.Fee + data.Bill.Fee)
	}
	return f
}

// yuan is a sum in 分 that is written as yuan in a decimal string, "12.50". A
// reversal is negative.
type yuan int64

// UnmarshalJSON reads a decimal string.
func (y *yuan) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	fen, err := strconv.ParseUint(whole+(frac + "00")[:2], 10, 53)
	if err != nil || len(frac) > 2 {
		return fmt.Errorf("%q is not a sum in yuan", s)
	}
	if *y = yuan(fen); strings.HasPrefix(s, "-") {
		*y = -*y
	}
	return nil
}
