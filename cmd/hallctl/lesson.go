package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"halld/cmd/internal/console"
	"halld/devices/locker"
)

// doorTest finds out, with somebody in front of the cabinet, how the contacts of
// a new cabinet are wired, and says what to write into hall.toml.
func (a *app) doorTest() *cobra.Command {
	cmd := &cobra.Command{
		Use: "test DOOR", Short: "新柜调试：开一扇门，查明触点极性和字节顺序", Args: cobra.ExactArgs(1),
	}
	staff := cmd.Flags().String("staff", "", staffFlag.usage)
	ready := cmd.Flags().Bool("yes", false, "不提问：门已关好，打开后不去动它")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t := test{a: a, ctx: cmd.Context(), in: bufio.NewReader(cmd.InOrStdin()), out: cmd.ErrOrStderr(), ready: *ready}
		found, err := t.run(args[0], *staff)
		if err != nil {
			return err
		}
		return tell(a, cmd, found, template(lessonText))
	}
	return cmd
}

const lessonText = `柜门 {{.door}} 打开时触点 {{.before}} → {{.after}}
请在 hall.toml 的 [[locker]] 写明：
  contact = "{{.contact}}"{{with .order}}
  order   = "{{.}}"{{end}}{{if .any_order}}
这扇门看不出 order（两种顺序下位置相同），请再测 1 到 8 号中的一扇{{end}}`

// test is one guided look at a door.
type test struct {
	a     *app
	ctx   context.Context
	in    *bufio.Reader
	out   io.Writer
	ready bool
}

// lesson is what a test found out.
type lesson struct {
	Door    string `json:"door"`
	Before  string `json:"before"`
	After   string `json:"after"`
	Contact string `json:"contact"`
	Order   string `json:"order,omitempty"` // of the status bytes, where boards differ
	// AnyOrder says that the door does not tell the orders apart.
	AnyOrder bool `json:"any_order,omitempty"`
}

func (t test) run(door, staff string) (lesson, error) {
	name, num, _ := strings.Cut(door, "/")
	n, err := strconv.Atoi(num)
	if err != nil || n < 1 {
		return lesson{}, fmt.Errorf("柜门要写成 柜名/门号，如 A/3")
	}
	if err := t.ask("请把“%s”柜的门全部关好，然后按回车", name); err != nil {
		return lesson{}, err
	}
	before, err := t.contacts(name)
	if err != nil {
		return lesson{}, err
	}
	if err := t.open(door, staff); err != nil {
		return lesson{}, err
	}
	if err := t.ask("%s 打开了吗？打开了就不要动它，按回车；没有打开按 Ctrl-C", door); err != nil {
		return lesson{}, err
	}
	after, err := t.contacts(name)
	if err != nil {
		return lesson{}, err
	}
	learned, err := locker.Learn(n, bits(before.Contacts), bits(after.Contacts), before.Order != "")
	if err != nil {
		return lesson{}, fmt.Errorf("触点 %s → %s：%w", before.Contacts, after.Contacts, miswired(err))
	}
	found := lesson{Door: door, Before: before.Contacts, After: after.Contacts, Contact: learned.Contact, AnyOrder: learned.AnyOrder}
	switch {
	case learned.AnyOrder:
	case learned.Swapped:
		found.Order = map[string]string{locker.HighFirst: locker.LowFirst, locker.LowFirst: locker.HighFirst}[before.Order]
	default:
		found.Order = before.Order
	}
	return found, nil
}

// open has the door opened. With the wrong polarity the hall can't see it open, so
// its word on that is no error here: a person looks.
func (t test) open(door, staff string) error {
	_, err := t.a.post(t.ctx, "door/open", map[string]any{"door": door, "staff": staff, "reason": "新柜调试"})
	var no *refused
	if asRefused(err, &no) && (no.code == "door-stuck" || no.code == "door-unknown") {
		return nil
	}
	return err
}

// miswired says in the installer's words which contacts changed.
func miswired(err error) error {
	var m *locker.Miswired
	if !errors.As(err, &m) {
		return err
	}
	if len(m.Changed) == 0 {
		return fmt.Errorf("打开 %d 号门后没有触点变化，请检查这扇门的反馈线", m.Door)
	}
	return fmt.Errorf("打开 %d 号门后变化的是 %s 号触点，请核对锁线和反馈线是否接错", m.Door, numbered(m.Changed))
}

func numbered(list []int) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = strconv.Itoa(n)
	}
	return strings.Join(names, "、")
}

// ask waits for somebody to press Enter.
func (t test) ask(format string, args ...any) error {
	if t.ready {
		return nil
	}
	fmt.Fprintf(t.out, format+" ", args...)
	switch _, err := readLine(t.ctx, t.in); {
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return errors.New("没有人回答，测试停止（无人值守请加 --yes）")
	}
	return nil
}

func (t test) contacts(name string) (c console.Contacts, err error) {
	answer, err := t.a.get(t.ctx, "contacts/"+escape(name))
	if err == nil {
		err = json.Unmarshal(answer, &c)
	}
	return c, err
}

// bits reads contacts as the interface writes them.
func bits(s string) []locker.Bit {
	list := make([]locker.Bit, len(s))
	for i, c := range s {
		for _, b := range []locker.Bit{locker.NoBit, locker.Apart, locker.Touches} {
			if b.String() == string(c) {
				list[i] = b
			}
		}
	}
	return list
}
