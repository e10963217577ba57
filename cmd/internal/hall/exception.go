package hall

import "time"

// Exception is something that staff did aside from the ordinary course, with
// their reason: the list that supervision looks through (附件2 第九条).
type Exception struct {
	Time    time.Time `json:"time"`
	Staff   string    `json:"staff"`
	What    string    `json:"what"`    // 插叫, 补打, …
	Subject string    `json:"subject"` // ticket, ref or notice
	Reason  string    `json:"reason"`
}

// mostExceptions bounds the day's list; the ledger has all of them.
const mostExceptions = 500

// except puts something on the day's list. It is called by records' apply.
func (h *Hall) except(at Stamp, staff, what, subject, reason string) {
	h.Tally.Exceptions.add(staff)
	if len(h.Exceptions) < mostExceptions {
		h.Exceptions = append(h.Exceptions, Exception{Time: at.Time, Staff: staff, What: what, Subject: subject, Reason: reason})
	}
}

// ListExceptions gives the day's list, the oldest first.
func (h *Hall) ListExceptions() []Exception {
	return append([]Exception{}, h.Exceptions...)
}
