package hall

// kindName are the kinds of records in the clerk's words.
var kindName = map[Kind]string{
	"hall.opened": "开门", "hall.closed": "闭门", "hall.restarted": "重新启动", "clock.confirmed": "核准日期",
	"checkin.recorded": "登记", "checkin.refused": "不予介绍", "checkin.failed": "证件未登记",
	"ticket.issued": "取号", "ticket.called": "叫号", "ticket.held": "挂起", "ticket.transferred": "转移", "ticket.ended": "结束",
	"rental.requested": "申请", "rental.approved": "审批", "rental.refused": "拒绝", "rental.drawn": "打印待签单", "rental.signed": "签字", "rental.deposited": "已收押金",
	"rental.out": "出库", "rental.returned": "归还", "rental.inspected": "检查", "rental.settled": "结算",
	"deposit.taken": "收押金", "deposit.refunded": "退押金", "deposit.forfeited": "扣押金",
	"tool.lifecycle": "工具变动", "locker.opening": "开门指令", "locker.opened": "柜门打开", "locker.closed": "柜门关闭",
	"locker.fault": "柜门异常", "locker.forced": "柜门被强开", "device.fault": "设备故障", "device.recovered": "设备恢复",
	"slip.queued": "小票", "slip.begun": "小票送印", "slip.done": "小票结果", "slip.settled": "小票处理",
	"notice.issued": "一次性告知", "training.attendance": "培训出勤", "day.report": "日报",
	"person.flagged": "服务等级", "person.unflagged": "取消服务等级", "person.blocked": "清出名单", "person.unblocked": "恢复服务",
	"person.confirmed": "核实证件", "counter.in": "窗口签到", "counter.out": "窗口签退", "counter.paused": "窗口暂停", "counter.resumed": "窗口恢复",
	"ticket.rejoined": "回到队列", "ticket.reminded": "挂起提醒",
	"training.opened": "培训开始", "training.closed": "培训结束", "training.signin": "培训签到",
	"county.notice": "县级通知", "county.lists": "县级名单", "emergency.raised": "紧急呼叫", "emergency.acked": "紧急确认",
	"locker.pulsing": "通电开锁", "locker.unsent": "没有开锁", "locker.acked": "强开查看",
	"locker.ajar": "柜门未关好", "locker.cleared": "清柜", "locker.decided": "开门处理", "locker.service": "柜门停用或恢复",
	"rental.corrected": "冲正", "rental.dropped": "撤下工具", "rental.receipt": "补发收据", "rental.reminded": "催还", "rental.swapped": "换工具",
	"payment.taken": "补交", "cash.handed": "清点交接", "cash.closed": "财务接收", "cash.issued": "放入备用金", "tool.counted": "盘点", "tool.requested": "变动申请", "tool.refused": "变动未批",
	"storage.begun": "寄存", "storage.in": "已存入", "storage.ended": "已取回", "storage.left": "过夜未取",
	"ledger.recovered": "账本恢复", "ledger.salvaged": "账本转录", "ledger.digest": "日终核对",
}
