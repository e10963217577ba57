package slip

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"halld/cmd/internal/hall"
)

// desk drives the hall's rules, and keeps the slips that they print: what is laid
// out here is what the hall makes.
type desk struct {
	h     *hall.Hall
	at    hall.Stamp
	facts hall.Facts
	slips map[string]hall.Slip // the last of each template
}

var zone = time.FixedZone("CST", 8*3600)

// newDesk is a hall with a simple and two priced tools, before a visitor whose
// card was read.
func newDesk() *desk {
	cfg := hall.Config{
		ID: "140321-01", Name: "平定县零工市场", Hotline: "0353-6060000", Zone: zone, Printer: true,
		Lockers:  map[string]int{"A": 24},
		Services: []hall.Service{{Key: "match", Name: "快速对接", Prefix: "A", First: 1, Last: 499}},
		Windows:  []hall.Window{{Number: 1, Name: "求职登记", Services: []string{"match"}}},
		Staff: []hall.Staff{
			{ID: "01", Name: "王", Roles: []hall.Role{hall.Counter, hall.Keeper}},
			{ID: "02", Name: "刘", Roles: []hall.Role{hall.Keeper, hall.Approver, hall.Finance, hall.Head}},
		},
		Rental: hall.RentalRules{
			ApproveWithin: time.Hour, SameDayVisit: true, OverdueAfter: 8 * time.Hour, PriceList: "2026-1",
			Terms: hall.Terms{Version: "2025-1", Lines: []string{"工具交回时须经检查后方可入库。", "损坏、丢失按实际损失赔偿。"}},
			Types: map[string]hall.ToolType{
				"hammer": {Name: "榔头", Checklist: []string{"锤头不松动"}},
				"drill": {
					Name: "电锤", Safety: []string{"使用电动工具须戴护目镜和绝缘手套，不得带电更换钻头。"},
					Checklist: []string{"通电试转", "电缆无破损"}, Accessories: []string{"钻头", "手提箱"},
				},
			},
		},
	}
	d := &desk{
		h: hall.New(cfg), facts: hall.Facts{Document: "resident", Birth: hall.Date{Year: 1949, Month: time.December, Day: 31}},
		at:    hall.Stamp{Time: time.Date(2026, 1, 5, 9, 31, 0, 0, zone), Trusted: true, Boot: "b1", Uptime: time.Hour},
		slips: map[string]hall.Slip{},
	}
	drill := hall.Tool{
		ID: "T-0007", Name: "电锤（含钻头三支及手提箱）", Class: hall.Priced, Type: "drill", Deposit: 30000, Door: "A/12",
		Price:      hall.Price{Rate: 800, Per: hall.PerHour, Cap: 4000, Free: 30, Round: 30},
		PartPrices: map[string]hall.Fen{"钻头": 4500},
	}
	d.do(hall.ToolAdd{Tool: hall.Tool{ID: "T-0003", Name: "榔头", Class: hall.Simple, Type: "hammer", Deposit: 2000, Door: "A/3"}, Staff: "01"})
	d.do(hall.ToolAdd{Tool: drill, Staff: "01"})
	drill.ID, drill.Door = "T-0008", "A/13"
	d.do(hall.ToolAdd{Tool: drill, Staff: "01"})
	d.do(hall.CardRead{Person: hall.Person{Ref: "p1", Last4: "002X"}, Facts: d.facts})
	return d
}

// do has the hall decide on an event that it must accept. Doors open and are shut
// again at once.
func (d *desk) do(ev hall.Event) (reply any) {
	if due := d.h.Due(d.at); due != nil {
		d.step(due)
	}
	if j, ok := ev.(hall.Judged); ok {
		ref, err := j.Whom(d.h)
		if err != nil {
			panic(err)
		}
		ev = j.Judge(ref, d.facts)
	}
	out := d.step(ev)
	if out.Reply == nil {
		return nil
	}
	reply, err := out.Reply(d.h)
	if err != nil {
		panic(fmt.Sprintf("%T: %v", ev, err))
	}
	return reply
}

