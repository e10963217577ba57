package hall

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Session is a course that is being held, or was held that day (附件5).
type Session struct {
	Course  string
	Trainer string
	Place   string
	Staff   string // who opened it
	Begun   Stamp
	People  []Trainee
}

// Trainee is someone who signed in.
type Trainee struct {
	Ref       string
	Last4     string
	Repeat    int // 复训: how often the person attended the course before
	In        Stamp
	Out       Stamp // zero while the person is there
	Minutes   int
	Forgotten bool // the end of the course signed the person out
}

// Attendance is how often a person attended a course.
type Attendance struct {
	Course  string `json:"course"`
	Times   int    `json:"times"`
	Minutes int    `json:"minutes"`
	Last    string `json:"last"` // day
}

func trainedKey(course, ref string) string { return course + "\n" + ref }

// courses names what a person attended, as far back as the hall remembers.
func (h *Hall) courses(ref string) (names []string) {
	for _, a := range h.attendances(ref) {
		names = append(names, a.Course)
	}
	return names
}

// attendances lists the courses that a person attended.
func (h *Hall) attendances(ref string) []Attendance {
	list := []Attendance{}
	for _, k := range slices.Sorted(maps.Keys(h.Trained)) {
		if strings.HasSuffix(k, "\n"+ref) {
			list = append(list, h.Trained[k])
		}
	}
	return list
}

// trainingData lists the kinds of this file.
var trainingData = []func() Data{
	func() Data { return new(TrainingOpened) },
	func() Data { return new(TrainingClosed) },
	func() Data { return new(TrainingSignedIn) },
	func() Data { return new(TrainingAttended) },
}

// TrainingOpened records that a course begins. Training is free: there is no
// price to record.
type TrainingOpened struct {
	Course  string `json:"course"`
	Trainer string `json:"trainer"`
	Place   string `json:"place"`
	Day     string `json:"day"`
	Staff   string `json:"staff"`
}

// TrainingClosed records that a course ended.
type TrainingClosed struct {
	Course string `json:"course"`
	Day    string `json:"day"`
	People int    `json:"people"`
	Staff  string `json:"staff,omitempty"`
}

// TrainingSignedIn records that a person came to a course.
type TrainingSignedIn struct {
	Person Person `json:"person"`
	Course string `json:"course"`
	Day    string `json:"day"`
	Repeat int    `json:"repeat"` // 复训: attendances before this one
}

// TrainingAttended records an attendance: the evidence for a subsidy.
type TrainingAttended struct {
	Person    Person `json:"person"`
	Course    string `json:"course"`
	Trainer   string `json:"trainer"`
	Day       string `json:"day"`
	In        string `json:"in"` // 2026-03-02 09:00
	Out       string `json:"out"`
	Minutes   int    `json:"minutes"`
	Repeat    int    `json:"repeat"`
	Forgotten bool   `json:"forgotten,omitempty"` // signed out by the end of the course
}

func (*TrainingOpened) Kind() Kind          { return "training.opened" }
func (*TrainingClosed) Kind() Kind          { return "training.closed" }
func (*TrainingSignedIn) Kind() Kind        { return "training.signin" }
func (*TrainingAttended) Kind() Kind        { return "training.attendance" }
func (d *TrainingOpened) Subject() string   { return d.Course }
func (d *TrainingClosed) Subject() string   { return d.Course }
func (d *TrainingSignedIn) Subject() string { return d.Course }
func (d *TrainingAttended) Subject() string { return d.Course }
func (d *TrainingSignedIn) Who() *Person    { return &d.Person }
func (d *TrainingAttended) Who() *Person    { return &d.Person }

func (d *TrainingOpened) apply(h *Hall, at Stamp) {
	h.Training = &Session{Course: d.Course, Trainer: d.Trainer, Place: d.Place, Staff: d.Staff, Begun: at}
}

func (d *TrainingClosed) apply(h *Hall, _ Stamp) {
	if h.Training != nil {
		h.Sessions = append(h.Sessions, *h.Training)
		h.Training = nil
	}
}

func (d *TrainingSignedIn) apply(h *Hall, at Stamp) {
	if h.Training == nil {
		return
	}
	h.Tally.Trained++
	h.Training.People = append(h.Training.People, Trainee{Ref: d.Person.Ref, Last4: d.Person.Last4, Repeat: d.Repeat, In: at})
}

