package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"halld/cmd/internal/hall"
)

// TestSheets: the books of the hall over the interface.
func TestSheets(t *testing.T) {
	r := newRig(t)
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	for _, b := range hall.Books() {
		status, body := r.get(r.socket.URL, "sheets/"+b.Key+"?from=2026-03-01&to=2026-03-31")
		var s hall.Sheet
		if err := json.Unmarshal([]byte(body), &s); status != http.StatusOK || err != nil || s.Name != b.Name || s.Rows == nil {
			t.Errorf("%s gives %d: %s", b.Key, status, body)
		}
	}
	if status, body := r.get(r.socket.URL, "sheets"); status != http.StatusOK || !strings.Contains(body, `{"book":"rental","name":"工具租赁台账"}`) {
		t.Errorf("the list of books gives %d: %s", status, body)
	}
	for path, want := range map[string]string{
		"sheets/nothing":                              "没有台账“nothing”",
		"sheets/rental?from=gestern":                  "gestern",
		"sheets/rental?from=2026-03-02&to=2026-03-01": "晚于",
	} {
		if status, body := r.get(r.socket.URL, path); status != http.StatusConflict || !strings.Contains(body, want) {
			t.Errorf("%s gives %d: %s", path, status, body)
		}
	}
}
