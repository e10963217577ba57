package hall

import (
	"fmt"
	"slices"
	"time"
)

// Document is a kind of identity document, as far as the rules tell them apart.
type Document string

// The kinds of document.
const (
	DocumentResident  Document = "resident"  // 居民身份证
	DocumentPermit    Document = "permit"    // 港澳台居民居住证
	DocumentForeigner Document = "foreigner" // 外国人永久居留身份证
)

// Facts are what a card says and the rules need. They decide and are forgotten:
// none of them is ever recorded but the kind of document.
type Facts struct {
	Document Document
	Birth    Date
	From     Date   // first day of validity; zero if it is not known
	Until    Date   // last day of validity; zero is 长期
	Conflict string // what on the card contradicts itself, or empty
}

// CardRead is a card laid on the reader, or a number typed by staff.
type CardRead struct {
	Person  Person
	Facts   Facts
	Typed   bool   // typed by staff, not read from a chip
	Staff   string // who typed it
	Second  string // who compared it with the document, for a typed one
	Service string // key chosen at the entrance; empty is the default
}

// checkinData lists the kinds of this file.
var checkinData = []func() Data{
	func() Data { return new(CheckinRecorded) },
	func() Data { return new(CheckinRefused) },
	func() Data { return new(CheckinFailed) },
}

// CheckinRecorded records that a person came (登记).
type CheckinRecorded struct {
	Person   Person   `json:"person"`
	Document Document `json:"document"`
	Way      string   `json:"way"` // "card" or "typed"
	Staff    string   `json:"staff,omitempty"`
	Second   string   `json:"second,omitempty"`
	Day      string   `json:"day"`
	Again    bool     `json:"again,omitempty"`   // not the first time that day
	Confirm  string   `json:"confirm,omitempty"` // what staff have to confirm
}

// RightToWork is what staff have to confirm of a person with a foreign
// document, or one of Hong Kong, Macao or Taiwan.
const RightToWork = "right-to-work"

// CheckinRefused records that a person was not admitted. Of someone under 16
// only the keyed hash is kept (附件2 第七条).
type CheckinRefused struct {
	Person  Person `json:"person"`
	Reason  string `json:"reason"`
	Attempt int    `json:"attempt"` // of that day, from 1
}

// CheckinFailed records that a card was laid behind somebody's and could not be
// used: whoever staff mean by the last card, it is not that person any more.
type CheckinFailed struct {
	Reason string `json:"reason"`
}

func (*CheckinRecorded) Kind() Kind        { return "checkin.recorded" }
func (*CheckinRefused) Kind() Kind         { return "checkin.refused" }
func (*CheckinFailed) Kind() Kind          { return "checkin.failed" }
func (d *CheckinRecorded) Subject() string { return d.Day }
func (d *CheckinRefused) Subject() string  { return d.Reason }
func (d *CheckinFailed) Subject() string   { return d.Reason }
func (d *CheckinRecorded) Who() *Person    { return &d.Person }

func (d *CheckinRecorded) apply(h *Hall, at Stamp) {
	h.Last = d.Person.Ref
	v := h.Persons[d.Person.Ref]
	if v == nil {
		v = &Visitor{Ref: d.Person.Ref}
		h.Persons[v.Ref] = v
	}
	v.Last4, v.Confirm = d.Person.Last4, d.Confirm
	if v.Day != d.Day {
		h.Tally.Visits++
		v.Days++
		v.Day, v.Since = d.Day, at
	}
	v.Tapped = at
	if d.Way == "typed" {
		look := "无人复核"
		if d.Second != "" {
			look = "复核工号" + d.Second
		}
		h.except(at, d.Staff, "手工录入证件号", d.Person.Ref, look)
	}
}

// Attempt is a refused check-in that may be tried again.
type Attempt struct {
	Reason string
	Count  int
	At     Stamp // of the last one with a slip
}

func (*CheckinFailed) apply(h *Hall, _ Stamp) { h.Last = "" }

// apply leaves nobody as the last person: staff who act on the last card must
// not act on whoever came before. A visit in the same outcome names the person.
func (d *CheckinRefused) apply(h *Hall, at Stamp) {
	h.Last = ""
	a := h.Turned[d.Person.Ref]
	if h.slipDue(at, d.Person.Ref, d.Reason) {
		a.At = at
	}
	a.Reason, a.Count = d.Reason, d.Attempt
	h.Turned[d.Person.Ref] = a
	h.Tally.Refusals++
	h.Tally.Reasons.add(d.Reason)
}

