// Package config reads hall.toml, the one file in which an installer says what
// hall this box stands in and which devices are on which line.
//
// [Load] is strict: an unknown key, a wrong type, a missing or a contradicting
// value is a [Problem] with its file, line and what to do, and all problems of
// a file come at once. What is allowed but unwise is a warning in
// [Config.Warnings]. The package knows no other room of this program; whether a
// device answers is for the daemon to find out.
//
// The Go types below are the definition. Their tags say how a key is written
// (toml), what holds when it is absent (default), whether it must be there
// (required), which words or numbers it takes (enum, min, max), whether it is a
// path (path, relative to the file's folder), and what to show as an example.
// hall.toml in this folder documents every key, and hall.schema.json is made
// from the same tags.
package config

import "time"

// Config is a whole hall.toml with its defaults filled in.
type Config struct {
	// DataDir holds the ledger, the device key and the staff's PINs.
	DataDir string `toml:"data_dir" path:"true" default:"/var/lib/halld"`
	// Socket is the unix socket that hallctl talks to.
	Socket string `toml:"socket" path:"true" default:"/run/halld/halld.sock"`

	Hall      Hall       `toml:"hall" required:"true"`
	Hours     []Hours    `toml:"hours"`
	Closed    []Closed   `toml:"closed"`
	Day       Day        `toml:"day"`
	Clock     Clock      `toml:"clock"`
	Queue     Queue      `toml:"queue"`
	Services  []Service  `toml:"service" required:"true"`
	Windows   []Window   `toml:"window" required:"true"`
	Reader    *Reader    `toml:"reader"`  // nil: no card reader
	Printer   *Printer   `toml:"printer"` // nil: no printer
	Displays  []Display  `toml:"display"`
	Lockers   []Locker   `toml:"locker"`
	Buttons   []Button   `toml:"button"`
	Voice     Voice      `toml:"voice"`
	Rental    Rental     `toml:"rental"`
	ToolTypes []ToolType `toml:"tool_type"`
	County    County     `toml:"county"`
	Staff     []Staff    `toml:"staff" required:"true"`
	Console   Console    `toml:"console"`

	// Warnings are what Load found unwise but not wrong.
	Warnings []Problem `toml:"-"`
	// Location is Hall.Timezone, loaded.
	Location *time.Location `toml:"-"`

	place place `toml:"-"`
}

// place is the file that a Config was read from, for messages.
type place struct {
	file  string
	lines lines
}

// Problem is something that a Config has wrong as others find it, such as the
// daemon when it asks the devices: told with the line of its key or table.
func (c *Config) Problem(path, text, fix string) Problem {
	return Problem{c.place.file, c.place.lines.of(path), path, text, fix}
}

// HallID is the hall's name on the wire: county and code, as in 140321-01.
func (c *Config) HallID() string { return c.Hall.County + "-" + c.Hall.Code }

// Hall says which hall this is. The notice asks for one name everywhere and
// for a public hotline, so neither has a default.
type Hall struct {
	// County is the six-digit code of GB/T 2260.
	County string `toml:"county" required:"true" example:"140321"`
	// Code is the hall's two digits within its county.
	Code string `toml:"code" required:"true" example:"01"`
	// Name follows the pattern XX县（市、区）零工市场.
	Name string `toml:"name" required:"true" example:"平定县零工市场"`
	// Operator is who runs the hall, as the page of rules says.
	Operator string `toml:"operator" required:"true" example:"平定县公共就业服务中心"`
	// Office is the 零工市场办公室 that explains the rules: name and address.
	Office string `toml:"office" example:"平定县零工市场办公室，东大街1号"`
	// Hotline is the public service number, shown on every slip and board.
	Hotline string `toml:"hotline" required:"true" example:"0353-6060000"`
	// Complaints is the channel for complaints and reports.
	Complaints string `toml:"complaints" example:"12333"`
	// Timezone is a name of the IANA database.
	Timezone string `toml:"timezone" default:"Asia/Shanghai"`
	// Logo is the official mark as PNG, for screens; empty shows none.
	Logo string `toml:"logo" path:"true" example:"/etc/halld/logo.png"`
}

