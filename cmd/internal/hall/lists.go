package hall

import (
	"cmp"
	"maps"
	"unicode/utf8"
)

// Listed is one person of a county list, known by the keyed hash only.
type Listed struct {
	Ref    string `json:"ref"`
	Class  int    `json:"class,omitempty"` // of service, from 1
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"` // last day
}

// Trade is a kind of work, and whom the law keeps from it (附件2 第七条第二项).
type Trade struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Women  bool   `json:"women,omitempty"`  // 女职工禁忌
	Minors bool   `json:"minors,omitempty"` // 未成年工禁忌, 16 and 17
	Basis  string `json:"basis,omitempty"`  // the law
}

// CountyLists are the lists in force.
type CountyLists struct {
	Version  uint64
	Hash     string
	Priority map[string]Flag
	Block    map[string]Flag
	Trades   []Trade
}

// barred names the trades that the law keeps women from, and those of 16 and 17,
// each with its law.
func (c CountyLists) barred() (women, minors []string) {
	for _, t := range c.Trades {
		name := cmp.Or(t.Name, t.Key)
		if t.Basis != "" {
			name += "（" + t.Basis + "）"
		}
		if t.Women {
			women = append(women, name)
		}
		if t.Minors {
			minors = append(minors, name)
		}
	}
	return women, minors
}

// listData lists the kinds of this file.
var listData = []func() Data{
	func() Data { return new(ListsApplied) },
}

// ListsApplied records that a pack of lists took the place of the one before,
// whole. A long pack is several records, which are written at once; each after
// the first adds to it.
type ListsApplied struct {
	Version  uint64   `json:"version"`
	Hash     string   `json:"hash"`
	Part     int      `json:"part,omitempty"` // from 0
	Priority []Listed `json:"priority"`
	Block    []Listed `json:"block"`
	Trades   []Trade  `json:"trades"`
}

func (*ListsApplied) Kind() Kind        { return "county.lists" }
func (d *ListsApplied) Subject() string { return d.Hash }

func (d *ListsApplied) apply(h *Hall, _ Stamp) {
	if d.Part == 0 {
		h.County = CountyLists{Version: d.Version, Hash: d.Hash, Priority: map[string]Flag{}, Block: map[string]Flag{}}
	}
	maps.Copy(h.County.Priority, flags(d.Priority))
	maps.Copy(h.County.Block, flags(d.Block))
	h.County.Trades = append(h.County.Trades, d.Trades...)
}

func flags(list []Listed) map[string]Flag {
	m := make(map[string]Flag, len(list))
	for _, l := range list {
		m[l.Ref] = Flag{Class: l.Class, Reason: l.Reason, Until: l.Until}
	}
	return m
}

// Lists is a pack of lists from the county, whose signature was checked. It is
// taken whole or not at all; one that is not newer is refused.
type Lists struct {
	Version  uint64
	Hash     string
	Priority []Listed
	Block    []Listed
	Trades   []Trade
}

// ListsReply answers a pack of lists.
type ListsReply struct {
	Version  uint64 `json:"version"`
	Hash     string `json:"hash"`
	Priority int    `json:"priority"`
	Block    int    `json:"block"`
	Trades   int    `json:"trades"`
}

func (e Lists) handle(h *Hall, at Stamp) (Outcome, error) {
	if e.Version <= h.County.Version {
		return Outcome{}, refuse("older", "名单版本%d不比现有版本%d新（现有名单的哈希%s）", e.Version, h.County.Version, h.County.Hash)
	}
	for _, l := range e.Priority {
		if l.Class < 1 || l.Class > 9 {
			return Outcome{}, refuse("list", "优先名单里有人的等级不在1到9之间")
		}
	}
	for _, list := range [][]Listed{e.Priority, e.Block} {
		if !sound(list) {
			return Outcome{}, refuse("list", "名单里有一行不完整、太长、重复或日期不对")
		}
	}
	for _, t := range e.Trades {
		if t.Key == "" || longer(t.Key) || longer(t.Name) || longer(t.Basis) {
			return Outcome{}, refuse("list", "工种名单里有一行不完整或太长")
		}
	}
	out := Outcome{Data: e.parts(), Reply: func(h *Hall) (any, error) { return h.CountyLists(), nil }}
	for _, l := range e.Block {
		// Of most people of a list the hall knows nothing, so they wait for nothing.
		if f := (Flag{Until: l.Until}); h.Persons[l.Ref] != nil && f.inForce(h.Day) && h.blocked(l.Ref) == nil {
			h.expel(&out, at, l.Ref, "")
		}
	}
	return out, nil
}

// longestField bounds every text of a list, in characters, and partOf is how
// many of each list go into one record: so that no record is longer than
// the ledger takes, 64 KiB, even if each character had to be escaped.
const (
	longestField = 64
	partOf       = 16
)

func longer(s string) bool { return utf8.RuneCountInString(s) > longestField }

// sound reports whether a list names each person once, and says of each what
// can be kept.
func sound(list []Listed) bool {
	seen := make(map[string]bool, len(list))
	for _, l := range list {
		if l.Ref == "" || seen[l.Ref] || longer(l.Ref) || longer(l.Reason) || l.Until != "" && !isDate(l.Until) {
			return false
		}
		seen[l.Ref] = true
	}
	return true
}

// parts are the records of a pack: one at least, since an empty pack takes the
// one before away.
func (e Lists) parts() []Data {
	var data []Data
	for len(data) == 0 || len(e.Priority)+len(e.Block)+len(e.Trades) > 0 {
		d := &ListsApplied{Version: e.Version, Hash: e.Hash, Part: len(data)}
		d.Priority, e.Priority = cut(e.Priority)
		d.Block, e.Block = cut(e.Block)
		d.Trades, e.Trades = cut(e.Trades)
		data = append(data, d)
	}
	return data
}

// cut takes the first few of a list.
func cut[T any](list []T) (first, rest []T) {
	n := min(len(list), partOf)
	return append([]T{}, list[:n]...), list[n:]
}

// CountyLists says which lists are in force.
func (h *Hall) CountyLists() ListsReply {
	c := h.County
	return ListsReply{c.Version, c.Hash, len(c.Priority), len(c.Block), len(c.Trades)}
}
