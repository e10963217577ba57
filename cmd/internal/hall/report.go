package hall

import (
	"fmt"
	"strconv"
)

// DayReport is the 日报: what a day was, in counts and sums.
type DayReport struct {
	Day         string          `json:"day"`
	Hall        string          `json:"hall"`
	Open        bool            `json:"open"`
	Visits      int             `json:"visits"`
	Refusals    int             `json:"refusals"`
	Reasons     map[string]int  `json:"refusal_reasons"`
	Tickets     int             `json:"tickets"`
	Calls       int             `json:"calls"`
	Recalls     int             `json:"recalls"`
	Transfers   int             `json:"transfers"`
	Outcomes    map[string]int  `json:"outcomes"`
	Ended       int             `json:"ended"`   // numbers that were served
	Skipped     int             `json:"skipped"` // 过号
	Waiting     int             `json:"waiting"` // numbers that have not ended
	Services    []ServiceReport `json:"services"`
	Jumps       int             `json:"jumps"`      // calls out of order
	JumpsBy     map[string]int  `json:"jumps_by"`   // clerk
	Exceptions  map[string]int  `json:"exceptions"` // by clerk
	Reprints    int             `json:"reprints"`
	Notices     int             `json:"notices"`
	Mistakes    int             `json:"mistakes"`
	Trainings   int             `json:"trainings"` // sign-ins
	Emergencies int             `json:"emergencies"`
	Rentals     int             `json:"rentals"` // requested that day
	RentalsOpen int             `json:"rentals_open"`
	Settled     int             `json:"settled"`
	Out         int             `json:"out"` // tools that are out now
	Faults      int             `json:"faults"`
	Money       CashView        `json:"money"`
}

// ServiceReport is one service of a day. Times are in minutes.
type ServiceReport struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Tickets int    `json:"tickets"`
	Called  int    `json:"called"`
	Served  int    `json:"served"`
	Wait    int    `json:"wait"`    // on average
	Longest int    `json:"longest"` // wait
	Serve   int    `json:"serve"`   // on average
}

// dayReportData lists the kinds of this file.
var dayReportData = []func() Data{
	func() Data { return new(DayReported) },
}

// DayReported records the report with which a day ended.
type DayReported struct {
	DayReport
	Staff string `json:"staff,omitempty"`
}

func (*DayReported) Kind() Kind         { return "day.report" }
func (d *DayReported) Subject() string  { return d.Day }
func (*DayReported) apply(*Hall, Stamp) {}

// Report gives the report of the day as it stands.
func (h *Hall) Report() DayReport {
	t := h.Tally
	r := DayReport{
		Day: h.Day, Hall: h.cfg.Name, Open: h.Opened, Visits: t.Visits, Refusals: t.Refusals, Reasons: t.Reasons.clone(),
		Tickets: t.Tickets, Calls: t.Calls, Recalls: t.Recalls, Transfers: t.Transfers, Outcomes: t.Outcomes.clone(),
		Services: []ServiceReport{}, Jumps: sum(t.Jumps), JumpsBy: t.Jumps.clone(), Exceptions: t.Exceptions.clone(), Reprints: t.Reprints,
		Notices: t.Notices, Mistakes: t.Mistakes, Trainings: t.Trained, Emergencies: t.Emergencies,
		Faults: h.Faults(), Money: h.CashBook(""),
	}
	r.Skipped = r.Outcomes[OutcomeSkipped]
	for o, n := range r.Outcomes {
		if wasServed(o) {
			r.Ended += n
		}
	}
	for _, k := range h.Tickets {
		if k.State != Ended {
			r.Waiting++
		}
	}
	for _, s := range h.cfg.Services {
		if st := t.Services[s.Key]; st != nil {
			r.Services = append(r.Services, st.report(s))
		}
	}
	for _, l := range h.Rentals {
		if l.Day == h.Day {
			r.Rentals++
		}
		if l.open() {
			r.RentalsOpen++
		}
		if l.State == Settled && l.Ended == h.Day {
			r.Settled++
		}
	}
	for _, tool := range h.Tools {
		if tool.State == ToolOut {
			r.Out++
		}
	}
	return r
}

func (s *ServiceTally) report(of Service) ServiceReport {
	return ServiceReport{
		Service: of.Key, Name: of.Name, Tickets: s.Tickets, Called: s.Called, Served: s.Served,
		Wait: minutes(s.Waiting, s.Called), Longest: minutes(s.Longest, 1), Serve: minutes(s.Serving, s.Served),
	}
}

// minutes is the average of n times that sum up to so many seconds, rounded.
func minutes(seconds, n int) int {
	if n == 0 {
		return 0
	}
	return (seconds/n + 30) / 60
}

// slip is the report on paper.
func (r DayReport) slip(staff string, at Stamp) ReportSlip {
	queue := ReportSection{Title: "登记和排队", Rows: []ReportRow{
		number("登记人数", r.Visits), number("不予登记", r.Refusals), number("取号", r.Tickets), number("叫号", r.Calls),
		number("重呼", r.Recalls), number("转移", r.Transfers), number("插叫", r.Jumps), number("补打小票", r.Reprints),
	}}
	for _, o := range counts(r.Outcomes).names() {
		queue.Rows = append(queue.Rows, number(o, r.Outcomes[o]))
	}
	s := ReportSlip{Day: r.Day, Sections: []ReportSection{queue}, Staff: staff, Issued: minute(at)}
	for _, v := range r.Services {
		s.Sections = append(s.Sections, ReportSection{Title: v.Name, Rows: []ReportRow{
			number("取号", v.Tickets), number("办理", v.Served),
			{"平均等候", fmt.Sprintf("%d分钟", v.Wait)},
			{"最长等候", fmt.Sprintf("%d分钟", v.Longest)},
			{"平均办理", fmt.Sprintf("%d分钟", v.Serve)},
		}})
	}
	return s.with("服务", number("一次性告知", r.Notices), number("其中再次告知", r.Mistakes), number("培训签到", r.Trainings), number("紧急呼叫", r.Emergencies)).
		with("工具租赁", number("申请", r.Rentals), number("结算", r.Settled), number("在租工具", r.Out),
			money("收押金", r.Money.DepositIn), money("退押金", r.Money.DepositOut), money("押金抵扣", r.Money.Kept),
			money("租金", r.Money.Rent), money("赔偿", r.Money.Compensation), money("另收", r.Money.Paid), money("在管押金", r.Money.Owing),
			money("抽屉现金", r.Money.Drawer.Cash), number("待财务接收的交接单", r.Money.open())).
		with("设备", number("有故障的设备", r.Faults))
}

func (s ReportSlip) with(title string, rows ...ReportRow) ReportSlip {
	s.Sections = append(s.Sections, ReportSection{Title: title, Rows: rows})
	return s
}

func number(name string, n int) ReportRow { return ReportRow{name, strconv.Itoa(n)} }
func money(name string, f Fen) ReportRow  { return ReportRow{name, f.String() + "元"} }

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}
