package config

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) staff() {
	ids := map[string]string{}
	untrained := 0
	for i, s := range c.cfg.Staff {
		unique(c, ids, s.ID, at("staff", i, "id"))
		if strings.ContainsAny(s.ID, " /") {
			c.bad(at("staff", i, "id"), "工号里不能有空格和 /", "写成 01 这样的工号")
		}
		roles := map[Role]string{}
		for j, r := range s.Roles {
			unique(c, roles, r, fmt.Sprintf("staff[%d].roles[%d]", i, j))
		}
		if s.TrainedUntil == "" {
			untrained++
		}
	}
	if untrained > 0 {
		c.warn("staff", fmt.Sprintf("%d 人没有岗前培训日期", untrained), "写上 trained_until，过期的账号只能查看")
	}
	c.duties()
}

// holders counts the staff who have role.
func (c *checker) holders(role Role) int {
	n := 0
	for _, s := range c.cfg.Staff {
		if slices.Contains(s.Roles, role) {
			n++
		}
	}
	return n
}

// duties warns of what this staff can never do.
func (c *checker) duties() {
	if len(c.cfg.Staff) == 1 {
		c.warn("staff", "只有一名工作人员，要两人办理的事（审批、报损、开全部柜门）都办不了", "至少配两人")
	}
	if c.holders(Counter) == 0 {
		c.warn("staff", "没有人有窗口角色 counter", "给窗口人员写上 counter")
	}
	if c.holders(Head)+c.holders(Manager) == 0 {
		c.warn("staff", "没有大厅负责人 head，紧急情况无人接报", "给负责人写上 head")
	}
	if len(c.cfg.Lockers) == 0 {
		return
	}
	if c.holders(Technician) == 0 {
		c.warn("staff", "没有人有技术角色 technician", "检修开门由大厅负责人 head 办理；有技术人员就写上 technician")
	}
	for _, r := range []struct {
		role Role
		does string
	}{{Keeper, "保管 keeper，工具无人交接"}, {Approver, "审批 approver，工具借不出去"}, {Finance, "财务 finance，现金无人结账"}} {
		if c.holders(r.role) == 0 {
			c.warn("staff", "没有人有角色"+r.does, "给有关人员写上 "+r.role)
		}
	}
}

func (c *checker) rental() {
	r := c.cfg.Rental
	roles := []Role{Counter, Keeper, Approver, Finance, Head, Manager, Technician}
	for role := range r.ApprovalLimit {
		if !slices.Contains(roles, role) {
			c.bad("rental.approval_limit."+role, "没有这个角色", suggest(role, roles))
		}
	}
	if r.Terms.Version == "" || len(r.Terms.Lines) == 0 {
		c.bad("rental.terms", "签字条款要有 version 和 lines", "签字与条款版本绑定，改一个字就换版本")
	}
	if slices.Contains(r.Preapproved, "priced") {
		c.warn("rental.preapproved", "收费工具免审批，规定是先批后租", "有县里的文件才这样写")
	}
	keys := map[string]string{}
	for i, t := range c.cfg.ToolTypes {
		unique(c, keys, t.Key, at("tool_type", i, "key"))
		if len(t.Safety) == 0 {
			c.warn(at("tool_type", i, "safety"), t.Name+"没有安全须知", "签字前要出示安全须知")
		}
	}
}
