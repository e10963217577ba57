package idcard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"halld/devices"
	"halld/devices/internal/loop"
)

// watch follows what lies on the reader. Run owns it.
type watch struct {
	dev  *Dev
	emit func(Reading)

	// probe is the command that sees whether a selected card stays: 30 05, else
	// 30 03, else find. Each card begins with first. sure says that the probe
	// has seen the card of now.
	probe    command
	first    command
	sure     bool
	selected bool
	checked  time.Time // when find was asked last

	// What was told last, until the card is seen to leave.
	told   bool
	number string // "" for a card that could not be read
	seen   time.Time
}

// watch looks at the reader at every poll until an error of line or module. A
// module that asks for a reset gets one, and one look to show that it helped.
// The card of before may still lie there, but that is not sure any more: the
// module may have lost its power, or be another one.
func (w *watch) watch(ctx context.Context) error {
	w.probe, w.first, w.sure = readMgmt, readMgmt, false
	for healing := false; ; {
		err := w.look(ctx)
		switch {
		case wantsReset(err) && !healing:
			if _, err := w.dev.exchange(ctx, resetSAM); err != nil {
				return err
			}
			w.sure, healing = false, true
			continue
		case err != nil:
			return err
		}
		healing = false
		w.dev.news.Tell(devices.OK, nil)
		loop.Sleep(ctx, w.dev.opts.Poll)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func wantsReset(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && e.Status.reaction() == resetIt
}

// recheck is how long the probe's word that the card stays is taken without
// asking find. A module may answer from its memory after the card has left; then
// find sees the next card. Where it finds a card only once it says "no card"
// here, which means nothing.
const recheck = 5 * time.Second

// look does what one poll is for: see that the card still lies there, or look
// for a new one and read it.
func (w *watch) look(ctx context.Context) error {
	stays, err := w.stays(ctx)
	switch {
	case err != nil:
		return err
	case stays && time.Since(w.checked) < recheck:
		w.seen = time.Now()
		return nil
	case !stays && w.selected && w.sure:
		w.leave()
	}
	found, err := w.find(ctx)
	if err != nil {
		return err
	}
	if !found && stays {
		w.seen = time.Now()
		return nil
	}
	w.selected = false
	if !found {
		w.leave()
		return nil
	}
	return w.take(ctx)
}

func (w *watch) find(ctx context.Context) (bool, error) {
	a, err := w.dev.exchange(ctx, findCard)
	w.checked = time.Now()
	return a.status == statusFound, err
}

// take reads the card that was found, three times at most: again from find;
// then, when find is silent about a card that was there, straight away, since
// it may still be selected; at last after a reset, which switches the field off
// and frees a card that hangs. A card already told as unreadable gets one try.
func (w *watch) take(ctx context.Context) error {
	tries := 3
	if w.told && w.number == "" {
		tries = 1
	}
	var why error
	for try := range tries {
		here, err := w.again(ctx, try)
		if err != nil {
			return err
		}
		if !here {
			why = ErrLifted
			break
		}
		data, refused, err := w.read(ctx)
		if err != nil {
			return err
		}
		if refused == nil {
			w.accept(data)
			return nil
		}
		why = refused
		if errors.Is(refused, ErrUnsupportedCard) {
			break
		}
	}
	w.refuse(why)
	return nil
}

// again makes ready for the try of that number and tells whether a card is
// there to be read.
func (w *watch) again(ctx context.Context, try int) (bool, error) {
	switch try {
	case 0:
		return true, nil
	case 1:
		_, err := w.find(ctx)
		return true, err
	default:
		if _, err := w.dev.exchange(ctx, resetSAM); err != nil {
			return false, err
		}
		return w.find(ctx)
	}
}

// read selects and reads. A refusal of the card comes back as refused, failure
// of line or module as err. Select's own failure is not the last word: a card
// that was selected before stays so.
func (w *watch) read(ctx context.Context) (data []byte, refused, err error) {
	if _, err := w.dev.exchange(ctx, selCard); err != nil && !isUnknown(err) && !errors.Is(err, errGarbled) {
		return nil, nil, err
	}
	a, err := w.dev.exchange(ctx, readBase)
	if err == nil && a.status.reaction() == readAgain {
		a, err = w.dev.exchange(ctx, readBase)
	}
	switch {
	case isUnknown(err):
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err), nil
	case err != nil:
		return nil, nil, err
	case a.status == statusOK:
		return a.data, nil, nil
	case a.status.reaction() == otherCard:
		return nil, fmt.Errorf("%w: %w", ErrUnsupportedCard, refusal(readBase, a)), nil
	default:
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, refusal(readBase, a)), nil
	}
}

// isUnknown tells whether the module gave up with 24. While a card is read that
// is the card's failure rather than the module's.
func isUnknown(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && e.Status == statusUnknown
}

// accept tells of a card whose data came, unless it is the one that lay there.
// The data, photo and all, are wiped before anybody else can see them.
func (w *watch) accept(data []byte) {
	probed := w.sure
	w.selected, w.sure = true, false
	card, err := decode(data)
	clear(data)
	if probed && w.told && w.number != card.Number { // it vouched for a card that was gone
		w.first = w.probe.next()
	}
	if err != nil {
		w.refuse(err)
		return
	}
	same := w.told && w.number == card.Number && time.Since(w.seen) < w.dev.opts.Debounce
	w.seen = time.Now()
	if same {
		return
	}
	w.leave()
	w.told, w.number = true, card.Number
	w.emit(Reading{Event: CardRead, Card: &card})
}

func decode(data []byte) (Card, error) {
	text, err := cutText(data)
	if err != nil {
		return Card{}, err
	}
	return parseCard(text)
}

// refuse tells of a card that is no use, once while it stays.
func (w *watch) refuse(why error) {
	if w.told && w.number == "" {
		return
	}
	w.leave()
	w.told = true
	w.emit(Reading{Event: CardUnreadable, Err: why})
}

// leave tells that the card of which something was told is gone.
func (w *watch) leave() {
	if w.told {
		w.emit(Reading{Event: CardRemoved})
	}
	w.told, w.number = false, ""
	w.probe = w.first
}
