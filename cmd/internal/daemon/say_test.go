package daemon

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/devices/voice"
)

// speaking is a hall that speaks with the built-in clips; plays counts what was
// played.
func speaking(t *testing.T) (g *gear, plays *atomic.Int32) {
	t.Helper()
	plays = new(atomic.Int32)
	player := func(context.Context, []byte) error { plays.Add(1); return nil }
	g = &gear{d: &Daemon{log: slog.New(slog.NewTextHandler(t.Output(), nil))}}
	g.voice = voice.New(voice.NewClips(voice.ClipOpts{Play: player}), voice.Opts{Repeat: 1})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.voice.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return g, plays
}

// spokenAlerts are the sentences that the rules want heard of a door: one that
// stands open.
func spokenAlerts(t *testing.T, door hall.DoorID, locker string) (list []hall.Alert) {
	t.Helper()
	h := hall.New(hall.Config{
		Lockers: map[string]int{locker: 24}, Rental: hall.RentalRules{AjarAfter: time.Minute},
	})
	at := hall.Stamp{Time: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), Trusted: true, Boot: "b"}
	for _, ev := range []hall.Event{hall.DoorSeen{Door: door, State: hall.DoorOpen}, hall.Tick{}, hall.Tick{}} {
		out, err := h.Handle(at, ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out.Data {
			h.Apply(hall.Record{At: at, Data: d})
		}
		for _, e := range out.Effects {
			if a, ok := e.(hall.Alert); ok && a.Spoken {
				list = append(list, a)
			}
		}
		at.Time, at.Uptime = at.Time.Add(time.Minute), at.Uptime+time.Minute
	}
	return list
}

// Every sentence that the hall speaks has its clips, or another that says nearly
// as much.
func TestEverythingSpokenIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plays := speaking(t)
		heard := func(what string, speak func()) {
			t.Helper()
			plays.Store(0)
			speak()
			time.Sleep(time.Second)
			if plays.Load() != 1 {
				t.Errorf("%s is not heard", what)
			}
		}
		for _, locker := range []string{"A", "z", "B2", "东区"} {
			alerts := spokenAlerts(t, hall.Door(locker, 12), locker)
			if len(alerts) == 0 {
				t.Fatal("a door that stands open is told to nobody")
			}
			for _, a := range alerts {
				heard(a.Text, func() { g.alert(a) })
			}
		}
		for letter := 'A'; letter <= 'Z'; letter++ {
			call := hall.Announce{Ticket: fmt.Sprintf("%c037", letter), Window: 1 + int(letter-'A')*98/25}
			heard(call.Ticket, func() { g.announce(call) })
		}
	})
}

// spokenAlerts knows every place in the rules that wants something heard.
func TestSpokenAlertsAreKnown(t *testing.T) {
	notTest := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	pkgs, err := parser.ParseDir(token.NewFileSet(), "../hall", notTest, 0) //nolint:staticcheck // no types are needed
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(pkgs["hall"], func(node ast.Node) bool {
		if pair, ok := node.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Spoken" {
				n++
			}
		}
		return true
	})
	if n != 1 {
		t.Errorf("the rules have %d places that want something heard, and this test hears 1: let spokenAlerts make them all", n)
	}
}

func TestVolumeByTheHour(t *testing.T) {
	from, to := config.TimeOfDay(12*60), config.TimeOfDay(14*60)
	night, morning := config.TimeOfDay(22*60), config.TimeOfDay(6*60)
	for _, tt := range []struct {
		name string
		c    config.Voice
		at   string
		want int
	}{
		{"no quiet hours", config.Voice{Volume: 80}, "13:00", 80},
		{"before", config.Voice{Volume: 80, QuietFrom: &from, QuietTo: &to}, "11:59", 80},
		{"silent", config.Voice{Volume: 80, QuietFrom: &from, QuietTo: &to}, "12:00", 0},
		{"quieter", config.Voice{Volume: 80, QuietFrom: &from, QuietTo: &to, QuietVolume: 30}, "13:59", 30},
		{"behind", config.Voice{Volume: 80, QuietFrom: &from, QuietTo: &to, QuietVolume: 30}, "14:00", 80},
		{"over midnight", config.Voice{Volume: 80, QuietFrom: &night, QuietTo: &morning, QuietVolume: 20}, "02:00", 20},
		{"day", config.Voice{Volume: 80, QuietFrom: &night, QuietTo: &morning, QuietVolume: 20}, "06:00", 80},
	} {
		at, err := time.Parse("15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := volume(tt.c, at); got != tt.want {
			t.Errorf("%s: %d at %s, want %d", tt.name, got, tt.at, tt.want)
		}
	}
}