// slipAgain is how long after a refusal slip the same person gets no second one
// for the same reason.
const slipAgain = 10 * time.Minute

func (h *Hall) slipDue(at Stamp, ref, reason string) bool {
	a, tried := h.Turned[ref]
	since, _ := at.Since(a.At)
	return !tried || a.Reason != reason || since >= slipAgain
}

// The reasons of a refused check-in.
const (
	ReasonClock    = "clock"    // the date is not sure, so age cannot be judged
	ReasonUnderage = "underage" // under 16
	ReasonConflict = "conflict" // the card contradicts itself
	ReasonEarly    = "early"    // the card's validity has not begun
	ReasonExpired  = "expired"  // the card's validity has ended
	ReasonBlocked  = "blocked"  // 清出市场
)

// minimumAge is the age below which nobody is introduced to work
// (附件2 第七条第一项).
const minimumAge = 16

func (e CardRead) handle(h *Hall, at Stamp) (Outcome, error) {
	out, err := e.decide(h, at)
	if e.Typed { // the clerk tells the person, who does not stand at the entrance
		out.Effects = slices.DeleteFunc(out.Effects, func(e Effect) bool { _, is := e.(Greet); return is })
	}
	return out, err
}

func (e CardRead) decide(h *Hall, at Stamp) (Outcome, error) {
	if err := e.secondLook(h, at); err != nil {
		return Outcome{}, err
	}
	if reason := h.gate(at, e.Facts); reason != "" {
		return h.turnAway(at, e, reason, refusalText[reason]), nil
	}
	service, err := h.service(e.Service)
	if err != nil {
		return Outcome{}, err
	}
	if b := h.blocked(e.Person.Ref); b != nil && service.root() != RootRights {
		return h.recognise(at, e, b), nil
	}
	var out Outcome
	if h.Training != nil && (e.Service == "" || service.root() == RootTraining) {
		out = h.attend(at, e)
	} else {
		out = h.admit(at, e, service)
	}
	h.remind(at, e.Person.Ref, &out)
	return out, nil
}

// secondLook asks who typed a number, and that whoever compared it with the
// document is somebody else. A hall with one clerk has nobody for that, so a
// number without a second look is taken and listed.
func (e CardRead) secondLook(h *Hall, at Stamp) error {
	if !e.Typed {
		return nil
	}
	if _, err := h.who(at, e.Staff, Counter, Head); err != nil || e.Second == "" {
		return err
	}
	return h.second(at, e.Staff, e.Second)
}

// gate is why the rules let nobody with such a card to anything that leads to
// work, or empty.
func (h *Hall) gate(at Stamp, f Facts) (reason string) {
	switch today := DateOf(at.Time); {
	case f.Conflict != "":
		return ReasonConflict
	case !at.Trusted || h.Day == "":
		return ReasonClock
	case Age(f.Birth, today) < minimumAge:
		return ReasonUnderage
	case today.Before(f.From):
		return ReasonEarly
	case !f.Until.IsZero() && f.Until.Before(today):
		return ReasonExpired
	}
	return ""
}

// refusalWords are a refusal in neutral words.
type refusalWords struct {
	reason string // the rule, as the notice says it
	advice string // what the person can do
	greet  string // on the entrance screen; empty: the advice
}

var refusalText = map[string]refusalWords{
	ReasonUnderage: {reason: "按照《零工市场管理制度》第七条，零工市场不得为未满十六周岁的未成年人介绍就业", advice: "如有疑问，请到服务窗口咨询或拨打服务热线"},
	ReasonClock:    {reason: "设备日期尚未核准，暂时不能核验年龄", advice: "请到服务窗口由工作人员核验"},
	ReasonConflict: {reason: "证件信息前后不一致，不能自助登记", advice: "请到服务窗口由工作人员核验"},
	ReasonEarly:    {reason: "证件还没有到有效期的起始日期", advice: "请到服务窗口由工作人员核验"},
	ReasonExpired:  {reason: "证件已超过有效期", advice: "请到服务窗口咨询，或换领证件后再来办理"},
	ReasonBlocked:  {reason: "按照《零工市场管理制度》第十条，已被清出市场，暂停各项服务"}, // the advice is the hall's own
}

