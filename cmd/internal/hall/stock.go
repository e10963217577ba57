package hall

import (
	"maps"
	"slices"
)

// StockTaken records a stock-take (盘点) and where it differs from the book.
type StockTaken struct {
	Locker  string      `json:"locker,omitempty"` // empty: the whole stock
	Expect  int         `json:"expected"`         // tools that should be there
	Seen    int         `json:"seen"`
	Differ  []StockLine `json:"differences"`
	Staff   string      `json:"staff"`
	Second  string      `json:"second,omitempty"`
	Remarks string      `json:"remarks,omitempty"`
}

// StockLine is one difference.
type StockLine struct {
	Tool  string    `json:"tool"`
	Name  string    `json:"name,omitempty"`
	State ToolState `json:"state,omitempty"` // by the book
	What  string    `json:"what"`            // 缺少, 多出, 无此编号
}

// StockSlip is the content of a 盘点表.
type StockSlip struct {
	StockTaken
	Issued string `json:"issued"`
}

func (*StockTaken) Kind() Kind         { return "tool.counted" }
func (d *StockTaken) Subject() string  { return d.Locker }
func (*StockTaken) apply(*Hall, Stamp) {}

// StockTake compares the tools that were seen with the book.
type StockTake struct {
	Seen    []string // numbers of the tools that are there
	Locker  string   // only the tools of one locker
	Staff   string
	Second  string
	Remarks string
}

func (e StockTake) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head, Finance); err != nil {
		return Outcome{}, err
	}
	if e.Second != "" {
		if err := h.second(at, e.Staff, e.Second); err != nil {
			return Outcome{}, err
		}
	}
	seen := slices.Compact(slices.Sorted(slices.Values(e.Seen)))
	d := &StockTaken{
		Locker: e.Locker, Seen: len(seen), Differ: []StockLine{}, Staff: e.Staff, Second: e.Second, Remarks: e.Remarks,
	}
	for _, id := range slices.Sorted(maps.Keys(h.Tools)) {
		t := h.Tools[id]
		if locker, _, _ := t.Door.Split(); e.Locker != "" && locker != e.Locker {
			continue
		}
		_, found := slices.BinarySearch(seen, id)
		here := t.here()
		if here {
			d.Expect++
		}
		switch {
		case here && !found:
			d.Differ = append(d.Differ, StockLine{Tool: id, Name: t.Name, State: t.State, What: "缺少"})
		case !here && found:
			d.Differ = append(d.Differ, StockLine{Tool: id, Name: t.Name, State: t.State, What: "多出"})
		}
	}
	for _, id := range seen {
		if h.Tools[id] == nil {
			d.Differ = append(d.Differ, StockLine{Tool: id, What: "无此编号"})
		}
	}
	out := Outcome{Data: []Data{d}, Reply: func(*Hall) (any, error) { return *d, nil }}
	h.addSlip(&out, newSlip("stock", "", e.Locker, StockSlip{StockTaken: *d, Issued: minute(at)}))
	return out, nil
}

// here reports whether a tool is in the hall by the book.
func (t *Tool) here() bool {
	return t.State == ToolIn || t.State == ToolReserved || t.State == ToolReturned || t.State == ToolInRepair
}
