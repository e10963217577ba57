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

// look does what one poll is for: see that the card still lies there, or look
// for a new one and read it.
func (w *watch) look(ctx context.Context) error {
	if w.selected {
		stays, err := w.stays(ctx)
		if err != nil {
			return err
		}
		if stays {
			w.seen = time.Now()
			return nil
		}
		w.selected = false
		if w.sure {
			w.leave()
		}
	}
	found, err := w.find(ctx)
	if err != nil {
		return err
	}
	if !found {
		w.leave()
		return nil
	}
	return w.take(ctx)
}

// stays asks the selected card for something small. One miss may be noise, two
// are a departure. Readers differ in what they know, so the probe falls back
// when the reader refuses it, or has never answered it. Without a probe nothing
// is sure: find comes next, and reading again tells whether it is the same card.
func (w *watch) stays(ctx context.Context) (bool, error) {
	for miss := 0; miss < 2 && w.probe != findCard; {
		a, err := w.dev.exchange(ctx, w.probe)
		switch {
		case err != nil && w.unknown(err):
			w.fallBack(err)
		case err != nil:
			return false, err
		case a.status.reaction() == goOn:
			w.sure = true
			return true, nil
		default:
			miss++
		}
	}
	return false, nil
}

// unknown tells whether err means that the reader does not know the probe.
func (w *watch) unknown(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status == statusCommand || e.Status == statusForbidden || e.Status == statusUnknown
	}
	return !w.sure && errors.Is(err, devices.ErrNoAnswer)
}

// fallBack takes the next probe. A refusal costs little and may be an accident,
// so it counts for this card only; silence costs time, so it counts for good.
func (w *watch) fallBack(err error) {
	next := findCard
	if w.probe == readMgmt {
		next = readAddr
	}
	w.probe = next
	if errors.Is(err, devices.ErrNoAnswer) {
		w.first = next
	}
}

func (w *watch) find(ctx context.Context) (bool, error) {
	a, err := w.dev.exchange(ctx, findCard)
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
	if _, err := w.dev.exchange(ctx, selCard); err != nil && !isUnknown(err) {
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
	w.selected, w.sure = true, false
	card, err := decode(data)
	clear(data)
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
