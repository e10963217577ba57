package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Storage is a worker's own things behind a door for the day (寄存). It costs
// nothing.
type Storage struct {
	ID     string
	Person Person
	Door   DoorID
	What   string
	Day    string
	In     bool // the door was seen shut on them
	Told   bool // told that they stayed overnight
	Since  Stamp
}

// storageData lists the kinds of this file.
var storageData = []func() Data{
	func() Data { return new(StorageBegun) },
	func() Data { return new(StorageIn) },
	func() Data { return new(StorageLeft) },
	func() Data { return new(StorageEnded) },
}

// StorageBegun records that a door is given to somebody for the day.
type StorageBegun struct {
	Storage string `json:"storage"`
	Person  Person `json:"person"`
	Door    DoorID `json:"door"`
	What    string `json:"what,omitempty"`
	Day     string `json:"day"`
	Staff   string `json:"staff"`
}

// StorageIn records that the things are in and the door is shut.
type StorageIn struct {
	Storage string `json:"storage"`
}

// StorageLeft records that things were not fetched on their day.
type StorageLeft struct {
	Storage string `json:"storage"`
	Door    DoorID `json:"door"`
}

// StorageEnded records that a door is free again, and how: 取回, 清柜, 人工取出, or
// 未寄存 if nothing was put in.
type StorageEnded struct {
	Storage string `json:"storage"`
	How     string `json:"how"`
	Staff   string `json:"staff"`
	Second  string `json:"second,omitempty"` // by key
	Reason  string `json:"reason,omitempty"` // by key
}

func (*StorageBegun) Kind() Kind        { return "storage.begun" }
func (*StorageIn) Kind() Kind           { return "storage.in" }
func (*StorageLeft) Kind() Kind         { return "storage.left" }
func (*StorageEnded) Kind() Kind        { return "storage.ended" }
func (d *StorageBegun) Subject() string { return d.Storage }
func (d *StorageIn) Subject() string    { return d.Storage }
func (d *StorageLeft) Subject() string  { return d.Storage }
func (d *StorageEnded) Subject() string { return d.Storage }
func (d *StorageBegun) Who() *Person    { return &d.Person }

func (d *StorageBegun) apply(h *Hall, at Stamp) {
	count(&h.StorageSeq, d.Storage)
	h.Storages[d.Storage] = &Storage{
		ID: d.Storage, Person: Person{Ref: d.Person.Ref, Last4: d.Person.Last4}, Door: d.Door, What: d.What, Day: d.Day, Since: at,
	}
}

func (d *StorageIn) apply(h *Hall, at Stamp) {
	if s := h.Storages[d.Storage]; s != nil {
		s.In, s.Since = true, at
	}
}

func (d *StorageLeft) apply(h *Hall, _ Stamp) {
	if s := h.Storages[d.Storage]; s != nil {
		s.Told = true
	}
}

func (d *StorageEnded) apply(h *Hall, at Stamp) {
	delete(h.Storages, d.Storage)
	if d.Second != "" {
		h.except(at, d.Staff, "人工取出寄存物品", d.Storage, d.Reason)
	}
}

// StorageSlip is the content of a 寄存单.
type StorageSlip struct {
	Storage string `json:"storage"`
	Last4   string `json:"last4"`
	Door    DoorID `json:"door"`
	What    string `json:"what"`
	Staff   string `json:"staff"`
	Issued  string `json:"issued"`
}

// StorageView is a 寄存 as staff see it.
type StorageView struct {
	Storage string    `json:"storage"`
	Person  string    `json:"person"`
	Last4   string    `json:"last4"`
	Door    DoorID    `json:"door"`
	What    string    `json:"what,omitempty"`
	State   string    `json:"state"` // opening, stored, fetched
	Day     string    `json:"day"`
	Left    bool      `json:"left"` // it stayed overnight
	Since   time.Time `json:"since"`
}

