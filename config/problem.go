package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong in a configuration file, told so that an
// installer can mend it. Text and Fix are Chinese, as the installer's file is.
type Problem struct {
	File string // as it was named
	Line int    // from 1; for something missing, the table that lacks it
	Key  string // path of the key, such as display[0].port; may be empty
	Text string // what is wrong
	Fix  string // what to do
}

// String is the problem on one line: FILE:LINE: key: text；fix.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: ", p.File, p.Line)
	if p.Key != "" {
		s += p.Key + ": "
	}
	s += p.Text
	if p.Fix != "" {
		s += "；" + p.Fix
	}
	return s
}

// Problems is every problem of a file, in the order of its lines. It is the
// only error type of [Load].
type Problems []Problem

// Error is one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders by line, and drops what was said twice.
func sorted(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return slices.Compact(ps)
}
