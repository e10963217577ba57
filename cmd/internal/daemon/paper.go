package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/slip"
	"halld/config"
	"halld/devices/printer"
)

// sheet is a slip laid out, on its way to the printer.
type sheet struct {
	job string
	doc printer.Doc
}

// press owns the printer. The rules let one slip at a time go to it.
type press struct {
	dev    *printer.Dev
	sheets chan sheet
	loop   *loop
	log    *slog.Logger
	answer func() // remembers that this printer answers
}

// charsets are the printer's fonts by the words of the configuration. GBK and the
// two-byte part of GB 18030 are laid out alike.
var charsets = map[string]printer.Charset{
	"gb2312": printer.GB2312, "gbk": printer.GB18030, "gb18030_2": printer.GB18030, "gb18030_4": printer.GB18030Four,
}

// answeredKey is where the ledger's side remembers that the printer answers.
const answeredKey = "printer.answers"

func (g *gear) addPrinter(c *config.Printer) error {
	port := withFlow(c.Port, c.Flow)
	line, err := g.wires.line(port)
	if err != nil {
		return err
	}
	profile, ok := printer.ProfileFor(c.Profile, c.Paper)
	if !ok {
		return fmt.Errorf("no profile %q for %s paper", c.Profile, c.Paper)
	}
	stated := c.Charset != ""
	if stated {
		profile.Charset = charsets[c.Charset]
	}
	if c.Dots > 0 {
		profile = profile.WithRow(c.Dots, c.Columns)
	}
	answered := g.d.recalls(answeredKey)
	dev := printer.New(line, printer.Opts{
		Profile: profile, Confirm: printer.Confirm(c.Confirm), Answered: answered, TrustCharset: stated,
		Baud: baud(port), Buffer: c.Buffer, StatusTimeout: c.StatusTimeout,
		Report: g.d.health.of(hall.PrinterName), Opened: g.d.health.learn(hall.PrinterName), Log: g.d.log,
	})
	g.wires.onChange(line, dev.Wake)
	g.press = &press{dev: dev, sheets: make(chan sheet, 1), loop: g.d.loop, log: g.d.log, answer: func() {
		if answered || !dev.Answers() {
			return
		}
		_, err := g.d.ledger.Append(nil, ledger.Put(ledger.Meta, answeredKey, []byte{1}))
		answered = err == nil
	}}
	g.task("printer", dev.Run)
	g.task("press", g.press.Run)
	g.part("printer", port, line, dev.Identify)
	return nil
}

// print lays a slip out, with the name that the vault still knows, and hands it to
// the press. One that can't be laid out waits for a decision of staff, who can tell the
// number; it must not keep its ticket from being called for ever.
func (g *gear) print(job hall.Job) {
	var who slip.Who
	if p, ok := g.d.vault.people[job.Slip.Person]; ok {
		who = slip.Who{Name: identity.MaskName(p.Name), Number: identity.MaskNumber(p.Number), Full: p.Name}
	}
	doc, err := slip.Render(g.house, job, who)
	if err != nil {
		g.d.log.Error("a slip could not be laid out", "job", job.ID, "err", err)
		g.d.health.words.put(hall.SlipResult{Job: job.ID, State: hall.JobUndecided})
		return
	}
	g.press.sheets <- sheet{job: job.ID, doc: doc} // has room: the one before is done
}

// stateOf is what a result of the driver means for a job.
var stateOf = map[printer.Result]hall.JobState{
	printer.Printed:     hall.JobPrinted,
	printer.Unconfirmed: hall.JobUnconfirmed,
	printer.NotSent:     hall.JobHeld,
	printer.Unknown:     hall.JobUnknown,
}

// finish bounds how long a slip that is on its way may hold up a stop.
const finish = 3 * time.Second

// Run prints the slips. One that is on its way when the hall stops is seen
// through; one that is not begun then waits for the next start.
func (p *press) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		select {
		case s := <-p.sheets:
			p.print(ctx, s)
		case <-ctx.Done():
		}
	}
	select {
	case s := <-p.sheets:
		through, cancel := linger(ctx, finish)
		defer cancel()
		p.tell(through, s.job, hall.JobHeld)
	default:
	}
	return nil
}

// print prints a slip and tells what became of it, also if the driver panics.
func (p *press) print(ctx context.Context, s sheet) {
	through, cancel := linger(ctx, finish)
	defer cancel()
	state := hall.JobUnknown
	defer func() {
		p.tell(through, s.job, state)
		if state == hall.JobHeld || state == hall.JobUnknown {
			p.goOn(ctx)
		}
	}()
	result, err := p.dev.Print(through, s.doc)
	if err != nil {
		p.log.Warn("a slip did not come out", "job", s.job, "result", string(result), "err", err)
	}
	state = stateOf[result]
	p.answer()
}

// tell records what became of a slip. Until that is on disk its number is not
// called, and no other slip is begun, so it is tried until it succeeds.
func (p *press) tell(ctx context.Context, job string, state hall.JobState) {
	err := insist(ctx, func() error {
		_, err := p.loop.Do(ctx, hall.SlipResult{Job: job, State: state})
		return err
	})
	if err != nil {
		p.log.Error("a slip's result was not recorded", "job", job, "state", string(state), "err", err)
	}
}

// goOn sends what waits for the printer if that is well again by the time that
// the rules hear what became of a slip: its own word on that may have come first.
func (p *press) goOn(ctx context.Context) {
	pause(ctx, insistAgain)
	if ctx.Err() == nil && p.dev.Ready() {
		_, _ = p.loop.Do(ctx, hall.PrinterReady{})
	}
}

// linger gives a context that outlives ctx by d.
func linger(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	through, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { pause(through, d); cancel() })
	return through, func() { stop(); cancel() }
}
