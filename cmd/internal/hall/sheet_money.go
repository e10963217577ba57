package hall

import (
	"iter"
	"strconv"
	"strings"
	"time"
)

var depositHeads = []string{
	"时间", "单号", "押金单", "工具", "事项", "收押金#", "退押金#", "抵扣#", "在管押金#", "方式", "经手人", "第二人", "备注",
}

// layDeposits is the 押金往来: every movement of deposits, with what the hall
// holds after it. A reversal is negative in its column.
func layDeposits(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	receipts := map[string]string{} // that counts, by rental
	var held Fen
	for r := range records {
		var row []string
		at := minute(r.At)
		switch d := r.Data.(type) {
		case *DepositTaken:
			if d.Receipt != "" {
				receipts[d.Rental] = d.Receipt
			}
			held += d.Amount
			row = []string{
				at, d.Rental, receipts[d.Rental], toolsText(d.Tools), turned("收押金", d.Amount), d.Amount.String(), "", "",
				held.String(), d.Method, d.Staff, d.Second, d.Reason,
			}
		case *DepositRefunded:
			held -= d.Amount
			row = []string{
				at, d.Rental, receipts[d.Rental], toolsText(d.Tools), turned("退押金", d.Amount), "", d.Amount.String(), "",
				held.String(), d.Method, d.Staff, d.Second, d.Reason,
			}
		case *DepositForfeited:
			held -= d.Amount
			row = []string{
				at, d.Rental, receipts[d.Rental], toolsText(d.Tools), turned("押金抵扣", d.Amount), "", "", d.Amount.String(),
				held.String(), "", d.Staff, d.Second, d.Reason,
			}
		case *RentalReceipt:
			receipts[d.Rental] = d.Receipt
			row = []string{
				at, d.Rental, d.Receipt, "", "补发押金单", "", "", "", held.String(), "", d.Staff, d.Second,
				d.Void + "作废，声明编号" + d.Statement,
			}
		}
		if row != nil && p.holds(r.At) {
			s.add(row...)
		}
	}
}

// turned is what a movement is called; a negative one is a reversal.
func turned(what string, f Fen) string {
	if f < 0 {
		return "冲正" + what
	}
	return what
}

// toolsText is tools with their parts of a sum.
func toolsText(list []ToolSum) string {
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = t.Tool + " " + t.Amount.String()
	}
	return strings.Join(parts, "、")
}

var cashHeads = []string{"时间", "单号", "事项", "方式", "收入#", "支出#", "抽屉现金#", "经手人", "第二人", "备注"}

// layCash is every movement of money in any way of payment, the counts of the
// drawer and what finance took over and put in.
func layCash(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	var drawer Fen
	for r := range records {
		var m movement
		switch d := r.Data.(type) {
		case *DepositTaken:
			m = movement{d.Rental, turned("收押金", d.Amount), d.Method, d.Amount, d.Staff, d.Second, d.Reason}
		case *DepositRefunded:
			m = movement{d.Rental, turned("退押金", d.Amount), d.Method, -d.Amount, d.Staff, d.Second, d.Reason}
		case *PaymentTaken:
			m = movement{d.Rental, turned("补交款", d.Amount), d.Method, d.Amount, d.Staff, d.Second, d.Reason}
		case *CashIssued:
			m = movement{"", "放入备用金", cash, d.Amount, d.Staff, d.Second, ""}
		case *CashHanded:
			drawer += d.Difference
			m = movement{d.Handover, "清点交款", cash, -d.Amount, d.Staff, "", differenceText(d.Difference, d.Reason)}
		case *CashClosed: // of the finance's drawer, not of this one
			m = movement{d.Handover, "财务接收" + d.Received.String(), "", 0, d.Staff, "", differenceText(d.Difference, d.Reason)}
		default:
			continue
		}
		if m.method == cash {
			drawer += m.sum
		}
		if p.holds(r.At) {
			s.add(m.cells(minute(r.At), drawer)...)
		}
	}
}

// movement is money that changed hands: in, or out if it is negative.
type movement struct {
	subject, what, method string
	sum                   Fen
	staff, second, note   string
}

