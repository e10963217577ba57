package hall

import "fmt"

// Event is something the hall has to decide on: a card, a word of the staff, an
// answer of a device, a message of the county, or time that passed.
type Event interface {
	// handle decides. It reads the hall and changes nothing.
	handle(h *Hall, at Stamp) (Outcome, error)
}

// Outcome is what the hall decided.
type Outcome struct {
	Data    []Data   // what happened, in order; to be recorded and applied together
	Effects []Effect // what to do once the records are on disk

	// Reply, when not nil, gives the answer for whoever asked, after the
	// records were applied and, if Await names a door operation, after
	// [Hall.OpWaits] no longer says that more is about to come. An error is
	// told to the person as it stands.
	Reply func(*Hall) (any, error)
	Await string
}

// Effect is something to do in the world.
type Effect interface{ effect() }

// Print asks for a slip on paper.
type Print struct{ Job Job }

// OpenDoor asks for one door to be opened, once. Op is the operation that the
// result belongs to.
type OpenDoor struct {
	Op   string
	Door DoorID
}

// Announce asks for a call by voice: 请A012号到3号窗口.
type Announce struct {
	Ticket string
	Window int
}

// Greet tells the person who just laid a card what the hall decided, on the
// entrance screen. It never holds a name.
type Greet struct {
	Ticket string // number, if one is promised by now
	Text   string // one sentence
}

// Alert tells of something at a door, by voice if it is meant for whoever stands
// there. What staff have to do about it stands in [Hall.Warnings].
type Alert struct {
	Door   DoorID
	Text   string // one sentence
	Spoken bool
}

func (Alert) effect()    {}
func (Print) effect()    {}
func (OpenDoor) effect() {}
func (Announce) effect() {}
func (Greet) effect()    {}

// Refusal is an answer of the rules: no, and why. Its text is for the clerk.
type Refusal struct {
	Code string // short and stable, for programs: "wrong-order"
	Text string // a sentence in Chinese: what is wrong and what to do
}

// Error gives the sentence for the clerk.
func (r *Refusal) Error() string { return r.Text }

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Text: fmt.Sprintf(format, args...)}
}
