package slip

import (
	"strconv"

	"halld/devices/printer"
)

// reportFields are the content of a 日报 or 交接班单: words and values under
// headings.
type reportFields struct {
	Day      string `json:"day"`
	Sections []struct {
		Title string `json:"title"`
		Rows  []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"rows"`
	} `json:"sections"`
	Staff  string `json:"staff"`
	Issued string `json:"issued"`
}

func report(s sheet, d reportFields) []printer.Line {
	lines := join(s.heading(), rows("日期", d.Day, "打印时间", d.Issued))
	for _, section := range d.Sections {
		lines = append(lines, printer.Rule{}, printer.Text{Text: section.Title, Bold: true})
		for _, r := range section.Rows {
			lines = append(lines, row(r.Name, r.Value))
		}
	}
	return join(lines, rule(), rows("经手人", d.Staff), sign("经手人签字"), sign("负责人签字"), s.proof(), rule())
}

// trainingFields are the content of a 培训签到表.
type trainingFields struct {
	Course  string `json:"course"`
	Session string `json:"session"` // date and time
	Place   string `json:"place"`
	Trainer string `json:"trainer"`
	People  []struct {
		Last4  string `json:"last4"`
		Repeat int    `json:"repeat"` // 复训 number, 0: first time
	} `json:"people"`
	Issued string `json:"issued"`
}

func training(s sheet, d trainingFields) []printer.Line {
	lines := join(
		s.heading(),
		rows("课程", d.Course, "场次", d.Session, "地点", d.Place, "讲师", d.Trainer),
		rule(),
		line(text("培训免费。请本人在证件尾号后签字。")),
	)
	for i, p := range d.People {
		label := strconv.Itoa(i+1) + ". " + p.Last4
		if p.Repeat > 0 {
			label += " 复训" + strconv.Itoa(p.Repeat)
		}
		lines = append(lines, printer.Signature{Label: label + " "})
	}
	return join(lines, sign("讲师签字"), rows("打印时间", d.Issued), rule())
}
