package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	beat         = 10 * time.Second // how often a screen hears that the hall is alive
	screenWithin = 10 * time.Second // in which a screen must take what it is sent
)

// screen is a page that listens for changes (server-sent events).
type screen struct {
	w   http.ResponseWriter
	seq int
}

// send sends one event; a screen that does not take it is let go.
func (s *screen) send(name string, data []byte) error {
	s.seq++
	rc := http.NewResponseController(s.w)
	// A connection without deadlines, as in a test, is one that can wait.
	_ = rc.SetWriteDeadline(time.Now().Add(screenWithin))
	if _, err := fmt.Fprintf(s.w, "id: %d\nevent: %s\ndata: %s\n\n", s.seq, name, data); err != nil {
		return err
	}
	return rc.Flush()
}

// listen calls show at once and after every change, and tick now and then, until
// one of them fails or the screen is gone. In between the screen hears a beat
// with the box's time. A screen that comes back is told the whole state, so it
// need not say what it saw last.
func (c *Console) listen(w http.ResponseWriter, r *http.Request, show, tick func(*screen) error) {
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	default:
		http.Error(w, "屏幕太多", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	changed, end := c.hall.Listen()
	defer end()
	timer := time.NewTicker(beat)
	defer timer.Stop()
	asked := c.door.cards.changed()
	s := &screen{w: w}
	err := s.send("beat", c.clock())
	for err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-changed:
			err = show(s)
		case <-asked:
			asked = c.door.cards.changed()
			err = show(s)
		case <-timer.C:
			if err = tick(s); err == nil {
				err = s.send("beat", c.clock())
			}
		}
	}
}

// clock is the box's time, and how far its zone is ahead of UTC, in ms: a screen
// shows the hall's time, whatever its own clock says.
func (c *Console) clock() []byte {
	zone := c.opts.Hall.Zone
	if zone == nil {
		zone = time.UTC
	}
	now := time.Now().In(zone)
	_, ahead := now.Zone()
	return fmt.Appendf(nil, `{"now":%d,"zone":%d}`, now.UnixMilli(), ahead*1000)
}

// boardEvents sends the whole board whenever it is not as it was.
func (c *Console) boardEvents(w http.ResponseWriter, r *http.Request) {
	var shown []byte
	show := func(s *screen) error {
		b, err := c.boardNow(r.Context())
		if err != nil {
			return err
		}
		doc, err := json.Marshal(b)
		if err != nil || bytes.Equal(doc, shown) {
			return err
		}
		shown = doc
		return s.send("board", doc)
	}
	c.listen(w, r, show, show)
}

// staffEvents tells a staff page that something changed; what, it asks itself. A
// session that ends elsewhere, or is locked, ends the stream too.
func (c *Console) staffEvents(w http.ResponseWriter, r *http.Request) {
	may := func(*screen) error {
		ctx, err := c.door.sessions.Load(context.Background(), c.door.token(r))
		if err == nil && c.door.who(ctx) == "" {
			err = errSignedOut
		}
		return err
	}
	show := func(s *screen) error {
		if err := may(s); err != nil {
			return err
		}
		return s.send("changed", c.clock())
	}
	c.listen(w, r, show, may)
}
