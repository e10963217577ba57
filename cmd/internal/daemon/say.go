package daemon

import (
	"context"
	"os"
	"time"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/devices/voice"
)

func (g *gear) addVoice(c config.Voice) error {
	opts := voice.Opts{
		Repeat: c.Repeat, Report: g.d.health.of("voice"),
		Volume: func() int { return g.volume(c, time.Now().In(g.d.cfg.Location)) },
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

// volume is how loud the voice is at a time: silent in quiet hours, when a call
// is only shown.
func (*gear) volume(c config.Voice, now time.Time) int {
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
		return 0
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
// want it heard, and in the log for whoever looks later.
func (g *gear) alert(e hall.Alert) {
	g.d.log.Warn("a door needs somebody", "door", string(e.Door), "text", e.Text)
	if g.voice == nil || !e.Spoken {
		return
	}
	if err := g.voice.SayText(context.Background(), e.Text); err != nil {
		g.d.log.Info("an alert can't be spoken", "door", string(e.Door), "err", err)
	}
}
