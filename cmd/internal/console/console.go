// Package console is how people reach the hall: an HTTP interface for hallctl,
// the staff pages, and the public board.
//
// The same interface stands on two doors. The unix socket trusts whoever may
// open it and takes a staff id as it is said; the network wants a session and
// takes the id from there. The rules decide the same way behind both.
package console

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"halld/cmd/internal/hall"
)

// Backend is the hall as the console reaches it.
type Backend interface {
	Hall
	Book
	Gear
	Keys
}

// Hall is the rules and what they know.
type Hall interface {
	// Do puts an event before the rules. A *hall.Refusal is their no; any other
	// error means that the hall is out of service.
	Do(ctx context.Context, ev hall.Event) (any, error)
	// View lets f look at the hall; f must not keep what it sees.
	View(ctx context.Context, f func(*hall.Hall)) error
	// Now is this moment, as the rules would be told it.
	Now() hall.Stamp
	// CheckIn checks somebody in by a number that staff typed, as when the reader
	// is broken.
	CheckIn(ctx context.Context, t Typed) (any, error)
	// Status is how the box is, as a JSON object.
	Status(ctx context.Context) (any, error)
	// InService reports whether the hall can write down what it decides.
	InService(ctx context.Context) bool
	// Entrance is what is said now to whoever laid a card, or nothing. It holds
	// nobody's name.
	Entrance() string
	// Listen gives a channel that yields once at first and then after changes,
	// and a function to end it.
	Listen() (<-chan struct{}, func())
}

// Typed is an identity that staff typed after a look at the document. It is
// personal data: it goes to the backend and nowhere else.
type Typed struct {
	Number  string `json:"number"`
	Name    string `json:"name"`
	Service string `json:"service"` // key; empty is the default
	Staff   string `json:"staff"`
	Second  string `json:"second"` // who of the staff compared it too; may be empty
}

// Book is the ledger (台账).
type Book interface {
	// Records gives the exact bytes of n records at most, oldest first, from a
	// sequence on; from 0 means the last n.
	Records(ctx context.Context, from uint64, n int) ([]json.RawMessage, error)
	// Sheet lays a period of one of the hall's books out. A *hall.Refusal says
	// that there is no such book or period.
	Sheet(ctx context.Context, book string, p hall.Period) (hall.Sheet, error)
	// Verify walks the ledger and says which records are not what was written.
	// It tells how far it is; progress may be nil.
	Verify(ctx context.Context, progress func(done, total uint64)) (any, error)
	// Backup copies the ledger as it stands while records go on being written,
	// and gives the copy to read and its length in bytes.
	Backup(ctx context.Context) (io.ReadCloser, int64, error)
}

// Gear is what a technician asks of the devices, and of the line to the county.
type Gear interface {
	// TestPrint prints a page that shows what the printer can do.
	TestPrint(ctx context.Context) (any, error)
	// CheckSlip checks the code on a slip and gives what it stands for, such as
	// deposit:R260302-001-Y1/200.00. A *hall.Refusal says that the slip is not
	// this hall's.
	CheckSlip(scanned string) (claim string, err error)
	// Contacts gives the contacts of a locker's doors as its board reports them.
	Contacts(ctx context.Context, locker string) (Contacts, error)
	// County is how the line to the county is.
	County(ctx context.Context) (any, error)
}

// Keys keeps what the staff prove with who they are.
type Keys interface {
	// Pin gives the hash of a staff member's PIN, nil if none is set.
	Pin(staff string) ([]byte, error)
	// SetPin keeps a hash; nil forgets it.
	SetPin(staff string, hash []byte) error
	// Card gives the ref of a staff member's card, empty if none is registered.
	Card(staff string) (ref string, err error)
	// SetCard keeps a ref; an empty one forgets it.
	SetCard(staff, ref string) error
}

// Opts say what the console needs to know beside the hall.
type Opts struct {
	Hall       hall.Config   // whose staff, windows and services the pages show
	Idle       time.Duration // a session unused for so long is locked; default 15 min
	Max        time.Duration // any session ends after this; default 10 h
	Log        *slog.Logger  // nil for none
	Boards     []Board       // of rules, see [LoadBoards]
	Background string        // of the boards, as #d9ecfb; empty is that
	Logo       []byte        // the mark of all halls as PNG; nil for none
	Secure     bool          // the pages are served over HTTPS only
}

// Console serves the pages and the interface.
type Console struct {
	hall Backend
	opts Opts
	log  *slog.Logger
	door *door
	busy chan struct{} // a token for each screen that listens
	lays chan struct{} // one token: a sheet of a year takes memory, so one is made at a time

	pages *template.Template
}

// screens is how many boards and staff pages may listen at once; a Pi serves
// some dozens with ease, and a fault in a browser must not open thousands.
const screens = 64

// New makes a console.
func New(b Backend, opts Opts) *Console {
	if opts.Idle == 0 {
		opts.Idle = 15 * time.Minute
	}
	if opts.Max == 0 {
		opts.Max = 10 * time.Hour
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Console{hall: b, opts: opts, log: opts.Log, door: newDoor(b, opts), busy: make(chan struct{}, screens), lays: make(chan struct{}, 1), pages: pages()}
}

// limits of a connection: a board that listens for changes keeps its own open.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = time.Second
)

// Serve serves handler on a listener until ctx ends; with a certificate it
// serves HTTPS.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, cert *Certificate) error {
	s := &http.Server{
		Handler: hurry(handler), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		through, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if s.Shutdown(through) != nil {
			s.Close()
		}
	})
	defer func() {
		if !stop() {
			<-ended
		}
	}()
	serve := s.Serve
	if cert != nil {
		s.TLSConfig = cert.Config()
		s.ErrorLog = slog.NewLogLogger(cert.log.Handler(), slog.LevelDebug) // of every scanner that knocks
		serve = func(l net.Listener) error { return s.ServeTLS(l, "", "") }
	}
	if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Socket is the handler for the unix socket.
func (c *Console) Socket() http.Handler {
	mux := http.NewServeMux()
	c.api(mux)
	for _, j := range []job{asking("staff/pin", c.setPin), asking("staff/card", c.setCard)} {
		mux.HandleFunc("POST "+Root+j.path, c.change(j))
	}
	mux.HandleFunc("GET "+Root+"ledger/backup", c.backup)
	mux.HandleFunc("POST "+Root+"staff/card/read", c.readCard)
	return mux
}
