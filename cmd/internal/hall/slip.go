package hall

import "encoding/json"

// Slip is the content of a paper before it is laid out. It names its person by
// ref only; the name is put in when it is printed.
type Slip struct {
	Template string          `json:"template"` // "ticket", "refusal", …
	Person   string          `json:"person,omitempty"`
	Subject  string          `json:"subject"` // ticket or rental it belongs to
	Data     json.RawMessage `json:"data"`    // the template's own fields
}

// TicketSlip is the content of a 取号单.
type TicketSlip struct {
	Ticket  string `json:"ticket"`
	Service string `json:"service"` // name of the service
	Ahead   int    `json:"ahead"`
	Windows []int  `json:"windows"`
	Issued  string `json:"issued"`            // 2026-01-05 09:31
	Carried bool   `json:"carried,omitempty"` // it goes on into the next day if it is not called

	// The minutes that the wait will take; 0 and 0 when that is not known well
	// enough to say.
	WaitFrom int `json:"wait_from"`
	WaitTo   int `json:"wait_to"`
}

// RefusalSlip is the content of a 不予介绍告知, in neutral words.
type RefusalSlip struct {
	Reason string `json:"reason"` // the rule, as the notice says it
	Advice string `json:"advice"` // what the person can do
	Issued string `json:"issued"`
}

// CheckinSlip is the content of a 登记回执.
type CheckinSlip struct {
	Kind   string   `json:"kind"`  // 求职 or 用工
	Rules  string   `json:"rules"` // the rules that the person took note of
	Ticket string   `json:"ticket"`
	Women  []string `json:"women,omitempty"`  // work that the law keeps women from
	Minors []string `json:"minors,omitempty"` // and that it keeps those of 16 and 17 from
	Issued string   `json:"issued"`
}

// NoticeSlip is the content of a 一次性告知单.
type NoticeSlip struct {
	Notice string       `json:"notice"` // number
	Matter string       `json:"matter"`
	Items  []NoticeItem `json:"items"`
	Repeat string       `json:"repeat"` // reason of a notice that names something new
	Staff  string       `json:"staff"`
	Issued string       `json:"issued"`
}

// NoticeItem is one thing that is missing.
type NoticeItem struct {
	Name string `json:"name"`
	How  string `json:"how"` // to get it
}

// TrainingSlip is the content of a 培训签到表.
type TrainingSlip struct {
	Course  string         `json:"course"`
	Session string         `json:"session"` // when it began
	Place   string         `json:"place"`
	Trainer string         `json:"trainer"`
	People  []TrainingLine `json:"people"`
	Issued  string         `json:"issued"`
}

// TrainingLine is a line for a signature.
type TrainingLine struct {
	Last4  string `json:"last4"`
	Repeat int    `json:"repeat"` // 复训 number, 0: first time
}

// ReportSlip is the content of a 日报 or 交接班单.
type ReportSlip struct {
	Day      string          `json:"day"`
	Sections []ReportSection `json:"sections"`
	Staff    string          `json:"staff"`
	Issued   string          `json:"issued"`
}

// ReportSection is a part of a report.
type ReportSection struct {
	Title string      `json:"title"`
	Rows  []ReportRow `json:"rows"`
}

// ReportRow is a line of a report.
type ReportRow struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newSlip makes a slip of a template's fields, which always marshal.
func newSlip(template, person, subject string, data any) Slip {
	b, _ := json.Marshal(data)
	return Slip{Template: template, Person: person, Subject: subject, Data: b}
}
