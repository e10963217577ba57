// Command hallsim is a whole hall on one machine: the real daemon in front of
// emulated devices on pseudo-terminals, with a page where a visitor can swipe
// fictitious cards, pull cables and run out of paper. It is also the training
// mode for staff.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // so that the hall's zone is known everywhere

	"github.com/spf13/cobra"

	"halld/cmd/internal/daemon"
	"halld/cmd/internal/sim"
	"halld/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "hallsim:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	dir     string
	demo    bool // the data folder is the simulation's own and goes with it
	console string
	page    string
	crowd   time.Duration
	clerk   time.Duration
	verbose bool
}

func command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:           "hallsim",
		Short:         "一座不需要硬件的零工市场：演示、试验和培训",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o, cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", "", "数据目录；不写则用临时目录，结束时删除")
	f.StringVar(&o.console, "console", "127.0.0.1:8080", "大屏和工作台的地址")
	f.StringVar(&o.page, "page", "127.0.0.1:8081", "模拟页面的地址")
	f.DurationVar(&o.crowd, "crowd", 8*time.Second, "平均多久来一位零工；0 为没有人来")
	f.DurationVar(&o.clerk, "clerk", 10*time.Second, "窗口平均多久叫一个号；0 为由您来叫")
	f.BoolVar(&o.verbose, "verbose", false, "显示日志")
	cmd.AddCommand(fleetCommand())
	return cmd
}

// run runs the hall until ctx ends.
func run(ctx context.Context, o options, out io.Writer) error {
	o.demo = o.dir == ""
	if o.demo {
		dir, err := os.MkdirTemp("", "hallsim-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil { // hall.toml wants whole paths, or reads them from its own folder
		return err
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	s, err := build(o, out)
	if err != nil {
		return err
	}
	return s.run(ctx)
}

// simulation is everything that runs here.
type simulation struct {
	opts   options
	out    io.Writer
	log    *slog.Logger
	hw     *sim.Hall
	cfg    *config.Config
	county *countyEnd
	page   *page
	slips  *slips
}

func build(o options, out io.Writer) (*simulation, error) {
	log := slog.New(slog.DiscardHandler)
	if o.verbose {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s := &simulation{opts: o, out: out, log: log, slips: newSlips(out)}
	var err error
	if s.hw, err = sim.New(sim.Opts{Dir: o.dir, Windows: 2, Pins: true, Paced: true, OnTicket: s.slips.add}); err != nil {
		return nil, err
	}
	if s.county, err = openCounty(o.dir, log); err != nil {
		return nil, err
	}
	if s.page, err = newPage(o.page, s.hw, s.county.line, s.slips); err != nil {
		return nil, err
	}
	s.cfg, err = configure(o, s.hw, s.county)
	return s, err
}

// configure writes the hall.toml of this hall and reads it back as halld does.
func configure(o options, hw *sim.Hall, c *countyEnd) (*config.Config, error) {
	console, err := free(o.console)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(o.dir, "hall.toml")
	text := hw.Config(o.dir, console) + demoTypes + "\n[county]\n" + c.config()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return config.Load(path)
}

// run starts everything and waits for it to end.
func (s *simulation) run(ctx context.Context) error {
	hardware, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var back sync.WaitGroup
	defer back.Wait()
	defer stop()
	for _, c := range s.hw.Cables {
		back.Go(func() { s.report("cable", c.Run(hardware)) })
	}
	back.Go(func() { s.report("county", s.county.Run(hardware)) })
	var front sync.WaitGroup
	defer front.Wait()
	ready := func(web string) {
		s.furnish(ctx)
		s.welcome(web)
		front.Go(func() { s.report("page", s.page.Run(ctx, web, s.signIn())) })
		if s.opts.crowd > 0 {
			front.Go(func() { crowd(ctx, s.hw.Reader, s.opts.crowd) })
		}
		if s.opts.clerk > 0 {
			front.Go(func() { clerk(ctx, socket(s.cfg.Socket), s.opts.clerk) })
		}
	}
	return daemon.Run(ctx, s.cfg, daemon.Opts{Log: s.log, Version: "hallsim", Ready: ready})
}

func (s *simulation) report(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(s.out, "%s：%v\n", what, err)
	}
}

func (s *simulation) welcome(web string) {
	fmt.Fprintf(s.out, `零工市场模拟大厅已开门
  公共大屏  %s/
  工作台    %s/staff/   %s
  模拟页面  http://%s/   刷卡、缺纸、拔线、关柜门
  命令行    HALLCTL_SOCKET=%s go run ./cmd/hallctl queue
按 Ctrl-C 结束。

`, web, web, s.signIn(), s.page.Addr(), s.cfg.Socket)
}
