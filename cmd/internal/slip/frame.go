package slip

import (
	"fmt"
	"strconv"
	"strings"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// head is the top of every paper: the mark and the hall's name.
func (h House) head() []printer.Line {
	var lines []printer.Line
	if h.Logo != nil {
		lines = append(lines, *h.Logo)
	}
	return append(lines, printer.Text{
		Text: h.Name, Align: printer.Center, Width: wide(h.Name), Height: 2, Bold: true,
	})
}

// foot is the end of every paper: whom to call, which paper it is, and the
// version of its look; the title says of what. The last
// row is white on black on a paper that was printed before.
func (h House) foot(job hall.Job, version int) []printer.Line {
	complaints := "投诉举报 " + h.Complaints
	if h.Complaints == "" {
		complaints = "投诉举报请拨热线"
	}
	last := printer.Columns{Left: job.ID, Right: fmt.Sprintf("版式%d", version)}
	if job.Reprint > 0 {
		last.Left, last.Reverse = job.ID+" 补打 "+strconv.Itoa(job.Reprint), true
	}
	return []printer.Line{row("服务热线 "+h.Hotline, complaints), last}
}

// heading is the title of a slip, with the copy's name.
func (s sheet) heading() []printer.Line {
	return []printer.Line{
		printer.Text{Text: s.title, Align: printer.Center, Height: 2, Bold: true},
		printer.Rule{},
	}
}

// office says who explains the rules (附件2 第十三条).
func (s sheet) office() []printer.Line {
	if s.house.Office == "" {
		return nil
	}
	return []printer.Line{text("解释咨询 " + s.house.Office)}
}

// proof is the QR code and the check code of a slip, so that staff can tell it
// from a forged one without a network.
func (s sheet) proof() []printer.Line {
	if s.claim == "" {
		return nil
	}
	payload, code := s.code()
	return line(printer.QR{Payload: payload, Caption: code, Module: qrModule})
}

// qrModule is the side of a QR code's module: 4 dots are 0.5 mm.
const qrModule = 4

// code is what the QR code holds and the check code in words.
func (s sheet) code() (payload, words string) {
	if s.house.Code == nil {
		return s.claim, ""
	}
	code := s.house.Code(s.claim)
	return s.claim + "#" + code, "校验码 " + code
}

// wide doubles what is short enough for 58 mm paper.
func wide(text string) int {
	if len([]rune(text)) <= 8 {
		return 2
	}
	return 1
}

func text(s string) printer.Text { return printer.Text{Text: s} }

func row(left, right string) printer.Columns { return printer.Columns{Left: left, Right: right} }

// rows are word and value, without those that have no value.
func rows(pairs ...string) []printer.Line {
	var lines []printer.Line
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			lines = append(lines, row(pairs[i], pairs[i+1]))
		}
	}
	return lines
}

// numbered is a list with its numbers.
func numbered(list []string) []printer.Line {
	var lines []printer.Line
	for i, s := range list {
		lines = append(lines, text(strconv.Itoa(i+1)+". "+s))
	}
	return lines
}

// join puts the parts of a body one below the other.
func join(parts ...[]printer.Line) []printer.Line {
	var all []printer.Line
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func line(l ...printer.Line) []printer.Line { return l }

func rule() []printer.Line { return line(printer.Rule{}) }

func sign(label string) []printer.Line { return line(printer.Signature{Label: label + "："}) }

func yuan(f hall.Fen) string { return "￥" + f.String() }

// list joins names as Chinese lists do.
func list(names []string) string { return strings.Join(names, "、") }
