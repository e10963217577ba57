package hall

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
)

var lifeHeads = []string{"时间", "申请编号", "工具编号", "工具名称", "事项", "内容", "费用#", "申报人", "审批人", "原因"}

// layLife is what came to the stock, changed in it and left it, also at the
// inspection after a rental, with the stock-takes.
func layLife(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	for r := range records {
		if !p.holds(r.At) {
			continue
		}
		at := minute(r.At)
		switch d := r.Data.(type) {
		case *ToolLifecycle:
			text := ""
			if d.Was != nil {
				text = strings.Join(changes(*d.Was, d.Tool), "；")
			}
			s.add(at, d.Request, d.Tool.ID, d.Tool.Name, actionName[d.Action], text, d.Cost.String(), d.Staff, d.Second, d.Reason)
		case *ToolRequested:
			c := d.Change
			s.add(at, d.Request, c.Tool.ID, c.Tool.Name, "申请"+actionName[c.Action], "", c.Cost.String(), c.Staff, "", c.Reason)
		case *ToolRefused:
			s.add(at, d.Request, d.Tool, "", "申请未批准", "", "", "", d.Staff, d.Reason)
		case *RentalInspected:
			if to := afterInspection[d.Result]; to != ToolIn {
				s.add(at, d.Rental, d.Tool, "", "检查后"+toolStateName[to], d.found(), "", d.Staff, d.Second, d.Note)
			}
		case *RentalSwapped:
			s.add(at, d.Rental, d.Tool, "", "换下"+toolStateName[ToolInRepair], "", "", d.Staff, "", d.Reason)
		case *StockTaken:
			s.add(at, "", "", "", "盘点"+d.Locker, d.text(), "", d.Staff, d.Second, d.Remarks)
		}
	}
}

// found is what an inspection found, in a line.
func (d *RentalInspected) found() string {
	parts := []string{resultName[d.Result]}
	if len(d.Failed) > 0 {
		parts = append(parts, "不合格："+strings.Join(d.Failed, "、"))
	}
	if len(d.Missing) > 0 {
		parts = append(parts, "缺"+strings.Join(d.Missing, "、"))
	}
	return strings.Join(parts, "；")
}

// text is a stock-take in a line.
func (d *StockTaken) text() string {
	parts := []string{fmt.Sprintf("账面%d件，实点%d件", d.Expect, d.Seen)}
	for _, l := range d.Differ {
		parts = append(parts, l.What+l.Tool+l.Name)
	}
	return strings.Join(parts, "；")
}

var doorHeads = []string{"时间", "事项", "柜门或设备", "单号", "工具", "证件尾号", "经办人", "第二人", "说明"}

// layDoors is every record of doors, of stored things and of devices. Their kinds
// are many and alike, so what they share is read from their JSON.
func layDoors(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	for r := range records {
		if !p.holds(r.At) {
			continue
		}
		var d struct {
			Door, Locker, Device, About, Storage, Tool, Staff, Second, Reason, Fault, How, What, Decision string

			Person     Person
			AfterHours bool `json:"after_hours"`
		}
		b, err := json.Marshal(r.Data)
		if err != nil || json.Unmarshal(b, &d) != nil {
			continue // not the shape of a door's record
		}
		text := []string{d.Reason, d.Fault, d.How, d.What, d.Decision}
		if d.AfterHours {
			text = append(text, "营业时间外")
		}
		text = slices.DeleteFunc(text, func(s string) bool { return s == "" })
		s.add(minute(r.At), Name("kind", string(r.Data.Kind())), cmp.Or(d.Door, d.Locker, d.Device), cmp.Or(d.About, d.Storage), d.Tool,
			d.Person.Last4, d.Staff, d.Second, strings.Join(text, "；"))
	}
}

var exceptionHeads = []string{"工号", "时间", "事项", "对象", "原因"}

// layExceptions is what each of the staff did aside from the ordinary course
// (附件2 第九条). The records are applied anew, so that the list of a month is
// what the lists of its days were.
func layExceptions(s *Sheet, cfg Config, records iter.Seq[Record], p Period) {
	h := New(cfg)
	var list []Exception
	for r := range records {
		h.Apply(r)
		if p.holds(r.At) {
			list = append(list, h.Exceptions...)
		}
		h.Exceptions = nil
	}
	slices.SortStableFunc(list, func(a, b Exception) int { return cmp.Compare(a.Staff, b.Staff) })
	for _, e := range list {
		s.add(h.staffName(e.Staff), e.Time.Format("2006-01-02 15:04"), e.What, e.Subject, e.Reason)
	}
}
