package hall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Notice is a 一次性告知: everything that is missing for a matter, told once
// (附件3 第四条).
type Notice struct {
	Number  string
	Day     string
	Person  string // ref
	Matter  string
	Missing []string
	Wrong   bool // it names something that the one before should have named
	Staff   string
	At      Stamp
}

// noticeData lists the kinds of this file.
var noticeData = []func() Data{
	func() Data { return new(NoticeIssued) },
}

// NoticeIssued records a 一次性告知.
type NoticeIssued struct {
	Person  Person   `json:"person"`
	Notice  string   `json:"notice"`
	Day     string   `json:"day"`
	Matter  string   `json:"matter"`
	Missing []string `json:"missing"`
	Before  string   `json:"before,omitempty"` // the last notice for the same matter
	New     []string `json:"new,omitempty"`    // what that one should have named
	Reason  string   `json:"reason,omitempty"` // the head's, if something is new
	Staff   string   `json:"staff"`
}

func (*NoticeIssued) Kind() Kind        { return "notice.issued" }
func (d *NoticeIssued) Subject() string { return d.Notice }
func (d *NoticeIssued) Who() *Person    { return &d.Person }

func (d *NoticeIssued) apply(h *Hall, at Stamp) {
	count(&h.NoticeSeq, d.Notice)
	h.Tally.Notices++
	if len(d.New) > 0 {
		h.Tally.Mistakes++
		h.except(at, d.Staff, "再次告知", d.Notice, d.Reason)
	}
	h.Notices[d.Notice] = &Notice{
		Number: d.Notice, Day: d.Day, Person: d.Person.Ref, Matter: d.Matter, Missing: d.Missing,
		Wrong: len(d.New) > 0, Staff: d.Staff, At: at,
	}
}

// NoticeGive tells a person everything that is missing for a matter. A further
// notice for the matter that names something new needs the head of the hall and
// a reason.
type NoticeGive struct {
	Person  string
	Matter  string
	Missing []string // 照片, or 照片：一寸近照两张 with how to get it
	Staff   string
	Reason  string
}

// most of a notice that fits on its paper.
const (
	mostMissing = 20
	longestText = 60 // characters
)

func (e NoticeGive) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Counter, Head, Manager)
	if err != nil {
		return Outcome{}, err
	}
	if err := e.check(); err != nil {
		return Outcome{}, err
	}
	d := &NoticeIssued{
		Person: p, Notice: fmt.Sprintf("N%s-%03d", shortDay(h.Day), h.NoticeSeq+1), Day: h.Day,
		Matter: e.Matter, Missing: e.Missing, Staff: e.Staff,
	}
	if last := h.lastNotice(p.Ref, e.Matter); last != nil {
		d.Before, d.New = last.Number, h.unnamed(p.Ref, e.Matter, e.Missing)
	}
	if len(d.New) > 0 {
		d.Reason = e.Reason
		if e.Reason == "" {
			return Outcome{}, refuse("repeat", "“%s”已于%s告知过（%s），新增“%s”须由大厅负责人写明原因（--reason）办理",
				e.Matter, h.Notices[d.Before].Day, d.Before, strings.Join(d.New, "、"))
		}
		if _, err := h.who(at, e.Staff, Head, Manager); err != nil {
			return Outcome{}, err
		}
	}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.noticeView(h.Notices[d.Notice]), nil }}
	h.addSlip(&out, newSlip("notice", p.Ref, d.Notice, NoticeSlip{
		Notice: d.Notice, Matter: e.Matter, Items: noticeItems(e.Missing), Repeat: d.Reason,
		Staff: h.staffName(e.Staff), Issued: minute(at),
	}))
	return out, nil
}

func (e NoticeGive) check() error {
	switch {
	case e.Matter == "" || len([]rune(e.Matter)) > longestText:
		return refuse("no-matter", "事项（--matter）请写1到%d个字", longestText)
	case len(e.Missing) == 0:
		return refuse("nothing-missing", "请写明缺少的全部材料（--missing）")
	case len(e.Missing) > mostMissing:
		return refuse("too-many", "一张告知单最多%d项", mostMissing)
	}
	for i, m := range e.Missing {
		if m = strings.TrimSpace(m); m == "" || len([]rune(m)) > longestText {
			return refuse("missing", "第%d项材料请写1到%d个字", i+1, longestText)
		}
		if slices.Contains(e.Missing[:i], m) {
			return refuse("twice", "“%s”写了两次", m)
		}
	}
	return nil
}

// lastNotice is the latest notice to a person for a matter, or nil.
func (h *Hall) lastNotice(ref, matter string) (last *Notice) {
	for _, id := range slices.Sorted(maps.Keys(h.Notices)) {
		if n := h.Notices[id]; n.Person == ref && n.Matter == matter {
			last = n
		}
	}
	return last
}

// unnamed is what none of the earlier notices for a matter named.
func (h *Hall) unnamed(ref, matter string, missing []string) (list []string) {
	named := map[string]bool{}
	for _, n := range h.Notices {
		if n.Person == ref && n.Matter == matter {
			for _, m := range n.Missing {
				named[itemName(m)] = true
			}
		}
	}
	for _, m := range missing {
		if !named[itemName(m)] {
			list = append(list, itemName(m))
		}
	}
	return list
}

func itemName(m string) string {
	name, _ := cutItem(m)
	return name
}

// cutItem parts what is missing from how to get it, at either kind of colon.
func cutItem(m string) (name, how string) {
	if name, how, ok := strings.Cut(m, "："); ok {
		return name, how
	}
	name, how, _ = strings.Cut(m, ":")
	return strings.TrimSpace(name), strings.TrimSpace(how)
}

func noticeItems(missing []string) []NoticeItem {
	items := make([]NoticeItem, len(missing))
	for i, m := range missing {
		name, how := cutItem(m)
		items[i] = NoticeItem{Name: name, How: cmp.Or(how, "请备齐原件，如不清楚请拨打服务热线")}
	}
	return items
}

// NoticeView is a notice as staff see it.
type NoticeView struct {
	Notice  string   `json:"notice"`
	Day     string   `json:"day"`
	Person  string   `json:"person"` // ref
	Last4   string   `json:"last4"`
	Matter  string   `json:"matter"`
	Missing []string `json:"missing"`
	Wrong   bool     `json:"wrong"` // counted as a mistake
	Staff   string   `json:"staff"`
	At      string   `json:"at"`
}

func (h *Hall) noticeView(n *Notice) NoticeView {
	v := NoticeView{
		Notice: n.Number, Day: n.Day, Person: n.Person, Matter: n.Matter,
		Missing: slices.Clone(n.Missing), Wrong: n.Wrong, Staff: n.Staff, At: minute(n.At),
	}
	if p := h.Persons[n.Person]; p != nil {
		v.Last4 = p.Last4
	}
	return v
}

// ListNotices gives the notices that the hall remembers, by number.
func (h *Hall) ListNotices() []NoticeView {
	list := []NoticeView{}
	for _, id := range slices.Sorted(maps.Keys(h.Notices)) {
		list = append(list, h.noticeView(h.Notices[id]))
	}
	return list
}

// shortDay is a day as numbers of papers carry it: 260302.
func shortDay(day string) string {
	s := strings.ReplaceAll(day, "-", "")
	return s[max(len(s)-6, 0):]
}
