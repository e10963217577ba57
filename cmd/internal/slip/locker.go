package slip

import (
	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// storage is what a worker holds whose own things are in a locker for the day.
func storage(s sheet, d hall.StorageSlip) []printer.Line {
	return join(
		s.heading(),
		rows("编号", d.Storage, "寄存人", s.Name, "证件尾号", d.Last4, "物品", d.What, "时间", d.Issued, "经手人", d.Staff),
		rule(), line(big("柜门 "+string(d.Door))), s.proof(),
		line(text("寄存免费，当日有效。请在市场下班前凭本人身份证件或此单取走。")),
		rule(),
	)
}

var toolState = map[hall.ToolState]string{
	hall.ToolIn: "在库", hall.ToolReserved: "已预留", hall.ToolOut: "在租", hall.ToolReturned: "待检",
	hall.ToolInRepair: "维修", hall.ToolLost: "报损", hall.ToolRetired: "报废",
}

// clearance lists what was behind each door when two people cleared a locker
// (清柜).
func clearance(s sheet, d hall.ClearSlip) []printer.Line {
	lines := join(s.heading(), rows("锁柜", d.Locker, "原因", d.Reason, "时间", d.Issued), rule())
	for _, c := range d.Doors {
		lines = append(lines, printer.Columns{Left: "柜门 " + string(c.Door), Right: found(c), Bold: true})
		if c.Tool != "" {
			lines = append(lines, row("  "+c.Tool+" "+c.Name, toolState[c.State]))
		}
		if c.Storage != "" {
			lines = append(lines, row("  寄存 "+c.Storage, "尾号"+c.Last4))
		}
	}
	return join(lines, rule(), rows("经手人", d.Staff, "见证人", d.Second), sign("经手人签字"), sign("见证人签字"), rule())
}

// found says whether a door was opened, and if not why.
func found(c hall.ClearDoor) string {
	switch {
	case c.Skipped != "":
		return c.Skipped
	case c.Tool == "" && c.Storage == "":
		return "空"
	}
	return "核对 □"
}
