package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// api adds the interface to a mux.
func (c *Console) api(mux *http.ServeMux) {
	for _, v := range views {
		mux.HandleFunc("GET "+Root+v.path, c.show(v))
	}
	ask := func(pattern string, f func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			reply, err := f(r)
			answer(w, reply, err)
		})
	}
	ask("GET "+Root+"status", func(r *http.Request) (any, error) { return c.hall.Status(r.Context()) })
	ask("GET "+Root+"county", func(r *http.Request) (any, error) { return c.hall.County(r.Context()) })
	ask("GET "+Root+"ledger", c.records)
	ask("GET "+Root+"claim", c.claim)
	ask("GET "+Root+"sheets", func(*http.Request) (any, error) { return hall.Books(), nil })
	ask("GET "+Root+"sheets/{book}", c.sheet)
	ask("GET "+Root+"contacts/{locker}", func(r *http.Request) (any, error) { return c.hall.Contacts(r.Context(), r.PathValue("locker")) })
	for _, j := range c.jobs() {
		mux.HandleFunc("POST "+Root+j.path, c.change(j))
	}
	mux.HandleFunc("POST "+Root+"ledger/verify", c.verify)
	mux.HandleFunc(Root, func(w http.ResponseWriter, r *http.Request) {
		fail(w, &trouble{http.StatusNotFound, "unknown", "没有这个接口：" + r.Method + " " + r.URL.Path})
	})
}

// patience is the longest that a change may take: a door has to be seen open,
// and on a return to be shut.
const patience = 30 * time.Second

// job is something that a signed request asks for.
type job struct {
	path string
	read func(body []byte) (task, error)
}

// task is a request that was understood.
type task func(ctx context.Context) (any, error)

// rule is the job of putting an event before the rules.
func (c *Console) rule(v verb) job {
	return job{v.path, func(b []byte) (task, error) {
		ev, err := v.decode(b)
		return func(ctx context.Context) (any, error) { return c.hall.Do(ctx, ev) }, err
	}}
}

// asking makes a job of a type of request: the body's keys are its fields.
func asking[T any](path string, do func(context.Context, T) (any, error)) job {
	return job{path, func(b []byte) (task, error) {
		var req T
		err := strict(b, &req)
		return func(ctx context.Context) (any, error) { return do(ctx, req) }, err
	}}
}

// jobs are all that staff can ask for: of the rules, and beside them.
func (c *Console) jobs() (list []job) {
	for _, v := range verbs {
		list = append(list, c.rule(v))
	}
	return append(list, asking("print/test", c.testPrint), asking("ledger/print", c.printSheet), asking("person/checkin", c.checkIn))
}

func (c *Console) checkIn(ctx context.Context, t Typed) (any, error) { return c.hall.CheckIn(ctx, t) }

// testRequest asks for a test page.
type testRequest struct{ Staff string }

// testPrint prints a test page for anybody of the staff.
func (c *Console) testPrint(ctx context.Context, req testRequest) (any, error) {
	if _, known := c.door.staff(req.Staff); !known {
		return nil, unknownStaff(req.Staff)
	}
	return c.hall.TestPrint(ctx)
}

func (c *Console) change(j job) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := body(w, r)
		if err != nil {
			fail(w, err)
			return
		}
		reply, err := c.do(r.Context(), j, b)
		answer(w, reply, err)
	}
}

// do does what a request asks, in the name of whoever is signed in.
func (c *Console) do(ctx context.Context, j job, b []byte) (any, error) {
	b, err := c.door.sign(ctx, b)
	if err != nil {
		return nil, err
	}
	do, err := j.read(b)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return do(ctx)
}

// show answers with a view. It is written to JSON while the hall holds still.
func (c *Console) show(v view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var out bytes.Buffer
		at := c.hall.Now()
		err := c.look(r.Context(), func(h *hall.Hall) error {
			reply, err := v.look(h, at, r.PathValue("arg"))
			if err != nil {
				return err
			}
			return encoder(&out).Encode(reply)
		})
		var no *hall.Refusal
		if errors.As(err, &no) {
			err = &trouble{http.StatusNotFound, no.Code, no.Text}
		}
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = out.WriteTo(w) // a client that is gone needs no answer
	}
}

// look is View with an error of its own.
func (c *Console) look(ctx context.Context, f func(*hall.Hall) error) (err error) {
	if e := c.hall.View(ctx, func(h *hall.Hall) { err = f(h) }); e != nil {
		return e
	}
	return err
}

// Claim is what the check code on a slip stands for.
type Claim struct {
	Slip   string `json:"slip"`   // kind of the slip, "ticket"
	Number string `json:"number"` // of the ticket, rental, …
	Claim  string `json:"claim"`  // all that the code covers
}

// claim checks the code that stands on a slip, ?code= as scanned or typed.
func (c *Console) claim(r *http.Request) (any, error) {
	return c.checkSlip(r.Context(), r.FormValue("code"))
}

// checkSlip reads a slip's code. It refuses one that the hall did not print, and a
// deposit slip that is void or paid out.
func (c *Console) checkSlip(ctx context.Context, scanned string) (Claim, error) {
	text, err := c.hall.CheckSlip(scanned)
	if err != nil {
		return Claim{}, err
	}
	kind, rest, _ := strings.Cut(text, ":")
	number, _, _ := strings.Cut(rest, "/")
	if kind == "deposit" {
		var void error
		err := c.hall.View(ctx, func(h *hall.Hall) { void = h.ReceiptCounts(number) })
		if err = cmp.Or(err, void); err != nil {
			return Claim{}, err
		}
	}
	return Claim{kind, number, text}, nil
}

// mostRecords bounds one page of the ledger.
const mostRecords = 1000

func (c *Console) records(r *http.Request) (any, error) {
	n, err := strconv.Atoi(cmp.Or(r.FormValue("last"), r.FormValue("limit"), "50"))
	if err != nil || n < 1 || n > mostRecords {
		return nil, bad("last 和 limit 要是 1 到 %d 的数", mostRecords)
	}
	from, err := strconv.ParseUint(cmp.Or(r.FormValue("from"), "0"), 10, 63)
	if err != nil {
		return nil, bad("from 要是记录的序号")
	}
	return c.hall.Records(r.Context(), from, n)
}

// Contacts is what a locker's board reports of its doors, before polarity.
type Contacts struct {
	Locker   string `json:"locker"`
	Contacts string `json:"contacts"` // door 1 first: 1 closed, 0 open, ? not reported
	Order    string `json:"order"`    // of the status bytes, as configured; empty: the board has one only
}

// Progress is how far a walk over the ledger is. With ?progress=1 such lines
// come before the answer.
type Progress struct {
	Done  uint64 `json:"done"`
	Total uint64 `json:"total"`
}

func (c *Console) verify(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("progress") == "" {
		reply, err := c.hall.Verify(r.Context(), nil)
		answer(w, reply, err)
		return
	}
	out := encoder(w)
	reply, err := c.hall.Verify(r.Context(), func(done, total uint64) {
		_ = out.Encode(Progress{done, total}) // a client that is gone ends the context
		_ = http.NewResponseController(w).Flush()
	})
	last := reply
	if err != nil {
		last = failure(err)
	}
	_ = out.Encode(last)
}
