package receiver_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

func TestPages(t *testing.T) {
	store := open(t, "memory:")
	p := receiver.Pages(store, slog.New(slog.NewTextHandler(io.Discard, nil)))
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/api/halls", "/api/days", "/api/alarms", "/api/orders"} {
		if code, body := get(path); code != 200 || body != "[]\n" {
			t.Errorf("%s of an empty county = %d %s, want []", path, code, body)
		}
	}
	r := chain(t, hall, 3, func(int) ledger.Entry {
		return ledger.Entry{Kind: "deposit.taken", Time: noon, Trusted: true, Data: map[string]string{"amount": "200.05"}}
	})
	commit(t, store, r...)
	_, err := store.Birth(t.Context(), hall, broker, county.State{Online: true, Session: "s", Epoch: r[0].Epoch, LastSeq: 1, Version: "<b>v1"}, true, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var days []receiver.Day
	if _, body := get("/api/days?from=2026-03-01&to=2026-03-01"); json.Unmarshal([]byte(body), &days) != nil || len(days) != 1 || days[0].Taken != 60015 {
		t.Errorf("days are %+v", days)
	}
	code, body := get("/?from=2026-03-01&to=2026-03-01")
	for _, want := range []string{hall, "在线", "600.15", "旧存储卡", "&lt;b&gt;v1"} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("the page (%d) does not show %q", code, want)
		}
	}
	for _, o := range []receiver.Order{
		{ID: "o1", Hall: hall, Name: county.CmdNotice, Expires: time.Now().Add(time.Hour)},
		{ID: "o2", Hall: hall, Name: county.CmdApprove, Expires: time.Now().Add(time.Hour)},
	} {
		if err := store.Queue(t.Context(), o, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Answer(t.Context(), hall, county.Result{ID: "o2", Error: county.RefusedFailed, Detail: "已超过审批时限"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	h := county.Health{Session: "s", Epoch: r[0].Epoch, Devices: []county.Device{{Name: "reader"}, {Name: "printer", Fault: "paper-out"}}}
	if _, err := store.Health(t.Context(), hall, broker, h, time.Now()); err != nil {
		t.Fatal(err)
	}
	_, body = get("/?from=2026-03-01&to=2026-03-01")
	for _, want := range []string{"通知<td class=\"l\">o1<td class=\"l\">待送", "租赁审批<td class=\"l\">o2<td class=\"l\">拒绝：已超过审批时限", "printer paper-out", `value="2026-03-01"`, "合计"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if _, body := get("/api/orders"); strings.Count(body, `"hall":"140321-01"`) != 2 {
		t.Errorf("orders are %s, want 2", body)
	}
	for _, days := range []string{"from=%27%3B--", "to=%00", "to=%FF", "from=2026-02-30"} {
		for _, path := range []string{"/?", "/api/days?"} {
			if code, _ := get(path + days); code != http.StatusBadRequest {
				t.Errorf("%s%s is answered %d, want 400", path, days, code)
			}
		}
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("healthz is %d", code)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/halls", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered %d, want 405", w.Code)
	}
	store.Close()
	for _, path := range []string{"/", "/healthz", "/api/days"} {
		if code, _ := get(path); code != http.StatusServiceUnavailable {
			t.Errorf("%s without a database is %d, want 503", path, code)
		}
	}
}
