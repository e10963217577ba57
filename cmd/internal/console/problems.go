package console

import "strings"

// Problem is a device's fault in a clerk's words: what is wrong, what it means
// for the people waiting, and what to do.
type Problem struct {
	Where  string
	What   string
	Effect string
	Remedy string
}

// Explain says what a fault of a device means. A fault that is not known is
// shown as it is.
func Explain(device, fault string) Problem {
	kind, name, _ := strings.Cut(device, "/")
	p, ok := problemOf[kind+" "+fault]
	if !ok {
		p, ok = problemOf[fault]
	}
	if !ok {
		p = Problem{What: "故障：" + fault, Remedy: "请联系技术人员"}
	}
	p.Where = device
	if word, known := deviceName[kind]; known {
		p.Where = strings.TrimSpace(word + " " + name)
	}
	if p.Effect == "" {
		p.Effect = effectOf[kind]
	}
	if p.Effect == "" {
		p.Effect = "这台设备暂时不能使用，其他业务照常"
	}
	return p
}

var deviceName = map[string]string{
	"reader": "身份证阅读器", "printer": "小票打印机", "display": "显示屏", "locker": "工具柜", "voice": "语音叫号",
	"button": "按钮", "ledger": "账本", "county": "县级上报",
}

// effectOf is what it means when a device of a kind does not work at all.
var effectOf = map[string]string{
	"reader":  "不能刷证登记；请由窗口录入证件号码",
	"printer": "小票暂存，恢复后自动补出；号码请当面告知",
	"display": "这块屏不显示叫号，语音和大屏照常",
	"locker":  "这组柜门不能打开，工具请人工交接并登记",
	"voice":   "没有语音叫号，请看屏幕或口头叫号",
	"button":  "这个按钮不起作用，请用工作台操作",
	"county":  "记录存在本机，恢复后自动补报；各项业务照常办理",
}

// problemOf explains every fault that a driver reports; one that means something
// else for a kind of device stands under both words.
var problemOf = map[string]Problem{
	"offline":        {What: "连接线断开", Remedy: "检查电源和数据线，插好后自动恢复"},
	"no-answer":      {What: "没有应答", Remedy: "检查电源是否打开、接线是否松动；重新上电一次"},
	"bad-answer":     {What: "应答有误", Remedy: "检查波特率和接线；附近有强干扰时换屏蔽线"},
	"not-ready":      {What: "设备未就绪", Remedy: "看设备面板上的指示灯，按一次联机键"},
	"no-status":      {What: "能打印，但不能确认是否出纸", Effect: "照常使用；请留意小票是否真的打印出来", Remedy: "不用处理；想要确认请换用能回传状态的打印机或接好回传线"},
	"paper-low":      {What: "纸快用完", Effect: "还能打印", Remedy: "准备一卷新纸"},
	"paper-out":      {What: "缺纸", Remedy: "换上新纸，合上盖子，小票会自动补出"},
	"cover-open":     {What: "纸仓盖没有盖好", Remedy: "合上盖子"},
	"cutter-jam":     {What: "切刀卡住", Remedy: "关机，清除纸屑，重新开机"},
	"overheat":       {What: "打印头过热", Remedy: "等几分钟，冷却后自动恢复"},
	"ticket-waiting": {What: "上一张小票没有取走", Effect: "还能打印", Remedy: "请取走出纸口的小票"},
	"broken":         {What: "设备损坏", Remedy: "停用并报修"},
	"no-chinese":     {What: "打印机没有中文字库", Remedy: "换带中文字库的打印机，或在 hall.toml 里改用 ascii 配置"},
	"unauthorised":   {What: "读卡模块未授权", Remedy: "联系阅读器供应商换正式授权的模块"},
	"self-test":      {What: "读卡模块自检不通过", Remedy: "重新上电一次，仍不行请报修"},
	"wrong-device":   {What: "这个端口上接的是别的设备", Remedy: "核对接线与 hall.toml 的端口"},
	"door-unknown":   {What: "柜门状态读不到", Effect: "这扇门不能确认开关，工具交接前请到柜前查看", Remedy: "检查门上触点和接线"},
	"door-stuck":     {What: "柜门没有打开", Effect: "这扇门里的工具暂时取不出来", Remedy: "重试一次；仍打不开用钥匙开门并写明原因，随后报修"},
	"door-ajar":      {What: "柜门没有关好", Effect: "里面的工具无人看管", Remedy: "请关好柜门"},
	"county offline": {What: "网络中断，连不上县级服务器", Remedy: "检查网线、路由器和流量卡；长时间不通请联系县级管理人员"},
	"county silent":  {What: "县级服务器没有回执", Remedy: "请联系县级管理人员检查接收程序；本机不用处理"},
	"county frozen":  {What: "县级已有的记录与本机不一致，上报已停住", Remedy: "账本会自动另起一批；十分钟后仍是这样请联系技术人员"},
	"county twin":    {What: "另一台设备在用本大厅的名称和证书", Remedy: "请查找并关掉另一台设备；找不到请县级更换证书"},
	"rolled-back":    {What: "存储卡是旧的备份，县级已有更新的记录", Effect: "账本已另起一批继续记账，受理照常", Remedy: "请通知县级核对，并保留原来的存储卡"},
}
