// Command hallctl is the staff's and the installer's word to a running hall.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "hallctl:", oneLine(err))
		os.Exit(1)
	}
}

// oneLine is an error as scripts expect it.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// defaultSocket is where halld's unit puts its socket.
const defaultSocket = "/run/halld/halld.sock"

// app is what all verbs share: the way to the daemon and the form of answers.
type app struct {
	socket string
	json   bool
}

func root() *cobra.Command {
	a := &app{}
	cmd := &cobra.Command{
		Use:           "hallctl",
		Short:         "零工市场大厅命令行",
		Long:          "hallctl 通过本机套接字与 halld 通话。凡有变动的命令都要写 --staff，由规则决定谁可以办理。",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	socket := os.Getenv("HALLCTL_SOCKET")
	if socket == "" {
		socket = defaultSocket
	}
	cmd.PersistentFlags().StringVar(&a.socket, "socket", socket, "halld 的套接字（或用环境变量 HALLCTL_SOCKET）")
	cmd.PersistentFlags().BoolVar(&a.json, "json", false, "标准输出只有一个 JSON 文档，供程序使用")
	cmd.AddCommand(a.status(), a.queue())
	for _, v := range queueVerbs() {
		cmd.AddCommand(v.command(a, ""))
	}
	cmd.AddCommand(
		a.person(), a.tool(), a.rental(), a.door(), a.notice(), a.training(), a.day(), a.emergency(), a.window(), a.cash(), a.storage(),
		a.ledger(), a.print(), a.county(), a.staff(), a.clock(),
	)
	addHelpers(cmd)
	plainly(cmd)
	return cmd
}
