package slip

import (
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
)

// plain lays the last slip of a template out that the desk printed, all copies.
func (d *desk) plain(t *testing.T, template string) string {
	t.Helper()
	s, ok := d.slips[template]
	if !ok {
		t.Fatalf("no %s slip was printed", template)
	}
	doc, err := Render(house(t), hall.Job{ID: "S000142", Slip: s}, who)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Plain(32)
}

// TestSettlementSaysWhatBecameOfTheSum: refunded how, paid how, or still owed.
func TestSettlementSaysWhatBecameOfTheSum(t *testing.T) {
	for name, c := range map[string]struct {
		deduct hall.Fen
		method string
		want   []string
	}{
		"refunded as it was paid": {0, "", []string{"退还押金                 ￥20.00", "退款方式                    现金"}},
		"refunded another way":    {500, "微信", []string{"退还押金                 ￥15.00", "退款方式                    微信"}},
		"all kept":                {2000, "", []string{"退还押金                  ￥0.00"}},
		"paid":                    {2600, "微信", []string{"应补交                    ￥6.00", "已补交                    ￥6.00", "收款方式                    微信"}},
		"owed":                    {2600, "", []string{"应补交                    ￥6.00", "尚欠，未补交              ￥6.00"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			id := d.rent("T-0003")
			d.bring(id, time.Hour, "T-0003")
			e := hall.RentalInspect{Rental: id, Result: hall.ResultOK, Passed: []string{hall.All}, Staff: "02"}
			if c.deduct > 0 {
				e.Result, e.Deduct = hall.ResultDamaged, c.deduct
			}
			d.do(e)
			d.do(hall.RentalSettle{Rental: id, Method: c.method, Staff: "01"})
			text := d.plain(t, "settlement")
			for _, want := range append(c.want, "押金收据 "+id+"-Y1   未收回") {
				if !strings.Contains(text, want) {
					t.Errorf("the slip lacks %q:\n%s", want, text)
				}
			}
			if refunded := strings.Contains(text, "退款方式"); refunded != (len(c.want) == 2 && strings.HasPrefix(c.want[1], "退款")) {
				t.Errorf("the slip speaks of a refund: %t\n%s", refunded, text)
			}
		})
	}
}

// TestSwappedToolOnPaper: contract and return slip say what replaced what, and the
// time of both is charged once.
func TestSwappedToolOnPaper(t *testing.T) {
	d := newDesk()
	id := d.rent("T-0007")
	d.bring(id, time.Hour, "T-0007")
	d.do(hall.RentalSwap{Rental: id, Tool: "T-0007", With: "T-0008", Reason: "不转", Staff: "01"})
	contract := d.plain(t, "rental")
	for _, want := range []string{"换下                    T-0007", "押金                沿用原押金", "存根号             " + id + "-2", "柜门 A/13"} {
		if !strings.Contains(contract, want) {
			t.Errorf("the contract lacks %q:\n%s", want, contract)
		}
	}
	d.do(hall.RentalSign{Rental: id, Staff: "01"})
	d.bring(id, time.Hour, "T-0008")
	for _, tool := range []string{"T-0007", "T-0008"} {
		d.do(hall.RentalInspect{Rental: id, Tool: tool, Result: hall.ResultOK, Passed: []string{hall.All}, Present: []string{hall.All}, Staff: "02"})
	}
	paper := d.plain(t, "return")
	for _, want := range []string{"换下                    T-0007", "8.00元/小时×2小时", "=16.00元"} {
		if strings.Count(paper, want) != 1 {
			t.Errorf("the return slip has %q %d times, want once:\n%s", want, strings.Count(paper, want), paper)
		}
	}
}
