package receiver

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"halld/cmd/internal/county"
)

//go:embed pages.html
var pagesHTML string

// Pages are the county's read-only pages and their JSON:
//
//	GET /                      halls, days and alarms, for people
//	GET /api/halls             every hall and its presence
//	GET /api/days?from=&to=    visits, rentals and money by hall and day
//	GET /api/alarms            what a person should look at
//	GET /api/orders            commands and what came of them
//	GET /healthz               200 while the database answers
//
// Days are as in 2026-01-31, anything else is a 400; without them it is the last
// 31 days.
func Pages(store Store, log *slog.Logger) http.Handler {
	p := &pages{store: store, log: log, html: template.Must(template.New("pages").Funcs(template.FuncMap{
		"yuan": yuanText, "time": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") },
		"alarm": func(what string) string { return alarmText[what] }, "order": func(name string) string { return cmp.Or(orderText[name], name) },
	}).Parse(pagesHTML))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.overview)
	mux.HandleFunc("GET /api/halls", p.json(func(r *http.Request) (any, error) { return store.Halls(r.Context()) }))
	mux.HandleFunc("GET /api/days", p.json(p.days))
	mux.HandleFunc("GET /api/alarms", p.json(func(r *http.Request) (any, error) { return store.Alarms(r.Context(), 1000) }))
	mux.HandleFunc("GET /api/orders", p.json(func(r *http.Request) (any, error) { return store.Orders(r.Context(), 1000) }))
	mux.HandleFunc("GET /healthz", p.json(func(r *http.Request) (any, error) {
		_, err := store.Alarms(r.Context(), 1)
		return map[string]bool{"ok": true}, err
	}))
	return guarded(mux)
}

type pages struct {
	store Store
	log   *slog.Logger
	html  *template.Template
}

var alarmText = map[string]string{
	AlarmCloned:   "同一编号收到两条不同记录，存储卡可能被复制或恢复",
	AlarmChain:    "记录没有接上前一条",
	AlarmRollback: "大厅的记录比上报过的少，可能换上了旧存储卡",
	AlarmTwin:     "两台设备轮流使用同一大厅的名称，或换上了旧存储卡",
	AlarmHead:     "大厅的最后一条记录与本库不同",
	AlarmDigest:   "大厅日终核对与本库不符",
	AlarmGap:      "缺少从此开始的记录，多次请大厅重报仍未收到",
	AlarmData:     "记录里的人员或金额不合规，已存档，未计入汇总",
	AlarmAside:    "数据库不接受这条记录，只存了原文，未计入汇总",
}

var orderText = map[string]string{
	county.CmdApprove: "租赁审批", county.CmdNotice: "通知", county.CmdLists: "名单", county.CmdResend: "重报记录",
}

// yuanText writes 分 as yuan.
func yuanText(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// guarded sets what every answer has: nothing is stored, framed or run.
func guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		h.ServeHTTP(w, r)
	})
}

// errDay is a request about days that are none.
var errDay = errors.New("日期要写成 2026-01-31")

// period is the days that a request is about.
func period(r *http.Request) (from, to string, err error) {
	now := time.Now()
	from = cmp.Or(r.FormValue("from"), now.AddDate(0, 0, -30).Format(time.DateOnly))
	to = cmp.Or(r.FormValue("to"), now.AddDate(0, 0, 1).Format(time.DateOnly))
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return "", "", errDay
		}
	}
	return from, to, nil
}

func (p *pages) days(r *http.Request) (any, error) {
	from, to, err := period(r)
	if err != nil {
		return nil, err
	}
	return p.store.Days(r.Context(), from, to)
}

// json answers with what f gives; nothing is an empty list.
func (p *pages) json(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		b, err := json.Marshal(v)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		if string(b) == "null" {
			b = []byte("[]")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(b, '\n'))
	}
}

func (p *pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errDay) {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.Context().Err() == nil {
		p.log.Error("page not served", "path", r.URL.Path, "err", err)
	}
	http.Error(w, "数据库暂时不可用", http.StatusServiceUnavailable)
}

// view is what the overview shows.
type view struct {
	Halls    []Hall
	Days     []Day
	Sum      Day
	Alarms   []Alarm
	Orders   []Ordered
	From, To string
	Now      time.Time
}

func (p *pages) look(r *http.Request) (v view, err error) {
	ctx := r.Context()
	v.Now = time.Now()
	if v.From, v.To, err = period(r); err != nil {
		return v, err
	}
	if v.Halls, err = p.store.Halls(ctx); err != nil {
		return v, err
	}
	if v.Days, err = p.store.Days(ctx, v.From, v.To); err != nil {
		return v, err
	}
	for _, d := range v.Days {
		v.Sum.sum(d)
	}
	if v.Alarms, err = p.store.Alarms(ctx, 50); err != nil {
		return v, err
	}
	v.Orders, err = p.store.Orders(ctx, 20)
	return v, err
}

func (p *pages) overview(w http.ResponseWriter, r *http.Request) {
	v, err := p.look(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := p.html.Execute(w, v); err != nil {
		p.log.Warn("page not served whole", "err", err)
	}
}
