package hall

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ToolChange describes a tool anew: its price, deposit, door and the like. What
// touches money or safety takes a second person; where a tool stands and what it
// is called does not. A rental that is under way keeps what was signed.
type ToolChange struct {
	Tool   Tool
	Staff  string
	Second string
	Reason string
}

func (e ToolChange) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	old, err := h.movable(e.Tool.ID, ActionChange)
	if err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "变更请写明原因（--reason）")
	}
	t, err := h.acceptable(at, e.Tool)
	if err != nil {
		return Outcome{}, err
	}
	t.State, t.Rental, t.Lacking = old.State, old.Rental, old.Lacking
	switch r := h.requestOf(t.ID); {
	case alike(old, t):
		return Outcome{}, refuse("no-change", "%s的资料没有变化", t.ID)
	case r != nil && r.Change.Action == ActionChange:
		return Outcome{}, refuse("pending", "%s已有申请%s（%s）等待审批", t.ID, r.ID, r.ActionName)
	}
	return h.lifecycle(at, &ToolLifecycle{
		Tool: t, Was: &old, Action: ActionChange, Staff: e.Staff, Second: e.Second, Reason: e.Reason,
	}, weighty(old, t))
}

// weighty reports whether a change touches money or safety: anything but a
// tool's name and where it stands.
func weighty(old, t Tool) bool {
	t.Name, t.Door, t.Place = old.Name, old.Door, old.Place
	return !alike(old, t)
}

// alike reports whether two descriptions of a tool are the same, wherever it is
// at the moment.
func alike(a, b Tool) bool {
	a.State, a.Rental, a.Lacking = b.State, b.Rental, b.Lacking
	x, _ := json.Marshal(a) // always marshals; no list and an empty one are the same
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// changes lists what differs between two descriptions of a tool, in words.
func changes(old, t Tool) []string {
	list := []string{}
	for _, f := range []struct {
		name string
		text func(Tool) string
	}{
		{"名称", func(t Tool) string { return t.Name }},
		{"类别", func(t Tool) string { return className[t.Class] }},
		{"类型", func(t Tool) string { return t.Type }},
		{"计价", func(t Tool) string { return t.Price.text() }},
		{"价目版本", func(t Tool) string { return t.Price.Version }},
		{"押金", func(t Tool) string { return t.Deposit.String() + "元" }},
		{"购置价", func(t Tool) string { return t.Purchase.String() + "元" }},
		{"购置日期", func(t Tool) string { return t.Bought }},
		{"使用年限", func(t Tool) string { return strconv.Itoa(t.Life) + "个月" }},
		{"柜门", func(t Tool) string { return string(t.Door) }},
		{"存放处", func(t Tool) string { return t.Place }},
		{"配件", func(t Tool) string { return strings.Join(t.Accessories, "、") }},
		{"配件价", partsText},
		{"安全检查间隔", func(t Tool) string { return strconv.Itoa(t.CheckEvery) + "天" }},
		{"安全检查到期", func(t Tool) string { return t.CheckBy }},
	} {
		if a, b := f.text(old), f.text(t); a != b {
			list = append(list, fmt.Sprintf("%s：%s → %s", f.name, orNone(a), orNone(b)))
		}
	}
	return list
}

func orNone(s string) string {
	if s == "" {
		return "无"
	}
	return s
}

// partsText is what missing accessories cost, in the order of the accessories.
func partsText(t Tool) string {
	var parts []string
	for _, a := range t.Accessories {
		if f, priced := t.PartPrices[a]; priced {
			parts = append(parts, a+f.String()+"元")
		}
	}
	return strings.Join(parts, "、")
}
