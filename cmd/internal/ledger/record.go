package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Genesis is the prev of an epoch's first record: 64 zeros, the length of a
// hash that stands for nothing.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// MaxDoc is the greatest length of one record in bytes. Append refuses a
// longer one: it would not fit the county's broker.
const MaxDoc = 64 << 10

// ErrTooLong refuses a record longer than MaxDoc. It is what it says that is
// wrong, and not the ledger.
var ErrTooLong = fmt.Errorf("the record is longer than %d bytes", MaxDoc)

// Entry is what happened, before it has a number.
type Entry struct {
	Kind    string        // what happened without the leading "hall.", as in "ticket.issued"
	Time    time.Time     // wall time, kept to the millisecond with its offset
	Trusted bool          // whether the clock was trusted at Time
	Subject string        // ticket, rental, tool or door; may be empty
	Boot    string        // the boot this happened in; may be empty
	Uptime  time.Duration // since that boot, kept to the millisecond
	Data    any           // encoded by encoding/json; nil is {}
}

// Record is one entry of the ledger as it stands on disk.
//
// What Append returns was decoded from the bytes it wrote, so a live run and a
// replay see the same values.
type Record struct {
	Hall    string
	Epoch   string
	Seq     uint64 // from 1, without gaps in an epoch
	Kind    string
	Time    time.Time
	Trusted bool
	Subject string
	Boot    string
	Uptime  time.Duration
	Data    json.RawMessage
	Prev    string // hash of the record before, or Genesis
	Hash    string // hash of Doc
	Doc     []byte // the exact bytes, a CloudEvents 1.0 structured JSON document
}

// Hash is the hexadecimal SHA-256 of a record's exact bytes.
func Hash(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}