func (d *TrainingAttended) apply(h *Hall, at Stamp) {
	if t := h.Training.present(d.Person.Ref); t != nil {
		t.Out, t.Minutes, t.Forgotten = at, d.Minutes, d.Forgotten
	}
	k := trainedKey(d.Course, d.Person.Ref)
	a := h.Trained[k]
	if d.Repeat >= a.Times {
		a.Times = d.Repeat + 1
	}
	a.Course, a.Minutes, a.Last = d.Course, a.Minutes+d.Minutes, d.Day
	h.Trained[k] = a
}

// present is the trainee who signed in and not out, or nil.
func (s *Session) present(ref string) *Trainee {
	if s == nil {
		return nil
	}
	for i := range s.People {
		if t := &s.People[i]; t.Ref == ref && t.Out.Time.IsZero() {
			return t
		}
	}
	return nil
}

// repeat is the 复训 number of someone who signs in: attendances of earlier
// sessions. Leaving a session for a while does not count.
func (h *Hall) repeat(ref string) int {
	for _, t := range h.Training.People {
		if t.Ref == ref {
			return t.Repeat
		}
	}
	return h.Trained[trainedKey(h.Training.Course, ref)].Times
}

// AttendReply answers a card during a course.
type AttendReply struct {
	Course  string `json:"course"`
	Out     bool   `json:"out"`
	Minutes int    `json:"minutes"`
}

// attend signs a person in to the course that is being held, or out of it.
func (h *Hall) attend(at Stamp, e CardRead) Outcome {
	s := h.Training
	out := Outcome{
		Data:  []Data{h.visit(e)},
		Reply: func(*Hall) (any, error) { return AttendReply{Course: s.Course}, nil },
	}
	if t := s.present(e.Person.Ref); t != nil {
		d := s.attended(at, e.Person, t, h.Day)
		out.Data = append(out.Data, d)
		out.Reply = func(*Hall) (any, error) { return AttendReply{s.Course, true, d.Minutes}, nil }
		out.Effects = []Effect{Greet{Text: "已签退，感谢参加" + s.Course + "培训"}}
		return out
	}
	out.Data = append(out.Data, &TrainingSignedIn{Person: e.Person, Course: s.Course, Day: h.Day, Repeat: h.repeat(e.Person.Ref)})
	out.Effects = []Effect{Greet{Text: "已签到" + s.Course + "培训，离开时请再刷一次证件"}}
	return out
}

func (s *Session) attended(at Stamp, p Person, t *Trainee, day string) *TrainingAttended {
	return &TrainingAttended{
		Person: p, Course: s.Course, Trainer: s.Trainer, Day: day, In: minute(t.In), Out: minute(at),
		Minutes: seconds(at, t.In) / 60, Repeat: t.Repeat,
	}
}

// TrainingOpen begins a course: cards now sign in and out and draw no number.
type TrainingOpen struct {
	Course  string
	Trainer string // empty: who opens it
	Place   string // empty: the hall
	Staff   string
}

func (e TrainingOpen) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Head, Manager); err != nil {
		return Outcome{}, err
	}
	switch {
	case h.Day == "":
		return Outcome{}, refuse(ReasonClock, "%s，请大厅负责人核准日期", refusalText[ReasonClock].reason)
	case e.Course == "" || len([]rune(e.Course)) > longestText:
		return Outcome{}, refuse("no-course", "请写明课程（--course）")
	case h.Training != nil:
		return Outcome{}, refuse("open", "“%s”正在培训，请先结束", h.Training.Course)
	}
	return Outcome{
		Data: []Data{&TrainingOpened{
			Course: e.Course, Trainer: cmp.Or(e.Trainer, h.staffName(e.Staff)), Place: cmp.Or(e.Place, h.cfg.Name), Day: h.Day, Staff: e.Staff,
		}},
		Reply: func(h *Hall) (any, error) { return h.Training.view(true), nil },
	}, nil
}

// TrainingClose ends a course; who forgot to sign out is signed out now.
type TrainingClose struct {
	Course string // empty: the one that is open
	Staff  string
}

