package daemon

import (
	"strings"
	"sync"
	"time"

	"halld/cmd/internal/hall"
)

const (
	// choiceHolds is how long a button's choice waits for the card that it is
	// for. The next person's card must not be sent there.
	choiceHolds = time.Minute
	// greetingStands is how long whoever laid a card may read the answer.
	greetingStands = 8 * time.Second
)

// entrance is the place where cards are laid: which service a button there chose
// for the next one, and what its display says to whoever stands there.
type entrance struct {
	change func() // tells the displays

	mu     sync.Mutex
	choice string // key of a service
	holds  time.Time
	text   string
	stands time.Time
}

// choose is a press on the button of a service.
func (e *entrance) choose(key, name string) {
	e.mu.Lock()
	e.choice, e.holds = key, time.Now().Add(choiceHolds)
	e.mu.Unlock()
	e.say("已选“"+name+"”，请刷身份证", choiceHolds)
}

// take gives the service that was chosen a moment ago, once.
func (e *entrance) take() (key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Now().Before(e.holds) {
		key = e.choice
	}
	e.choice, e.holds = "", time.Time{}
	return key
}

// greet says what became of a card.
func (e *entrance) greet(g hall.Greet) {
	text := g.Text
	if !strings.Contains(text, g.Ticket) {
		text = g.Ticket + " " + text
	}
	e.say(text, greetingStands)
}

func (e *entrance) say(text string, d time.Duration) {
	e.mu.Lock()
	e.text, e.stands = text, time.Now().Add(d)
	e.mu.Unlock()
	e.change()
	time.AfterFunc(d, e.change)
}

// says is what stands on the display now, or nothing.
func (e *entrance) says() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Now().Before(e.stands) {
		return e.text
	}
	return ""
}
