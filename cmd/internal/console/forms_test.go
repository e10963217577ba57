package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// form is a form of a page as it was sent.
type form struct {
	page, action string
	fields       url.Values // with every field filled in as somebody might
	untouched    url.Values // as a browser sends it when nobody touches a field
	hidden       url.Values // that nobody can change
	off          bool       // every button is disabled
}

// forms reads the forms of a page.
func forms(t *testing.T, page, body string) (list []form) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attr(n, "method") != "post" {
			continue
		}
		f := form{page: page, action: attr(n, "action"), fields: url.Values{}, untouched: url.Values{}, hidden: url.Values{}, off: true}
		for e := range n.Descendants() {
			if name := attr(e, "name"); name != "" {
				f.fields.Add(name, filled(e))
				if e.Data != "button" && (!ticked(e) || has(e, "checked")) {
					f.untouched.Add(name, given(e))
				}
				if attr(e, "type") == "hidden" {
					f.hidden.Add(name, given(e))
				}
			}
			if e.Type == html.ElementNode && e.Data == "button" {
				f.off = f.off && has(e, "disabled")
			}
		}
		list = append(list, f)
	}
	return list
}

// ticked reports whether a field is sent only if somebody ticks it.
func ticked(n *html.Node) bool { return attr(n, "type") == "checkbox" || attr(n, "type") == "radio" }

// filled is what somebody might put into a field.
func filled(n *html.Node) string {
	switch {
	case given(n) != "" && n.Data != "select":
		return given(n)
	case n.Data == "select":
		return last(options(n))
	case strings.HasSuffix(attr(n, "name"), ":pairs"):
		return "手柄=8.00"
	case attr(n, "inputmode") == "decimal":
		return "1.00"
	case attr(n, "type") == "date":
		return "2027-01-01"
	default:
		return "1"
	}
}

// given is what a field holds before anybody touches it.
func given(n *html.Node) string {
	switch n.Data {
	case "select":
		for o := range n.Descendants() {
			if o.Data == "option" && has(o, "selected") {
				return optionValue(o)
			}
		}
		return append(options(n), "")[0]
	case "textarea":
		return textOf(n)
	}
	return attr(n, "value")
}

func options(n *html.Node) (values []string) {
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" {
			values = append(values, optionValue(o))
		}
	}
	return values
}

func optionValue(o *html.Node) string {
	if has(o, "value") {
		return attr(o, "value")
	}
	return textOf(o)
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func textOf(n *html.Node) (text string) {
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text += c.Data
		}
	}
	return text
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// TestFormsFitTheirVerbs: what a form sends is what its verb takes, and no verb
// is without a form.
func TestFormsFitTheirVerbs(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range everyForm(t) {
		path, ok := strings.CutPrefix(f.action, "/staff/do/")
		if !ok {
			if !slices.Contains([]string{"/staff/logout", "/staff/window", "/staff/find"}, f.action) {
				t.Errorf("%s: a form leads to %s, which is no route", f.page, f.action)
			}
			continue
		}
		seen[path] = true
		if err := console.Fits(path, f.fields); err != nil {
			t.Errorf("%s: the form of %s: %v\n%v", f.page, path, err, f.fields)
		}
	}
	for _, path := range console.VerbPaths() {
		if !seen[path] {
			t.Errorf("no page has a form for %s", path)
		}
	}
}

// everyForm gathers the forms of every page of halls in many states.
func everyForm(t *testing.T) (list []form) {
	t.Helper()
	quiet, full, late, doubtful := newRig(t), busy(t), busy(t), newRig(t)
	quiet.do("pause", `{"window":1,"staff":"02"}`)
	quiet.do("counter/in", `{"window":1,"staff":"02"}`)
	late.hall.Later(30 * time.Hour)
	if _, err := late.hall.Do(t.Context(), hall.Tick{}); err != nil {
		t.Fatal(err)
	}
	doubtful.hall.Doubt()
	for _, r := range []*rig{quiet, full, late, doubtful} {
		r.signIn("02", "9134")
		for _, address := range r.addresses() {
			status, body := r.page(address)
			if status != http.StatusOK || !strings.Contains(body, "</html>") {
				t.Errorf("%s gives %d", address, status)
			}
			list = append(list, forms(t, address, body)...)
		}
	}
	return list
}

// addresses are the pages of a hall with everything that can be chosen on them,
// as the links of the pages themselves lead to it.
func (r *rig) addresses() (list []string) {
	r.t.Helper()
	seen := map[string]bool{}
	for _, name := range console.StaffPages() {
		list = append(list, "/staff/"+name)
	}
	for i := 0; i < len(list); i++ {
		_, body := r.page(list[i])
		for _, link := range links(r.t, body) {
			if strings.HasPrefix(link, "/staff/") && strings.Contains(link, "?") && !strings.Contains(link, ".csv") && !seen[link] {
				seen[link] = true
				list = append(list, link)
			}
		}
	}
	return list
}

func links(t *testing.T, body string) (list []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			list = append(list, attr(n, "href"))
		}
	}
	return list
}