func (e TrainingClose) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Head, Manager); err != nil {
		return Outcome{}, err
	}
	if h.Training == nil || e.Course != "" && e.Course != h.Training.Course {
		return Outcome{}, refuse("not-open", "没有正在进行的培训%s", e.Course)
	}
	out := Outcome{Reply: func(h *Hall) (any, error) { return h.Sessions[len(h.Sessions)-1].view(false), nil }}
	h.closeTraining(&out, at, e.Staff)
	h.signInList(&out, at)
	return out, nil
}

// closeTraining ends the course that is open, if one is. Nobody knows how long a
// course lasted that the next day had to end, after a night or after days without
// power, so only what the cards say counts: it is the evidence for a subsidy.
func (h *Hall) closeTraining(out *Outcome, at Stamp, staff string) {
	s := h.Training
	if s == nil {
		return
	}
	if staff == "" {
		at = s.lastCard()
	}
	for i := range s.People {
		if t := &s.People[i]; t.Out.Time.IsZero() {
			d := s.attended(at, Person{Ref: t.Ref, Last4: t.Last4}, t, h.Day)
			d.Forgotten = true
			out.Data = append(out.Data, d)
		}
	}
	out.Data = append(out.Data, &TrainingClosed{Course: s.Course, Day: h.Day, People: len(s.refs()), Staff: staff})
}

// lastCard is when somebody last signed in or out.
func (s *Session) lastCard() Stamp {
	last, latest := s.Begun, time.Duration(0)
	for _, t := range s.People {
		for _, at := range []Stamp{t.In, t.Out} {
			if d, _ := at.Since(s.Begun); d > latest {
				last, latest = at, d
			}
		}
	}
	return last
}

// refs are the people who came, each once, in order.
func (s *Session) refs() (list []string) {
	for _, t := range s.People {
		if !slices.Contains(list, t.Ref) {
			list = append(list, t.Ref)
		}
	}
	return list
}

// signInList prints the 培训签到表 for the signatures.
func (h *Hall) signInList(out *Outcome, at Stamp) {
	s := h.Training
	slip := TrainingSlip{
		Course: s.Course, Session: minute(s.Begun), Place: s.Place, Trainer: s.Trainer, Issued: minute(at),
	}
	for _, ref := range s.refs() {
		i := slices.IndexFunc(s.People, func(t Trainee) bool { return t.Ref == ref })
		slip.People = append(slip.People, TrainingLine{Last4: s.People[i].Last4, Repeat: s.People[i].Repeat})
	}
	if len(slip.People) > 0 {
		h.addSlip(out, newSlip("training", "", s.Course, slip))
	}
}

// TrainingView is a course as staff see it.
type TrainingView struct {
	Course  string        `json:"course"`
	Trainer string        `json:"trainer"`
	Place   string        `json:"place"`
	Open    bool          `json:"open"`
	Since   string        `json:"since"`
	Present int           `json:"present"`  // people who are there
	Gone    int           `json:"finished"` // who signed out
	People  []TraineeView `json:"people"`
}

// TraineeView is one attendance.
type TraineeView struct {
	Person    string `json:"person"` // ref
	Last4     string `json:"last4"`
	In        string `json:"in"`
	Out       string `json:"out"` // empty while the person is there
	Minutes   int    `json:"minutes"`
	Repeat    int    `json:"repeat"`
	Forgotten bool   `json:"forgotten,omitempty"`
}

func (s Session) view(open bool) TrainingView {
	v := TrainingView{Course: s.Course, Trainer: s.Trainer, Place: s.Place, Open: open, Since: minute(s.Begun), People: []TraineeView{}}
	for _, t := range s.People {
		p := TraineeView{Person: t.Ref, Last4: t.Last4, In: minute(t.In), Minutes: t.Minutes, Repeat: t.Repeat, Forgotten: t.Forgotten}
		if !t.Out.Time.IsZero() {
			p.Out = minute(t.Out)
			v.Gone++
		} else {
			v.Present++
		}
		v.People = append(v.People, p)
	}
	return v
}

// ListTrainings gives the courses of the day, the open one first.
func (h *Hall) ListTrainings() []TrainingView {
	list := []TrainingView{}
	if h.Training != nil {
		list = append(list, h.Training.view(true))
	}
	for _, s := range h.Sessions {
		list = append(list, s.view(false))
	}
	return list
}
