package county

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"
)

// State is the payload of up/state: a birth. A will and a clean stop hold Online
// false and the Session only; a death whose session is not that of the last
// birth is an old one and says nothing.
type State struct {
	Online            bool      `json:"online"`
	Session           string    `json:"session"` // random, of this connection
	Version           string    `json:"version"` // of the software
	Epoch             string    `json:"epoch"`
	LastSeq           uint64    `json:"last_seq"`
	Head              string    `json:"head"`               // hash of the last record
	OldestUnconfirmed uint64    `json:"oldest_unconfirmed"` // 0 when everything is confirmed
	Clock             string    `json:"clock"`              // "trusted" or "unsure"
	Boot              string    `json:"boot"`
	Started           time.Time `json:"started"` // when the daemon started
}

// death is what a will and a clean stop say.
type death struct {
	Online  bool   `json:"online"` // false
	Session string `json:"session"`
}

// Health is the payload of up/health. What is above Devices is filled in here,
// the rest by the daemon.
type Health struct {
	Session     string    `json:"session"`
	Time        time.Time `json:"time"`
	Clock       string    `json:"clock"`
	Epoch       string    `json:"epoch"`
	LastSeq     uint64    `json:"last_seq"`
	Head        string    `json:"head"` // hash of the last record
	Unconfirmed uint64    `json:"unconfirmed"`

	Devices     []Device `json:"devices"`
	DiskFree    uint64   `json:"disk_free,omitempty"`   // bytes
	Temperature float64  `json:"temperature,omitempty"` // of the processor, °C
}

// Device is how a device is.
type Device struct {
	Name  string    `json:"device"`
	Fault string    `json:"fault"` // empty when it works
	Since time.Time `json:"since,omitzero"`
	About string    `json:"about,omitempty"` // model and firmware, as it says
}

// clockName is how the clock's quality is written.
func clockName(trusted bool) string {
	if trusted {
		return "trusted"
	}
	return "unsure"
}

// newID is 64 random bits in hexadecimal: a session's or a command's name.
func newID() string {
	var b [8]byte
	rand.Read(b[:]) // never returns an error
	return hex.EncodeToString(b[:])
}

// encode is json.Marshal for the payloads of this package, which always
// marshal.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("{}")
	}
	return b
}
