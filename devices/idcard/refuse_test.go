package idcard

import (
	"fmt"
	"testing"
	"time"

	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
)

// answers are silence, the codes of every table, and two of none.
var answers = []byte{
	cardreader.Silent, 0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x37, 0x3F, 0x40, 0x41, 0x47,
	0x50, 0x60, 0x61, 0x66, 0x80, 0x81, 0x90, 0x91, 0x9F, 0xFF,
}

// goes sees that the next card is read, whatever was told of the one before.
func (d *desk) goes(t *testing.T, c cardreader.Card, within time.Duration) {
	t.Helper()
	d.Lift()
	time.Sleep(within)
	d.mu.Lock()
	d.told = nil
	d.mu.Unlock()
	d.Lay(c)
	time.Sleep(within)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, told := range d.told {
		if told == "read "+c.Name {
			return
		}
	}
	t.Errorf("the next card is not read; told %q", d.told)
}

// Whatever a module answers for good to the question whether the card stays,
// the next card is read: the module's tables leave these answers open.
func TestAnyAnswerToTheProbes(t *testing.T) {
	for _, continual := range []bool{false, true} {
		for _, code := range answers {
			for _, cmds := range [][]cardreader.Command{
				{cardreader.ReadManagement}, {cardreader.ReadAddress}, {cardreader.ReadManagement, cardreader.ReadAddress},
			} {
				t.Run(fmt.Sprintf("%02X %X continual=%v", code, cmds, continual), func(t *testing.T) {
					atDesk(t, cardreader.Opts{Continual: continual}, func(t *testing.T, d *desk) {
						d.want(t, time.Second, "ok")
						d.Lay(zhang)
						d.want(t, 2*poll, "read 张样本")
						for _, cmd := range cmds {
							d.Fail(cmd, code, wire.Forever)
						}
						time.Sleep(10 * time.Second)
						d.goes(t, li, recheck+2*poll)
						d.goes(t, zhang, recheck+2*poll)
					})
				})
			}
		}
	}
}

// Every code at every step, a few times: the next good card is read.
func TestAnyAnswerAtAnyStep(t *testing.T) {
	for _, cmd := range []cardreader.Command{
		cardreader.ResetSAM, cardreader.StatusSAM, cardreader.ReadSAMID, cardreader.FindCard, cardreader.SelectCard,
		cardreader.ReadBase, cardreader.ReadManagement, cardreader.ReadAddress, cardreader.AnyCommand,
	} {
		for _, code := range answers {
			t.Run(fmt.Sprintf("%04X %02X", uint16(cmd), code), func(t *testing.T) {
				for _, times := range []int{1, 7} {
					atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
						d.Fail(cmd, code, times)
						time.Sleep(5 * time.Second)
						d.Lay(zhang)
						d.Fail(cmd, code, times)
						time.Sleep(30 * time.Second)
						d.Mend()
						d.goes(t, li, 10*time.Second)
					})
				}
			})
		}
	}
}

// A module that keeps its number to itself reads cards all the same.
func TestModuleWithoutANumber(t *testing.T) {
	for _, code := range answers {
		atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
			d.Fail(cardreader.ReadSAMID, code, wire.Forever)
			d.want(t, 5*time.Second, "ok")
			d.Lay(zhang)
			d.want(t, 2*poll, "read 张样本")
		})
	}
}
