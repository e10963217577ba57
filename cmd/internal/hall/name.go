package hall

// Name is a word of the interface in the clerk's: of "tool" and "lost" it is
// 报损. What the word is said of tells those apart that are written alike, such as
// held of a number and of a slip. A word that is not known stays as it is.
func Name(of, word string) string {
	if name, known := names[of][word]; known {
		return name
	}
	return word
}

// names are the words by what they are said of.
var names = map[string]map[string]string{
	"kind":       words(kindName),
	"role":       words(roleName),
	"rental":     words(stateName),
	"tool":       words(toolStateName),
	"class":      words(className),
	"unit":       words(unitName),
	"action":     actionName,
	"result":     resultName,
	"correction": correctionName,
	"paper":      paperName,
	"ticket":     words(map[TicketState]string{Waiting: "等候", Called: "办理中", Held: "挂起", Ended: "已结束"}),
	"slip": words(map[JobState]string{
		JobQueued: "等候打印", JobSending: "正在打印", JobHeld: "待打印", JobPrinted: "已出纸", JobUnconfirmed: "已发送",
		JobUnknown: "可能只打了一半", JobUndecided: "断电时正在打印",
	}),
	"opening": words(map[OpState]string{
		OpQueued: "等候打开", OpOpening: "正在打开", OpOpen: "开着", OpShut: "已关", OpFailed: "没有打开", OpUnsent: "没有动作",
		OpUnknown: "是否打开不明", OpUndecided: "断电时正在打开",
	}),
	"purpose": words(map[Purpose]string{
		ForHandover: "出库", ForReturn: "归还", ForService: "检修", ForStore: "寄存", ForFetch: "取回寄存", ForClear: "清柜",
	}),
	"storage": {"opening": "正在存入", "stored": "在柜", "fetched": "已取回"},
	"refusal": {
		ReasonClock: "日期未核准", ReasonUnderage: "未满十六周岁", ReasonConflict: "证件信息不一致", ReasonEarly: "证件未到有效期",
		ReasonExpired: "证件过期", ReasonBlocked: "清出市场",
	},
	"confirm": {RightToWork: "可以在当地就业"},
}

// paperName are the titles of the papers, by template.
var paperName = map[string]string{
	"ticket": "取号单", "checkin": "登记回执", "refusal": "告知单", "notice": "一次性告知单",
	"rental": "工具租赁单", "deposit": "押金收据", "return": "归还检查单", "settlement": "结算退押单", "payment": "收付款凭证",
	"cash": "交接班单", "storage": "寄存单", "clear": "清柜单", "lifecycle": "工具审批单", "overdue": "超期催还单", "stock": "盘点表",
	"report": "日报", "register": "台账", "account": "工具单机核算单", "training": "培训签到表",
}

// words makes a vocabulary of names by a type of their own.
func words[K ~string](named map[K]string) map[string]string {
	list := make(map[string]string, len(named))
	for k, name := range named {
		list[string(k)] = name
	}
	return list
}
