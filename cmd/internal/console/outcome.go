package console

import (
	"fmt"
	"regexp"
	"strings"

	"halld/cmd/internal/hall"
)

// outcome says what came of a button beyond that it was pressed; empty if
// nothing is left to say.
func outcome(reply any) string {
	switch r := reply.(type) {
	case hall.CallReply:
		if r.Ticket == nil {
			return "没有人等候"
		}
	case hall.TicketView:
		return "号码 " + r.Ticket
	case hall.RentalView:
		return stands(r)
	case hall.Settlement:
		return settled(r)
	case hall.ToolRequest:
		return "已提出申请" + r.ID + "，等待第二人审批"
	case hall.StockTaken:
		return counted(r)
	case hall.Cleared:
		return cleared(r)
	case hall.StorageView:
		return r.Storage + "，柜门" + string(r.Door)
	}
	return ""
}

// stands says how a rental stands and what is next; of one whose tools are at
// different steps its page says that of each tool.
func stands(r hall.RentalView) string {
	for _, l := range r.Lines {
		if l.State != r.Lines[0].State {
			return r.Rental
		}
	}
	text := r.Rental + "现在是“" + r.StateName + "”"
	if r.NextStep != "" && r.State != hall.Out { // a tool may stay out for a while
		text += "，请" + strings.TrimPrefix(r.NextStep, "先")
	}
	return text
}

func settled(s hall.Settlement) string {
	switch {
	case s.Due > s.Paid:
		return fmt.Sprintf("尚欠%s元，付清前不能再租", s.Due-s.Paid)
	case s.Paid > 0:
		return fmt.Sprintf("已收%s元", s.Paid)
	}
	return fmt.Sprintf("应退还%s元", s.Refund)
}

func counted(s hall.StockTaken) string {
	text := fmt.Sprintf("账面%d件，在场%d件", s.Expect, s.Seen)
	if len(s.Differ) == 0 {
		return text + "，没有差异"
	}
	for _, d := range s.Differ {
		text += "；" + d.What + " " + strings.TrimSpace(d.Tool+" "+d.Name)
	}
	return text
}

func cleared(c hall.Cleared) string {
	var skipped []string
	for _, d := range c.Doors {
		if d.Skipped != "" {
			skipped = append(skipped, string(d.Door)+d.Skipped)
		}
	}
	text := fmt.Sprintf("正在打开%d扇柜门", len(c.Doors)-len(skipped))
	if len(skipped) > 0 {
		text += "；没有打开：" + strings.Join(skipped, "；")
	}
	return text
}

// flagHint is where the rules tell whoever types a command which flag is meant.
var flagHint = regexp.MustCompile(`（--[a-z-]+( [a-z]+)?）`)

// onPage is a sentence of the rules without its hints for the command line.
func onPage(text string) string { return flagHint.ReplaceAllString(text, "") }
