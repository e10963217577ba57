package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// SlipView is a print job as staff see it.
type SlipView struct {
	Job      string    `json:"job"`
	Subject  string    `json:"subject"`  // ticket, rental, … that the slip belongs to
	Template string    `json:"template"` // "ticket", "refusal", …
	State    JobState  `json:"state"`
	Reprint  int       `json:"reprint,omitempty"`
	At       time.Time `json:"at"` // when it was queued
}

// ListSlips gives the slips that wait for somebody's look, the oldest first: the
// printer did not take them, or nobody knows whether paper came out.
func (h *Hall) ListSlips() []SlipView {
	list := []SlipView{}
	for _, id := range slices.SortedFunc(maps.Keys(h.Jobs), byAge) {
		j := h.Jobs[id]
		unsure := j.State == JobUnknown || j.State == JobUndecided
		if !j.Settled && (unsure || j.State == JobHeld) {
			list = append(list, SlipView{id, j.Slip.Subject, j.Slip.Template, j.State, j.Reprint, j.At.Time})
		}
	}
	return list
}

// matter is what a slip waits for, and what to do.
func (s SlipView) matter() string {
	if s.State == JobHeld {
		return fmt.Sprintf("%s的小票（%s）没有打印，打印机恢复后自动补出；急用请当面告知", s.Subject, s.Job)
	}
	return fmt.Sprintf("%s的小票（%s）不知是否出纸，请问本人，没有就补打，有就登记已处理", s.Subject, s.Job)
}
