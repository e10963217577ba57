package slip

import (
	"encoding/json"
	"testing"

	"halld/cmd/internal/hall"
)

// house is a hall with everything that may stand on a slip.
func house(t testing.TB) House {
	t.Helper()
	logo, err := LoadLogo("testdata/logo.png")
	if err != nil {
		t.Fatal(err)
	}
	return House{
		Name: "平定县零工市场", Operator: "平定县公共就业服务中心", Office: "平定县零工市场办公室，东大街1号", Hotline: "0353-6060000", Complaints: "12333",
		Logo: logo, Code: ShortCode([]byte("a key for tests"), "140321-01"),
	}
}

var who = Who{Name: "张*", Number: "**************002X", Full: "张三"}

type object = map[string]any

const issued = "2026-01-05 09:31"

var motor hall.Fen = 46800

// samples are the slips of every template, the fullest that the rules make.
var samples = with(map[string]any{
	"ticket": numberFields{
		TicketSlip: hall.TicketSlip{Ticket: "A015", Service: "快速对接", Ahead: 3, Windows: []int{1, 2}, Issued: issued},
		From:       10, To: 15,
	},
	"checkin": hall.CheckinSlip{
		Kind: "求职", Rules: hall.RulesVersion, Ticket: "A015", Issued: issued,
		Women: []string{"矿山井下作业（《女职工劳动保护特别规定》）"}, Minors: []string{"矿山井下作业（《劳动法》第六十四条）"},
	},
	"refusal": hall.RefusalSlip{
		Reason: "按照《零工市场管理制度》第七条，零工市场不得为未满十六周岁的未成年人介绍就业",
		Advice: "如有疑问，请到服务窗口咨询或拨打服务热线", Issued: issued,
	},
	"notice": object{
		"notice": "G0105-002", "matter": "技能培训补贴申领", "staff": "03", "issued": issued,
		"items": []object{
			{"name": "本人社会保障卡复印件", "how": "到服务窗口免费复印"},
			{"name": "培训合格证书", "how": "向培训机构领取"},
		},
	},
	"cash": hall.CashSlip{
		CashHanded: hall.CashHanded{
			Handover: "J000012", Day: "2026-01-05", Since: "2026-01-04 18:05", Methods: map[string]hall.Fen{"现金": 128000, "微信": 1600},
			Sums:        hall.Sums{DepositIn: 145200, DepositOut: 20000, Kept: 4000, Rent: 6400, Compensation: 2000, Paid: 4400},
			FloatBefore: 20000, Expected: 148000, Counted: 147900, Difference: -100, Float: 20000, Amount: 127900,
			Staff: "01", Reason: "找零差错",
		},
		Closed: &hall.CashClosed{Handover: "J000012", Amount: 127900, Received: 127800, Difference: -100, Staff: "04", Reason: "少一元硬币"},
		Held:   122000, Deposits: []hall.HeldDeposit{{Rental: "R0105-001", Last4: "002X", Held: 32000}, {Rental: "R0105-004", Last4: "0017", Held: 90000}},
		More: 3, Issued: "2026-01-05 18:02",
	},
	"storage": hall.StorageSlip{Storage: "C0105-001", Last4: "002X", Door: "A/5", What: "工具包1个", Staff: "01", Issued: issued},
	"clear": hall.ClearSlip{
		LockerCleared: hall.LockerCleared{
			Locker: "A", Staff: "01", Second: "02", Reason: "锁柜检修",
			Doors: []hall.ClearDoor{
				{Door: "A/1"},
				{Door: "A/3", Tool: "T-0003", Name: "榔头", State: hall.ToolIn},
				{Door: "A/5", Storage: "C0105-001", Last4: "002X"},
				{Door: "A/12", Tool: "T-0007", Name: "电锤", State: hall.ToolReserved, Skipped: "上一次开门（O-000012）还没有结束"},
			},
		},
		Issued: issued,
	},
	"lifecycle": hall.LifecycleSlip{
		Request: "L000003", Action: "修复入库", Tool: "T-0007", Name: "电锤", Reason: "换电机，试机正常", Amount: &motor,
		Staff: "01", Second: "02", Result: "同意", Issued: issued,
	},
	"stock": hall.StockSlip{
		StockTaken: hall.StockTaken{
			Locker: "A", Expect: 12, Seen: 12, Staff: "01", Second: "02", Remarks: "T-0099标签待核",
			Differ: []hall.StockLine{{Tool: "T-0007", Name: "电锤", State: hall.ToolIn, What: "缺少"}, {Tool: "T-0099", What: "无此编号"}},
		},
		Issued: issued,
	},
	"register": hall.RegisterSlip{
		Name: "工具租赁台账", Period: "2026-01-01至2026-01-31", Page: 2, Pages: 2, Staff: "孙（04）", Issued: issued,
		Entries: []hall.ReportSection{
			{Title: "R0105-001", Rows: []hall.ReportRow{
				{Name: "工具编号", Value: "T-0007"},
				{Name: "工具名称", Value: "电锤（含钻头三支及手提箱）"},
				{Name: "证件尾号", Value: "002X"},
				{Name: "申请时间", Value: "2026-01-05 09:31"},
				{Name: "计价", Value: "8.00元/小时，日封顶40.00元，30分钟内免费"},
				{Name: "押金", Value: "300.00"},
				{Name: "检查结果", Value: "损坏"},
				{Name: "租赁费", Value: "64.00"},
				{Name: "扣款", Value: "300.00"},
				{Name: "状态", Value: "已结算"},
			}},
			{Title: "R0105-002", Rows: []hall.ReportRow{{Name: "工具编号", Value: "T-0003"}, {Name: "工具名称", Value: "榔头"}, {Name: "状态", Value: "已取消"}, {Name: "备注", Value: "不用了"}}},
		},
	},
	"account": hall.AccountSlip{
		AccountView: hall.AccountView{
			Tool: "T-0007", Name: "电锤（含钻头三支及手提箱）", State: "在库", Bought: "2025-01-06", Life: 36,
			Sums: hall.Sums{DepositIn: 1500000, DepositOut: 1376600, Kept: 93400, Rent: 64000, Compensation: 30000, Paid: 600, Repair: 46800, Purchase: 109500},
			Held: 30000, Owed: 0, Net: -62300, Wear: 36400, Book: 73100, Result: 10800, Uses: 50, Repairs: 2, OutHours: 312, IdleHours: 8424,
		},
		Price: "8.00元/小时，日封顶40.00元，30分钟内免费", Deposit: 30000, Place: "A/12", CheckBy: "2026-03-31", Staff: "孙（04）", Issued: issued,
	},
	"report": object{
		"day": "2026-01-05", "staff": "05", "issued": "2026-01-05 18:02",
		"sections": []object{
			{"title": "服务", "rows": []object{{"name": "登记", "value": "86人次"}, {"name": "发号", "value": "92个"}, {"name": "对接成功", "value": "31人"}}},
			{"title": "工具租赁", "rows": []object{{"name": "租赁收入", "value": "￥128.00"}, {"name": "在管押金", "value": "￥1220.00"}}},
			{"title": "设备", "rows": []object{{"name": "打印机缺纸", "value": "1次"}}},
		},
	},
	"training": object{
		"course": "砌筑工（初级）安全与技能", "session": "2026-01-05 14:00-16:00", "place": "培训室", "trainer": "讲师02", "issued": issued,
		"people": []object{{"last4": "002X"}, {"last4": "0017", "repeat": 2}, {"last4": "1234"}},
	},
}, rented())

// job is a slip of a template on its way to paper.
func job(t testing.TB, template string, data any) hall.Job {
	t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return hall.Job{ID: "S000142", Slip: hall.Slip{Template: template, Data: b}}
}