// Hours is one rule of opening hours. Without any rule the hall is open from
// the day's opening by staff to its closing.
type Hours struct {
	// Days are mon tue wed thu fri sat sun; a range is written mon-fri.
	Days []Days `toml:"days" example:"mon-fri"`
	// Dates are single dates this rule holds for instead, such as make-up
	// working days (调休). They go before Days and before Closed.
	Dates []Date `toml:"dates" example:"2026-10-10"`
	// From and Until bound the season in which Days holds, both included.
	From  MonthDay `toml:"from" example:"05-01"`
	Until MonthDay `toml:"until" example:"09-30"`
	// Open and Close; Close before Open runs over midnight.
	Open  TimeOfDay `toml:"open" required:"true" example:"07:00"`
	Close TimeOfDay `toml:"close" required:"true" example:"18:00"`
}

// Closed is a day, or a run of days, on which the hall does not open.
type Closed struct {
	Date   Date   `toml:"date" required:"true" example:"2026-10-01"`
	Until  Date   `toml:"until" example:"2026-10-07"` // last day, included; empty: one day
	Reason string `toml:"reason" example:"国庆节"`
}

// Day says when a day's numbers begin again.
type Day struct {
	Rollover TimeOfDay `toml:"rollover" default:"00:00"`
	// OpenEarly is how long before the opening hours numbers are given.
	OpenEarly time.Duration `toml:"open_early" default:"0s" min:"0s" max:"12h"`
	// CarryOver lets numbers that wait live on into the next day.
	CarryOver bool `toml:"carry_over" default:"false"`
}

// Clock says when the time is believed. "auto" waits for a battery clock or
// for network time before any decision on age or date; "always" believes the
// kernel, for boards with a clock that the check can't see.
type Clock struct {
	Trust string `toml:"trust" enum:"auto,always" default:"auto"`
}

// Queue holds the public rules of order.
type Queue struct {
	// PriorityRatio is the published share of priority calls, such as 1:3 for
	// one priority call to three ordinary ones while both wait.
	PriorityRatio Ratio `toml:"priority_ratio" default:"1:3"`
	// LateWithin is how long after a skip a ticket may still come back.
	LateWithin time.Duration `toml:"late_within" default:"30m"`
	// HoldFor is how long a ticket is held before the staff are reminded of it;
	// 0s never.
	HoldFor time.Duration `toml:"hold_for" default:"30m" min:"0s" max:"12h"`
	// Outcomes are ways to end a ticket beyond 办结, 转办, 告知 and 预约.
	Outcomes []string `toml:"outcomes" example:"转介乡镇"`
}

// Service is one line of the service menu, below one of the notice's five roots.
type Service struct {
	Key  string `toml:"key" required:"true" example:"match"`
	Name string `toml:"name" required:"true" example:"快速对接"`
	// Root is the notice's service that this one belongs to: 零工信息 info,
	// 快速对接 match, 创业培训 training, 困难帮扶 aid, 权益保护 rights. When
	// absent it is Key if that is one of the five, else info.
	Root string `toml:"root" enum:"info,match,training,aid,rights"`
	// Prefix is the letter of the number, First and Last its range.
	Prefix string `toml:"prefix" required:"true" example:"A"`
	First  int    `toml:"first" default:"1" min:"1" max:"9999"`
	Last   int    `toml:"last" default:"499" min:"1" max:"9999"`
	// WarnLeft is how few numbers are left when the staff are told.
	WarnLeft int `toml:"warn_left" default:"10" min:"0" max:"999"`
}

// Window is a counter and the services it calls, first ones first.
type Window struct {
	Number   int      `toml:"number" required:"true" min:"1" max:"99" example:"1"`
	Name     string   `toml:"name" required:"true" example:"求职登记"`
	Services []string `toml:"services" required:"true" example:"match"`
}

