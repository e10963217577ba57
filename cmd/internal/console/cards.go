package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"

	"halld/cmd/internal/hall"
)

// The hall has one reader, and whoever comes in lays their card on it. A card is
// taken for staff only while somebody of the staff has just asked for it, one at
// a time and for a short while; any other card is a visitor's, as ever.
//
// Somebody could ask from another browser and wait for a member of the staff to
// lay a card. So a request belongs to the browser that made it, and the public
// board shows its code: whoever lays a card sees whether the hall waits for the
// request on their own screen.

// cardWithin is how long a request waits for its card.
const cardWithin = 30 * time.Second

// cards is the reader as the door sees it.
type cards struct {
	mu    sync.Mutex
	asked *cardRequest  // nil: nobody waits for a card
	news  chan struct{} // closed when that changes; nil: nobody listens
}

// changed gives a channel that closes when the reader waits for another one.
func (c *cards) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.news == nil {
		c.news = make(chan struct{})
	}
	return c.news
}

// tell closes the channel; the caller holds the lock.
func (c *cards) tell() {
	if c.news != nil {
		close(c.news)
		c.news = nil
	}
}

// cardRequest waits for a card.
type cardRequest struct {
	id    string // known to the browser that asked
	code  string // shown on its page and on the board; empty for a registration
	until time.Time
	takes func(hall.Person) bool
	card  chan hall.Person // a registration waits for it here
	staff string           // whose card came
}

// ask begins a request, unless another one is under way.
func (c *cards) ask(r *cardRequest) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.asked; old != nil && time.Now().Before(old.until) {
		return &trouble{http.StatusConflict, "busy", "另一处正在等人刷证，请稍候再试"}
	}
	r.id, r.until = rand.Text(), time.Now().Add(cardWithin)
	c.asked = r
	c.tell()
	return nil
}

// end lets the next request in.
func (c *cards) end(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked != nil && c.asked.id == id {
		c.asked = nil
		c.tell()
	}
}

// find gives the request of a browser, as long as it waits or has its card.
func (c *cards) find(id string) (r cardRequest, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil || c.asked.id != id || id == "" || time.Now().After(c.asked.until) {
		return r, false
	}
	return *c.asked, true
}

// code is what the board shows of a sign-in that waits for its card.
func (c *cards) code() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.asked; r != nil && r.staff == "" && time.Now().Before(r.until) {
		return r.code
	}
	return ""
}

// Card offers a card that was laid on the reader. It reports whether somebody of
// the staff asked for it; the card of anybody else is a visitor's.
func (c *Console) Card(p hall.Person) (taken bool) {
	k := &c.door.cards
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.asked
	taken = r != nil && r.staff == "" && time.Now().Before(r.until) && r.takes(p)
	if taken {
		k.tell()
	}
	return taken
}

// askCard asks for the card of a member of the staff, for a browser to sign in.
func (d *door) askCard(ctx context.Context) error {
	n, err := rand.Int(rand.Reader, big.NewInt(90))
	if err != nil {
		return err
	}
	r := &cardRequest{code: fmt.Sprint(10 + n.Int64())}
	r.takes = func(p hall.Person) bool {
		r.staff = d.owner(p.Ref)
		return r.staff != ""
	}
	if err := d.cards.ask(r); err != nil {
		return err
	}
	d.sessions.Put(ctx, keyCard, r.id)
	return nil
}

// owner is the member of the staff to whom a card belongs, or empty.
func (d *door) owner(ref string) string {
	for _, s := range d.opts.Hall.Staff {
		if card, err := d.keys.Card(s.ID); err == nil && card != "" && card == ref {
			return s.ID
		}
	}
	return ""
}

// cardState is how far a browser's request is.
type cardState int

const (
	cardGone cardState = iota // it waited long enough, or never was
	cardAwaited
	cardSeen // the browser is signed in now
)

// awaitCard looks after the request of a browser, and signs it in once its card
// came.
func (d *door) awaitCard(r *http.Request) (code string, state cardState, err error) {
	asked, ok := d.cards.find(d.sessions.GetString(r.Context(), keyCard))
	switch {
	case !ok:
		return "", cardGone, nil
	case asked.staff == "":
		return asked.code, cardAwaited, nil
	}
	d.cards.end(asked.id)
	d.opts.Log.Info("signed in by card", "staff", asked.staff, "from", from(r))
	return "", cardSeen, d.enter(r.Context(), asked.staff)
}

// CardRead is a card that was laid to be registered.
type CardRead struct {
	Card  string `json:"card"` // ref
	Last4 string `json:"last4"`
}

// readCard waits for the next card, whosever it is. It is offered on the socket
// only: whoever may open it manages the box.
func (c *Console) readCard(w http.ResponseWriter, r *http.Request) {
	asked := &cardRequest{card: make(chan hall.Person, 1)}
	asked.takes = func(p hall.Person) bool {
		select {
		case asked.card <- p:
			return true
		default: // it has its card
			return false
		}
	}
	if err := c.door.cards.ask(asked); err != nil {
		fail(w, err)
		return
	}
	defer c.door.cards.end(asked.id)
	ctx, cancel := context.WithTimeout(r.Context(), cardWithin)
	defer cancel()
	select {
	case p := <-asked.card:
		send(w, http.StatusOK, CardRead{p.Ref, p.Last4})
	case <-ctx.Done():
		fail(w, &trouble{http.StatusRequestTimeout, "no-card", "没有等到证件，请重新开始并在30秒内把证件放到读卡器上"})
	}
}

// CardRequest registers a card for a member of the staff; an empty one forgets
// it.
type CardRequest struct {
	Staff string `json:"staff"`
	Card  string `json:"card"` // ref
}

// setCard is offered on the socket only, as setPin.
func (c *Console) setCard(_ context.Context, req CardRequest) (any, error) {
	return keySet{req.Staff, req.Card != ""}, c.door.setCard(req)
}

func (d *door) setCard(req CardRequest) error {
	if _, known := d.staff(req.Staff); !known {
		return unknownStaff(req.Staff)
	}
	if other := d.owner(req.Card); req.Card != "" && other != "" && other != req.Staff {
		return &hall.Refusal{Code: "card-taken", Text: "这张证件已登记给工号" + other + "，请先取消"}
	}
	if err := d.keys.SetCard(req.Staff, req.Card); err != nil {
		return err
	}
	d.expel(req.Staff)
	return nil
}
