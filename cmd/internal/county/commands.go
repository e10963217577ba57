package county

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"halld/cmd/internal/ledger"
)

// Names of the commands.
const (
	CmdResend  = "resend"         // from, to: sequences to publish again; answered here
	CmdApprove = "approve-rental" // rental
	CmdLists   = "lists"          // pack, sig: see [OpenLists]
	CmdNotice  = "notice"         // text
)

// Command is one message of dn/command. It states a target, never a step, so
// that doing it twice is doing it once.
type Command struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Session string    `json:"session"` // of the hall's last birth
	Expires time.Time `json:"expires"`

	Body json.RawMessage `json:"-"` // the whole payload, with what belongs to Name
}

// Result is the payload of up/result.
type Result struct {
	ID     string `json:"id"`
	OK     bool   `json:"ok"`
	Error  string `json:"error,omitempty"`  // one of the Refused constants
	Detail string `json:"detail,omitempty"` // for people
	Result any    `json:"result,omitempty"`
}

// Why a command was not done.
const (
	RefusedSession = "session" // it is for another session
	RefusedExpired = "expired"
	RefusedUnknown = "unknown" // no such command here
	RefusedInvalid = "invalid" // it says nothing that can be done
	RefusedLater   = "later"   // not now; the county may send it again
	RefusedFailed  = "failed"  // the hall's rules refuse it
)

// Handler carries a command out and gives what to answer. It is called from the
// reporter's loop and should return within seconds. An error that is ErrLater
// or ErrUnknown is told and forgotten; any other is the command's answer for
// good.
type Handler func(ctx context.Context, c Command) (result any, err error)

// What a Handler may return.
var (
	ErrLater   = errors.New("not possible now")
	ErrUnknown = errors.New("unknown command")
	ErrInvalid = errors.New("invalid command")
)

// Inbox remembers the answers to commands, on disk.
type Inbox interface {
	// Answer is the stored answer to a command, if there is one.
	Answer(id string) (answer []byte, ok bool, err error)
	// Keep stores an answer until a time, after which the command has expired
	// in any case.
	Keep(id string, answer []byte, until time.Time) error
}

// maxCommand is the longest payload of dn/command that is looked at, in bytes.
const maxCommand = 1 << 20

// keepAnswer is how long an answer is kept beyond the command's expiry.
const keepAnswer = 30 * 24 * time.Hour

// handleTimeout bounds one call of a Handler.
const handleTimeout = 5 * time.Second

// parseCommand reads a command. Whatever has no usable id can't be answered
// and is an error.
func parseCommand(m Message) (Command, error) {
	var c struct {
		Command
		Expires json.RawMessage `json:"expires"` // what is no time is answered as none
	}
	switch {
	case m.Retained:
		return Command{}, errors.New("reading a command: it is retained, so it may be from any time")
	case len(m.Payload) > maxCommand:
		return Command{}, fmt.Errorf("reading a command: %d bytes are too many", len(m.Payload))
	case json.Unmarshal(m.Payload, &c) != nil:
		return Command{}, errors.New("reading a command: not the JSON of one")
	case !validID(c.ID):
		return Command{}, fmt.Errorf("reading a command: its id is not 1 to %d characters in one line", maxName)
	case utf8.RuneCountInString(c.Name) > maxName:
		return Command{}, fmt.Errorf("reading a command: its name is longer than %d characters", maxName)
	}
	_ = json.Unmarshal(c.Expires, &c.Command.Expires) // stays zero
	c.Body = m.Payload
	return c.Command, nil
}

// maxName is the longest id or name of a command, in characters.
const maxName = 128

func validID(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxName && !strings.ContainsFunc(s, unicode.IsControl)
}

// judge is why a command must not be carried out, or empty. If it is not known
// what time it is, the session alone says that a command is fresh, and a clock
// that says otherwise makes it wait.
func (c Command) judge(session string, now time.Time, known bool) (refused, detail string) {
	switch {
	case c.Session != session:
		return RefusedSession, "the session is another"
	case c.Expires.IsZero():
		return RefusedInvalid, "no expiry that is a time"
	case !now.Before(c.Expires) && !known:
		return RefusedLater, "the hall does not know the time"
	case !now.Before(c.Expires):
		return RefusedExpired, "it came too late"
	case c.Name == "":
		return RefusedUnknown, "no name"
	}
	return "", ""
}

// answer does a command, unless it was done or must not be, and gives the
// payload of up/result.
func (r *Reporter) answer(ctx context.Context, c Command, session string, do Handler) []byte {
	stored, ok, err := r.opts.Inbox.Answer(c.ID)
	switch {
	case err != nil:
		return encode(Result{ID: c.ID, Error: RefusedLater, Detail: "the inbox can't be read"})
	case ok:
		return stored
	}
	now, known := r.now()
	if refused, detail := c.judge(session, now, known); refused != "" {
		r.log.Warn("county command refused", "command", c.Name, "id", c.ID, "reason", refused)
		return encode(Result{ID: c.ID, Error: refused, Detail: detail})
	}
	ctx, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	value, err := do(ctx, c)
	res := resultOf(c.ID, value, err)
	answer := encode(res)
	if res.lasts(c) {
		if err := r.opts.Inbox.Keep(c.ID, answer, c.Expires.Add(keepAnswer)); err != nil {
			r.log.Error("answer to a county command not kept", "id", c.ID, "err", err)
		}
		r.log.Info("county command answered", "command", c.Name, "id", c.ID, "ok", res.OK)
	}
	return answer
}

// lasts says whether a result is the answer to a command for good. A resend is
// asked for as often as it takes, and would fill the card with answers.
func (res Result) lasts(c Command) bool {
	return res.Error != RefusedLater && res.Error != RefusedUnknown && c.Name != CmdResend
}

// Done is what a Handler writes together with a command's effect, so that a
// crash right after it leaves no command that was done and has no answer. The
// whole answer takes its place once it is known.
func (c Command) Done() ledger.Side {
	return ledger.PutUntil(ledger.Inbox, c.ID, encode(Result{ID: c.ID, OK: true}), c.Expires.Add(keepAnswer))
}

func resultOf(id string, value any, err error) Result {
	res := Result{ID: id}
	switch {
	case err == nil:
		res.OK, res.Result = true, value
		return res
	case errors.Is(err, ErrLater), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		res.Error = RefusedLater
	case errors.Is(err, ErrUnknown):
		res.Error = RefusedUnknown
	case errors.Is(err, ErrInvalid):
		res.Error = RefusedInvalid
	default:
		res.Error = RefusedFailed
	}
	res.Detail = err.Error()
	return res
}
