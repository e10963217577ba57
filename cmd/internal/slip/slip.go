// Package slip lays out the hall's papers: it turns what the rules say a slip
// must hold into lines for the printer. Each template is a function with a
// version, a list of the fields it can't do without, and its copies; wording
// is the notice's.
package slip

import (
	"fmt"
	"strings"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// House is what stands on every slip.
type House struct {
	Name       string         // 平定县零工市场
	Operator   string         // who runs it and lends the tools; empty: not printed
	Office     string         // who explains the rules, with the address; empty: not printed
	Hotline    string         // 服务热线
	Complaints string         // 投诉举报; empty: the hotline takes them
	Logo       *printer.Image // see [LoadLogo]; nil: none

	// Code gives a claim its short check code, see [ShortCode]; nil: slips
	// carry none.
	Code func(claim string) string
}

// Who is the person a slip is for, masked by whoever knows the name. What is
// empty is left for the pen.
type Who struct {
	Name   string // 张*
	Number string // masked, last four characters readable

	// Full is the whole name. It stands on no paper but a contract, which two
	// sides sign.
	Full string
}

// template lays the body of one kind of slip out; the head and the foot are the
// same for all.
type template struct {
	version int
	copies  []string // 客户联 and the like; none: a single paper
	needs   []string // fields without which there is no slip, by path as in "terms.version"
	proof   []string // fields that the check code covers; none: no code
	named   bool     // names its person in full
	body    func(s sheet, data []byte) ([]printer.Line, error)
}

// sheet is what a template knows besides its own fields: one copy of one job.
type sheet struct {
	Who
	house House
	title string // with the copy's name
	copy  string
	claim string // what the check code covers; empty: nothing
}

// Render lays a job's slip out for the printer, its copies cut apart. It is an
// error if the template is unknown, or a field is missing that the slip can't
// do without; the error names it.
func Render(h House, job hall.Job, w Who) (printer.Doc, error) {
	t, ok := templates[job.Slip.Template]
	if !ok {
		return printer.Doc{}, fmt.Errorf("laying out a slip: no template %q", job.Slip.Template)
	}
	doc, err := t.render(h, job, w)
	if err != nil {
		return printer.Doc{}, fmt.Errorf("laying out a %q slip: %w", job.Slip.Template, err)
	}
	return doc, nil
}

func (t template) render(h House, job hall.Job, w Who) (printer.Doc, error) {
	claim := t.claim(job)
	if missing := append(h.lacking(job, w), t.lacking(job.Slip.Data)...); len(missing) > 0 {
		return printer.Doc{}, fmt.Errorf("no %s", strings.Join(missing, ", no "))
	}
	if t.named && w.Full != "" {
		w.Name = w.Full
	}
	w.Full = ""
	copies := t.copies
	if len(copies) == 0 {
		copies = []string{""}
	}
	var doc printer.Doc
	for i, name := range copies {
		if i > 0 {
			doc.Lines = append(doc.Lines, printer.Cut{})
		}
		body, err := t.body(sheet{Who: w, house: h, title: titleOf(hall.Name("paper", job.Slip.Template), name), copy: name, claim: claim}, job.Slip.Data)
		if err != nil {
			return printer.Doc{}, err
		}
		doc.Lines = append(doc.Lines, h.head()...)
		doc.Lines = append(doc.Lines, body...)
		doc.Lines = append(doc.Lines, h.foot(job, t.version)...)
	}
	return doc, nil
}

func titleOf(title, copy string) string {
	if copy == "" {
		return title
	}
	return title + "（" + copy + "）"
}
