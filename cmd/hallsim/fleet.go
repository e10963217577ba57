package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"halld/cmd/internal/county"
)

// fleetOptions are the flags of hallsim fleet.
type fleetOptions struct {
	link    county.Link
	halls   int
	rate    float64
	backlog int
	length  time.Duration
	ramp    time.Duration
	drain   time.Duration
	json    bool
}

func fleetCommand() *cobra.Command {
	var o fleetOptions
	cmd := &cobra.Command{
		Use:   "fleet --broker URL",
		Short: "很多座大厅同时上报，用来试县级的服务器",
		Long: `fleet reports for many halls at once, by the very code that a hall reports
with, from ledgers in memory. It ends when the time is over and the county has
acknowledged everything, and fails if the county does not.`,
		Example: `  countyd --broker tcp://127.0.0.1:1883 --store county.db &
  hallsim fleet --broker tcp://127.0.0.1:1883 --halls 1000 --rate 0.1 --for 2m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return newFleet(o).run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.link.Brokers, "broker", nil, "broker, as tcp://HOST:1883 or tls://HOST:8883")
	f.StringVar(&o.link.CA, "ca", "", "PEM file of the authority that signed the broker's certificate")
	f.StringVar(&o.link.Cert, "cert", "", "PEM file of a certificate that may speak for every hall")
	f.StringVar(&o.link.Key, "key", "", "PEM file of its key")
	f.IntVar(&o.halls, "halls", 100, "how many halls; their ids are 990000-0001 and so on")
	f.Float64Var(&o.rate, "rate", 0.1, "records a second of each hall")
	f.IntVar(&o.backlog, "backlog", 0, "records that each hall begins with")
	f.DurationVar(&o.length, "for", time.Minute, "how long the halls record; 0 reports the backlog alone")
	f.DurationVar(&o.ramp, "ramp", 5*time.Second, "over how long the halls connect")
	f.DurationVar(&o.drain, "drain", 5*time.Minute, "how long the county may take for what is left at the end")
	f.BoolVar(&o.json, "json", false, "the figures as one JSON document")
	return cmd
}

func (o fleetOptions) check() error {
	switch {
	case len(o.link.Brokers) == 0:
		return errors.New("no --broker is given")
	case o.halls < 1 || o.halls > 9999:
		return fmt.Errorf("--halls is %d and not 1 to 9999", o.halls)
	case o.rate < 0 || o.backlog < 0 || o.length < 0 || o.ramp < 0:
		return errors.New("--rate, --backlog, --for and --ramp can't be negative")
	}
	return nil
}

// figures are what came of a fleet.
type figures struct {
	Halls       int     `json:"halls"`
	Connected   int     `json:"connected"`
	Recorded    uint64  `json:"recorded"`
	Confirmed   uint64  `json:"confirmed"`
	Silent      int     `json:"silent"`  // halls that hear nothing from the county now
	Seconds     float64 `json:"seconds"` // from the first hall's start to this
	PerSecond   float64 `json:"confirmed_per_second"`
	ResidentKiB uint64  `json:"resident_kib"` // of hallsim
}

func (f figures) String() string {
	return fmt.Sprintf("%6.1f 秒：%d 座大厅，在线 %d，记录 %d，已入库 %d（每秒 %.0f），无回执 %d",
		f.Seconds, f.Halls, f.Connected, f.Recorded, f.Confirmed, f.PerSecond, f.Silent)
}

// fleet is many halls.
type fleet struct {
	opts      fleetOptions
	ledgers   []*lightLedger
	reporters []*county.Reporter
	began     time.Time
}

func newFleet(o fleetOptions) *fleet {
	f := &fleet{opts: o}
	for i := range o.halls {
		hall := fmt.Sprintf("990000-%04d", i+1)
		link := o.link
		link.ClientID = hall
		l := newLightLedger(hall)
		f.ledgers = append(f.ledgers, l)
		f.reporters = append(f.reporters, county.New(county.Opts{
			Hall: hall, Link: link, Ledger: l, Inbox: forgetful{}, Version: "fleet", Boot: "fleet", Started: time.Now(),
		}))
	}
	return f
}

// run runs the halls until their time is over and all is confirmed, or ctx ends.
func (f *fleet) run(ctx context.Context, out io.Writer) error {
	for _, l := range f.ledgers {
		if f.opts.backlog > 0 {
			if err := l.add(f.opts.backlog); err != nil {
				return err
			}
		}
	}
	f.began = time.Now()
	ctx, stop := context.WithCancel(ctx)
	var halls sync.WaitGroup
	defer halls.Wait()
	defer stop()
	recording, over := context.WithTimeout(ctx, f.opts.length)
	defer over()
	for i := range f.ledgers {
		halls.Go(func() {
			wait(ctx, time.Duration(rand.Float64()*float64(f.opts.ramp)))
			_ = f.reporters[i].Run(ctx) // returns nil
		})
		halls.Go(func() { f.record(recording, f.ledgers[i]) })
	}
	if !f.opts.json {
		halls.Go(func() { f.tell(ctx, out) })
	}
	<-recording.Done()
	end, err := f.drained(ctx)
	if f.opts.json {
		return errors.Join(err, json.NewEncoder(out).Encode(end))
	}
	fmt.Fprintln(out, end)
	return err
}

// record lets things happen in a hall at the fleet's rate.
func (f *fleet) record(ctx context.Context, l *lightLedger) {
	if f.opts.rate == 0 {
		return
	}
	mean := float64(time.Second) / f.opts.rate
	pause := rand.Float64() * mean
	for ; wait(ctx, time.Duration(pause)); pause = rand.ExpFloat64() * mean {
		_ = l.add(1) // what turn makes is always a record
	}
}

// drained waits for the county to acknowledge everything.
func (f *fleet) drained(ctx context.Context) (figures, error) {
	limit, stop := context.WithTimeout(ctx, f.opts.drain)
	defer stop()
	for {
		now := f.look()
		switch {
		case now.Confirmed == now.Recorded:
			return now, nil
		case ctx.Err() != nil:
			return now, nil
		case limit.Err() != nil:
			return now, fmt.Errorf("%d records are not acknowledged %v after the end", now.Recorded-now.Confirmed, f.opts.drain)
		}
		wait(limit, 20*time.Millisecond)
	}
}

// tell shows how it goes, every few seconds.
func (f *fleet) tell(ctx context.Context, out io.Writer) {
	for wait(ctx, 5*time.Second) {
		fmt.Fprintln(out, f.look())
	}
}

func (f *fleet) look() figures {
	now := figures{Halls: len(f.ledgers), Seconds: time.Since(f.began).Seconds(), ResidentKiB: resident()}
	for i, l := range f.ledgers {
		last, _ := l.Head()
		now.Recorded += last
		now.Confirmed += last - l.UnconfirmedCount()
		s := f.reporters[i].Status()
		if s.Connected {
			now.Connected++
		}
		if s.Silent {
			now.Silent++
		}
	}
	now.PerSecond = float64(now.Confirmed) / now.Seconds
	return now
}

// resident is this process's resident memory in KiB.
func resident() (kib uint64) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscan(rest, &kib)
		}
	}
	return kib
}