// Reader is the ID-card reader.
type Reader struct {
	Driver string `toml:"driver" enum:"sdt" default:"sdt"`
	Port   string `toml:"port" required:"true" example:"serial:/dev/hall/reader?baud=115200"`
	// Probe tries the other usual baud rates of a serial port when nothing answers.
	Probe bool `toml:"probe" default:"true"`
	// Poll is the pause between two searches for a card.
	Poll time.Duration `toml:"poll" default:"300ms" min:"50ms" max:"5s"`
	// The time-outs are to the first byte of an answer: of a question about the
	// module, of finding and selecting a card, of reading it, of asking whether it
	// still lies there, and of a reset.
	StatusTimeout time.Duration `toml:"status_timeout" default:"500ms" min:"100ms" max:"10s"`
	FindTimeout   time.Duration `toml:"find_timeout" default:"500ms" min:"100ms" max:"10s"`
	ReadTimeout   time.Duration `toml:"read_timeout" default:"3s" min:"500ms" max:"30s"`
	WatchTimeout  time.Duration `toml:"watch_timeout" default:"1500ms" min:"100ms" max:"10s"`
	ResetTimeout  time.Duration `toml:"reset_timeout" default:"3s" min:"500ms" max:"30s"`
	// Gap is the silence that ends a broken answer; a serial server on the network
	// may pause for longer than a cable does.
	Gap time.Duration `toml:"gap" default:"100ms" min:"20ms" max:"2s"`
	// Grace is how long a module may be silent after it got power.
	Grace time.Duration `toml:"grace" default:"2s" min:"100ms" max:"30s"`
	// Resend is how often a command is repeated whose answer was damaged.
	Resend int `toml:"resend" default:"1" min:"0" max:"5"`
}

// Printer is the slip printer.
type Printer struct {
	Driver string `toml:"driver" enum:"escpos" default:"escpos"`
	Port   string `toml:"port" required:"true" example:"serial:/dev/hall/printer?baud=19200"`
	Paper  string `toml:"paper" enum:"80mm,58mm" default:"80mm"`
	// Profile names the model's abilities. generic: whatever the printer answers to;
	// epson, xprinter, sprt, cashino: those makers'; simple: small printers without
	// cutter and QR codes; ascii: no Chinese font, everything is drawn.
	Profile string `toml:"profile" enum:"generic,epson,xprinter,sprt,cashino,simple,ascii" default:"generic"`
	// Dots is the printable width and Columns the half-width characters in a row,
	// when they are not the paper's usual ones (58mm: 384 and 32, 80mm: 576 and
	// 48), as on printers of 180 dpi (512 and 42). 0 is the paper's.
	Dots    int `toml:"dots" default:"0" min:"0" max:"832"`
	Columns int `toml:"columns" default:"0" min:"0" max:"69"`
	// Buffer is the receive buffer in bytes; 0 is the profile's.
	Buffer int `toml:"buffer" default:"0" min:"0" max:"1048576"`
	// StatusTimeout is how long an answer about the printer's state may take.
	StatusTimeout time.Duration `toml:"status_timeout" default:"800ms" min:"100ms" max:"10s"`
	// Confirm "auto" asks the printer whether a slip came out, by the best way
	// that it knows; "none" takes sent for printed.
	Confirm string `toml:"confirm" enum:"auto,none" default:"auto"`
	// Flow is the flow control of a serial port.
	Flow string `toml:"flow" enum:"none,rtscts,xonxoff" default:"none"`
	// Charset overrides the profile's, and whatever fonts the printer names.
	Charset string `toml:"charset" enum:"gb2312,gbk,gb18030_2,gb18030_4"`
	// Logo is a 1-bit PNG for the head of slips.
	Logo string `toml:"logo" path:"true" example:"/etc/halld/logo-1bit.png"`
}

