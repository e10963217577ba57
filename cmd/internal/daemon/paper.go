package daemon

import (
	"context"
	"log/slog"
	"time"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// sheet is a slip laid out, on its way to the printer.
type sheet struct {
	job string
	doc printer.Doc
}

// press owns the printer.
type press struct {
	dev    *printer.Dev
	sheets *queue[sheet]
	loop   *loop
	log    *slog.Logger
	answer func() // remembers that this printer answers
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

// Run prints the slips in order. A slip that is on its way when the hall stops
// is seen through.
func (p *press) Run(ctx context.Context) error {
	for {
		s, ok := p.sheets.take(ctx)
		if !ok {
			return nil
		}
		p.print(ctx, s)
	}
}

func (p *press) print(ctx context.Context, s sheet) {
	through, cancel := linger(ctx, finish)
	defer cancel()
	result, err := p.dev.Print(through, s.doc)
	if err != nil {
		p.log.Warn("a slip did not come out", "job", s.job, "result", string(result), "err", err)
	}
	p.answer()
	if _, err := p.loop.Do(through, hall.SlipResult{Job: s.job, State: stateOf[result]}); err != nil {
		p.log.Error("a slip's result was not recorded", "job", s.job, "err", err)
	}
}

// linger gives a context that outlives ctx by d.
func linger(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	through, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { pause(through, d); cancel() })
	return through, func() { stop(); cancel() }
}
