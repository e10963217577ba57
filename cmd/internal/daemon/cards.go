package daemon

import (
	"context"
	"errors"
	"log/slog"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/devices/idcard"
)

// desk turns cards into check-ins.
type desk struct {
	reader *idcard.Dev
	refKey []byte
	loop   *loop
	log    *slog.Logger
	choice func() string          // service chosen at the entrance
	greet  func(hall.Greet)       // tells whoever laid the card
	staff  func(hall.Person) bool // takes the card of somebody who signs in to the console
}

// Run watches the reader.
func (d *desk) Run(ctx context.Context) error {
	return d.reader.Run(ctx, func(r idcard.Reading) {
		switch r.Event {
		case idcard.CardRead:
			d.checkIn(ctx, *r.Card)
		case idcard.CardUnreadable:
			d.log.Info("a card could not be read", "err", r.Err)
			_, err := d.loop.Do(ctx, hall.CardTrouble{Reason: trouble(r.Err)})
			d.outcome(ctx, err)
		}
	})
}

func (d *desk) checkIn(ctx context.Context, c idcard.Card) {
	ev, who := swipe(d.refKey, c)
	if d.staff(ev.Person) {
		return
	}
	ev.Service = d.choice()
	_, err := d.loop.send(ctx, call{event: ev, who: &who})
	d.outcome(ctx, err)
}

// outcome tells whoever laid a card that nothing came of it, where the rules
// could not.
func (d *desk) outcome(ctx context.Context, err error) {
	var no *hall.Refusal
	if err == nil || errors.As(err, &no) || ctx.Err() != nil {
		return
	}
	d.log.Error("a card was not recorded", "err", err)
	d.greet(hall.Greet{Text: "暂停受理，证件没有登记，请稍后重新刷证"})
}

// trouble is why a card could not be read, in the rules' words.
func trouble(err error) string {
	switch {
	case errors.Is(err, idcard.ErrLifted):
		return "lifted"
	case errors.Is(err, idcard.ErrUnsupportedCard):
		return "unsupported"
	default:
		return "unreadable"
	}
}

// swipe is a card as the rules and the vault see it.
func swipe(refKey []byte, c idcard.Card) (hall.CardRead, newcomer) {
	name := c.Name
	if name == "" {
		name = c.EnglishName
	}
	who := newcomer{
		ref:    identity.Ref(refKey, c.Number),
		person: identity.Person{Name: name, Number: c.Number, Kind: c.Kind.String()},
	}
	facts := hall.Facts{
		Document: c.Kind.String(), Birth: hall.Date(c.Birth), Female: c.Sex == idcard.Female,
	}
	if !c.LongTerm {
		facts.Until = hall.Date(c.To)
	}
	return hall.CardRead{
		Person: hall.Person{Ref: who.ref, Last4: identity.Last4(c.Number)},
		Facts:  facts,
	}, who
}