// Display is one number display or text strip.
type Display struct {
	Name string `toml:"name" required:"true" example:"window-1"`
	// Window is the counter it hangs over; 0 is the hall's own display.
	Window int `toml:"window" default:"0" min:"0" max:"99"`
	// Entrance makes a strip the screen beside the card reader: it shows what
	// became of a card and what a service button chose, and no calls.
	Entrance bool   `toml:"entrance" default:"false"`
	Driver   string `toml:"driver" required:"true" enum:"led485,ledascii,strip-sum,strip-xor,onbon,max7219,tm1637,ht16k33" example:"led485"`
	Port     string `toml:"port" example:"serial:/dev/hall/displays?baud=9600"`
	// Address is the unit's number on a shared wire.
	Address int `toml:"address" default:"1" min:"1" max:"32767"`
	// Map is the register map of a Modbus tube.
	Map string `toml:"map" enum:"armfly,046" default:"armfly"`
	// Digits is how many characters a tube shows.
	Digits int `toml:"digits" default:"4" min:"2" max:"12"`
	// Brightness in a tube's own steps, 0 the darkest.
	Brightness int `toml:"brightness" default:"4" min:"0" max:"15"`
	// Width and Height are the dots of an onbon panel.
	Width  int `toml:"width" default:"64" min:"16" max:"4096"`
	Height int `toml:"height" default:"16" min:"16" max:"1024"`
	// Timeout is for one answer of a serial display; Pause is kept behind a
	// frame that it does not answer.
	Timeout time.Duration `toml:"timeout" default:"300ms" min:"50ms" max:"5s"`
	Pause   time.Duration `toml:"pause" default:"100ms" min:"10ms" max:"2s"`
	// CLK and DIO are the two pins of a TM1637.
	CLK string `toml:"clk" example:"gpio:GPIO23"`
	DIO string `toml:"dio" example:"gpio:GPIO24"`
}

// Locker is one lock board, or doors on pins of the Pi or of an MCP23017.
type Locker struct {
	Name   string `toml:"name" required:"true" example:"A"`
	Driver string `toml:"driver" required:"true" enum:"lock8a,wkly,kerong,modbus-relay,gpio" example:"lock8a"`
	// Port of a gpio locker is that of its MCP23017; empty: it hangs on Pins.
	Port string `toml:"port" example:"serial:/dev/hall/lockers?baud=9600"`
	// Board is the board's address on its wire.
	Board int `toml:"board" default:"1" min:"0" max:"247"`
	Doors int `toml:"doors" required:"true" min:"1" max:"255" example:"24"`
	// Contact says what the sense contact means; it differs from cabinet to
	// cabinet, so it has no default.
	Contact string `toml:"contact" required:"true" enum:"closed-when-locked,closed-when-open" example:"closed-when-locked"`
	// Order of the status bytes of a lock8a board: which byte holds doors 1-8.
	// When absent it is high-first.
	Order string `toml:"order" enum:"high-first,low-first"`
	// Pulse is how long the board drives a lock; 0 is the board's own time.
	Pulse time.Duration `toml:"pulse" default:"0s" min:"0s" max:"1s"`
	// Gap is kept between two openings.
	Gap time.Duration `toml:"gap" default:"300ms" min:"300ms" max:"5s"`
	// Timeout is how long the board may take to answer.
	Timeout time.Duration `toml:"timeout" default:"500ms" min:"100ms" max:"5s"`
	// OpenWithin is how long a door may take to be seen open.
	OpenWithin time.Duration `toml:"open_within" default:"2s" min:"300ms" max:"30s"`
	// AjarAfter is when a door that stands open is told to staff.
	AjarAfter time.Duration `toml:"ajar_after" default:"1m" min:"5s" max:"1h"`
	// Pins and Contacts are the lock and sense pins of a gpio locker without
	// MCP23017, door 1 first.
	Pins     []string `toml:"pins" example:"gpio:GPIO17"`
	Contacts []string `toml:"contacts" example:"gpio:GPIO27"`
	// PulseLimiter states that hardware ends the pulse of a gpio lock. A pin
	// stays driven when the daemon dies, so without one a coil burns.
	PulseLimiter bool `toml:"pulse_limiter" default:"false"`
}

