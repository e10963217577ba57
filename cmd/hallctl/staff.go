package main

import (
	"bufio"
	"encoding/json"
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
	return group("staff", "工作人员", a.staffPin(), a.staffCard())
}

const cardLine = "工号 {{.staff}} 的证件已{{if .set}}登记，可以刷证登录工作台{{else}}取消{{end}}"

func (a *app) staffCard() *cobra.Command {
	cmd := &cobra.Command{
		Use: "card ID", Short: "登记刷证登录工作台的证件：把它放到读卡器上", Args: cobra.ExactArgs(1),
	}
	clear := cmd.Flags().Bool("clear", false, "取消登记")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := console.CardRequest{Staff: args[0]}
		if !*clear {
			card, err := a.nextCard(cmd)
			if err != nil {
				return err
			}
			req.Card = card
		}
		answer, err := a.post(cmd.Context(), "staff/card", req)
		return say(a, cmd, answer, err, template(cardLine))
	}
	return cmd
}

// nextCard waits for a card on the hall's reader. At a terminal somebody says
// whether it is the right one, since a visitor may have been faster.
func (a *app) nextCard(cmd *cobra.Command) (ref string, err error) {
	fmt.Fprintln(cmd.ErrOrStderr(), "请在30秒内把本人证件放到读卡器上……")
	answer, err := a.post(cmd.Context(), "staff/card/read", struct{}{})
	if err != nil {
		return "", err
	}
	var c console.CardRead
	if err := json.Unmarshal(answer, &c); err != nil {
		return "", err
	}
	in := cmd.InOrStdin()
	if f, isFile := in.(*os.File); !isFile || !terminal(f) {
		return c.Card, nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "读到尾号 %s 的证件，是本人的吗？（y/n）", c.Last4)
	line, err := readLine(cmd.Context(), bufio.NewReader(in))
	if word := strings.ToLower(strings.TrimSpace(line)); err != nil || word != "y" {
		return "", errors.New("没有登记")
	}
	return c.Card, nil
}

func (a *app) staffPin() *cobra.Command {
	cmd := &cobra.Command{
		Use: "pin ID", Short: "设置登录工作台的 PIN（从终端或标准输入读）", Args: cobra.ExactArgs(1),
	}
	clear := cmd.Flags().Bool("clear", false, "取消 PIN，不能再登录")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := console.PinRequest{Staff: args[0]}
		if !*clear {
			pin, err := readPin(cmd)
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
func readPin(cmd *cobra.Command) (string, error) {
	ctx, in, prompt := cmd.Context(), cmd.InOrStdin(), cmd.ErrOrStderr()
	r := bufio.NewReader(in)
	f, isFile := in.(*os.File)
	if !isFile || !terminal(f) {
		line, err := readLine(ctx, r)
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
		line, err := readLine(ctx, r)
		fmt.Fprintln(prompt)
		switch {
		case errors.Is(err, errInterrupted):
			return "", err
		case err != nil:
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
