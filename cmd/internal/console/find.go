package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

// finding is what the search page shows.
type finding struct {
	*desk
	Asked string
	Hits  []hit
}

// hit is something that fits what somebody asked for.
type hit struct{ What, Text, Link string }

// seek takes what somebody typed into the search of a page, as a form: it may be
// the whole number of a document, which must not stand in an address.
func (c *Console) seek(w http.ResponseWriter, r *http.Request) {
	form, err := submitted(w, r)
	if err != nil {
		http.Error(w, judge(err).text, judge(err).status)
		return
	}
	http.Redirect(w, r, "/staff/find?"+url.Values{"q": {ending(form.Get("q"))}}.Encode(), http.StatusSeeOther)
}

// document is the whole number of an identity card, of the old kind too.
var document = regexp.MustCompile(`^(\d{15}|\d{17}[\dXx])$`)

// ending is what a search looks for: of a document's number the end that the
// hall keeps.
func ending(asked string) string {
	asked = strings.TrimSpace(asked)
	if document.MatchString(asked) {
		return asked[len(asked)-4:]
	}
	return asked
}

// find leads to whatever has the number that somebody typed or scanned: a
// ticket, a rental or one of its slips, a tool, a door, a person by the end of
// the document's number. One hit is gone to at once. Of a slip with its check
// code it says first whether the hall has printed it.
func (c *Console) find(w http.ResponseWriter, r *http.Request) {
	asked := ending(r.URL.Query().Get("q"))
	number, genuine, err := c.number(r.Context(), asked)
	if err != nil {
		c.door.sessions.Put(r.Context(), keyFault, judge(err).text)
	}
	var hits []hit
	d, err := c.desk(r, staffPage{Name: "find", look: func(_ *desk, h *hall.Hall, _ url.Values) { hits = search(h, number) }})
	switch {
	case err != nil:
		http.Error(w, judge(err).text, judge(err).status)
	case len(hits) == 1:
		if genuine {
			c.door.sessions.Put(r.Context(), keyFlash, "校验码相符，是本大厅打印的小票："+asked)
		}
		http.Redirect(w, r, hits[0].Link, http.StatusSeeOther)
	default:
		c.page(w, http.StatusOK, "find.html", finding{d, asked, hits})
	}
}

// number is what to look for: of a scanned slip the number that it is about, if
// its check code is right and it still counts.
func (c *Console) number(ctx context.Context, asked string) (number string, genuine bool, err error) {
	if !strings.Contains(asked, "#") {
		return asked, false, nil
	}
	claim, err := c.checkSlip(ctx, asked)
	return claim.Number, err == nil, err
}

func search(h *hall.Hall, asked string) (hits []hit) {
	q := strings.ToUpper(asked)
	if q == "" {
		return nil
	}
	add := func(what, text, page, key, value string) {
		link := "/staff/" + page + "?" + url.Values{key: {value}}.Encode()
		if !slices.ContainsFunc(hits, func(x hit) bool { return x.Link == link }) {
			hits = append(hits, hit{what, text, link})
		}
	}
	for _, v := range visitors(h) {
		if strings.EqualFold(v.Last4, q) || slices.Contains(v.Tickets, q) {
			add("来访者", "尾号 "+v.Last4+"　"+strings.Join(v.Tickets, "、"), "people", "person", v.Person)
		}
	}
	for _, r := range h.ListRentals() {
		if r.Rental == q || r.Stub == q || strings.HasPrefix(q, r.Rental+"-") || strings.HasSuffix(r.Rental, "-"+q) || strings.EqualFold(r.Last4, q) {
			add("租赁单", r.Rental+"　"+r.StateName+"　尾号 "+r.Last4, "rental", "rental", r.Rental)
		}
	}
	for _, n := range h.ListNotices() {
		if n.Notice == q {
			add("告知单", n.Notice+"　"+n.Matter, "people", "person", n.Person)
		}
	}
	for _, s := range h.ListStorages() {
		if s.Storage == q {
			add("寄存单", s.Storage+"　柜门 "+string(s.Door), "doors", "door", string(s.Door))
		}
	}
	for _, t := range h.ListTools() {
		if strings.EqualFold(t.ID, q) || strings.Contains(t.Name, asked) {
			add("工具", t.ID+" "+t.Name, "tools", "tool", t.ID)
		}
	}
	for _, v := range h.Doors() {
		if strings.EqualFold(string(v.Door), q) {
			add("柜门", string(v.Door), "doors", "door", string(v.Door))
		}
	}
	return hits
}