// envelope is a CloudEvents 1.0 event in structured JSON mode. Numbers that
// can pass 31 bits are strings, since CloudEvents integers end there.
type envelope struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Time        string          `json:"time"`
	Subject     string          `json:"subject,omitempty"`
	Sequence    string          `json:"sequence"`
	Epoch       string          `json:"epoch"`
	Clock       string          `json:"clock"`
	Boot        string          `json:"boot,omitempty"`
	Uptime      string          `json:"uptime,omitempty"` // ms since boot
	Prev        string          `json:"prev"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
}

const (
	specVersion   = "1.0"
	typePrefix    = "hall."
	sourcePrefix  = "/halls/"
	contentJSON   = "application/json"
	timeLayout    = "2006-01-02T15:04:05.000-07:00"
	clockTrusted  = "trusted"
	clockUnsure   = "unsure"
	epochDigits   = 16
	maxKindLength = 64
	maxPrev       = 128 // twice what a SHA-256 takes in hexadecimal
)

// Record is the entry as record seq of an epoch, after the record whose hash is
// prev. It is read back from its bytes.
func (e Entry) Record(hall, epoch string, seq uint64, prev string) (Record, error) {
	if err := e.check(); err != nil {
		return Record{}, err
	}
	data := []byte("{}")
	if e.Data != nil {
		var err error
		if data, err = marshal(e.Data); err != nil {
			return Record{}, err
		}
	}
	env := envelope{
		SpecVersion: specVersion,
		ID:          recordID(hall, epoch, seq),
		Source:      sourcePrefix + hall,
		Type:        typePrefix + e.Kind,
		Time:        e.Time.Format(timeLayout),
		Subject:     e.Subject,
		Sequence:    strconv.FormatUint(seq, 10),
		Epoch:       epoch,
		Clock:       clockUnsure,
		Boot:        e.Boot,
		Prev:        prev,
		ContentType: contentJSON,
		Data:        data,
	}
	if e.Trusted {
		env.Clock = clockTrusted
	}
	if e.Boot != "" || e.Uptime != 0 {
		env.Uptime = strconv.FormatInt(e.Uptime.Milliseconds(), 10)
	}
	doc, err := marshal(env)
	if err != nil {
		return Record{}, err
	}
	return Decode(doc)
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func recordID(hall, epoch string, seq uint64) string {
	return hall + "-" + epoch + "-" + strconv.FormatUint(seq, 10)
}

// Decode reads one record from its bytes, which it keeps. It takes what the
// contract promises of a record, which is more than Append writes: the halls of
// a county need not all run this program. It does not look at the record before,
// nor whether prev is a hash at all. Errors never quote the document.
func Decode(doc []byte) (Record, error) {
	if len(doc) > MaxDoc {
		return Record{}, fmt.Errorf("decoding a record: %w", ErrTooLong)
	}
	var env envelope
	if err := json.Unmarshal(doc, &env); err != nil {
		return Record{}, fmt.Errorf("decoding a record: %w", plainJSONError(err))
	}
	r, err := env.record()
	if err != nil {
		return Record{}, fmt.Errorf("decoding a record: %w", err)
	}
	r.Doc, r.Hash = doc, Hash(doc)
	return r, nil
}

// plainJSONError keeps the place of a syntax error and drops the text around
// it, which may be personal data.
func plainJSONError(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("attribute %q has the wrong JSON type", kind.Field)
	}
	return errors.New("not a JSON document")
}

func (env envelope) record() (Record, error) {
	if env.Prev == "" && env.Sequence == "1" {
		env.Prev = Genesis
	}
	r := Record{
		Epoch:   env.Epoch,
		Subject: env.Subject,
		Boot:    env.Boot,
		Data:    env.Data,
		Prev:    env.Prev,
		Trusted: env.Clock == clockTrusted,
	}
	var okSource, okType bool
	r.Hall, okSource = strings.CutPrefix(env.Source, sourcePrefix)
	r.Kind, okType = strings.CutPrefix(env.Type, typePrefix)
	var errSeq, errTime, errUptime error
	r.Seq, errSeq = parseSeq(env.Sequence)
	r.Time, errTime = time.Parse(time.RFC3339, env.Time)
	r.Uptime, errUptime = parseUptime(env.Uptime)
	switch {
	case env.SpecVersion != specVersion:
		return Record{}, errors.New("specversion is not 1.0")
	case !okSource || !ValidHall(r.Hall):
		return Record{}, errors.New("source names no hall")
	case !okType || !validKind(r.Kind):
		return Record{}, errors.New("type is not hall.<kind>")
	case !validEpoch(env.Epoch):
		return Record{}, errors.New("epoch is not 1 to 64 letters, digits, hyphens, dots and underscores")
	case errSeq != nil:
		return Record{}, errSeq
	case env.ID != recordID(r.Hall, r.Epoch, r.Seq):
		return Record{}, errors.New("id does not match source, epoch and sequence")
	case errTime != nil:
		return Record{}, errors.New("time is not RFC 3339")
	case env.Clock != clockTrusted && env.Clock != clockUnsure:
		return Record{}, errors.New("clock is neither trusted nor unsure")
	case errUptime != nil:
		return Record{}, errUptime
	case len(env.Prev) > maxPrev:
		return Record{}, errors.New("prev is no hash")
	case env.ContentType != contentJSON || len(env.Data) == 0:
		return Record{}, errors.New("data is missing or not application/json")
	}
	return r, nil
}

func parseSeq(s string) (uint64, error) {
	seq, err := strconv.ParseUint(s, 10, 63)
	if err != nil || seq == 0 || s[0] == '0' || s[0] == '+' {
		return 0, errors.New("sequence is not a decimal number from 1")
	}
	return seq, nil
}

func parseUptime(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil || ms < 0 || ms > int64(1<<63-1)/int64(time.Millisecond) {
		return 0, errors.New("uptime is not a number of milliseconds")
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// check says why an entry can't become a record.
func (e Entry) check() error {
	switch {
	case !validKind(e.Kind):
		return fmt.Errorf("kind %q is not lower-case words with dots between", e.Kind)
	case e.Time.Year() < 1 || e.Time.Year() > 9999 || e.Time.IsZero():
		return errors.New("time is not set or not in RFC 3339's range")
	case e.Uptime < 0:
		return errors.New("uptime is negative")
	}
	return nil
}

func validKind(s string) bool {
	if s == "" || len(s) > maxKindLength {
		return false
	}
	for word := range strings.SplitSeq(s, ".") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// ValidHall holds a hall's id to one MQTT topic level and a URI segment.
func ValidHall(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// validEpoch holds an epoch to what can stand in an id. Our own are 16
// hexadecimal digits.
func validEpoch(s string) bool {
	const ok = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
	return s != "" && len(s) <= 64 && strings.Trim(s, ok) == ""
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}