// Button is a push button to ground on a pin of the Pi.
type Button struct {
	Name string `toml:"name" required:"true" example:"call-1"`
	Port string `toml:"port" required:"true" example:"gpio:GPIO17"`
	// Service makes it a number button; Window makes it that counter's button.
	Service string `toml:"service" example:"match"`
	Window  int    `toml:"window" default:"0" min:"0" max:"99"`
	// Action of a counter's button: call the next number, or raise the alarm.
	Action string `toml:"action" enum:"call,emergency" default:"call"`
}

// Voice is the spoken call.
type Voice struct {
	Driver string `toml:"driver" enum:"off,clips,syn6288" default:"off"`
	// Clips is the folder of recorded parts; Output the ALSA device.
	Clips  string `toml:"clips" path:"true" example:"/usr/share/halld/clips"`
	Output string `toml:"output" default:"default"`
	Port   string `toml:"port" example:"serial:/dev/hall/voice?baud=9600"`
	Repeat int    `toml:"repeat" default:"2" min:"1" max:"5"`
	Volume int    `toml:"volume" default:"80" min:"0" max:"100"`
	// QuietFrom to QuietTo is spoken at QuietVolume; both or neither. At 0 a
	// call is only shown.
	QuietFrom   *TimeOfDay `toml:"quiet_from" example:"12:00"`
	QuietTo     *TimeOfDay `toml:"quiet_to" example:"14:00"`
	QuietVolume int        `toml:"quiet_volume" default:"0" min:"0" max:"100"`
}

// Rental holds the county's choices about tools. Money has no default.
type Rental struct {
	// ApproveWithin ends a request that nobody approved.
	ApproveWithin time.Duration `toml:"approve_within" default:"30m"`
	// Preapproved are tool classes that the county lets go without a person's
	// approval (先批后租 holds for all others).
	Preapproved []string `toml:"preapproved" enum:"simple,priced"`
	// SameDayVisit asks for a check-in of the same day.
	SameDayVisit bool `toml:"same_day_visit" default:"true"`
	// MinorClasses are what a person of 16 or 17 may rent.
	MinorClasses []string `toml:"minor_classes" enum:"simple,priced" default:"simple"`
	// InspectWithin is when a returned tool that nobody checked is reminded of.
	InspectWithin time.Duration `toml:"inspect_within" default:"24h"`
	// OverdueAfter is how long a tool may be out.
	OverdueAfter time.Duration `toml:"overdue_after" default:"24h"`
	// PriceList is the version of the county's price list in force, which the
	// contract names. A tool may name another one of its own.
	PriceList string `toml:"price_list" example:"2026-1"`
	// ApprovalLimit is the highest deposit in yuan that a role may approve. A
	// role that isn't named has no limit of its own.
	ApprovalLimit map[string]Fen `toml:"approval_limit" example:"500.00"`
	// TwoPersonAdd makes a new tool a request that a second person approves;
	// without it one keeper brings it into the stock.
	TwoPersonAdd bool `toml:"two_person_add" default:"false"`
	// Checklist is asked at the inspection of a tool whose type has none.
	Checklist []string `toml:"checklist" default:"外观完好,部件齐全,功能正常"`
	Terms     Terms    `toml:"terms"`
}

// Terms is the text a user signs. A signature is bound to its version.
type Terms struct {
	Version string   `toml:"version" default:"1" example:"2026-1"`
	Lines   []string `toml:"lines" default:"本人自愿租用上述工具，已了解安全须知。,损坏或丢失按市场工具租赁制度处理。"`
}

// ToolType is what all tools of one kind share.
type ToolType struct {
	Key  string `toml:"key" required:"true" example:"hammer-drill"`
	Name string `toml:"name" required:"true" example:"电锤"`
	// Safety is shown on the console and printed on the contract before signing.
	Safety []string `toml:"safety" example:"使用前检查电源线"`
	// Checklist wants an answer to each point at the inspection.
	Checklist   []string `toml:"checklist" example:"外观完好"`
	Accessories []string `toml:"accessories" example:"钻头"`
	// MinAge in years. It can only raise the sixteen that the rules set.
	MinAge int `toml:"min_age" default:"16" min:"16" max:"60"`
	// Training is a course the user must have attended; empty asks for none.
	Training string `toml:"training" example:"电工"`
}

