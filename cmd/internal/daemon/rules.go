package daemon

import (
	"time"

	"halld/cmd/internal/hall"
	"halld/config"
)

// rules turns the configuration into what the rules need of it.
func rules(c *config.Config) hall.Config {
	cfg := hall.Config{
		ID: c.HallID(), Name: c.Hall.Name, Operator: c.Hall.Operator, Office: c.Hall.Office, Hotline: c.Hall.Hotline, Complaints: c.Hall.Complaints,
		Zone: c.Location, Rollover: minutes(c.Day.Rollover), OpenEarly: c.Day.OpenEarly, CarryOver: c.Day.CarryOver,
		Printer: c.Printer != nil, Rental: rentalRules(c),
		Queue: hall.QueueRules{
			Priority: c.Queue.PriorityRatio.Priority, Ordinary: c.Queue.PriorityRatio.Ordinary,
			LateWithin: c.Queue.LateWithin, HoldFor: c.Queue.HoldFor, Outcomes: c.Queue.Outcomes,
		},
	}
	for _, r := range c.Hours {
		cfg.Hours = append(cfg.Hours, hours(r))
	}
	for _, d := range c.Closed {
		cfg.Closed = append(cfg.Closed, hall.Closure{From: string(d.Date), Until: string(d.Until), Reason: d.Reason})
	}
	for _, s := range c.Services {
		cfg.Services = append(cfg.Services, hall.Service{
			Key: s.Key, Name: s.Name, Root: s.Root, Prefix: s.Prefix, First: s.First, Last: s.Last, WarnLeft: s.WarnLeft,
		})
	}
	cfg.Lockers = map[string]int{}
	for _, l := range c.Lockers {
		cfg.Lockers[l.Name] = l.Doors
	}
	cfg.Devices = deviceNames(c)
	for _, w := range c.Windows {
		cfg.Windows = append(cfg.Windows, hall.Window(w))
	}
	for _, s := range c.Staff {
		staff := hall.Staff{ID: s.ID, Name: s.Name, TrainedUntil: date(s.TrainedUntil)}
		for _, r := range s.Roles {
			staff.Roles = append(staff.Roles, hall.Role(r))
		}
		cfg.Staff = append(cfg.Staff, staff)
	}
	return cfg
}

// deviceNames are all that may report a fault, as they report it.
func deviceNames(c *config.Config) []string {
	list := []string{ledgerName}
	if len(c.County.Brokers) > 0 {
		list = append(list, hall.NetworkName)
	}
	if c.Reader != nil {
		list = append(list, "reader")
	}
	if c.Printer != nil {
		list = append(list, hall.PrinterName)
	}
	for _, l := range c.Lockers {
		list = append(list, "locker/"+l.Name)
	}
	for _, d := range c.Displays {
		list = append(list, "display/"+d.Name)
	}
	if c.Voice.Driver != "off" {
		list = append(list, "voice")
	}
	for _, b := range c.Buttons {
		list = append(list, "button/"+b.Name)
	}
	return list
}

func hours(r config.Hours) hall.Hours {
	h := hall.Hours{
		Days: uint8(r.Weekdays()), From: string(r.From), Until: string(r.Until), Open: minutes(r.Open), Close: minutes(r.Close),
	}
	for _, d := range r.Dates {
		h.Dates = append(h.Dates, string(d))
	}
	return h
}

func minutes(t config.TimeOfDay) time.Duration { return time.Duration(t) * time.Minute }

func rentalRules(c *config.Config) hall.RentalRules {
	r := hall.RentalRules{
		ApproveWithin: c.Rental.ApproveWithin,
		Preapproved:   classes(c.Rental.Preapproved),
		SameDayVisit:  c.Rental.SameDayVisit,
		MinorClasses:  classes(c.Rental.MinorClasses),
		ApprovalLimit: map[hall.Role]hall.Fen{},
		InspectWithin: c.Rental.InspectWithin,
		OverdueAfter:  c.Rental.OverdueAfter,
		PriceList:     c.Rental.PriceList,
		TwoPersonAdd:  c.Rental.TwoPersonAdd,
		Checklist:     c.Rental.Checklist,
		Terms:         hall.Terms(c.Rental.Terms),
		Types:         map[string]hall.ToolType{},
	}
	for role, limit := range c.Rental.ApprovalLimit {
		r.ApprovalLimit[hall.Role(role)] = hall.Fen(limit)
	}
	for _, t := range c.ToolTypes {
		r.Types[t.Key] = hall.ToolType{
			Name: t.Name, Safety: t.Safety, Checklist: t.Checklist, Accessories: t.Accessories,
			MinAge: t.MinAge, Training: t.Training,
		}
	}
	for _, l := range c.Lockers { // the shortest, since a door belongs to one of them
		if r.AjarAfter == 0 || l.AjarAfter < r.AjarAfter {
			r.AjarAfter = l.AjarAfter
		}
	}
	return r
}

func classes(names []string) []hall.Class {
	list := make([]hall.Class, len(names))
	for i, n := range names {
		list[i] = hall.Class(n)
	}
	return list
}

// date is a configured day, which was checked when it was read; empty is none.
func date(d config.Date) hall.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return hall.Date{}
	}
	return hall.DateOf(t)
}
