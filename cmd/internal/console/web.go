package console

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

//go:embed pages
var files embed.FS

// pages are the HTML pages, by file name.
func pages() *template.Template {
	return template.Must(template.New("").Funcs(helpers).ParseFS(files, "pages/*.html"))
}

// Board is the handler for a network that the public may see: the board alone.
func (c *Console) Board() http.Handler {
	mux := http.NewServeMux()
	c.public(mux)
	return secure(mux)
}

// Web is the handler for the hall's own network: the board for everybody, pages
// and interface for staff who are signed in.
func (c *Console) Web() http.Handler {
	mux := http.NewServeMux()
	c.public(mux)
	api := http.NewServeMux()
	c.api(api)
	mux.Handle(Root, c.door.guard(api, func(w http.ResponseWriter, _ *http.Request) {
		fail(w, &trouble{http.StatusUnauthorized, "sign-in", "请先登录"})
	}))
	c.staffPages(mux)
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "请求不是从工作台发出的，没有办理。请打开工作台重新登录再办；浏览器太旧的请先升级", http.StatusForbidden)
	}))
	return secure(same.Handler(mux))
}

func (c *Console) public(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", c.board)
	mux.HandleFunc("GET /board", c.board)
	mux.HandleFunc("GET /events", c.boardEvents)
	mux.HandleFunc("GET /rules", c.rules)
	mux.HandleFunc("GET /rules/{board}", c.rules)
	mux.HandleFunc("GET /theme.css", c.theme)
	mux.HandleFunc("GET /logo.png", c.logo)
	mux.HandleFunc("GET /pages/{file}", static)
}

// static gives what pages load; the templates beside it are nobody's.
func static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if ext := path.Ext(name); ext != ".css" && ext != ".js" {
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, files, "pages/"+name)
}

// secure keeps pages from loading or being framed by anything of elsewhere.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// boardView is what the public screen shows and may have changed.
type boardView struct {
	hall.BoardView
	Greeting string `json:"greeting"` // to whoever laid a card just now
}

// screenView is the public screen as its page is first made.
type screenView struct {
	boardView
	Logo     bool
	Flow     []string
	Extracts []Extract
}

// board is the public screen: numbers and windows, no person.
func (c *Console) board(w http.ResponseWriter, r *http.Request) {
	b, err := c.boardNow(r.Context())
	if err != nil {
		http.Error(w, "暂停服务", http.StatusServiceUnavailable)
		return
	}
	c.page(w, http.StatusOK, "board.html", screenView{b, len(c.opts.Logo) > 0, c.flow(), extracts(c.opts.Boards)})
}

// boardNow is the board, with what the rules can't know: that nothing can be
// written down, and for whom the reader waits or what it has told somebody.
func (c *Console) boardNow(ctx context.Context) (b boardView, err error) {
	b.Greeting = c.hall.Entrance()
	if err := c.hall.View(ctx, func(h *hall.Hall) { b.BoardView = h.Board() }); err != nil {
		return b, err
	}
	b.Lines = slices.Clone(b.Lines)
	if !c.hall.InService(ctx) {
		b.Lines = slices.Insert(b.Lines, 0, "设备故障，暂停受理，请到服务窗口咨询")
	}
	if code := c.door.cards.code(); code != "" {
		b.Lines = append(b.Lines, "工作人员正在刷证登录，验证码 "+code)
	}
	return b, nil
}

// page writes an HTML page, or nothing of it when it can't be made.
func (c *Console) page(w http.ResponseWriter, status int, name string, data any) {
	var out strings.Builder
	if err := c.pages.ExecuteTemplate(&out, name, data); err != nil {
		c.log.Error("a page was not made", "page", name, "err", err)
		http.Error(w, "页面出错，请联系技术人员", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(out.String())) // a client that is gone needs no page
}
