package daemon

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/config"
	"halld/devices"
	"halld/devices/idcard"
	bridge "halld/firmware-bridge"
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

func (g *gear) addReader(c *config.Reader, refKey []byte) error {
	report, learn := g.d.health.of("reader"), g.d.health.learn("reader")
	line, wire, err := g.readerLine(c, &report)
	if err != nil {
		return err
	}
	dev := idcard.New(line, idcard.Opts{
		Poll: c.Poll, Status: c.StatusTimeout, Find: c.FindTimeout, Read: c.ReadTimeout,
		Watch: c.WatchTimeout, Reset: c.ResetTimeout, Gap: c.Gap, Grace: c.Grace, Resend: cmp.Or(c.Resend, -1),
		Report: report, Opened: func(i idcard.Info) { learn(i.String()) },
	})
	desk := &desk{reader: dev, refKey: refKey, loop: g.d.loop, log: g.d.log, choice: g.entrance.take, greet: g.entrance.greet, staff: g.d.console.Card}
	g.task("reader", desk.Run)
	g.part("reader", c.Port, wire, dev.Identify).probed(probeReader, idcard.Speeds)
	return nil
}

// readerLine is the line to the card reader. While the hall runs, a serial one
// finds the reader's speed by what the driver reports; a check asks at the speed
// that is written.
func (g *gear) readerLine(c *config.Reader, report *devices.Report) (devices.Line, *bridge.Line, error) {
	port, err := bridge.ParseAddress(c.Port)
	if err != nil {
		return nil, nil, err
	}
	if g.d.ledger == nil || !c.Probe || port.Scheme != bridge.Serial {
		line, err := g.wires.line(c.Port)
		return line, line, err
	}
	line, tell := g.speedLine(port), *report
	*report = func(f devices.Fault, err error) {
		line.heard(f)
		tell(f, err)
	}
	g.task("reader line", line.Run)
	return line, nil, nil
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
	if !errors.Is(err, errOutOfService) { // which the loop has said, once for all cards
		d.log.Error("a card was not recorded", "err", err)
	}
	d.greet(hall.Greet{Text: "暂停受理，证件没有登记，请稍后重新刷证"})
}

// trouble is why a card could not be read, in the rules' words.
func trouble(err error) string {
	switch {
	case errors.Is(err, idcard.ErrLifted):
		return hall.TroubleLifted
	case errors.Is(err, idcard.ErrUnsupportedCard), errors.Is(err, idcard.ErrMalformed):
		return hall.TroubleUnsupported
	case errors.Is(err, idcard.ErrPrivateUse):
		return hall.TroubleName
	default:
		return hall.TroubleUnreadable
	}
}

// documentOf is a kind of card, in the rules' words.
var documentOf = map[idcard.Kind]hall.Document{
	idcard.Resident:        hall.DocumentResident,
	idcard.ResidencePermit: hall.DocumentPermit,
	idcard.Foreigner2017:   hall.DocumentForeigner,
	idcard.Foreigner2023:   hall.DocumentForeigner,
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
		Document: documentOf[c.Kind], Birth: hall.Date(c.Birth),
		From: hall.Date(c.From), Conflict: c.Conflict,
	}
	if !c.LongTerm {
		facts.Until = hall.Date(c.To)
	}
	return hall.CardRead{
		Person: hall.Person{Ref: who.ref, Last4: identity.Last4(c.Number)},
		Facts:  facts,
	}, who
}
