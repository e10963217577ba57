package console

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"halld/cmd/internal/hall"
)

// peopleDesk is the page of the visitors: all of today, or the one that somebody
// chose. Whatever is done for a person is done on a page that names the person
// in its address, so that a card laid meanwhile changes nothing.
type peopleDesk struct {
	Chosen *hall.PersonView
	Here   bool // the chosen one has checked in today
	Fault  string

	Last      *visitor // whose card was read last
	Visitors  []visitor
	More      int // visitors beyond those that are listed
	Trainings []hall.TrainingView

	Free    []hall.ToolView // tools that can be lent
	Stored  []hall.StorageView
	Doors   []hall.DoorID // that could take something
	Matters []string      // of earlier notices
}

// mostVisitors is how many people a page lists; the search finds the others.
const mostVisitors = 40

// visitor is somebody of today in a list.
type visitor struct {
	Person, Last4 string
	Since         time.Time
	Tickets       []string
	Confirm       bool
}

func (d *desk) lookPeople(h *hall.Hall, ask url.Values) {
	p := &d.People
	person := choice(ask, "person")
	if person == "" {
		p.Visitors, p.Trainings = visitors(h), h.ListTrainings()
		if i := slices.IndexFunc(p.Visitors, func(v visitor) bool { return v.Person == h.Last }); i >= 0 {
			p.Last = &p.Visitors[i]
		}
		p.More = max(len(p.Visitors)-mostVisitors, 0)
		p.Visitors = p.Visitors[:len(p.Visitors)-p.More]
		return
	}
	v, err := h.Person(person)
	if err != nil {
		p.Fault = err.Error()
		return
	}
	p.Chosen, p.Here, p.Free = &v, v.Day == h.Day, inStock(h, d.At)
	for _, s := range h.ListStorages() {
		if s.Person == v.Person {
			p.Stored = append(p.Stored, s)
		}
	}
	p.Doors = emptyDoors(h)
}

// visitors are the people of today, the last first.
func visitors(h *hall.Hall) (list []visitor) {
	numbers := map[string][]string{}
	for _, t := range h.Tickets {
		numbers[t.Person] = append(numbers[t.Person], t.Number)
	}
	for _, v := range h.Persons {
		if v.Day != h.Day || v.Day == "" {
			continue
		}
		slices.Sort(numbers[v.Ref])
		list = append(list, visitor{v.Ref, v.Last4, v.Since.Time, numbers[v.Ref], v.Confirm != ""})
	}
	slices.SortFunc(list, func(a, b visitor) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Person, b.Person))
	})
	return list
}
