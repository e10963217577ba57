package daemon

import (
	"testing"

	"halld/config"
)

func TestRulesTakeTheCountysChoices(t *testing.T) {
	c := &config.Config{}
	if rules(c).Rental.TwoPersonAdd {
		t.Error("two persons are asked of a new tool although nobody chose so")
	}
	c.Rental.TwoPersonAdd = true
	if !rules(c).Rental.TwoPersonAdd {
		t.Error("two_person_add does not reach the rules")
	}
}
