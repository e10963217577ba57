package cmd_test

import (
	"errors"
	"strings"
	"testing"
)

// lent is a rental in the hands of two people of the staff.
type lent struct {
	h            *theatre
	keeper, head *staff
	id           string
}

// do asks for a step of the rental; more are fields and their values in turn.
func (l lent) do(t *testing.T, who *staff, verb string, into any, more ...any) {
	t.Helper()
	who.must(t, "rental/"+verb, l.body(more), into)
}

// refused asks for a step that must be refused, with a word of its reason.
func (l lent) refused(t *testing.T, who *staff, verb, why string, more ...any) {
	t.Helper()
	var no *refusal
	if err := who.call("rental/"+verb, l.body(more), nil); !errors.As(err, &no) || !strings.Contains(no.text, why) {
		t.Errorf("%s with %v gives %v, want a refusal with %q", verb, more, err, why)
	}
}

func (l lent) body(more []any) map[string]any {
	body := map[string]any{"rental": l.id}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

// through takes a step at a tool's door and shuts it.
func (l lent) through(t *testing.T, verb, state string, door int, more ...any) {
	t.Helper()
	l.do(t, l.keeper, verb, nil, append(more, "tool", toolAt(door))...)
	l.h.hw.Locker.PushShut(door)
	until(t, toolAt(door)+" is "+state, func() bool { return l.keeper.rental(t, l.id).of(toolAt(door)) == state })
}

// TestTwoPeopleLendTools: of two tools one is swapped before it leaves; they come
// back one after the other, one broken beyond the deposit, one without a part;
// the debt is paid later, in two sums.
func TestTwoPeopleLendTools(t *testing.T) {
	h, keeper, head := lending(t, 3, 4, 5)
	l := lent{h, keeper, head, keeper.request(t, 3, 4).Rental}
	l.refused(t, keeper, "approve", "权限")
	l.do(t, head, "approve", nil)
	if paper := strings.Join(h.take(t, 2), ""); !strings.Contains(paper, "戴护目镜和手套") {
		t.Errorf("the contract lacks the safety notes:\n%s", paper)
	}
	l.do(t, keeper, "sign", nil)
	l.do(t, keeper, "deposit", nil, "method", "扫码")
	l.through(t, "handover", "out", 3, "accessories", []string{"钻头"})
	l.do(t, keeper, "swap", nil, "tool", "DR-04", "with", "DR-05", "reason", "异响")
	l.refused(t, keeper, "sign", "已作废", "stub", l.id)
	l.do(t, keeper, "sign", nil)
	l.through(t, "handover", "out", 5)

	l.through(t, "return", "returned", 3)
	if r := keeper.rental(t, l.id); r.State != "out" || r.of("DR-05") != "out" {
		t.Errorf("got %+v, want the rest of the rental still out", r)
	}
	l.refused(t, keeper, "inspect", "还没有结果", "result", "ok", "present", all)
	l.refused(t, keeper, "inspect", "还没有清点", "result", "ok", "passed", all)
	l.do(t, keeper, "inspect", nil, "tool", "DR-03", "result", "damaged", "deduct", "500.00", "present", all,
		"passed", []string{"外壳无裂纹"}, "failed", []string{"电源线完好"})
	l.through(t, "return", "returned", 5)
	l.do(t, keeper, "inspect", nil, "result", "ok", "present", all, "missing", []string{"侧手柄"}, "passed", all)

	var bill struct{ Fee, Deduction, Deposit, Refund, Due, Paid string }
	l.do(t, keeper, "settle", &bill)
	if bill.Fee != "10.00" || bill.Deduction != "508.00" || bill.Deposit != "400.00" || bill.Refund != "0.00" || bill.Due != "118.00" || bill.Paid != "0.00" {
		t.Errorf("got the bill %+v, want 10.00 and 508.00 against 400.00, and 118.00 owed", bill)
	}
	var no *refusal
	if err := keeper.call("rental/request", map[string]any{"tools": []string{"DR-03"}, "person": "A001"}, nil); !errors.As(err, &no) {
		t.Errorf("whoever owes money is lent a tool: %v", err)
	}
	l.do(t, keeper, "pay", nil, "amount", "100.00", "due", "118.00")
	l.refused(t, head, "pay", "可能已有人收过", "amount", "18.00", "due", "118.00")
	l.do(t, head, "pay", nil, "method", "扫码")
	l.paidUp(t)
}

// paidUp checks what that rental leaves behind in the books and in the stock.
func (l lent) paidUp(t *testing.T) {
	t.Helper()
	if r := l.keeper.rental(t, l.id); r.State != "settled" || r.Held != "0.00" || r.Due != "0.00" {
		t.Errorf("got %+v at the end, want it settled with nothing held and nothing due", r)
	}
	var book struct {
		DepositIn    string `json:"deposit_in"`
		DepositOut   string `json:"deposit_out"`
		Rent         string
		Compensation string
		Paid         string
		Methods      map[string]string
	}
	l.keeper.must(t, "cash", nil, &book)
	if book.DepositIn != "400.00" || book.DepositOut != "0.00" || book.Rent != "10.00" || book.Compensation != "508.00" || book.Paid != "118.00" {
		t.Errorf("got the day's book %+v, want 400.00 of deposits and 118.00 of payments for 10.00 and 508.00", book)
	}
	if book.Methods["现金"] != "100.00" || book.Methods["扫码"] != "418.00" {
		t.Errorf("got %v by way of payment, want 100.00 in cash and 418.00 scanned", book.Methods)
	}
	var tools []struct{ Tool, State string }
	l.keeper.must(t, "tools", nil, &tools)
	for _, tool := range tools {
		if tool.State != "repair" {
			t.Errorf("%s is %q at the end, want repair: broken, faulty or without a part", tool.Tool, tool.State)
		}
	}
	l.h.ctl(t, nil, "ledger", "verify")
}
