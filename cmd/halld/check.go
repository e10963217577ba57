package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"halld/cmd/internal/daemon"
	"halld/config"
)

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check the configuration, and with --devices talk to every device",
		Args:  cobra.NoArgs,
	}
	path := configFlag(cmd)
	devices := cmd.Flags().Bool("devices", false, "ask each device who it is; nothing moves and nothing is printed")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		for _, w := range cfg.Warnings {
			fmt.Fprintln(out, w)
		}
		if err := daemon.Check(cfg); err != nil {
			return config.Problems{{File: *path, Text: err.Error()}}
		}
		if !*devices {
			fmt.Fprintf(out, "%s：配置正确（已查：语法、取值、相互关系；未查设备，可加 --devices）\n", *path)
			return nil
		}
		return checkDevices(cmd, cfg, *path)
	}
	return cmd
}

// checkDevices lists what every device answered.
func checkDevices(cmd *cobra.Command, cfg *config.Config, path string) error {
	var bad config.Problems
	for _, f := range daemon.Identify(cmd.Context(), cfg, newLogger()) {
		if f.Err != nil {
			fmt.Fprintf(cmd.OutOrStdout(), "✗ %s（%s）：%v\n", f.Device, f.Port, f.Err)
			bad = append(bad, config.Problem{File: path, Key: f.Device, Text: f.Err.Error(), Fix: "检查电源、接线、端口和波特率（" + f.Port + "）"})
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "✓ %s（%s）：%s\n", f.Device, f.Port, f.Answer)
	}
	if len(bad) > 0 {
		return bad
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s：配置正确，设备全部应答（已查：语法、取值、相互关系、设备）\n", path)
	return nil
}
