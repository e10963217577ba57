package daemon

import (
	"errors"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// errOutOfService answers everybody while the ledger cannot be written: nothing
// is promised that is not on disk.
var errOutOfService = errors.New("账本暂时写不进存储卡，停止受理。请检查存储卡，恢复后自动继续")

// service is whether the hall can write down what it decides. The loop owns it.
type service struct {
	stopped bool      // the ledger refused the last write
	again   time.Time // when it is tried next
	tell    func(why error)

	// lost stands for a card that was laid meanwhile: the last person is not the
	// one before any more, and whoever laid it has to lay it again.
	lost hall.Event
}

// tryEvery is how often a ledger that refused is tried.
const tryEvery = 3 * time.Second

// lose notes what an event that was not written down leaves to be done.
func (s *service) lose(ev hall.Event) {
	switch ev.(type) {
	case hall.CardRead, hall.CardTrouble:
		s.lost = hall.CardTrouble{Reason: hall.TroubleLost}
	}
}

// leaveService stops the hall's work: screens and devices tell so.
func (l *loop) leaveService(why error) {
	l.service.again = time.Now().Add(tryEvery)
	if l.service.stopped {
		return
	}
	l.service.stopped = true
	l.log.Error("the ledger can't be written; out of service", "err", why)
	l.service.tell(why)
	l.change()
}

// enterService begins it again, once the ledger has taken something.
func (l *loop) enterService() {
	if !l.service.stopped {
		return
	}
	l.service.stopped = false
	l.log.Info("the ledger can be written again")
	l.service.tell(nil)
	l.change()
}

// retry tries a ledger that refused: nobody may come until it works again.
func (l *loop) retry() {
	if !l.service.stopped || time.Now().Before(l.service.again) {
		return
	}
	if err := l.book.try(l.clock.now()); err != nil {
		l.leaveService(err)
		return
	}
	l.enterService()
}

// Faults of the ledger as a device. They can't be recorded while they last.
const (
	faultDiskFull    = "disk-full"
	faultNotWritable = "not-writable"
)

// ledgerFault names why the ledger refuses.
func ledgerFault(why error) string {
	if errors.Is(why, ledger.ErrFull) {
		return faultDiskFull
	}
	return faultNotWritable
}
