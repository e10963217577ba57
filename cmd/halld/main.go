// Command halld is the daemon of a hall: see halld help.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a Pi image may lack the zone files

	"github.com/spf13/cobra"

	"halld/config"
)

// exitConfig tells systemd that restarting will not help.
const exitConfig = 2

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(exitCode(root().ExecuteContext(ctx)))
}

// exitCode maps an error to what the shell and systemd see, after printing it.
func exitCode(err error) int {
	var problems config.Problems
	switch {
	case err == nil:
		return 0
	case errors.As(err, &problems):
		fmt.Fprintln(os.Stderr, problems)
		return exitConfig
	default:
		fmt.Fprintln(os.Stderr, "halld:", err)
		return 1
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "halld",
		Short:         "零工市场大厅控制器",
		Long:          "halld runs the card reader, the printer, the displays and the lockers of a 零工市场,\nkeeps its ledger and reports to the county.",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(runCommand(), checkCommand(), adapterCommand())
	return cmd
}

// configFlag is the flag that both commands have.
func configFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("config", "/etc/halld/hall.toml", "configuration file")
}

// traceFlag is the other flag that both have.
func traceFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("trace", false, "show what runs on every line: lock boards and displays byte by byte, of cards and slips only what names nobody")
}

// version is the version of the module that this binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// newLogger writes to stderr, which systemd keeps; the journal adds the time.
func newLogger(debug bool) *slog.Logger {
	opts := &slog.HandlerOptions{}
	if debug {
		opts.Level = slog.LevelDebug
	}
	if os.Getenv("JOURNAL_STREAM") != "" {
		opts.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts))
}
