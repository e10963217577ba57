package hall

import (
	"slices"
	"strings"
)

// who gives the staff member of an id, who must have one of the roles; no roles
// means that any will do. Pre-job training that has run out leaves read access
// only (附件2 第五条).
func (h *Hall) who(at Stamp, id string, roles ...Role) (Staff, error) {
	i := slices.IndexFunc(h.cfg.Staff, func(s Staff) bool { return s.ID == id })
	switch {
	case id == "":
		return Staff{}, refuse("no-staff", "请写明工号（--staff）")
	case i < 0:
		return Staff{}, refuse("unknown-staff", "没有工号%s，请核对后再输入", id)
	}
	s := h.cfg.Staff[i]
	if !s.TrainedUntil.IsZero() && at.Trusted && s.TrainedUntil.Before(DateOf(at.Time)) {
		return Staff{}, refuse("untrained", "工号%s的岗前培训已过期，只能查看，请联系大厅负责人", id)
	}
	if len(roles) == 0 {
		return s, nil
	}
	for _, r := range roles {
		if slices.Contains(s.Roles, r) {
			return s, nil
		}
	}
	return Staff{}, refuse("role", "工号%s没有“%s”权限，请由有权限的人员办理", id, roleNames(roles))
}

// second asks for another person than the first, with one of the roles; no roles
// means that any will do.
func (h *Hall) second(at Stamp, first, other string, roles ...Role) error {
	switch {
	case other == "":
		return refuse("second-missing", "此事要两人办理，请写明第二人工号（--second）")
	case other == first:
		return refuse("same-person", "此事要两人办理，第二人不能是本人")
	}
	_, err := h.who(at, other, roles...)
	return err
}

var roleName = map[Role]string{
	Counter: "窗口", Keeper: "保管", Approver: "审批", Finance: "财务",
	Head: "大厅负责人", Manager: "市场负责人", Technician: "技术",
}

func roleNames(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = roleName[r]
	}
	return strings.Join(names, "或")
}

// staffName is a staff member as slips name one: 王（01）.
func (h *Hall) staffName(id string) string {
	for _, s := range h.cfg.Staff {
		if s.ID == id {
			return s.Name + "（" + id + "）"
		}
	}
	return id
}

// orHead is a role, or in a hall whose staff list has nobody of it the head's.
func (c Config) orHead(r Role) Role {
	if slices.ContainsFunc(c.Staff, func(s Staff) bool { return slices.Contains(s.Roles, r) }) {
		return r
	}
	return Head
}