// turnAway refuses a check-in with a slip in neutral words. No number is drawn
// and nothing is told to an employer.
func (h *Hall) turnAway(at Stamp, e CardRead, reason string, text refusalWords) Outcome {
	ref := e.Person.Ref
	if text.greet == "" {
		text.greet = text.advice
	}
	out := Outcome{
		Data:    []Data{&CheckinRefused{Person: Person{Ref: ref}, Reason: reason, Attempt: h.Turned[ref].Count + 1}},
		Effects: []Effect{Greet{Text: text.greet}},
		Reply: func(*Hall) (any, error) {
			return nil, refuse(reason, "%s。%s", text.reason, text.advice)
		},
	}
	if h.slipDue(at, ref, reason) {
		h.addSlip(&out, newSlip("refusal", "", reason, RefusalSlip{Reason: text.reason, Advice: text.advice, Issued: minute(at)}))
	}
	return out
}

// recognise answers someone who was put out of the market: the visit is known,
// and no service is open but the protection of rights (附件2 第十条).
func (h *Hall) recognise(at Stamp, e CardRead, b *Flag) Outcome {
	until := "，期限至" + b.Until
	if b.Until == "" {
		until = ""
	}
	out := h.turnAway(at, e, ReasonBlocked, refusalWords{
		reason: fmt.Sprintf("%s。原因：%s%s", refusalText[ReasonBlocked].reason, b.Reason, until),
		advice: "权益保护服务照常向您开放，请到服务窗口取号。对决定有异议的，可" + h.appeal(),
		greet:  "请到服务窗口咨询",
	})
	out.Data = append(out.Data, h.visit(e)) // behind the refusal: the person may be spoken of
	return out
}

// appeal is where an objection goes.
func (h *Hall) appeal() string {
	text := "拨打" + h.cfg.Hotline
	if h.cfg.Complaints != "" {
		text += "或" + h.cfg.Complaints
	}
	if h.cfg.Office != "" {
		text = "向" + h.cfg.Office + "提出，或" + text
	}
	return text + "申诉"
}

// repeatAfter is how long after a card the same person's card counts as a new
// tap and not as the same one held a little long.
const repeatAfter = 30 * time.Second

// admit records the visit and draws a number, or tells the number the person
// already has. A person who gets none has come all the same.
func (h *Hall) admit(at Stamp, e CardRead, service Service) Outcome {
	if t := h.ticketOf(e.Person.Ref, service.Key); t != nil {
		return h.tapAgain(at, e, t)
	}
	if t := h.lateComer(at, e.Person.Ref, service.Key); t != nil {
		return h.comeBack(e, t)
	}
	out := Outcome{Data: []Data{h.visit(e)}}
	var t *TicketIssued
	err := h.givesNumbers(at)
	if err == nil {
		t, err = h.draw(e.Person, service)
	}
	if err != nil {
		out.Effects = []Effect{Greet{Text: err.Error()}}
		out.Reply = func(*Hall) (any, error) { return nil, err }
		return out
	}
	out.Data = append(out.Data, t)
	out.Reply = func(h *Hall) (any, error) { return h.ticketView(h.Tickets[t.Ticket]), nil }
	greet := Greet{Text: "登记成功，请取小票"}
	switch {
	case !h.cfg.Printer:
		greet = Greet{Ticket: t.Ticket, Text: "登记成功，请等候叫号"}
	case !h.prints():
		greet = Greet{Text: slipLater}
	}
	h.addSlip(&out, h.ticketSlip(at, t))
	out.Effects = append(out.Effects, greet)
	return out
}

// slipLater is told instead of a number that is not on paper yet.
const slipLater = "已登记，小票稍后打印，请稍候"

// givesNumbers refuses numbers while the hall is closed.
func (h *Hall) givesNumbers(at Stamp) error {
	switch {
	case !h.Opened:
		return refuse("closed", "今天已停止取号，请明天再来")
	case !h.inHours(at.Time, h.cfg.OpenEarly):
		return refuse("closed", "现在不在取号时间。%s", h.hoursText(at.Time))
	}
	return nil
}

