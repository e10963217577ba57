package hall

import (
	"iter"
	"strconv"
	"strings"
)

var checkinHeads = []string{"时间", "时钟", "事项", "证件尾号", "人员编号", "证件", "方式", "内容", "经办人", "第二人"}

var documentName = map[Document]string{
	DocumentResident: "居民身份证", DocumentPermit: "港澳台居民居住证", DocumentForeigner: "外国人永久居留身份证",
}

// layCheckins is the 登记: who came, who was not admitted, and what staff noted
// of a person.
func layCheckins(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	for r := range records {
		if !p.holds(r.At) {
			continue
		}
		row := func(what string, who Person, document, way, text, staff, second string) {
			s.add(minute(r.At), trustText(r.At), what, who.Last4, who.Ref, document, way, text, staff, second)
		}
		switch d := r.Data.(type) {
		case *CheckinRecorded:
			what, way := "登记", "刷证"
			if d.Again {
				what = "再次刷证"
			}
			if d.Way == "typed" {
				way = "录入"
			}
			row(what, d.Person, documentName[d.Document], way, "", d.Staff, d.Second)
		case *CheckinRefused:
			row("不予登记", d.Person, "", "", refusalText[d.Reason].reason, "", "")
		case *PersonFlagged:
			row("标注服务等级", d.Person, "", "", flagText(d.Flag), d.Staff, "")
		case *PersonUnflagged:
			row("取消服务等级", d.Person, "", "", d.Reason, d.Staff, "")
		case *PersonBlocked:
			row("清出市场", d.Person, "", "", flagText(d.Flag), d.Staff, "")
		case *PersonUnblocked:
			row("恢复服务", d.Person, "", "", d.Reason, d.Staff, "")
		case *PersonConfirmed:
			row("核实证件", d.Person, "", "", "可以在当地就业", d.Staff, "")
		}
	}
}

func trustText(at Stamp) string {
	if at.Trusted {
		return "可信"
	}
	return "未核准"
}

func flagText(f Flag) string {
	text := f.Reason
	if f.Class > 0 {
		text = strconv.Itoa(f.Class) + "级：" + text
	}
	if f.Until != "" {
		text += "，有效期至" + f.Until
	}
	return text
}

var queueHeads = []string{
	"号码", "服务", "证件尾号", "取号时间", "前面人数#", "首次叫号", "等候分钟#", "叫号次数#", "窗口", "结果", "结束时间", "办理分钟#", "经办人", "备注",
}

// layQueue is the 排队和对接: one row for each number that was drawn in the
// period.
func layQueue(s *Sheet, cfg Config, records iter.Seq[Record], p Period) {
	h := New(cfg) // for the names of services
	open := map[string]*queueRow{}
	var order []*queueRow
	for r := range records {
		at := minute(r.At)
		switch d := r.Data.(type) {
		case *TicketIssued:
			delete(open, d.Ticket)
			if p.holds(r.At) && len(order) <= mostRows {
				open[d.Ticket] = &queueRow{ticket: d.Ticket, service: h.serviceName(d.Service), last4: d.Person.Last4, drawn: at, ahead: d.Ahead}
				order = append(order, open[d.Ticket])
			}
		case *TicketCalled:
			if row := open[d.Ticket]; row != nil {
				row.called(d, at)
			}
		case *TicketTransferred:
			if row := open[d.Ticket]; row != nil {
				row.notes = append(row.notes, "由"+row.service+"转移"+d.Reason)
				row.service = h.serviceName(d.To)
			}
		case *TicketHeld:
			if row := open[d.Ticket]; row != nil {
				row.notes = append(row.notes, "挂起")
			}
		case *TicketRejoined:
			if row := open[d.Ticket]; row != nil {
				row.outcome, row.ended = "", ""
				row.notes = append(row.notes, "恢复排队")
			}
		case *TicketEnded:
			if row := open[d.Ticket]; row != nil {
				row.outcome, row.ended, row.served = d.Outcome, at, d.Served
				if d.Staff != "" {
					row.staff = d.Staff
				}
			}
		}
	}
	for _, row := range order {
		s.add(row.cells()...)
	}
}

// queueRow is one number.
type queueRow struct {
	ticket, service, last4, drawn, first, outcome, ended, staff string
	ahead, waited, calls, window, served                        int
	notes                                                       []string
}

func (q *queueRow) called(d *TicketCalled, at string) {
	if q.calls == 0 {
		q.first, q.waited = at, d.Waited
	}
	q.calls++
	q.window, q.staff = d.Window, d.Staff
	if d.Reason != "" {
		q.notes = append(q.notes, "插叫："+d.Reason)
	}
}

func (q *queueRow) cells() []string {
	var waited, window, served string
	if q.calls > 0 {
		waited, window = strconv.Itoa(minutes(q.waited, 1)), strconv.Itoa(q.window)
	}
	if q.outcome != "" && wasServed(q.outcome) {
		served = strconv.Itoa(minutes(q.served, 1))
	}
	return []string{
		q.ticket, q.service, q.last4, q.drawn, strconv.Itoa(q.ahead), q.first, waited, strconv.Itoa(q.calls), window,
		q.outcome, q.ended, served, q.staff, strings.Join(q.notes, "；"),
	}
}

var trainingHeads = []string{"日期", "课程", "讲师", "证件尾号", "人员编号", "签到", "签退", "分钟#", "复训次数#", "备注"}

// layTraining is the 培训: one row for each attendance that ended.
func layTraining(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	for r := range records {
		d, ok := r.Data.(*TrainingAttended)
		if !ok || !p.holds(r.At) {
			continue
		}
		note := ""
		if d.Forgotten {
			note = "未刷证签退，计到培训结束；培训无人结束的，计到最后一次刷证"
		}
		s.add(d.Day, d.Course, d.Trainer, d.Person.Last4, d.Person.Ref, d.In, d.Out, strconv.Itoa(d.Minutes), strconv.Itoa(d.Repeat), note)
	}
}

var noticeHeads = []string{"时间", "编号", "事项", "证件尾号", "内容", "原因", "经办人"}

// layNotices is the 告知和投诉: what people were told in writing, and calls for
// help at the windows.
func layNotices(s *Sheet, cfg Config, records iter.Seq[Record], p Period) {
	for r := range records {
		if !p.holds(r.At) {
			continue
		}
		at := minute(r.At)
		switch d := r.Data.(type) {
		case *NoticeIssued:
			s.add(at, d.Notice, "一次性告知："+d.Matter, d.Person.Last4, strings.Join(d.Missing, "、"), d.Reason, d.Staff)
		case *CheckinRefused:
			s.add(at, "", "不予介绍告知", "", refusalText[d.Reason].reason, "", "")
		case *EmergencyRaised:
			s.add(at, d.ID, "紧急呼叫", "", strconv.Itoa(d.Window)+"号窗口", "", d.Staff)
		case *EmergencyAcked:
			s.add(at, d.ID, "紧急呼叫确认", "", cfg.ackText(d.Role)+"，用时"+strconv.Itoa(minutes(d.After, 1))+"分钟", "", d.Staff)
		}
	}
}

// ackText says how somebody in charge took note of an emergency.
func (c Config) ackText(r Role) string {
	if c.AlarmRole(r) != r {
		return "已报告" + roleName[r]
	}
	return roleName[r] + "确认"
}
