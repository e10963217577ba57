package console

import (
	"errors"
	"net/http"
	"strings"

	"halld/cmd/internal/hall"
)

var errSignedOut = errors.New("signed out")

// staffPages adds the pages for staff who are signed in.
func (c *Console) staffPages(mux *http.ServeMux) {
	mux.Handle("GET /staff/login", c.door.sessions.LoadAndSave(http.HandlerFunc(c.loginPage)))
	mux.Handle("POST /staff/login", c.door.sessions.LoadAndSave(http.HandlerFunc(c.login)))
	in := http.NewServeMux()
	in.HandleFunc("GET /staff/{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/staff/queue", http.StatusSeeOther) })
	in.HandleFunc("POST /staff/logout", c.logout)
	in.HandleFunc("POST /staff/window", c.sitDown)
	in.HandleFunc("GET /staff/events", c.staffEvents)
	for _, name := range []string{"queue", "people", "rental", "doors", "problems", "day"} {
		in.HandleFunc("GET /staff/"+name, c.staffPage(name))
	}
	for _, v := range verbs {
		in.HandleFunc("POST /staff/do/"+v.path, c.act(c.rule(v)))
	}
	for _, j := range c.jobs() {
		in.HandleFunc("POST /staff/do/"+j.path, c.act(j))
	}
	mux.Handle("/staff/", c.door.guard(in, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(silent) != "" || strings.HasSuffix(r.URL.Path, "/events") {
			http.Error(w, "请先登录", http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, "/staff/login", http.StatusSeeOther)
	}))
}

// loginForm is what the sign-in page shows.
type loginForm struct {
	Hall  string
	Staff []hall.Staff
	ID    string
	Error string
}

func (c *Console) loginPage(w http.ResponseWriter, _ *http.Request) {
	c.page(w, http.StatusOK, "login.html", loginForm{Hall: c.opts.Hall.Name, Staff: c.opts.Hall.Staff})
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	form, err := submitted(w, r)
	if err == nil {
		err = c.door.signIn(r, form.Get("staff"), form.Get("pin"))
	}
	if err != nil {
		t := judge(err)
		c.page(w, t.status, "login.html", loginForm{c.opts.Hall.Name, c.opts.Hall.Staff, form.Get("staff"), t.text})
		return
	}
	http.Redirect(w, r, "/staff/", http.StatusSeeOther)
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	if err := c.door.sessions.Destroy(r.Context()); err != nil {
		c.log.Error("a session was not ended", "err", err)
	}
	http.Redirect(w, r, "/staff/login", http.StatusSeeOther)
}

// Keys of a session that pages use.
const (
	keyWindow = "window"
	keyFlash  = "flash"
	keyFault  = "fault"
)

// sitDown remembers the window that somebody works at.
func (c *Console) sitDown(w http.ResponseWriter, r *http.Request) {
	form, err := submitted(w, r)
	if err == nil {
		c.door.sessions.Put(r.Context(), keyWindow, form.Get("window"))
	}
	http.Redirect(w, r, "/staff/queue", http.StatusSeeOther)
}

// act is a button of a page: it asks the rules, and the page that it stood on
// says what came of it.
func (c *Console) act(j job) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		form, err := submitted(w, r)
		back := form.Get("back")
		said := form.Get("said")
		form.Del("back")
		form.Del("said")
		var b []byte
		if err == nil {
			b, err = formJSON(form)
		}
		if err == nil {
			_, err = c.do(r.Context(), j, b)
		}
		if err != nil {
			c.door.sessions.Put(r.Context(), keyFault, judge(err).text)
		} else if said != "" {
			c.door.sessions.Put(r.Context(), keyFlash, said)
		}
		if !strings.HasPrefix(back, "/staff/") {
			back = "/staff/"
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}

func (c *Console) staffPage(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := c.desk(r, name)
		if err != nil {
			http.Error(w, judge(err).text, judge(err).status)
			return
		}
		c.page(w, http.StatusOK, name+".html", d)
	}
}