func (h *Hall) visit(e CardRead) *CheckinRecorded {
	d := &CheckinRecorded{Person: e.Person, Document: e.Facts.Document, Way: "card", Day: h.Day}
	v := h.Persons[e.Person.Ref]
	d.Again = v != nil && v.Day == h.Day
	if e.Typed {
		d.Way, d.Staff, d.Second = "typed", e.Staff, e.Second
	}
	if e.Facts.Document.foreign() && (v == nil || v.Confirmed == "") {
		d.Confirm = RightToWork
	}
	return d
}

func (d Document) foreign() bool { return d == DocumentPermit || d == DocumentForeigner }

// tapAgain answers someone whose number is still open: the same number, and the
// slip once more as 补打 unless the card was simply laid twice.
func (h *Hall) tapAgain(at Stamp, e CardRead, t *Ticket) Outcome {
	out := Outcome{
		Data:  []Data{h.visit(e)},
		Reply: func(h *Hall) (any, error) { return h.ticketView(h.Tickets[t.Number]), nil },
	}
	j := h.Jobs[t.Job]
	v := h.Persons[e.Person.Ref]
	since, _ := at.Since(v.Tapped)
	switch {
	case t.State == Called:
		out.Effects = []Effect{Greet{Ticket: t.Number, Text: fmt.Sprintf("%s正在办理，请到%d号窗口", t.Number, t.Window)}}
	case t.State == Held:
		out.Effects = []Effect{Greet{Ticket: t.Number, Text: t.Number + "已挂起，请到服务窗口"}}
	case j != nil && j.waits():
		out.Effects = []Effect{Greet{Text: slipLater}}
	case j == nil || j.State != JobUnknown && j.State != JobUndecided && since < repeatAfter:
		out.Effects = []Effect{Greet{Ticket: t.Number, Text: fmt.Sprintf("您已取号%s，前面还有%d人", t.Number, h.ahead(t))}}
	default:
		q := &SlipQueued{Job: h.jobID(0), Slip: j.Slip, Reprint: j.Reprint + 1, Of: j.ID, Reason: "本人刷证补打"}
		out.Data = append(out.Data, q)
		out.Effects = []Effect{Greet{Ticket: t.Number, Text: "您今天的号码是" + t.Number}}
	}
	return out
}

// comeBack gives someone who missed the call the old place again (过号).
func (h *Hall) comeBack(e CardRead, t *Ticket) Outcome {
	return Outcome{
		Data:    []Data{h.visit(e), &TicketRejoined{Ticket: t.Number, Cause: CauseLate}},
		Effects: []Effect{Greet{Ticket: t.Number, Text: t.Number + "已恢复排队，请留意叫号"}},
		Reply:   func(h *Hall) (any, error) { return h.ticketView(h.Tickets[t.Number]), nil },
	}
}

// CardTrouble is a card at the reader that can't be used: unreadable, of a kind
// that is not known, or with a name that can't be shown. Nobody is recognised, so
// all that is recorded is that the last card is not the last person's any more.
type CardTrouble struct{ Reason string }

// The reasons of a card's trouble.
const (
	TroubleLifted      = "lifted"      // it left before it was read
	TroubleUnreadable  = "unreadable"  // it does not answer as it should
	TroubleUnsupported = "unsupported" // a kind of document that the reader does not know
	TroubleName        = "name"        // a character of the name is not in the standard
	TroubleLost        = "lost"        // it was read, and nothing could be written down
)

var troubleText = map[string]string{
	TroubleLifted:      "证件移开得太早，请重新放好，听到提示后再拿开",
	TroubleUnreadable:  "没有读到证件，请把证件平放在读卡区，不要与其他卡叠放",
	TroubleUnsupported: "本机不能识别这种证件，请到服务窗口办理",
	TroubleName:        "证件姓名里有本机不认识的字，请到服务窗口由工作人员登记",
	TroubleLost:        "设备已恢复，刚才的证件没有登记，请重新刷证",
}

func (e CardTrouble) handle(h *Hall, _ Stamp) (Outcome, error) {
	text, known := troubleText[e.Reason]
	if !known {
		text = troubleText[TroubleUnreadable]
	}
	out := Outcome{Effects: []Effect{Greet{Text: text}}}
	if h.Last != "" {
		out.Data = []Data{&CheckinFailed{Reason: e.Reason}}
	}
	return out, nil
}

// minute is a time as slips show it.
func minute(at Stamp) string { return at.Time.Format("2006-01-02 15:04") }
