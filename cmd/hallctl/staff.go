package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"halld/cmd/internal/console"
)

func (a *app) staff() *cobra.Command {
	return group("staff", "工作人员", a.staffPin())
}

func (a *app) staffPin() *cobra.Command {
	cmd := &cobra.Command{
		Use: "pin ID", Short: "设置登录工作台的 PIN（从终端或标准输入读）", Args: cobra.ExactArgs(1),
	}
	clear := cmd.Flags().Bool("clear", false, "取消 PIN，不能再登录")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := console.PinRequest{Staff: args[0]}
		if !*clear {
			pin, err := readPin(cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			req.Pin = pin
		}
		answer, err := a.post(cmd.Context(), "staff/pin", req)
		return say(a, cmd, answer, err, template("工号 {{.staff}} 的 PIN 已{{if .set}}设置{{else}}取消{{end}}"))
	}
	return cmd
}

// readPin asks for a PIN twice without showing it; from a pipe it reads one line.
func readPin(in io.Reader, prompt io.Writer) (string, error) {
	r := bufio.NewReader(in)
	f, isFile := in.(*os.File)
	if !isFile || !terminal(f) {
		line, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		pin := strings.TrimSpace(line)
		return pin, console.CheckPin(pin)
	}
	show, err := hide(f)
	if err != nil {
		return "", err
	}
	defer show()
	var lines [2]string
	for i, ask := range []string{"PIN：", "再输一次："} {
		fmt.Fprint(prompt, ask)
		line, err := r.ReadString('\n')
		fmt.Fprintln(prompt)
		if err != nil {
			return "", errors.New("没有输入 PIN")
		}
		lines[i] = strings.TrimSpace(line)
	}
	if lines[0] != lines[1] {
		return "", errors.New("两次输入的 PIN 不一样")
	}
	return lines[0], console.CheckPin(lines[0])
}

// terminal reports whether a file is a terminal.
func terminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// hide switches a terminal's echo off until show is called.
func hide(f *os.File) (show func(), err error) {
	fd := int(f.Fd())
	old, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("switching the echo off: %w", err)
	}
	quiet := *old
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &quiet); err != nil {
		return nil, fmt.Errorf("switching the echo off: %w", err)
	}
	return func() { _ = unix.IoctlSetTermios(fd, unix.TCSETS, old) }, nil
}
