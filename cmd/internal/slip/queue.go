package slip

import (
	"strconv"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// numberFields are a ticket's fields, and how long it may take, in minutes.
type numberFields struct {
	hall.TicketSlip
	From int `json:"wait_from"`
	To   int `json:"wait_to"` // 0: not known well enough to say
}

// ticket is short on purpose: at most 90 mm on 80 mm paper, mark, QR code and
// the blank up to the blade included.
func ticket(s sheet, d numberFields) []printer.Line {
	payload, code := s.code()
	return join(
		line(
			printer.Columns{Left: s.title, Right: d.Service, Height: 2, Bold: true},
			printer.Text{Text: d.Ticket, Align: printer.Center, Width: 4, Height: 4, Bold: true},
			printer.Text{Text: ahead(d.Ahead) + wait(d.From, d.To), Align: printer.Center, Bold: true},
		),
		where(d.Windows),
		line(
			printer.QR{Payload: payload, Module: qrModule},
			row("取号时间 "+d.Issued, code),
			row(valid(d.Carried)+"，过号请重新刷证", "各项服务免费"),
		),
	)
}

// valid says how long a number counts.
func valid(carried bool) string {
	if carried {
		return "没叫到的次日有效"
	}
	return "当日有效"
}

func ahead(n int) string {
	if n == 0 {
		return "前面没有人等候"
	}
	return "前面还有 " + strconv.Itoa(n) + " 人"
}

func wait(from, to int) string {
	if to == 0 {
		return ""
	}
	return "，预计约" + strconv.Itoa(from) + "-" + strconv.Itoa(to) + "分钟"
}

func where(windows []int) []printer.Line {
	if len(windows) == 0 {
		return nil
	}
	names := make([]string, len(windows))
	for i, n := range windows {
		names[i] = strconv.Itoa(n)
	}
	return line(printer.Text{Text: "请留意" + list(names) + "号窗口叫号", Align: printer.Center})
}

func refusal(s sheet, d hall.RefusalSlip) []printer.Line {
	return join(
		s.heading(),
		line(text(d.Reason+"。"), printer.Feed{}, text(d.Advice+"。"), printer.Feed{}),
		rows("时间", d.Issued),
		line(text("权益保护服务向所有人开放，免费。")),
		s.office(), rule(),
	)
}

func checkin(s sheet, d hall.CheckinSlip) []printer.Line {
	return join(
		s.heading(),
		rows("登记人", s.Name, "证件号", s.Number, "登记类型", d.Kind, "排队号码", d.Ticket, "时间", d.Issued),
		rule(),
		line(
			text("登记人已阅知零工市场管理制度（"+d.Rules+"）。"),
			text("求职招聘信息登记和发布免费。身份证件当场交还本人。"),
		),
		bans(d.Women, "女性"), bans(d.Minors, "未满18周岁的人"),
		s.office(), rule(),
	)
}

// bans names the work that the hall may not introduce some to (附件2 第七条第二项).
func bans(trades []string, whom string) []printer.Line {
	if len(trades) == 0 {
		return nil
	}
	return line(text("依法不为" + whom + "介绍：" + list(trades) + "。"))
}

// noticeFields are the content of a 一次性告知单.
type noticeFields struct {
	Notice string `json:"notice"` // number
	Matter string `json:"matter"`
	Items  []struct {
		Name string `json:"name"`
		How  string `json:"how"` // how to get it
	} `json:"items"`
	Repeat string `json:"repeat"` // reason of a second notice for the matter
	Staff  string `json:"staff"`
	Issued string `json:"issued"`
}

func notice(s sheet, d noticeFields) []printer.Line {
	lines := join(s.heading(), rows("编号", d.Notice, "姓名", s.Name, "证件号", s.Number, "时间", d.Issued, "事项", d.Matter), rule())
	lines = append(lines, text("办理本事项还缺以下材料："))
	for i, item := range d.Items {
		lines = append(lines,
			printer.Text{Text: strconv.Itoa(i+1) + ". " + item.Name, Bold: true},
			text("   办法："+item.How))
	}
	lines = append(lines, printer.Rule{},
		text("以上材料一次告知，共"+strconv.Itoa(len(d.Items))+"项。补齐后请带本单到服务窗口办理，不收费用。"))
	lines = append(lines, rows("再次告知原因", d.Repeat, "经办人", d.Staff)...)
	if s.copy == stub {
		return join(lines, sign("本人签字"), s.office(), rule())
	}
	return join(lines, s.proof(), s.office(), rule())
}
