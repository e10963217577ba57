package idcard

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
)

// Whatever people, reader and wire do for a while: what is told makes a story
// (a card comes, leaves, and only then the next one comes), and when all is
// well again the next card is read.
func TestAnyStory(t *testing.T) {
	accidents := []wire.Accident{
		wire.Mute(), wire.Half(), wire.BadSum(), wire.Echo(), wire.Late(700 * time.Millisecond),
		wire.Before(0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00), wire.Inside(3, 0x00), wire.Trailing(0xAA, 0xAA, 0xAA),
	}
	statuses := []byte{0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x37, 0x3F, 0x40, 0x41, 0x47, 0x60, 0x66, 0x80, 0x81}
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 99), 1, 30).Draw(rt, "steps")
		continual := rapid.Bool().Draw(rt, "continual")
		synctest.Test(t, func(t *testing.T) {
			d := &desk{Reader: cardreader.New(cardreader.Opts{Continual: continual})}
			d.dev = New(&d.plug, Opts{})
			d.plug.insert(d.Reader)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- d.dev.Run(ctx, d.reading) }()
			for _, s := range steps {
				d.step(s, accidents, statuses)
			}
			d.plug.remove()
			d.Mend()
			d.Clear()
			d.Lift()
			d.plug.insert(d.Reader)
			time.Sleep(20 * time.Second)
			d.Lay(li)
			time.Sleep(time.Second)
			synctest.Wait()
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
			d.plug.remove()
			checkStory(t, d.told)
		})
	})
}

// step is one thing that happens: cards, commands, wire or cable.
func (d *desk) step(s int, accidents []wire.Accident, statuses []byte) {
	switch {
	case s < 20:
		d.Lay([]cardreader.Card{zhang, li}[s%2])
	case s < 35:
		d.Lift()
	case s < 60:
		d.Times(1+s%4, accidents[s%len(accidents)])
	case s < 80:
		d.Fail(cardreader.AnyCommand, statuses[s%len(statuses)], 1+s%5)
	case s < 83:
		d.plug.remove()
		time.Sleep(3 * time.Second)
		d.plug.insert(d.Reader)
	}
	time.Sleep(time.Duration(s*37%900) * time.Millisecond)
}

func checkStory(t *testing.T, told []string) {
	t.Helper()
	story := strings.Join(told, ", ")
	for i, event := range told {
		if after := i > 0 && told[i-1] != "removed"; after == (event != "removed") && i > 0 {
			t.Fatalf("event %d is %q in the story: %s", i, event, story)
		}
	}
	if len(told) == 0 || told[0] == "removed" || told[len(told)-1] != "read 李样本" {
		t.Fatalf("the last card was not read, or the first one left before it came: %s", story)
	}
}