func (m movement) cells(at string, drawer Fen) []string {
	in, out := "", ""
	switch {
	case m.sum > 0:
		in = m.sum.String()
	case m.sum < 0:
		out = (-m.sum).String()
	}
	return []string{at, m.subject, m.what, m.method, in, out, drawer.String(), m.staff, m.second, m.note}
}

func differenceText(f Fen, reason string) string {
	if f == 0 {
		return reason
	}
	return "差额" + f.String() + "元：" + reason
}

var accountHeads = []string{
	"工具编号", "工具名称", "状态", "购置日期", "使用月数#", "购置价#", "收押金#", "退押金#", "押金抵扣#", "在押#", "租赁费#", "赔偿#", "补交#", "未收#",
	"维修费#", "维修次数#", "折旧#", "账面净值#", "报损#", "损益#", "出租次数#", "出租小时#", "闲置天数#",
}

// layAccounts is the 单个核算: one row for each tool, and their sum. In the
// columns that add up over time stands what the period brought; 在押, 未收 and
// 账面净值 are as its end leaves them.
func layAccounts(s *Sheet, cfg Config, records iter.Seq[Record], p Period) {
	h := New(cfg)
	before := map[string]AccountView{}
	began := p.From == ""
	var end Stamp
	for r := range records {
		day := DateOf(r.At.Time).String()
		if r.At.Trusted && !began && day >= p.From {
			began = true
			for _, v := range h.ToolAccounts(midnight(p.From, r.At)) {
				before[v.Tool] = v
			}
		}
		if r.At.Trusted && p.Until != "" && day > p.Until {
			end = midnight(daysBefore(p.Until, -1), r.At)
			break
		}
		h.Apply(r)
		end = r.At
	}
	if !began {
		return // nothing is that late
	}
	var sum AccountView
	for _, v := range h.ToolAccounts(end) {
		v = v.since(before[v.Tool])
		sum = sum.plus(v)
		s.add(v.cells()...)
	}
	sum.Tool = "合计"
	s.add(sum.cells()...)
}

// midnight is the beginning of a day, as a clock that is right would say it.
func midnight(day string, at Stamp) Stamp {
	t, err := time.ParseInLocation(time.DateOnly, day, at.Time.Location())
	if err != nil {
		return at
	}
	return Stamp{Time: t, Trusted: true}
}

// since is what came to an account since an earlier view of it.
func (v AccountView) since(old AccountView) AccountView {
	return v.combine(old, -1)
}

// plus adds another tool's account.
func (v AccountView) plus(o AccountView) AccountView {
	v = v.combine(o, 1)
	v.Held, v.Owed, v.Book = v.Held+o.Held, v.Owed+o.Owed, v.Book+o.Book
	return v
}

// combine adds what adds up over time, or takes it off.
func (v AccountView) combine(o AccountView, sign int) AccountView {
	f := Fen(sign)
	v.Sums.Add(Sums{
		DepositIn: f * o.DepositIn, DepositOut: f * o.DepositOut, Kept: f * o.Kept, Rent: f * o.Rent,
		Compensation: f * o.Compensation, Paid: f * o.Paid, Repair: f * o.Repair, Purchase: f * o.Purchase,
	})
	v.Wear, v.Loss, v.Result = v.Wear+f*o.Wear, v.Loss+f*o.Loss, v.Result+f*o.Result
	v.Uses, v.Repairs = v.Uses+sign*o.Uses, v.Repairs+sign*o.Repairs
	v.OutHours, v.IdleHours = v.OutHours+sign*o.OutHours, v.IdleHours+sign*o.IdleHours
	return v
}

func (v AccountView) cells() []string {
	life := ""
	if v.Life > 0 {
		life = strconv.Itoa(v.Life)
	}
	cells := []string{v.Tool, v.Name, v.State, v.Bought, life}
	for _, f := range []Fen{
		v.Purchase, v.DepositIn, v.DepositOut, v.Kept, v.Held, v.Rent, v.Compensation, v.Paid, v.Owed, v.Repair,
	} {
		cells = append(cells, f.String())
	}
	cells = append(cells, strconv.Itoa(v.Repairs))
	for _, f := range []Fen{v.Wear, v.Book, v.Loss, v.Result} {
		cells = append(cells, f.String())
	}
	return append(cells, strconv.Itoa(v.Uses), strconv.Itoa(v.OutHours), strconv.Itoa(v.IdleHours/24))
}
