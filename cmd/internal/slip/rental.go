package slip

import (
	"maps"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// party are the rows that say whose slip it is. Without a name the person is
// known by the end of the number.
func (s sheet) party(last4 string) []printer.Line {
	number := s.Number
	if number == "" {
		number = "尾号" + last4
	}
	return rows("借用人", s.Name, "证件号", number)
}

func toolName(id, name string) printer.Line {
	return printer.Text{Text: id + " " + name, Bold: true}
}

// clauses puts each part of a wording such as "8.00元/小时，日封顶40.00元", and each
// term of a formula, into a row of its own, so that no amount breaks.
func clauses(word, s string) []printer.Line {
	s = strings.NewReplacer("+", "\n+", "=", "\n=", "，", "\n").Replace(s)
	var lines []printer.Line
	for clause := range strings.SplitSeq(s, "\n") {
		lines = append(lines, row(word, clause))
		word = ""
	}
	return lines
}

// sums is a sum in figures, to catch the eye, and in 大写.
func sums(word string, f hall.Fen) []printer.Line {
	return line(printer.Columns{Left: word, Right: yuan(f), Height: 2, Bold: true}, row("大写", hall.Capital(f)))
}

// big is what to look for in the hall, such as a door.
func big(s string) printer.Line {
	return printer.Text{Text: s, Align: printer.Center, Width: 2, Height: 2, Bold: true}
}

// rental is the contract: what is lent at what price, how to use it safely, and
// on the stub the signature (先批后租、使用签字、量化计价).
func rental(s sheet, d hall.RentalSlip) []printer.Line {
	lines := join(s.heading(),
		rows("单号", d.Rental, "出租方", s.house.Operator), s.party(d.Last4), rows("时间", d.Issued, "用途", d.Trade, "审批人", d.Approver), rule())
	for i, l := range d.Lines {
		lines = append(lines, toolName(l.Tool, l.Name))
		lines = append(lines, rows("  换下", l.For)...)
		lines = append(lines, clauses("  租赁费", price(l, d.Prices, i))...)
		lines = append(lines, rows("  价目表", l.Price.Version, "  配件", list(l.Accessories))...)
		lines = append(lines, parts(l.Parts)...)
		if l.For != "" {
			lines = append(lines, row("  押金", "沿用原押金"))
		} else {
			lines = append(lines, row("  押金", yuan(l.Deposit)))
		}
	}
	lines = join(lines, rule(), sums("押金合计", d.Deposit), rows("归还期限", d.Back), rule())
	lines = join(lines, section("安全须知", d.Safety), section("租赁条款（"+d.Terms.Version+"版）", d.Terms.Lines))
	lines = append(lines, text("身份证件当场交还本人，不作抵押。"), printer.Rule{})
	for _, door := range d.Doors {
		lines = append(lines, big("柜门 "+string(door)))
	}
	if s.copy == stub {
		return join(lines, agreed("我已看过安全须知和租赁条款，同意以上价格和押金。", "借用人签字", d.Stub, d.Binding))
	}
	return join(lines, s.proof(), s.office(), rule())
}

// price is a line's price in words.
func price(l hall.Line, prices []string, i int) string {
	switch {
	case l.Class == hall.Simple:
		return "简单工具免费"
	case i < len(prices):
		return prices[i]
	}
	return l.Price.Rate.String() + "元"
}

// parts says what each missing accessory costs.
func parts(prices map[string]hall.Fen) (lines []printer.Line) {
	for _, name := range slices.Sorted(maps.Keys(prices)) {
		lines = append(lines, row("  缺"+name, yuan(prices[name])))
	}
	return lines
}

func section(title string, notes []string) []printer.Line {
	if len(notes) == 0 {
		return nil
	}
	return join(line(printer.Text{Text: title, Bold: true}), numbered(notes))
}

// agreed is the part of a stub that is signed, with the stub's number, which the
// clerk types in, and the hash that binds the signature to the text.
func agreed(sentence, label, number, binding string) []printer.Line {
	return join(
		line(printer.Feed{}, text(sentence)), sign(label), line(printer.Feed{}),
		line(printer.Columns{Left: "存根号", Right: number, Bold: true}), rows("内容校验", binding), rule())
}

// deposit is the receipt for the money that the hall holds and owes back.
func deposit(s sheet, d hall.DepositSlip) []printer.Line {
	lines := join(s.heading(), rows("收据号", d.Receipt, "租赁单", d.Rental), s.party(d.Last4), rows("时间", d.Issued), rule())
	for _, l := range d.Lines {
		if l.Deposit > 0 { // a tool that replaced another brought none
			lines = append(lines, row(l.Tool+" "+l.Name, yuan(l.Deposit)))
		}
	}
	lines = join(lines, rule(), sums("收到押金", d.Amount),
		rows("收款方式", d.Method, "收款单位", s.house.Name, "经手人", d.Staff, "复核人", d.Second))
	if d.Void != "" {
		lines = append(lines, text("原收据"+d.Void+"已声明遗失，作废，不再退款。"))
	}
	if s.copy == stub {
		return join(lines, sign("借用人签字"), rule())
	}
	return join(lines, s.proof(),
		line(text("工具交回检查后，凭此单退押金，请妥善保管。遗失请带身份证件到服务窗口办理。")),
		sign("收款人签字"), rule())
}

// payment is the receipt for money that stands on no deposit slip and no
// settlement: a debt that was paid, a deposit that went back, a correction.
func payment(s sheet, d hall.PaymentSlip) []printer.Line {
	lines := join(s.heading(), rows("租赁单", d.Rental), s.party(d.Last4), rows("时间", d.Issued, "事项", d.About, "原因", d.Reason), rule())
	for _, i := range d.Items {
		lines = join(lines, sums(i.What, i.Amount), rows("方式", i.Method))
	}
	lines = join(lines, rule(), line(row("结存押金", yuan(d.Held)), row("尚欠", yuan(d.Due))),
		rows("作废的押金收据", d.Receipt, "经手人", d.Staff, "复核人", d.Second))
	if s.copy == stub {
		return join(lines, sign("借用人签字"), rule())
	}
	return join(lines, s.proof(), sign("经手人签字"), rule())
}
