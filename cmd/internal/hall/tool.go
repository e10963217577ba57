package hall

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Class is how a tool is priced.
type Class string

// The classes. Simple tools (榔头、铁锹、抹灰刀…) cost workers no rent, only a
// deposit (附件4 第五条第三项).
const (
	Simple Class = "simple"
	Priced Class = "priced"
)

// Tool is one physical tool with its own number and its own account.
type Tool struct {
	ID          string         `json:"tool"`
	Name        string         `json:"name"`
	Class       Class          `json:"class"`
	Type        string         `json:"type,omitempty"` // key of its tool type
	Price       Price          `json:"price"`
	Deposit     Fen            `json:"deposit"`
	Purchase    Fen            `json:"purchase"`
	Bought      string         `json:"bought,omitempty"` // day of the purchase, 2026-01-31
	Life        int            `json:"life,omitempty"`   // useful life in months; 0: not depreciated
	Door        DoorID         `json:"door,omitempty"`   // empty: kept on a shelf, handed out by hand
	Place       string         `json:"place,omitempty"`  // shelf or bin
	Accessories []string       `json:"accessories,omitempty"`
	PartPrices  map[string]Fen `json:"part_prices,omitempty"` // what a missing accessory costs
	CheckEvery  int            `json:"check_every,omitempty"` // days between safety checks; 0: none
	CheckBy     string         `json:"check_by,omitempty"`    // last day before the next check, 2026-01-31
	State       ToolState      `json:"state"`
	Rental      string         `json:"rental,omitempty"`  // the rental that has it or will have it
	Lacking     []string       `json:"lacking,omitempty"` // accessories that are gone
}

// ToolState is where a tool is.
type ToolState string

// The states of a tool. Only one in stock can be lent.
const (
	ToolIn       ToolState = "in"       // 在库
	ToolReserved ToolState = "reserved" // requested by a rental
	ToolOut      ToolState = "out"      // 在租
	ToolReturned ToolState = "returned" // 待检
	ToolInRepair ToolState = "repair"   // 维修
	ToolLost     ToolState = "lost"     // 报损
	ToolRetired  ToolState = "retired"  // 报废
)

var className = map[Class]string{Simple: "简单工具", Priced: "计价工具"}

var toolStateName = map[ToolState]string{
	ToolIn: "在库", ToolReserved: "已预订", ToolOut: "在租", ToolReturned: "待检",
	ToolInRepair: "维修", ToolLost: "报损", ToolRetired: "报废",
}

// toolData lists the kinds of the tool files.
var toolData = []func() Data{
	func() Data { return new(ToolLifecycle) },
	func() Data { return new(ToolRequested) },
	func() Data { return new(ToolRefused) },
	func() Data { return new(StockTaken) },
}

// ToolAdd brings a new tool into the stock (新增). A county may want a request
// with a reason, and two persons, for it.
type ToolAdd struct {
	Tool   Tool
	Staff  string
	Second string
	Reason string
}

func (e ToolAdd) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	two := h.cfg.Rental.TwoPersonAdd
	switch {
	case h.Tools[e.Tool.ID] != nil:
		return Outcome{}, refuse("exists", "编号%s已经有工具，请换一个编号", e.Tool.ID)
	case two && e.Reason == "":
		return Outcome{}, refuse("no-reason", "新增工具须申请并由两人办理，请写明原因（--reason）")
	}
	t, err := h.acceptable(at, e.Tool)
	if err != nil {
		return Outcome{}, err
	}
	t.State, t.Rental, t.Lacking = ToolIn, "", nil
	if t.Bought == "" && t.Purchase > 0 {
		t.Bought = h.Day
	}
	return h.lifecycle(at, &ToolLifecycle{
		Tool: t, Action: ActionAdd, Cost: t.Purchase, Staff: e.Staff, Second: e.Second, Reason: e.Reason,
	}, two)
}

// mostText bounds what people type, and mostLife a tool's useful life in months.
const (
	mostText = 64
	mostLife = 600
)

