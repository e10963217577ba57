package hall

import "fmt"

// OrderRules say for the public by which rules numbers are called: the order is
// one for all, and the advantage of those in need is no secret, only who they are
// (附件2 第八条, 附件6 第四条).
func (c Config) OrderRules() []string {
	rules := []string{"各窗口按取号先后叫号。"}
	if q := c.Queue; q.Priority > 0 {
		rules = append(rules, fmt.Sprintf(
			"困难零工人员优先：与其他人同时等候时，每个窗口每叫%d个号，其中%d个先叫等候最久的困难零工人员，其余仍按取号先后。",
			q.Priority+q.Ordinary, q.Priority,
		))
	}
	if late := int(c.Queue.LateWithin.Minutes()); late > 0 {
		rules = append(rules, fmt.Sprintf("过号后%d分钟内回来重新刷证，恢复原来的位置。", late))
	}
	return append(rules, "工作人员提前叫号须写明原因，并记入台账。")
}
