package receiver

import (
	"slices"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// cover is which records of a stream are committed, as far as one
// acknowledgement can say it: everything up to known, except in holes. It is
// kept beside the stream, so that an acknowledgement costs one row however many
// records stand behind a gap.
type cover struct {
	known uint64
	holes []ledger.Range // in order, county.MaxHoles at most
}

// upto is the record up to which none is missing.
func (c *cover) upto() uint64 {
	if len(c.holes) > 0 {
		return c.holes[0][0] - 1
	}
	return c.known
}

// add takes a record that was committed. One that would need a further hole is
// left out: it is found again once a hole has closed.
func (c *cover) add(seq uint64) (taken bool) {
	switch {
	case seq <= c.known:
		c.fill(seq)
	case seq == c.known+1:
		c.known = seq
	case c.hasRoom():
		c.holes = append(c.holes, ledger.Range{c.known + 1, seq - 1})
		c.known = seq
	default:
		return false
	}
	return true
}

// hasRoom says whether a further hole can be listed.
func (c *cover) hasRoom() bool { return len(c.holes) < county.MaxHoles }

// fill takes a record out of its hole. A hole that falls apart may be one too
// many; then less is known.
func (c *cover) fill(seq uint64) {
	i := slices.IndexFunc(c.holes, func(h ledger.Range) bool { return h[0] <= seq && seq <= h[1] })
	if i < 0 {
		return
	}
	h := c.holes[i]
	var left []ledger.Range
	if h[0] < seq {
		left = append(left, ledger.Range{h[0], seq - 1})
	}
	if seq < h[1] {
		left = append(left, ledger.Range{seq + 1, h[1]})
	}
	c.holes = slices.Replace(c.holes, i, i+1, left...)
	if n := len(c.holes); n > county.MaxHoles {
		c.known = c.holes[n-1][0] - 1
		c.holes = c.holes[:n-1]
	}
}