func (d *desk) step(ev hall.Event) hall.Outcome {
	out, err := d.h.Handle(d.at, ev)
	if err != nil {
		panic(fmt.Sprintf("%T: %v", ev, err))
	}
	for _, data := range out.Data {
		d.h.Apply(hall.Record{At: d.at, Data: data})
	}
	for _, e := range out.Effects {
		switch e := e.(type) {
		case hall.Print:
			d.slips[e.Job.Slip.Template] = e.Job.Slip
			d.step(hall.SlipResult{Job: e.Job.ID, State: hall.JobPrinted})
		case hall.OpenDoor:
			d.step(hall.PulseDoor{Op: e.Op})
			d.step(hall.DoorOutcome{Op: e.Op, State: hall.OpOpen})
			d.step(hall.DoorSeen{Door: e.Door, State: hall.DoorLocked})
		}
	}
	return out
}

func (d *desk) later(t time.Duration) { d.at.Time, d.at.Uptime = d.at.Time.Add(t), d.at.Uptime+t }

// rent takes a rental of tools as far as its deposit.
func (d *desk) rent(tools ...string) (id string) {
	id = d.do(hall.RentalRequest{Tools: tools, Person: "last", Trade: "室内拆改", Staff: "01"}).(hall.RentalView).Rental
	d.do(hall.RentalApprove{Rental: id, Staff: "02"})
	d.do(hall.RentalSign{Rental: id, Staff: "01"})
	d.do(hall.RentalDeposit{Rental: id, Staff: "01"})
	return id
}

// bring hands the tools of a rental out and takes them back after a while.
func (d *desk) bring(id string, after time.Duration, tools ...string) {
	for _, tool := range tools {
		d.do(hall.RentalHandover{Rental: id, Tool: tool, Staff: "01"})
	}
	d.later(after)
	for _, tool := range tools {
		d.do(hall.RentalReturn{Rental: id, Tool: tool, Staff: "01"})
	}
}

// rented are the slips of a rental in which everything happens that may stand on
// one: two tools, a lost deposit slip, an overdue reminder, damage beyond the
// deposit, and a debt that is paid later.
func rented() map[string]hall.Slip {
	d := newDesk()
	id := d.rent("T-0003", "T-0007")
	d.do(hall.RentalLostSlip{Rental: id, Statement: "声明-0001", Staff: "01", Second: "02"})
	for _, tool := range []string{"T-0003", "T-0007"} {
		d.do(hall.RentalHandover{Rental: id, Tool: tool, Staff: "01"})
	}
	d.later(26*time.Hour + 50*time.Minute)
	d.do(hall.RentalRemind{Rental: id, Staff: "01"})
	for _, tool := range []string{"T-0003", "T-0007"} {
		d.do(hall.RentalReturn{Rental: id, Tool: tool, Staff: "01"})
	}
	all := []string{hall.All}
	d.do(hall.RentalInspect{Rental: id, Tool: "T-0003", Result: hall.ResultOK, Passed: all, Staff: "02"})
	d.do(hall.RentalInspect{
		Rental: id, Tool: "T-0007", Result: hall.ResultDamaged, Passed: all, Failed: []string{"电缆无破损"}, Present: all, Missing: []string{"钻头"},
		Deduct: 25500, Staff: "02",
	})
	d.do(hall.RentalSettle{Rental: id, Receipt: id + "-Y2", Staff: "01"})
	d.do(hall.RentalPay{Rental: id, Method: "微信", Staff: "01"})
	return d.slips
}

// with adds to samples the slips that the rules print.
func with(samples map[string]any, slips map[string]hall.Slip) map[string]any {
	for _, name := range slices.Sorted(maps.Keys(slips)) {
		if _, made := samples[name]; !made {
			samples[name] = slips[name].Data
		}
	}
	return samples
}
