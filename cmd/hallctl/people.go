package main

import "github.com/spf13/cobra"

func (a *app) person() *cobra.Command {
	show := &cobra.Command{
		Use: "show [REF]", Short: "一位来访者；不写为最近刷证的人", Args: cobra.MaximumNArgs(1),
	}
	person := show.Flags().String("person", "last", personFlag.usage)
	show.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			*person = args[0]
		}
		answer, err := a.get(cmd.Context(), "persons/"+escape(*person))
		return say(a, cmd, answer, err, facts("person"))
	}
	list := []*cobra.Command{show}
	for _, v := range []verb{
		{
			use: "checkin", short: "录入证件登记取号（阅读器不能用时，核对证件原件；号码和姓名从终端或标准输入读，各一行）", say: "号码 {{.ticket}}",
			ask:   []question{{"number", "证件号码"}, {"name", "姓名"}},
			flags: []flag{{name: "service", usage: "服务的 key；不写为第一项"}, {name: "second", usage: "复核人工号（另一名工作人员看过原件）"}},
		},
		{
			use: "flag", short: "标记服务等级（困难帮扶）", say: "已标记",
			flags: []flag{personFlag, {name: "class", usage: "等级，1 起", kind: number}, reasonFlag, untilFlag},
		},
		{use: "confirm", short: "已核实可以在当地就业（境外或港澳台证件）", flags: []flag{personFlag}, say: "已核实"},
		{use: "unflag", short: "取消服务等级", flags: []flag{personFlag, reasonFlag}, say: "已取消"},
		{use: "block", short: "列入清出名单", flags: []flag{personFlag, reasonFlag, untilFlag}, say: "已列入"},
		{use: "unblock", short: "移出清出名单", flags: []flag{personFlag, reasonFlag}, say: "已移出"},
	} {
		list = append(list, v.command(a, "person"))
	}
	return group("person", "来访者", list...)
}

func (a *app) notice() *cobra.Command {
	return group("notice", "一次性告知",
		verb{
			use: "give", short: "出具一次性告知单", say: "一次性告知单 {{.notice}} 已开具",
			flags: []flag{personFlag, {name: "matter", usage: "事项"}, {name: "missing", usage: "所缺材料，逗号分隔", kind: list}, reasonFlag},
		}.command(a, "notice"),
		a.view("list", "今天的告知单", "notices", table("notice 编号", "matter 事项", "missing 所缺材料", "last4 证件尾号", "staff 经办", "at 时间", "repeat 再次告知原因")),
	)
}

func (a *app) training() *cobra.Command {
	course := flag{name: "course", usage: "课程"}
	return group("training", "培训签到",
		verb{use: "open", short: "开始签到：刷证签到，再刷签退", flags: []flag{course, {name: "trainer", usage: "讲师"}}, say: "已开始签到"}.command(a, "training"),
		verb{use: "close", short: "结束签到", flags: []flag{course}, say: "已结束签到"}.command(a, "training"),
		a.view("list", "培训签到情况", "trainings", table("course 课程", "trainer 讲师", "since 开始", "open 进行中", "present 在场", "finished 签退")),
	)
}

func (a *app) day() *cobra.Command {
	return group("day", "营业日",
		verb{use: "open", short: "开门营业", say: "已开门"}.command(a, "day"),
		verb{use: "close", short: "闭门：日终核对", flags: []flag{reasonFlag}, say: "已闭门"}.command(a, "day"),
		a.view("report", "日报", "day/report", facts("report")),
	)
}

// storage keeps a worker's own things for the day (寄存).
func (a *app) storage() *cobra.Command {
	return group("storage", "寄存",
		verb{
			use: "store", short: "寄存：开一扇空柜门", say: "寄存 {{.storage}} 柜门 {{.door}}",
			flags: []flag{personFlag, {name: "door", usage: "柜门；不写为由系统选"}, {name: "what", usage: "寄存什么"}},
		}.command(a, "storage"),
		verb{
			use: "fetch", short: "取回寄存物", say: "寄存 {{.storage}} 柜门 {{.door}}",
			flags: []flag{
				personFlag, {name: "storage", usage: "寄存单编号"}, {name: "by-hand", usage: "两人用钥匙打开，人工取出", kind: yes}, secondFlag, reasonFlag,
			},
		}.command(a, "storage"),
		a.view("list", "寄存中的物品", "storages", table("storage 编号", "door 柜门", "what 物品", "last4 证件尾号", "state:storage 状态", "since 时间")),
	)
}
