package console

import "halld/cmd/internal/hall"

// Root is where the interface begins.
const Root = "/api/v1/"

// verb is one thing that can be asked of the hall: its path, and the event that
// the request's JSON body describes.
type verb struct {
	path   string
	decode func(body []byte) (hall.Event, error)
}

// post makes a verb of an event type: the body's keys are the event's fields, in
// any case.
func post[T hall.Event](path string) verb {
	return verb{path, func(body []byte) (hall.Event, error) {
		var ev T
		err := strict(body, &ev)
		return ev, err
	}}
}

// verbs are all that changes something. A new one is one line.
var verbs = []verb{
	post[hall.CallNext]("call"),
	post[hall.Recall]("recall"),
	post[hall.Hold]("hold"),
	post[hall.Unhold]("unhold"),
	post[hall.Skip]("skip"),
	post[hall.Transfer]("transfer"),
	post[hall.Done]("done"),
	post[hall.Pause]("pause"),
	post[hall.Resume]("resume"),
	post[hall.CounterIn]("counter/in"),
	post[hall.CounterOut]("counter/out"),

	post[hall.PersonFlag]("person/flag"),
	post[hall.PersonUnflag]("person/unflag"),
	post[hall.PersonBlock]("person/block"),
	post[hall.PersonUnblock]("person/unblock"),
	post[hall.PersonConfirm]("person/confirm"),
	post[hall.NoticeGive]("notice/give"),
	post[hall.TrainingOpen]("training/open"),
	post[hall.TrainingClose]("training/close"),
	post[hall.DayOpen]("day/open"),
	post[hall.DayClose]("day/close"),
	post[hall.Emergency]("emergency/raise"),
	post[hall.EmergencyAck]("emergency/ack"),

	post[hall.ConfirmDate]("clock/confirm"),
	post[hall.Receipt]("print/receipt"),
	post[hall.Reprint]("print/reprint"),
	post[hall.SettleSlip]("print/settle"),

	post[hall.ToolAdd]("tool/add"),
	post[hall.ToolChange]("tool/change"),
	post[hall.ToolCheck]("tool/check"),
	post[hall.ToolRepair]("tool/repair"),
	post[hall.ToolRestore]("tool/restore"),
	post[hall.ToolLoss]("tool/loss"),
	post[hall.ToolRetire]("tool/retire"),
	post[hall.ToolDecide]("tool/decide"),
	post[hall.StockTake]("tool/count"),
	post[hall.ToolPrint]("tool/print"),

	post[hall.RentalRequest]("rental/request"),
	post[hall.RentalApprove]("rental/approve"),
	post[hall.RentalRefuse]("rental/refuse"),
	post[hall.RentalCancel]("rental/cancel"),
	post[hall.RentalContract]("rental/contract"),
	post[hall.RentalSign]("rental/sign"),
	post[hall.RentalDeposit]("rental/deposit"),
	post[hall.RentalHandover]("rental/handover"),
	post[hall.RentalReturn]("rental/return"),
	post[hall.RentalInspect]("rental/inspect"),
	post[hall.RentalSettle]("rental/settle"),
	post[hall.RentalPay]("rental/pay"),
	post[hall.RentalSwap]("rental/swap"),
	post[hall.RentalRemind]("rental/remind"),
	post[hall.RentalLostSlip]("rental/lost-slip"),
	post[hall.RentalCorrect]("rental/correct"),
	post[hall.CashHandover]("cash/handover"),
	post[hall.CashClose]("cash/close"),
	post[hall.CashFloat]("cash/float"),

	post[hall.OpenForService]("door/open"),
	post[hall.DecideDoor]("door/decide"),
	post[hall.SetDoor]("door/set"),
	post[hall.AckDoor]("door/ack"),
	post[hall.ClearLocker]("door/clear"),
	post[hall.AbortDoors]("door/abort"),
	post[hall.Store]("storage/store"),
	post[hall.Fetch]("storage/fetch"),
}

// view is one thing that can be looked at, at a moment.
type view struct {
	path string
	look func(h *hall.Hall, at hall.Stamp, arg string) (any, error)
}

// all makes a view of something that always exists.
func all[T any](path string, look func(*hall.Hall) T) view {
	return view{path, func(h *hall.Hall, _ hall.Stamp, _ string) (any, error) { return look(h), nil }}
}

// now makes a view of something that depends on the time.
func now[T any](path string, look func(*hall.Hall, hall.Stamp) T) view {
	return view{path, func(h *hall.Hall, at hall.Stamp, _ string) (any, error) { return look(h, at), nil }}
}

// one makes a view of something that is named by the end of the path.
func one[T any](path string, look func(*hall.Hall, string) (T, error)) view {
	return view{path + "/{arg...}", func(h *hall.Hall, _ hall.Stamp, arg string) (any, error) { return look(h, arg) }}
}

// views are all that only shows something.
var views = []view{
	all("queue", (*hall.Hall).Queue),
	all("board", (*hall.Hall).Board),
	all("windows", (*hall.Hall).ListWindows),
	all("devices", (*hall.Hall).Health),
	one("persons", (*hall.Hall).Person),
	all("notices", (*hall.Hall).ListNotices),
	all("trainings", (*hall.Hall).ListTrainings),
	all("alarms", (*hall.Hall).ListAlarms),
	all("warnings", (*hall.Hall).Warnings),
	all("slips", (*hall.Hall).ListSlips),
	all("exceptions", (*hall.Hall).ListExceptions),
	all("day/report", (*hall.Hall).Report),
	all("tools", (*hall.Hall).ListTools),
	{"tools/{arg...}", func(h *hall.Hall, at hall.Stamp, id string) (any, error) { return h.ToolSheet(id, at) }},
	all("requests", (*hall.Hall).ListRequests),
	now("accounts", (*hall.Hall).ToolAccounts),
	now("worst", (*hall.Hall).WorstTools),
	all("rentals", (*hall.Hall).ListRentals),
	one("rentals", (*hall.Hall).Rental),
	now("overdue", (*hall.Hall).Overdue),
	all("doors", (*hall.Hall).Doors),
	all("operations", (*hall.Hall).ListOps),
	all("undecided", (*hall.Hall).Undecided),
	all("storages", (*hall.Hall).ListStorages),
	one("cash", func(h *hall.Hall, day string) (hall.CashView, error) { return h.CashBook(day), nil }),
	all("cash", func(h *hall.Hall) hall.CashView { return h.CashBook("") }),
}
