package daemon

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/devices/voice"
)

func (g *gear) addVoice(c config.Voice) error {
	opts := voice.Opts{
		Repeat: c.Repeat, Report: g.d.health.of("voice"),
		Volume: func() int { return volume(c, time.Now().In(g.d.cfg.Location)) },
	}
	switch c.Driver {
	case "clips":
		clips := voice.ClipOpts{Play: voice.Aplay(c.Output)}
		if c.Clips != "" {
			clips.Clips = os.DirFS(c.Clips)
		}
		g.voice = voice.New(voice.NewClips(clips), opts)
		g.part("voice", c.Output, nil, g.voice.Identify)
	case "syn6288":
		line, err := g.wires.line(c.Port)
		if err != nil {
			return err
		}
		g.voice = voice.New(voice.NewChip(line, voice.ChipOpts{}), opts)
		g.part("voice", c.Port, line, g.voice.Identify)
	default:
		return nil
	}
	g.task("voice", g.voice.Run)
	return nil
}

// volume is how loud the voice is at a time. At 0 a call is only shown.
func volume(c config.Voice, now time.Time) int {
	if c.QuietFrom == nil || c.QuietTo == nil {
		return c.Volume
	}
	from, to := int(*c.QuietFrom), int(*c.QuietTo)
	at := now.Hour()*60 + now.Minute()
	quiet := from <= at && at < to
	if to < from { // over midnight
		quiet = at >= from || at < to
	}
	if quiet {
		return c.QuietVolume
	}
	return c.Volume
}

// announce says a call: 请A012号到3号窗口.
func (g *gear) announce(e hall.Announce) {
	if g.voice == nil {
		return
	}
	if err := g.voice.Say(context.Background(), voice.Call{Ticket: e.Ticket, Window: e.Window}); err != nil {
		g.d.log.Warn("a call can't be spoken", "ticket", e.Ticket, "err", err)
	}
}

// alert tells what stands open or went wrong at a door: by voice where the rules
// want it heard, and in the log for whoever looks later. A door whose locker has
// a name that the voice lacks words for is some door.
func (g *gear) alert(e hall.Alert) {
	g.d.log.Warn("a door needs somebody", "door", string(e.Door), "text", e.Text)
	if g.voice == nil || !e.Spoken {
		return
	}
	ctx := context.Background()
	err := g.voice.SayText(ctx, e.Text)
	if errors.Is(err, voice.ErrUnspeakable) {
		err = g.voice.SayText(ctx, strings.Replace(e.Text, "柜门"+string(e.Door), "有柜门", 1))
	}
	if err != nil {
		g.d.log.Error("an alert can't be spoken", "door", string(e.Door), "err", err)
	}
}
