package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func adapterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "adapter NAME",
		Short: "print the udev rule that makes the USB adapter in a socket /dev/hall/NAME",
		Example: "  halld adapter reader >> /etc/udev/rules.d/61-hall.rules\n" +
			"  udevadm control --reload && udevadm trigger",
		Args: cobra.ExactArgs(1),
	}
	port := cmd.Flags().String("port", "", "the adapter, such as /dev/ttyUSB1; not needed while only one has no name")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] == "" || strings.ContainsAny(args[0], `/" `) {
			return fmt.Errorf("名字 %q 不对，请写 reader、printer、lockers、displays 这样的一个词", args[0])
		}
		list, err := adapters(os.DirFS("/"))
		if err != nil {
			return err
		}
		a, err := pick(list, *port)
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), a.rule(args[0]))
		return nil
	}
	return cmd
}

// adapter is a USB serial adapter as udev knows it.
type adapter struct {
	port   string // /dev/ttyUSB0
	socket string // that it is plugged into, udev's ID_PATH
	named  bool   // a rule has made it /dev/hall/…
}

// adapters finds the USB serial adapters of a machine in /sys and in udev's data.
func adapters(root fs.FS) (list []adapter, err error) {
	ports, err := fs.Glob(root, "sys/class/tty/tty[UA][SC][BM]*")
	if err != nil {
		return nil, err
	}
	for _, p := range ports {
		number, err := fs.ReadFile(root, path.Join(p, "dev"))
		if err != nil {
			return nil, fmt.Errorf("looking at %s: %w", p, err)
		}
		facts, err := fs.ReadFile(root, "run/udev/data/c"+strings.TrimSpace(string(number)))
		if err != nil {
			return nil, fmt.Errorf("asking udev about %s: %w", path.Base(p), err)
		}
		if a := known(path.Base(p), string(facts)); a.socket != "" {
			list = append(list, a)
		}
	}
	return list, nil
}

// known reads what udev's data say of a port: E: is a property, S: a link.
func known(port, facts string) adapter {
	a := adapter{port: "/dev/" + port}
	for line := range strings.Lines(facts) {
		line = strings.TrimSpace(line)
		a.named = a.named || strings.HasPrefix(line, "S:hall/")
		if socket, is := strings.CutPrefix(line, "E:ID_PATH="); is {
			a.socket = socket
		}
	}
	return a
}

// pick is the adapter at a port, or the only one that has no name yet.
func pick(list []adapter, port string) (adapter, error) {
	if port != "" {
		if i := slices.IndexFunc(list, func(a adapter) bool { return a.port == port }); i >= 0 {
			return list[i], nil
		}
		return adapter{}, fmt.Errorf("没有找到 USB 串口 %s，请检查是否插好", port)
	}
	list = slices.DeleteFunc(list, func(a adapter) bool { return a.named })
	var ports []string
	for _, a := range list {
		ports = append(ports, a.port)
	}
	switch len(list) {
	case 0:
		return adapter{}, errors.New("没有找到还没有名字的 USB 串口，请插上一只转换器再试")
	case 1:
		return list[0], nil
	}
	return adapter{}, fmt.Errorf("有 %d 只转换器还没有名字（%s），请用 --port 写明是哪一只", len(list), strings.Join(ports, "、"))
}

// rule makes whatever is in the adapter's socket /dev/hall/name: most adapters have
// no number of their own, and cheap ones all have the same.
func (a adapter) rule(name string) string {
	return fmt.Sprintf(`SUBSYSTEM=="tty", ENV{ID_PATH}==%q, SYMLINK+="hall/%s"`, a.socket, name)
}
