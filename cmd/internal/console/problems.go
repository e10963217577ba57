package console

import (
	"cmp"
	"strings"
)

// Problem is a device's fault in a clerk's words: what is wrong, what it means
// for the people waiting, and what to do.
type Problem struct {
	Where  string
	What   string
	Effect string
	Remedy string
}

// Explain says what a fault of a device means, in words for its kind. A fault that
// such a device cannot have is shown as it is.
func Explain(device, fault string) Problem {
	kind, name, _ := strings.Cut(device, "/")
	p, known := faultsOf[kind][fault]
	if !known {
		p, known = faultsOf[""][fault]
	}
	if !known {
		p = Problem{What: "故障：" + fault, Remedy: "请联系技术人员"}
	}
	p.Where = device
	if word, ok := deviceName[kind]; ok {
		p.Where = strings.TrimSpace(word + " " + name)
	}
	p.Effect = cmp.Or(p.Effect, effectOf[kind], "这台设备暂时不能使用，其他业务照常")
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
	"display": "这块屏没有显示，语音和大屏照常",
	"locker":  "这组柜门不能打开，工具请人工交接并登记",
	"voice":   "没有语音叫号，请看屏幕或口头叫号",
	"button":  "这个按钮不起作用，请用工作台操作",
	"county":  "记录存在本机，恢复后自动补报；各项业务照常办理",
}

