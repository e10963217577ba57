package console_test

import (
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
)

// clerk is somebody of the staff at a browser of their own.
type clerk struct {
	*rig
	client *http.Client
}

// browser is a browser that nobody has signed in with.
func (r *rig) browser() *clerk {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &clerk{r, &http.Client{Jar: jar}}
}

// as signs somebody in.
func (r *rig) as(staff, pin string) *clerk {
	r.t.Helper()
	c := r.browser()
	c.at(func() { r.signIn(staff, pin) })
	return c
}

// at does something with the clerk's own cookies.
func (c *clerk) at(do func()) {
	before := c.rig.client
	c.rig.client = c.client
	defer func() { c.rig.client = before }()
	do()
}

// look opens a page.
func (c *clerk) look(address string) (body string) {
	c.t.Helper()
	c.at(func() {
		var status int
		if status, body = c.page(address); status != http.StatusOK {
			c.t.Fatalf("%s gives %d", address, status)
		}
	})
	return body
}

// find is the first form for a verb on a page that somebody can press with some
// fields filled in.
func (c *clerk) find(address, verb string, fill ...string) form {
	c.t.Helper()
	for _, f := range forms(c.t, address, c.look(address)) {
		if f.action == "/staff/do/"+verb && !f.off && fits(f, fill) {
			return f
		}
	}
	c.t.Fatalf("%s has no form for %s that can be pressed with %v", address, verb, fill)
	return form{}
}

// send presses the button of that form, and gives the page that comes of it.
func (c *clerk) send(address, verb string, fill ...string) (body string) {
	c.t.Helper()
	f := c.find(address, verb, fill...)
	for i := 0; i+1 < len(fill); i += 2 {
		if fill[i] == everything {
			f.answer()
		} else {
			f.untouched[fill[i]] = strings.Split(fill[i+1], "|")
		}
	}
	c.at(func() { _, body = c.form(f.action, f.untouched) })
	return body
}

// everything stands for the button that gives every question its good answer.
const everything = "everything"

// answer is what that button does.
func (f form) answer() {
	for name, values := range f.fields {
		if strings.HasSuffix(name, ":to") {
			f.untouched[name] = values[:1]
		}
	}
}

// fits reports whether a form has the fields that are to be filled in; one that
// nobody can change has to hold what is wanted.
func fits(f form, fill []string) bool {
	for i := 0; i+1 < len(fill); i += 2 {
		key := fill[i]
		fixed := f.hidden[key] != nil && len(f.fields[key]) == len(f.hidden[key])
		if key != everything && f.fields[key] == nil || fixed && f.hidden.Get(key) != fill[i+1] {
			return false
		}
	}
	return true
}

// press is send, and expects the rules to agree.
func (c *clerk) press(address, verb string, fill ...string) (body string) {
	c.t.Helper()
	body = c.send(address, verb, fill...)
	if m := regexp.MustCompile(`class="fault said" role="alert">([^<]*)`).FindStringSubmatch(body); m != nil {
		c.t.Fatalf("%s on %s: %s", verb, address, m[1])
	}
	return body
}

func wants(t *testing.T, what, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(page, s) {
			t.Errorf("%s: the page lacks %q", what, s)
		}
	}
}
