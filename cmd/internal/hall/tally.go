package hall

import (
	"maps"
	"slices"
)

// Tally counts the day.
type Tally struct {
	Visits      int // people who came, each once
	Refusals    int
	Reasons     counts // refusals by reason
	Tickets     int
	Calls       int
	Recalls     int
	Transfers   int
	Outcomes    counts // ends of numbers by outcome
	Jumps       counts // calls out of order by clerk
	Exceptions  counts // by clerk
	Reprints    int
	Notices     int
	Mistakes    int // notices that named something which an earlier one should have
	Trained     int // sign-ins to courses
	Emergencies int
	Services    map[string]*ServiceTally
}

// ServiceTally counts a service of the day. Times are in seconds.
type ServiceTally struct {
	Tickets int
	Called  int // numbers that were called at least once
	Waiting int // sum of their waits
	Longest int // wait
	Served  int // numbers that ended with an outcome
	Serving int // sum of the times at the window
}

func (s *ServiceTally) waited(seconds int) {
	s.Called++
	s.Waiting += seconds
	s.Longest = max(s.Longest, seconds)
}

func (t *Tally) service(key string) *ServiceTally {
	if t.Services == nil {
		t.Services = map[string]*ServiceTally{}
	}
	if t.Services[key] == nil {
		t.Services[key] = &ServiceTally{}
	}
	return t.Services[key]
}

// counts counts by name; the zero value is ready.
type counts map[string]int

func (c *counts) add(name string) {
	if *c == nil {
		*c = counts{}
	}
	(*c)[name]++
}

func (c *counts) drop(name string) {
	if (*c)[name] > 1 {
		(*c)[name]--
	} else {
		delete(*c, name)
	}
}

// clone gives a copy that is never nil, for a view or a record.
func (c counts) clone() map[string]int {
	m := make(map[string]int, len(c))
	maps.Copy(m, c)
	return m
}

// names gives the names, sorted.
func (c counts) names() (list []string) {
	for k := range c {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
