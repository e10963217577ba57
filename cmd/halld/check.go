package main

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/spf13/cobra"

	"halld/cmd/internal/daemon"
	"halld/config"
	bridge "halld/firmware-bridge"
)

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check the configuration, and with --devices talk to every device",
		Args:  cobra.NoArgs,
	}
	path := configFlag(cmd)
	devices := cmd.Flags().Bool("devices", false, "ask each device who it is; nothing moves and nothing is printed")
	trace := traceFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out := cmd.OutOrStdout()
		cfg, err := config.Load(*path)
		if err != nil {
			return counted(out, *path, err, looked)
		}
		for _, w := range cfg.Warnings {
			fmt.Fprintf(out, "提示：%v\n", w)
		}
		if err := daemon.Check(cfg); err != nil {
			return counted(out, *path, err, looked)
		}
		if !*devices {
			fmt.Fprintf(out, "%s：配置正确（%s，可加 --devices）\n", *path, looked)
			return nil
		}
		if err := idle(cfg); err != nil {
			return counted(out, *path, err, looked)
		}
		opts := daemon.Opts{Log: newLogger(false)}
		if *trace {
			opts.Trace = bridge.WriteTrace(cmd.ErrOrStderr())
		}
		findings, err := daemon.Identify(cmd.Context(), cfg, opts)
		if err != nil {
			return err
		}
		return report(out, cfg, *path, findings)
	}
	return cmd
}

// looked is how deep a check without devices looks.
const looked = "已查：语法、取值、相互关系；未查设备"

// counted says of a check that found something how much that is, and how deep it
// looked.
func counted(out io.Writer, path string, err error, looked string) error {
	var bad config.Problems
	if errors.As(err, &bad) {
		fmt.Fprintf(out, "%s：有 %d 处问题（%s）\n", path, len(bad), looked)
	}
	return err
}

// idle reports whether no daemon holds the devices, which would else all seem to
// be without a cable.
func idle(cfg *config.Config) error {
	c, err := net.Dial("unix", cfg.Socket)
	if err != nil {
		return nil //nolint:nilerr // nobody is there
	}
	_ = c.Close()
	return config.Problems{cfg.Problem("socket", "halld 正在运行，设备由它占用，不能另外试", "先停 halld（systemctl stop halld）再查；设备现状看 hallctl status")}
}

// report prints a line for each device and what that comes to. Its error is all
// that is wrong.
func report(out io.Writer, cfg *config.Config, path string, findings []daemon.Finding) error {
	var bad config.Problems
	answered, silent := 0, 0
	for _, f := range findings {
		problem, wrong := f.Problem(cfg)
		switch {
		case wrong:
			fmt.Fprintf(out, "✗ %s（%s）：%s\n", f.Device, f.Port, problem.Text)
			bad = append(bad, problem)
		case f.Err != nil:
			silent++
			fmt.Fprintf(out, "？ %s（%s）：不能应答，未核实（%v）\n", f.Device, f.Port, f.Err)
		default:
			answered++
			fmt.Fprintf(out, "✓ %s（%s）：%s\n", f.Device, f.Port, f.Answer)
		}
	}
	switch {
	case len(bad) > 0:
		return counted(out, path, bad, "已查：语法、取值、相互关系、设备")
	case len(findings) == 0:
		fmt.Fprintf(out, "%s：配置正确，没有配置任何设备（已查：语法、取值、相互关系）\n", path)
	case silent > 0:
		fmt.Fprintf(out, "%s：配置正确，%d 台设备应答，%d 台不能应答、未核实；请叫一个号，看它显示、听它出声（已查：语法、取值、相互关系、能应答的设备）\n", path, answered, silent)
	default:
		fmt.Fprintf(out, "%s：配置正确，%d 台设备全部应答（已查：语法、取值、相互关系、设备）\n", path, answered)
	}
	return nil
}
