package county

import "time"

// Status is how the line to the county is.
type Status struct {
	Connected   bool      `json:"connected"`
	Broker      string    `json:"broker,omitempty"`
	Session     string    `json:"session,omitempty"`
	Since       time.Time `json:"since,omitzero"` // of the session, or of its end
	Epoch       string    `json:"epoch"`
	LastSeq     uint64    `json:"last_seq"`
	Upto        uint64    `json:"upto"` // the county's watermark
	Unconfirmed uint64    `json:"unconfirmed"`
	Oldest      uint64    `json:"oldest_unconfirmed"` // 0 when everything is confirmed
	LastAck     time.Time `json:"last_ack,omitzero"`
	Frozen      bool      `json:"frozen"` // the county is ahead: nothing is reported until a new epoch
	Silent      bool      `json:"silent"` // records are sent and the county acknowledges none
	Twin        bool      `json:"twin"`   // sessions end so fast that another box may use this name
	LastError   string    `json:"last_error,omitempty"`
}

// Status tells how the line is. It may be called from any goroutine.
func (r *Reporter) Status() Status {
	r.mu.Lock()
	s := r.status
	r.mu.Unlock()
	s.Epoch = r.opts.Ledger.Epoch()
	s.LastSeq, _ = r.opts.Ledger.Head()
	ack := r.opts.Ledger.Confirmed()
	s.Upto = ack.Upto
	s.Unconfirmed = r.opts.Ledger.UnconfirmedCount()
	s.Oldest = oldest(ack, s.LastSeq)
	return s
}

// note changes the status.
func (r *Reporter) note(change func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.status)
}
