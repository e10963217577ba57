package hall

// Fetch opens the door for whoever stored something behind it. By hand, it
// records that two people opened the door with its key and took the things out,
// because the door fails or nobody came for them.
type Fetch struct {
	Storage string // number on the slip; empty: by person
	Person  string // ref or "last"
	Staff   string
	ByHand  bool
	Second  string // by hand
	Reason  string // by hand
}

func (e Fetch) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	s := h.Storages[e.Storage]
	if e.Storage == "" {
		ref, err := h.Resolve(e.Person)
		if err != nil {
			return Outcome{}, err
		}
		s = h.storageOf(ref)
	}
	if s == nil {
		return Outcome{}, refuse("no-storage", "没有找到寄存的物品，请核对寄存单号或让本人刷身份证")
	}
	if e.ByHand {
		return e.byHand(h, at, s)
	}
	return h.open(at, &DoorOpening{Door: s.Door, Purpose: ForFetch, About: s.ID, Staff: e.Staff})
}

func (e Fetch) byHand(h *Hall, at Stamp, s *Storage) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second); err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "人工取出寄存物品请写明原因（--reason），如 柜门故障用钥匙打开")
	}
	if o := h.openOp(s.Door); o != nil {
		return Outcome{}, refuse(CodeDoorBusy, "柜门%s的开门（%s）还没有结束，请先处理", o.Door, o.ID)
	}
	end := StorageView{Storage: s.ID, Door: s.Door, State: "fetched"}
	return Outcome{
		Data:  []Data{&StorageEnded{Storage: s.ID, How: "人工取出", Staff: e.Staff, Second: e.Second, Reason: e.Reason}},
		Reply: func(*Hall) (any, error) { return end, nil },
	}, nil
}

func (h *Hall) storageOf(ref string) *Storage {
	for _, s := range h.storages() {
		if s.Person.Ref == ref {
			return s
		}
	}
	return nil
}

// fetched ends a storage.
func (h *Hall) fetched(o *Operation, how string) []Data {
	if h.Storages[o.About] == nil {
		return nil
	}
	return []Data{&StorageEnded{Storage: o.About, How: how, Staff: o.Staff}}
}