// acceptable checks a tool's description and completes it from its type.
func (h *Hall) acceptable(at Stamp, t Tool) (Tool, error) {
	kind, typed := h.cfg.Rental.Types[t.Type]
	if t.Class == Simple && t.Price.Rate == 0 {
		t.Price = Price{} // locked: nothing but a deposit is asked for
	}
	if len(t.Accessories) == 0 {
		t.Accessories = slices.Clone(kind.Accessories)
	}
	if t.CheckEvery > 0 && t.CheckBy == "" {
		t.CheckBy = DateOf(at.Time.AddDate(0, 0, t.CheckEvery)).String()
	}
	switch {
	case t.ID == "" || t.Name == "":
		return t, refuse("incomplete", "工具要有编号和名称")
	case len(t.ID) > mostText || len(t.Name) > 2*mostText:
		return t, refuse("too-long", "工具编号或名称太长")
	case !plain(t.ID) || strings.ContainsAny(t.ID, ",，") || !plain(t.Name) || !plain(t.Place):
		return t, refuse("text", "工具的编号、名称和存放处里不能有换行或前后空格，编号里不能有逗号")
	case t.Class != Simple && t.Class != Priced:
		return t, refuse("class", "工具类别只能是 simple（简单工具）或 priced（计价工具）")
	case t.Type != "" && !typed:
		return t, refuse("unknown-type", "没有工具类型“%s”，请先在 hall.toml 的 tool_type 里写明", t.Type)
	case t.Bought != "" && !isDate(t.Bought):
		return t, refuse("bought", "购置日期“%s”不对，应写成 2026-01-31", t.Bought)
	case t.Life < 0 || t.Life > mostLife:
		return t, refuse("life", "使用年限请写月数，0到%d之间，0为不提折旧", mostLife)
	case t.CheckEvery < 0 || t.CheckBy != "" && daysBefore(t.CheckBy, 0) != t.CheckBy:
		return t, refuse("check", "安全检查的间隔或日期不对，日期应写成 2026-01-31")
	}
	if err := t.money(); err != nil {
		return t, err
	}
	return t, h.place(t)
}

// plain reports whether a text is one line without margins, so that it looks on
// paper like what it is.
func plain(s string) bool {
	return s == strings.TrimSpace(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// money checks a tool's sums.
func (t Tool) money() error {
	switch {
	case t.Deposit == 0:
		return refuse("no-deposit", "请写明押金（--deposit）")
	case t.Deposit < 0 || t.Deposit > MaxFen || t.Purchase < 0 || t.Purchase > MaxFen:
		return refuse("money", "押金或购置价不对，请写元，如 200.00")
	case t.Class == Simple && t.Price.Rate != 0:
		return refuse("simple-priced", "简单工具对零工免租赁费，不能定价，仅收取押金")
	case t.Class == Priced && t.Price.Rate == 0:
		return refuse("no-price", "计价工具要有单价（--rate）和计价单位（--per）")
	}
	for part, f := range t.PartPrices {
		if f < 0 || f > MaxFen || !slices.Contains(t.Accessories, part) {
			return refuse("part-price", "没有配件“%s”，或配件价格不对", part)
		}
	}
	if t.Class == Priced {
		return t.Price.check()
	}
	return nil
}

// place checks that a tool's door is there and free.
func (h *Hall) place(t Tool) error {
	if t.Door == "" {
		return nil
	}
	if !h.known(t.Door) {
		return refuse("unknown-door", "没有柜门“%s”，应写成 柜名/门号，如 A/3", t.Door)
	}
	o, s := h.behind(t.Door)
	switch {
	case o != nil && o.ID != t.ID:
		return refuse("door-taken", "柜门%s已放%s", t.Door, o.ID)
	case s != nil:
		return refuse("door-taken", "柜门%s已有寄存物品", t.Door)
	}
	return nil
}

// kept is where a tool is kept: its door, or a shelf or bin.
func (t *Tool) kept() string { return cmp.Or(string(t.Door), t.Place) }

// Tool gives one tool.
func (h *Hall) Tool(id string) (Tool, error) {
	t := h.Tools[id]
	if t == nil {
		return Tool{}, refuse("unknown-tool", "没有编号为%s的工具", id)
	}
	return *t, nil
}

// ListTools gives every tool by number.
func (h *Hall) ListTools() []Tool {
	list := make([]Tool, 0, len(h.Tools))
	for _, id := range slices.Sorted(maps.Keys(h.Tools)) {
		list = append(list, *h.Tools[id])
	}
	return list
}

// ToolView is a tool with its account and what is asked of it.
type ToolView struct {
	Tool
	StateName string      `json:"state_name"`
	PriceText string      `json:"price_text"`
	Safety    []string    `json:"safety"`
	Checklist []string    `json:"checklist"`
	Account   AccountView `json:"account"`
}

// ToolSheet gives a tool with its account, at a moment.
func (h *Hall) ToolSheet(id string, at Stamp) (ToolView, error) {
	t, err := h.Tool(id)
	if err != nil {
		return ToolView{}, err
	}
	account, err := h.ToolAccount(id, at)
	if err != nil {
		return ToolView{}, err
	}
	return ToolView{
		Tool: t, StateName: toolStateName[t.State], PriceText: t.Price.text(), Account: account,
		Safety: h.cfg.Rental.Types[t.Type].Safety, Checklist: h.checklist(t.Type),
	}, nil
}
