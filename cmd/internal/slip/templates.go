package slip

// The copies of a paper that two sides keep.
const (
	personCopy   = "本人联"
	customerCopy = "客户联"
	stub         = "存根联" // the hall's, with the signature
)

// templates by the name that the rules use, which [hall.Name] gives a title. A
// template whose look changes in more than wording gets a new version, which
// stands on the paper.
var templates = map[string]template{
	"ticket": {
		version: 1, body: fill(ticket),
		needs: []string{"ticket", "service", "ahead", "issued"},
		proof: []string{"ticket", "issued"},
	},
	"checkin": {
		version: 2, body: fill(checkin),
		needs: []string{"kind", "rules", "issued"},
	},
	"refusal": {
		version: 1, body: fill(refusal),
		needs: []string{"reason", "advice", "issued"},
	},
	"notice": {
		version: 1, copies: []string{personCopy, stub}, body: fill(notice),
		needs: []string{"notice", "matter", "items.name", "items.how", "staff", "issued"},
		proof: []string{"notice", "issued"},
	},
	"rental": {
		version: 2, copies: []string{customerCopy, stub}, body: fill(rental), named: true,
		needs: []string{
			"rental", "last4", "lines.tool", "lines.name", "lines.deposit", "prices", "deposit",
			"terms.version", "terms.lines", "binding", "stub", "issued",
		},
		proof: []string{"rental", "binding"},
	},
	"deposit": {
		version: 1, copies: []string{customerCopy, stub}, body: fill(deposit),
		needs: []string{"receipt", "rental", "last4", "lines.tool", "lines.name", "lines.deposit", "amount", "method", "staff", "issued"},
		proof: []string{"receipt", "amount"},
	},
	"return": {
		version: 1, copies: []string{stub}, body: fill(returned),
		needs: []string{
			"rental", "last4", "tools.tool", "tools.name", "tools.out", "tools.result", "tools.deduct", "bill.refund", "bill.due",
			"stub", "binding", "staff", "issued",
		},
	},
	"settlement": {
		version: 1, copies: []string{customerCopy, stub}, body: fill(settlement),
		needs: []string{
			"rental", "last4", "lines.tool", "lines.name", "bill.fee", "bill.deduction", "bill.deposit", "bill.refund", "bill.due",
			"stub", "binding", "staff", "issued",
		},
		proof: []string{"rental", "bill.refund", "bill.due"},
	},
	"payment": {
		version: 1, copies: []string{customerCopy, stub}, body: fill(payment),
		needs: []string{"rental", "last4", "about", "items.what", "items.amount", "held", "due", "staff", "issued"},
		proof: []string{"rental", "items.amount", "issued"},
	},
	"cash": {
		version: 1, body: fill(handover),
		needs: []string{"handover", "day", "expected", "counted", "difference", "float", "amount", "held", "staff", "issued"},
		proof: []string{"handover", "amount"},
	},
	"storage": {
		version: 1, body: fill(storage),
		needs: []string{"storage", "last4", "door", "issued"},
		proof: []string{"storage", "issued"},
	},
	"clear": {
		version: 1, body: fill(clearance),
		needs: []string{"locker", "doors.door", "staff", "second", "reason", "issued"},
	},
	"lifecycle": {
		version: 1, body: fill(lifecycle),
		needs: []string{"request", "action", "tool", "name", "reason", "staff", "issued"},
		proof: []string{"request", "tool"},
	},
	"overdue": {
		version: 1, body: fill(overdue),
		needs: []string{"rental", "last4", "tools.tool", "tools.name", "tools.out", "tools.hours", "held", "staff", "issued"},
		proof: []string{"rental", "issued"},
	},
	"stock": {
		version: 1, body: fill(stock),
		needs: []string{"expected", "seen", "staff", "issued"},
	},
	"report": {
		version: 1, body: fill(report),
		needs: []string{"day", "sections.title", "sections.rows.name", "staff", "issued"},
		proof: []string{"day"},
	},
	"register": {
		version: 1, body: fill(register),
		needs: []string{"name", "period", "page", "pages", "entries.title", "staff", "issued"},
	},
	"account": {
		version: 1, body: fill(account),
		needs: []string{"tool", "name", "purchase", "deposit_in", "deposit_out", "kept", "held", "rent", "compensation", "repair", "result", "staff", "issued"},
		proof: []string{"tool", "result", "issued"},
	},
	"training": {
		version: 1, body: fill(training),
		needs: []string{"course", "session", "place", "trainer", "people.last4", "issued"},
	},
}