// County is the line to the county.
type County struct {
	// Brokers are tried in order; none keeps the records for later.
	Brokers []string `toml:"brokers" example:"tls://mqtt.county.example:8883"`
	// Confirm "county" takes a record for delivered when the county has
	// committed it; "broker" already when the broker has it.
	Confirm string `toml:"confirm" enum:"county,broker" default:"county"`
	CA      string `toml:"ca" path:"true" example:"/etc/halld/ca.pem"`
	Cert    string `toml:"cert" path:"true" example:"/etc/halld/hall.pem"`
	Key     string `toml:"key" path:"true" example:"/etc/halld/hall.key"`
	// SealTo is the county's HPKE public key for identities.
	SealTo string `toml:"seal_to" path:"true" example:"/etc/halld/county.pub"`
	// RefKey is the county's secret for person references, 64 hex digits.
	RefKey string `toml:"ref_key" path:"true" example:"/etc/halld/ref.key"`
	// ListsKey is the county's Ed25519 public key for its lists; without it
	// none are taken. See [LoadListsKey].
	ListsKey string `toml:"lists_key" path:"true" example:"/etc/halld/lists.pub"`
	// Window is how many records are in flight at once.
	Window int `toml:"window" default:"32" min:"1" max:"64"`
	// ResendAfter sends again what the county has not acknowledged by then.
	ResendAfter time.Duration `toml:"resend_after" default:"10m" min:"1s" max:"24h"`
}

// Staff is a person who may act. Who may do what hangs on Roles.
type Staff struct {
	ID    string `toml:"id" required:"true" example:"01"`
	Name  string `toml:"name" required:"true" example:"王"`
	Roles []Role `toml:"roles" required:"true" enum:"counter,keeper,approver,finance,head,manager,technician" example:"counter"`
	// TrainedUntil is how long the pre-job training counts. After it the
	// account reads only. Empty: not recorded, no end.
	TrainedUntil Date `toml:"trained_until" example:"2027-12-31"`
}

// Role is one of the duties that the notice names.
type Role = string

// The roles: 窗口, 保管, 审批, 财务, 大厅负责人, 市场负责人, 技术.
const (
	Counter    Role = "counter"
	Keeper     Role = "keeper"
	Approver   Role = "approver"
	Finance    Role = "finance"
	Head       Role = "head"
	Manager    Role = "manager"
	Technician Role = "technician"
)

// Console is the staff pages and the public board.
type Console struct {
	// Listen is HOST:PORT of staff pages, board and API.
	Listen string `toml:"listen" default:"127.0.0.1:8080"`
	// Cert and Key are the PEM files of its certificate; with them it speaks
	// HTTPS only. They are read again when they change.
	Cert string `toml:"cert" path:"true" example:"/etc/halld/console.pem"`
	Key  string `toml:"key" path:"true" example:"/etc/halld/console.key"`
	// Insecure lets the staff pages be served to other machines in the clear,
	// for a network that something else protects.
	Insecure bool `toml:"insecure" default:"false"`
	// BoardListen is a second address that serves the public board only.
	BoardListen string `toml:"board_listen" example:"0.0.0.0:8081"`
	// Boards is a folder of the county's own boards of rules, as text files that
	// stand in the place of the notice's.
	Boards string `toml:"boards" path:"true" example:"/etc/halld/boards"`
	// Background is the light blue of the boards, one shade for a city.
	Background string `toml:"background" default:"#d9ecfb"`
	// SessionIdle locks a session that nobody used; SessionMax ends any.
	SessionIdle time.Duration `toml:"session_idle" default:"15m" min:"1m" max:"12h"`
	SessionMax  time.Duration `toml:"session_max" default:"10h" min:"10m" max:"24h"`
}
