package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"halld/cmd/internal/hall"
)

var errSignedOut = errors.New("signed out")

// staffPages adds the pages for staff who are signed in.
func (c *Console) staffPages(mux *http.ServeMux) {
	mux.Handle("GET /staff/login", c.door.sessions.LoadAndSave(http.HandlerFunc(c.loginPage)))
	mux.Handle("POST /staff/login", c.door.sessions.LoadAndSave(http.HandlerFunc(c.login)))
	mux.Handle("POST /staff/login/card", c.door.sessions.LoadAndSave(http.HandlerFunc(c.askForCard)))
	mux.Handle("GET /staff/login/card", c.door.sessions.LoadAndSave(http.HandlerFunc(c.waitForCard)))
	in := http.NewServeMux()
	in.HandleFunc("GET /staff/{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/staff/queue", http.StatusSeeOther) })
	in.HandleFunc("POST /staff/logout", c.logout)
	in.HandleFunc("POST /staff/window", c.sitDown)
	in.HandleFunc("GET /staff/events", c.staffEvents)
	for _, p := range staffPages {
		in.HandleFunc("GET /staff/"+p.Name, c.staffPage(p))
	}
	in.HandleFunc("GET /staff/find", c.find)
	in.HandleFunc("POST /staff/find", c.seek)
	in.HandleFunc("GET /staff/books.csv", c.bookFile)
	for _, j := range c.jobs() {
		in.HandleFunc("POST /staff/do/"+j.path, c.act(j))
	}
	in.HandleFunc("/staff/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "没有这一页，没有办理任何事项。请回到工作台 /staff/ 从菜单进入", http.StatusNotFound)
	})
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
	Code  string // of the request that waits for a card
	Error string
}

// loginAnswer shows the sign-in page.
func (c *Console) loginAnswer(w http.ResponseWriter, status int, f loginForm) {
	f.Hall, f.Staff = c.opts.Hall.Name, c.opts.Hall.Staff
	c.page(w, status, "login.html", f)
}

func (c *Console) loginPage(w http.ResponseWriter, _ *http.Request) {
	c.loginAnswer(w, http.StatusOK, loginForm{})
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	form, err := submitted(w, r)
	if err == nil {
		err = c.door.signIn(r, form.Get("staff"), form.Get("pin"))
	}
	if err != nil {
		t := judge(err)
		c.loginAnswer(w, t.status, loginForm{ID: form.Get("staff"), Error: t.text})
		return
	}
	http.Redirect(w, r, "/staff/", http.StatusSeeOther)
}

// askForCard begins a sign-in by card.
func (c *Console) askForCard(w http.ResponseWriter, r *http.Request) {
	if err := c.door.askCard(r.Context()); err != nil {
		t := judge(err)
		c.loginAnswer(w, t.status, loginForm{Error: t.text})
		return
	}
	http.Redirect(w, r, "/staff/login/card", http.StatusSeeOther)
}

// waitForCard is the page that asks for the card; it asks for itself again until
// the card came.
func (c *Console) waitForCard(w http.ResponseWriter, r *http.Request) {
	code, state, err := c.door.awaitCard(r)
	switch {
	case err != nil:
		c.loginAnswer(w, judge(err).status, loginForm{Error: judge(err).text})
	case state == cardSeen:
		http.Redirect(w, r, "/staff/", http.StatusSeeOther)
	case state == cardAwaited:
		w.Header().Set("Refresh", "1")
		c.loginAnswer(w, http.StatusOK, loginForm{Code: code})
	default:
		c.loginAnswer(w, http.StatusOK, loginForm{Error: "没有等到已登记的证件，请重新点“刷证登录”，或用工号和 PIN 登录"})
	}
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
		back, said := form.Get("back"), form.Get("said")
		form.Del("back")
		form.Del("said")
		var reply any
		if err == nil {
			reply, err = c.press(r.Context(), j, form)
		}
		if err != nil {
			c.door.sessions.Put(r.Context(), keyFault, onPage(judge(err).text))
		} else if more := outcome(reply); said != "" || more != "" {
			c.door.sessions.Put(r.Context(), keyFlash, strings.Join(filledIn([]string{said, more}), "："))
		}
		if !strings.HasPrefix(back, "/staff/") {
			back = "/staff/"
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}

func (c *Console) press(ctx context.Context, j job, form url.Values) (any, error) {
	b, err := formJSON(form)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, j, b)
}

func (c *Console) staffPage(p staffPage) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := c.desk(r, p)
		if err != nil {
			http.Error(w, judge(err).text, judge(err).status)
			return
		}
		c.page(w, http.StatusOK, p.Name+".html", d)
	}
}