// Store gives a visitor a door for the day and opens it.
type Store struct {
	Person string // ref or "last"
	Door   DoorID // empty: the free door that was opened least
	What   string
	Staff  string
}

func (e Store) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	ref, err := h.Resolve(e.Person)
	if err != nil {
		return Outcome{}, err
	}
	v := h.Persons[ref]
	if v.Day != h.Day {
		return Outcome{}, refuse("no-visit", "寄存要先在今天刷身份证登记")
	}
	if err := h.serves(ref, Service{Name: "寄存"}); err != nil {
		return Outcome{}, err
	}
	if e.Door == "" {
		e.Door = h.freeDoor()
	}
	if e.Door == "" {
		return Outcome{}, refuse("no-door", "没有空柜门可以寄存")
	}
	if why := h.taken(e.Door, ""); why != "" {
		return Outcome{}, refuse("door-taken", "柜门%s%s，请换一个空柜门", e.Door, why)
	}
	d := &StorageBegun{
		Storage: fmt.Sprintf("C%06d", h.StorageSeq+1), Person: Person{Ref: ref, Last4: v.Last4},
		Door: e.Door, What: e.What, Day: h.Day, Staff: e.Staff,
	}
	out, err := h.open(at, &DoorOpening{Door: e.Door, Purpose: ForStore, About: d.Storage, Staff: e.Staff})
	if err != nil {
		return Outcome{}, err
	}
	out.Data = append([]Data{d}, out.Data...)
	return out, nil
}

// freeDoor is the free door that was opened least, so that all wear alike.
func (h *Hall) freeDoor() (best DoorID) {
	for _, id := range h.doors("") {
		if h.taken(id, "") != "" || h.openOp(id) != nil || h.look(id).Open {
			continue
		}
		if best == "" || h.look(id).Cycles < h.look(best).Cycles {
			best = id
		}
	}
	return best
}

// storages lists what is stored, in order.
func (h *Hall) storages() []*Storage {
	list := make([]*Storage, 0, len(h.Storages))
	for _, id := range slices.Sorted(maps.Keys(h.Storages)) {
		list = append(list, h.Storages[id])
	}
	return list
}

// stored adds that a worker's things are in, with the slip to get them back.
func (h *Hall) stored(out *Outcome, at Stamp, o *Operation) {
	s := h.Storages[o.About]
	if s == nil {
		return
	}
	out.Data = append(out.Data, &StorageIn{Storage: s.ID})
	h.addSlip(out, newSlip("storage", s.Person.Ref, s.ID, StorageSlip{
		Storage: s.ID, Last4: s.Person.Last4, Door: s.Door, What: s.What, Staff: o.Staff, Issued: minute(at),
	}))
}

func (h *Hall) storageReply(o *Operation) any {
	if s := h.Storages[o.About]; s != nil {
		return s.view()
	}
	return StorageView{Storage: o.About, Door: o.Door, State: "fetched"}
}

func (s *Storage) view() StorageView {
	v := StorageView{
		Storage: s.ID, Person: s.Person.Ref, Last4: s.Person.Last4, Door: s.Door, What: s.What,
		State: "opening", Day: s.Day, Left: s.Told, Since: s.Since.Time,
	}
	if s.In {
		v.State = "stored"
	}
	return v
}

// ListStorages gives what is stored.
func (h *Hall) ListStorages() []StorageView {
	list := []StorageView{}
	for _, s := range h.storages() {
		list = append(list, s.view())
	}
	return list
}

// leftOver tells of things that were not fetched on their day.
func (h *Hall) leftOver(_ Stamp, out *Outcome) time.Duration {
	wait := rest
	for _, s := range h.storages() {
		if s.Told || s.Day >= h.Day {
			continue
		}
		wait = 0
		if out != nil {
			out.Data = append(out.Data, &StorageLeft{Storage: s.ID, Door: s.Door})
			out.Effects = append(out.Effects, Alert{Door: s.Door, Text: "柜门" + string(s.Door) + "有隔夜寄存物品，请处理"})
		}
	}
	return wait
}
