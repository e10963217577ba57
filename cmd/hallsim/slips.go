package main

import (
	"fmt"
	"io"
	"sync"

	"halld/firmware-bridge/emulator/printer"
)

// keptSlips is how many papers the page shows.
const keptSlips = 12

// slips are the papers that came out of the printer, the last first.
type slips struct {
	out io.Writer

	mu   sync.Mutex
	n    int
	list []paper
}

type paper struct {
	n      int
	ticket printer.Ticket
}

func newSlips(out io.Writer) *slips { return &slips{out: out} }

// add takes a paper and shows it as text.
func (s *slips) add(t printer.Ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.list = append([]paper{{s.n, t}}, s.list[:min(len(s.list), keptSlips-1)]...)
	fmt.Fprintf(s.out, "✂ - - - - - - - - - - - - - - - - - - - - - - - -\n%s\n", t.Text)
}

// numbers are the papers to show.
func (s *slips) numbers() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []int{}
	for _, p := range s.list {
		list = append(list, p.n)
	}
	return list
}

// find gives a paper by its number.
func (s *slips) find(n int) (printer.Ticket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.list {
		if p.n == n {
			return p.ticket, true
		}
	}
	return printer.Ticket{}, false
}
