package hall

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// coverage counts what the rules accepted in all histories.
type coverage map[string]int

// leastSeen is how often everything must have been accepted in 10^5 steps: a model
// whose events are refused tests nothing.
const leastSeen = 25

// event counts an accepted event of a rental, told apart by what it came to.
func (c coverage) event(ev Event, out Outcome, err error) {
	if err != nil || len(out.Data) == 0 {
		return
	}
	name := fmt.Sprintf("%T", ev)[len("hall."):]
	switch e := ev.(type) {
	case RentalInspect:
		name += " " + e.Result
	case RentalCorrect:
		name += " " + e.What
	case RentalApproveByCounty:
		if e.Refuse {
			name += ", no"
		}
	case RentalReturn:
		if e.ByHand {
			name += " by hand"
		}
	case RentalHandover:
		if e.ByHand {
			name += " by hand"
		}
	case RentalLostSlip:
		if e.Document != "" {
			name += " by document"
		}
	case RentalPay:
		if e.Amount != 0 && e.Amount < e.Due {
			name += ", a part"
		}
	}
	c[name]++
}

func (c coverage) record(k Kind) { c[string(k)]++ }

// wanted is everything that histories of rentals must come to.
func (coverage) wanted() []string {
	list := []string{
		"RentalRequest", "RentalApprove", "RentalApproveByCounty", "RentalApproveByCounty, no", "RentalRefuse", "RentalCancel", "RentalContract",
		"RentalSign", "RentalDeposit", "RentalHandover", "RentalHandover by hand", "RentalReturn", "RentalReturn by hand",
		"RentalInspect ok", "RentalInspect damaged", "RentalInspect incomplete", "RentalInspect lost", "RentalSettle", "RentalPay", "RentalPay, a part",
		"RentalSwap", "RentalLostSlip", "RentalLostSlip by document", "RentalRemind", "DecideDoor",
		"a lost tool back", "RentalCorrect settlement", "RentalCorrect inspection", "RentalCorrect deposit",
	}
	for _, f := range rentalData {
		list = append(list, string(f().Kind()))
	}
	return list
}

// report logs the counts, and fails if something hardly ever happened in a run of
// the usual length.
func (c coverage) report(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		t.Logf("%7d %s", c[name], name)
	}
	if historySteps() < usualSteps || t.Failed() {
		return
	}
	for _, name := range c.wanted() {
		if c[name] < leastSeen {
			t.Errorf("%s was accepted %d times, want %d at least", name, c[name], leastSeen)
		}
	}
}
