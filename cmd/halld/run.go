package main

import (
	"os"
	"runtime/debug"

	sd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"halld/cmd/internal/daemon"
	"halld/config"
	bridge "halld/firmware-bridge"
)

func runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run the hall until SIGTERM or SIGINT",
		Args:  cobra.NoArgs,
	}
	path := configFlag(cmd)
	trace := traceFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path)
		if err != nil {
			return err
		}
		frugal()
		log := newLogger(*trace)
		for _, w := range cfg.Warnings {
			log.Warn("the configuration is unwise", "where", w.String())
		}
		opts := daemon.Opts{
			Log: log, Version: cmd.Root().Version,
			Ready: func(web string) {
				log.Info("the hall is ready", "hall", cfg.HallID(), "console", web)
				notify(sd.SdNotifyReady)
			},
			// A start that makes the ledger anew may take longer than the unit
			// waits; each word buys it another minute.
			Alive: func(status string) {
				notify("STATUS=" + status + "\n" + sd.SdNotifyWatchdog + "\nEXTEND_TIMEOUT_USEC=60000000")
			},
		}
		if *trace {
			opts.Trace = bridge.LogTrace(log)
		}
		return daemon.Run(cmd.Context(), cfg, opts)
	}
	return cmd
}

// frugal trades a little of the processor, which a hall hardly uses, for memory,
// of which a small Pi has 512 MB for the board's browser too. GOGC overrides it.
func frugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// notify tells systemd, if there is one.
func notify(state string) {
	_, _ = sd.SdNotify(false, state)
}
