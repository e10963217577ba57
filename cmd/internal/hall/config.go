package hall

import (
	"cmp"
	"time"
)

// Config is what the rules need to know of one hall. It holds no default for
// money: what a county has not set does not exist.
type Config struct {
	ID         string // county and hall code, "140321-01"
	Name       string // XX县（市、区）零工市场
	Operator   string // who runs it
	Office     string // who explains the rules; name and address
	Hotline    string
	Complaints string
	Zone       *time.Location
	Rollover   time.Duration // when the hall's day begins, after midnight
	CarryOver  bool          // whether waiting numbers live on into the next day

	Hours     []Hours   // none: open from the day's opening to its closing
	Closed    []Closure // days on which the hall stays shut
	OpenEarly time.Duration

	Services []Service // in the order of the menu; the first is the default
	Windows  []Window
	Staff    []Staff
	Printer  bool           // whether a printer is configured, so that numbers need paper
	Lockers  map[string]int // doors by locker
	Devices  []string       // names of all that may report a fault, such as locker/A

	Queue  QueueRules
	Rental RentalRules
}

// QueueRules are the county's public rules of order.
type QueueRules struct {
	// Of Priority+Ordinary calls, Priority go to whoever of a priority class
	// waits, as long as others wait too. Priority 0 switches the classes off.
	Priority, Ordinary int

	LateWithin time.Duration // how long a skipped number may get its place back
	HoldFor    time.Duration // how long a number is held before staff are reminded; 0: never
	Outcomes   []string      // ways to end a number beyond 办结, 转办, 告知 and 预约
}

// Service is one of the kinds of matter a number is drawn for.
type Service struct {
	Key      string // "match"
	Name     string // 快速对接
	Root     string // which of the notice's five services it belongs to; empty: its key
	Prefix   string // letter of its numbers
	First    int    // first number of a day
	Last     int    // last number of a day
	WarnLeft int    // staff are told when so few numbers are left
}

// Roots of the service menu that a rule speaks of (附件6).
const (
	RootTraining = "training" // 创业培训服务
	RootRights   = "rights"   // 权益保护服务, open to everybody
)

func (s Service) root() string { return cmp.Or(s.Root, s.Key) }

// Window is a counter.
type Window struct {
	Number   int
	Name     string
	Services []string // keys
}

// Staff is someone who may act for the hall.
type Staff struct {
	ID           string
	Name         string
	Roles        []Role
	TrainedUntil Date // zero: no end
}

// Role is what someone of the staff may do.
type Role string

// The roles of the notice, and the technician.
const (
	Counter    Role = "counter"    // 窗口
	Keeper     Role = "keeper"     // 保管
	Approver   Role = "approver"   // 审批
	Finance    Role = "finance"    // 财务
	Head       Role = "head"       // 大厅负责人
	Manager    Role = "manager"    // 市场负责人
	Technician Role = "technician" // 技术
)
