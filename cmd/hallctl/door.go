package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"halld/cmd/internal/console"
	"halld/devices/locker"
)

const doorTable = `柜门	状态	工具	寄存	开门次数	进行中	停用{{range .}}
{{.door}}	{{if .open}}开{{else}}关{{end}}	{{.tool}}	{{.storage}}	{{.cycles}}	{{with .op}}{{.}} {{end}}{{with .op_state}}{{word .}}{{end}}	{{.out_of_service}}{{end}}`

func (a *app) door() *cobra.Command {
	return group("door", "柜门",
		a.view("list", "全部柜门", "doors", template(doorTable)),
		verb{
			use: "open DOOR", short: "开一扇柜门（检修、取放），要写明原因", args: []string{"door"},
			flags: []flag{reasonFlag}, say: "柜门 {{.door}} 已打开",
		}.command(a, "door"),
		verb{
			use: "decide OP", short: "处理一次没有结果的开门", args: []string{"op"},
			say:   "已处理",
			flags: []flag{{name: "decision", usage: "查看后的结论：done 已完成，undone 未完成"}, reasonFlag},
		}.command(a, "door"),
		verb{
			use: "set DOOR", short: "停用或恢复一扇柜门", args: []string{"door"}, say: "已登记",
			flags: []flag{{name: "out", usage: "停用；不写为恢复", kind: yes}, reasonFlag},
		}.command(a, "door"),
		verb{
			use: "clear LOCKER", short: "清柜：打开整组或部分柜门，须两人在场", args: []string{"locker"}, say: "已打开，清单已打印",
			flags: []flag{flag{name: "door", usage: "只开这些门，逗号分隔", kind: list}.as("doors"), secondFlag, reasonFlag},
		}.command(a, "door"),
		a.view("undecided", "没有结果、等人查看的开门", "undecided", table("op 编号", "door 柜门", "purpose 用途", "about 单号", "tool 工具", "staff 经办", "state 状态")),
		a.doorTest(),
	)
}

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
		return tell(a, cmd, found, template("柜门 {{.door}} 打开时触点 {{.before}} → {{.after}}\n请在 hall.toml 的 [[locker]] 写明：\n  contact = \"{{.contact}}\"{{with .order}}\n  order   = \"{{.}}\"{{end}}"))
	}
	return cmd
}

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
	// With the wrong polarity the hall can't see the door open, so its word
	// on that is no error here: a person looks.
	_, opening := t.a.post(t.ctx, "door/open", map[string]any{"door": door, "staff": staff, "reason": "新柜调试"})
	var no *refused
	if opening != nil && (!asRefused(opening, &no) || !strings.HasPrefix(no.code, "door-")) {
		return lesson{}, opening
	}
	if err := t.ask("%s 打开了吗？打开了就不要动它，按回车；没有打开按 Ctrl-C", door); err != nil {
		return lesson{}, err
	}
	after, err := t.contacts(name)
	if err != nil {
		return lesson{}, err
	}
	learned, err := locker.Learn(n, bits(before.Contacts), bits(after.Contacts))
	if err != nil {
		return lesson{}, fmt.Errorf("触点变化不对，请检查接线：%s → %s：%w", before.Contacts, after.Contacts, err)
	}
	found := lesson{Door: door, Before: before.Contacts, After: after.Contacts, Contact: learned.Contact, Order: before.Order}
	if learned.Swapped {
		found.Order = map[string]string{locker.HighFirst: locker.LowFirst, locker.LowFirst: locker.HighFirst}[before.Order]
	}
	return found, nil
}

// ask waits for somebody to press Enter.
func (t test) ask(format string, args ...any) error {
	if t.ready {
		return nil
	}
	fmt.Fprintf(t.out, format+" ", args...)
	if _, err := t.in.ReadString('\n'); err != nil {
		return fmt.Errorf("没有人回答，测试停止（无人值守请加 --yes）")
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