// faultsOf explains the faults of each kind of device; under the empty name are
// those that any device on a line may have. An effect that is missing is that of
// the kind.
var faultsOf = map[string]map[string]Problem{
	"": {
		"offline":      {What: "连接线断开", Remedy: "检查电源和数据线，插好后自动恢复"},
		"no-answer":    {What: "没有应答", Remedy: "检查电源是否打开、接线是否松动；重新上电一次"},
		"bad-answer":   {What: "应答有误", Remedy: "检查波特率和接线；附近有强干扰时换屏蔽线"},
		"not-ready":    {What: "设备未就绪", Remedy: "看设备上的指示灯，重新上电一次"},
		"broken":       {What: "设备损坏", Remedy: "停用并报修"},
		"wrong-device": {What: "这个端口上接的是别的设备", Remedy: "核对接线与 hall.toml 的端口"},
		"unavailable":  {What: "本机没有这个引脚或总线，或正被别的程序占用", Remedy: "核对 hall.toml 里的名字，打开系统的 gpio、spi、i2c 接口，把 halld 用户加入同名的组；改好后重启 halld"},
	},
	"reader": {
		"unauthorised": {What: "读卡模块未授权", Remedy: "联系阅读器供应商换正式授权的模块"},
		"self-test":    {What: "读卡模块自检不通过", Remedy: "重新上电一次，仍不行请报修"},
	},
	"printer": {
		"not-ready":      {What: "打印机未联机", Remedy: "看面板上的指示灯，按一次联机键"},
		"no-status":      {What: "能打印，但不能确认是否出纸", Effect: "照常使用；请留意小票是否真的打印出来", Remedy: "不用处理；想要确认请换用能回传状态的打印机或接好回传线"},
		"paper-low":      {What: "纸快用完", Effect: "还能打印", Remedy: "准备一卷新纸"},
		"paper-out":      {What: "缺纸", Remedy: "换上新纸，合上盖子，小票会自动补出"},
		"stale-ticket":   {What: "缺纸，打印机里还存着没打完的旧小票", Remedy: "先关打印机电源再打开，然后换上新纸，免得旧小票又印出来；新小票会自动补出"},
		"cover-open":     {What: "纸仓盖没有盖好", Remedy: "合上盖子"},
		"cutter-jam":     {What: "切刀卡住", Remedy: "关机，清除纸屑，重新开机"},
		"overheat":       {What: "打印头过热", Remedy: "等几分钟，冷却后自动恢复"},
		"ticket-waiting": {What: "上一张小票没有取走", Effect: "还能打印", Remedy: "请取走出纸口的小票"},
		"no-chinese":     {What: "打印机没有中文字库", Remedy: "换带中文字库的打印机，或在 hall.toml 里改用 ascii 配置"},
	},
	"display": {
		"offline":     {What: "连接线断开", Remedy: "检查显示屏的电源和数据线，插好后自动恢复"},
		"no-answer":   {What: "显示屏没有应答", Remedy: "检查显示屏的电源和接线，重新上电一次；新装的核对屏上地址与 hall.toml 的 address"},
		"cannot-show": {What: "显示不下要显示的内容", Effect: "这块屏留空，语音和大屏照常", Remedy: "换字符更多的显示屏，或把号段改短、把 digits 改对；用 halld check 核对"},
	},
	"voice": {
		"offline":    {What: "语音模块的连接线断开", Remedy: "检查语音模块的电源和数据线，插好后自动恢复"},
		"no-answer":  {What: "语音模块没有应答", Remedy: "检查语音模块的电源和接线；重新上电一次"},
		"bad-answer": {What: "语音模块应答有误", Remedy: "检查语音模块的接线和波特率；附近有强干扰时换屏蔽线"},
		"no-sound":   {What: "声音放不出来", Remedy: "检查音箱和声卡是否接好、没有被别的程序占用；确认已安装 aplay（alsa-utils），hall.toml 的 output 是本机的声卡"},
	},
	"locker": {
		"no-answer":    {What: "锁控板没有应答", Remedy: "检查锁控板的电源和接线，重新上电一次；新装的核对板上拨码与 hall.toml 的 board"},
		"bad-answer":   {What: "锁控板应答有误", Remedy: "核对波特率、板上拨码与 hall.toml 的 board、doors，检查接线；附近有强干扰时换屏蔽线"},
		"door-unknown": {What: "柜门状态读不到", Effect: "这扇门不能确认开关，工具交接前请到柜前查看", Remedy: "检查门上触点和接线，核对 hall.toml 的 doors"},
	},
	"button": {
		"offline": {What: "按钮的引脚用不了", Remedy: "看引脚是否被别的程序占用、接线是否松动；恢复后自动可用"},
		"broken":  {What: "按钮一直按着", Remedy: "看是否有东西压住、进水或短路；松开后自动恢复"},
	},
	"ledger": {
		"disk-full":    {What: "存储卡写满", Effect: "停止受理，刷证不给号；恢复后自动继续", Remedy: "请技术人员清出存储空间，或换一张更大的存储卡"},
		"not-writable": {What: "写不进存储卡", Effect: "停止受理，刷证不给号；恢复后自动继续", Remedy: "请检查存储卡，仍不行请联系技术人员"},
		"damaged":      {What: "账本里有记录损坏", Effect: "受理照常；损坏的记录查不到", Remedy: "请技术人员用 hallctl ledger verify 查看是哪几条，尽快换存储卡"},
		"salvaged":     {What: "账本损坏，有记录读不出来", Effect: "账本已另起一批继续记账，受理照常", Remedy: "请技术人员用 hallctl ledger verify 查看是哪几条，由财务核对现金和押金，尽快换存储卡"},
		"rolled-back":  {What: "存储卡是旧的备份，县级已有更新的记录", Effect: "账本已另起一批继续记账，受理照常", Remedy: "请通知县级核对，并保留原来的存储卡"},
	},
	"county": {
		"offline": {What: "网络中断，连不上县级服务器", Remedy: "检查网线、路由器和流量卡；长时间不通请联系县级管理人员"},
		"silent":  {What: "县级服务器没有回执", Remedy: "请联系县级管理人员检查接收程序；本机不用处理"},
		"frozen":  {What: "县级已有的记录与本机不一致，上报已停住", Remedy: "账本会自动另起一批；十分钟后仍是这样请联系技术人员"},
		"twin":    {What: "另一台设备在用本大厅的名称和证书", Remedy: "请查找并关掉另一台设备；找不到请县级更换证书"},
	},
}
