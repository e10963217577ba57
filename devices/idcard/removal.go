package idcard

import (
	"context"
	"errors"

	"halld/devices"
)

// stays asks the selected card for something small. One miss may be noise, two
// are a departure. Readers differ in what they know, so the probe falls back
// when it is not answered, or is refused in words that say nothing about the
// card; what they say about the module is for find to learn. Without a probe
// nothing is sure: reading again tells whether it is the same card.
func (w *watch) stays(ctx context.Context) (bool, error) {
	if !w.selected {
		return false, nil
	}
	for miss := 0; miss < 2 && w.probe != findCard; {
		a, err := w.dev.exchange(ctx, w.probe)
		switch {
		case err == nil && a.status.reaction() == goOn:
			w.sure = true
			return true, nil
		case err == nil:
			miss++
		case !answerable(err):
			return false, err
		default:
			w.fallBack(err)
			if w.sure && !isRefusal(err) {
				w.sure = false // it knew the probe, so it may be silent altogether
				return false, nil
			}
		}
	}
	return false, nil
}

// answerable tells whether err is the module's doing, and not the line's or the
// end of the context.
func answerable(err error) bool {
	return isRefusal(err) || errors.Is(err, devices.ErrNoAnswer) || errors.Is(err, errGarbled)
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*StatusError](err)
	return ok
}

// fallBack takes the next probe. A refusal or noise may be an accident, so it
// counts for this card only. Silence costs time with every card, so it counts
// until the reader is opened anew.
func (w *watch) fallBack(err error) {
	w.probe = w.probe.next()
	if errors.Is(err, devices.ErrNoAnswer) {
		w.first = w.probe
	}
}

// next is the probe to try behind c.
func (c command) next() command {
	if c == readMgmt {
		return readAddr
	}
	return findCard
}
