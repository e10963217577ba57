package hall

import (
	"testing"
	"time"
)

func TestTrainingSignsInAndOut(t *testing.T) {
	s := begin(t)
	s.do(TrainingOpen{Course: "电工", Trainer: "周", Staff: "01"})
	s.refused(TrainingOpen{Course: "焊工", Staff: "01"}, "open")
	s.do(born("p1", 1990, 1, 1))
	s.do(born("p2", 1990, 1, 1))
	s.later(90 * time.Minute)
	s.do(born("p1", 1990, 1, 1))
	d := lastOf[*TrainingAttended](t, s)
	want(t, "minutes", d.Minutes, 90)
	want(t, "repeat", d.Repeat, 0)
	want(t, "in", d.In, "2026-03-02 07:00")
	rights := born("p3", 1990, 1, 1)
	rights.Service = "rights"
	want(t, "a chosen service", s.do(rights).(TicketView).Ticket, "E001")
	want(t, "numbers", len(s.h.Tickets), 1)
	s.printed()
	s.later(10 * time.Minute)
	s.refused(TrainingClose{Course: "焊工", Staff: "01"}, "not-open")
	v := s.do(TrainingClose{Staff: "01"}).(TrainingView)
	if v.Open || v.Gone != 2 || len(v.People) != 2 || !v.People[1].Forgotten || v.People[1].Minutes != 100 {
		t.Errorf("got %+v, want two people, the second signed out by the end after 100 minutes", v)
	}
	if got := s.printed(); len(got) != 1 || got[0] != "training" {
		t.Errorf("got slips %v, want the list to sign", got)
	}
	want(t, "now a number", s.do(born("p1", 1990, 1, 1)).(TicketView).Ticket, "A001")
	s.replayed()
}

func TestTrainingIsCountedAsRepeated(t *testing.T) {
	s := begin(t)
	for day := range 3 {
		s.do(TrainingOpen{Course: "电工", Staff: "01"})
		for range 2 { // leaving for a while is not another time
			s.do(born("p1", 1990, 1, 1))
			s.later(time.Hour)
			s.do(born("p1", 1990, 1, 1))
			s.later(time.Minute)
		}
		want(t, "repeat", lastOf[*TrainingAttended](t, s).Repeat, day)
		s.do(TrainingClose{Staff: "01"})
		s.later(21 * time.Hour)
	}
	p, err := s.h.Person("p1")
	if err != nil || len(p.Courses) != 1 || p.Courses[0].Times != 3 || p.Courses[0].Minutes != 360 {
		t.Errorf("got %+v and %v, want 3 times and 360 minutes", p.Courses, err)
	}
	s.replayed()
}

func TestMidnightEndsATraining(t *testing.T) {
	s := begin(t)
	s.do(TrainingOpen{Course: "电工", Staff: "01"})
	s.do(born("p1", 1990, 1, 1))
	s.do(born("p2", 1990, 1, 1))
	s.later(90 * time.Minute)
	s.do(born("p2", 1990, 1, 1)) // leaves, and nobody closes the course
	s.later(3 * 24 * time.Hour)  // the hall was switched off
	s.do(Tick{})
	d := lastOf[*TrainingAttended](t, s)
	if !d.Forgotten || d.Day != "2026-03-02" || s.h.Training != nil {
		t.Errorf("got %+v, want the person signed out by the end of 2 March", d)
	}
	want(t, "minutes that a card proves", d.Minutes, 90)
	want(t, "out", d.Out, "2026-03-02 08:30")
	s.replayed()
}
