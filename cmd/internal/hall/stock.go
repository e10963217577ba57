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
	What  string    `json:"what"`            // 缺少, 多出, 放错, 无此编号
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
	if e.Locker != "" && h.cfg.Lockers[e.Locker] == 0 {
		return Outcome{}, refuse("unknown-locker", "没有“%s”柜", e.Locker)
	}
	d := h.counted(e)
	out := Outcome{Data: []Data{d}, Reply: func(*Hall) (any, error) { return *d, nil }}
	h.addSlip(&out, newSlip("stock", "", e.Locker, StockSlip{StockTaken: *d, Issued: minute(at)}))
	return out, nil
}

// counted is a stock-take's record. Of a single locker a tool that belongs
// elsewhere is told too.
func (h *Hall) counted(e StockTake) *StockTaken {
	seen := slices.Compact(slices.Sorted(slices.Values(e.Seen)))
	d := &StockTaken{
		Locker: e.Locker, Seen: len(seen), Differ: []StockLine{}, Staff: e.Staff, Second: e.Second, Remarks: e.Remarks,
	}
	differ := func(t *Tool, what string) {
		d.Differ = append(d.Differ, StockLine{Tool: t.ID, Name: t.Name, State: t.State, What: what})
	}
	for _, id := range slices.Sorted(maps.Keys(h.Tools)) {
		t := h.Tools[id]
		locker, _, _ := t.Door.Split()
		_, found := slices.BinarySearch(seen, id)
		elsewhere := e.Locker != "" && locker != e.Locker
		here := t.here() && !elsewhere
		if here {
			d.Expect++
		}
		switch {
		case here && !found:
			differ(t, "缺少")
		case found && !t.here():
			differ(t, "多出")
		case found && elsewhere:
			differ(t, "放错")
		}
	}
	for _, id := range seen {
		if h.Tools[id] == nil {
			d.Differ = append(d.Differ, StockLine{Tool: id, What: "无此编号"})
		}
	}
	return d
}

// here reports whether a tool is in the hall by the book.
func (t *Tool) here() bool {
	return t.State == ToolIn || t.State == ToolReserved || t.State == ToolReturned || t.State == ToolInRepair
}
