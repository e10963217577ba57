package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// headings of a tool list, and the flag of tool add that each stands for.
var headings = map[string]string{
	"编号": "id", "工具编号": "id", "名称": "name", "类别": "class", "类型": "type", "单价": "rate", "计价单位": "per", "单位": "per",
	"计时分钟": "round", "日封顶": "cap", "免费分钟": "free", "只计开放时间": "open-hours", "价目版本": "version", "押金": "deposit", "购置价": "purchase", "购置日期": "bought",
	"使用月数": "life", "柜门": "door", "存放处": "place", "配件": "accessory", "配件价": "part-price", "检查间隔": "check-every", "检查到期": "check-by",
}

// written are the values that a tool list has in Chinese.
var written = map[string]string{
	"简单": "simple", "计价": "priced", "简单工具": "simple", "计价工具": "priced",
	"小时": "hour", "天": "day", "次": "use", "是": "true", "否": "false",
}

// failure is a row that did not become a tool.
type failure struct {
	Row   int    `json:"row"`
	Tool  string `json:"tool"`
	Error string `json:"error"`
}

func (a *app) toolImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "从表格新增工具；首行为列名：编号、名称、类别、单价、计价单位、押金等，或 tool add 的参数名", Args: cobra.ExactArgs(1),
	}
	staff := cmd.Flags().String("staff", "", staffFlag.usage)
	second := cmd.Flags().String("second", "", secondFlag.usage)
	reason := cmd.Flags().String("reason", "", reasonFlag.usage)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		rows, err := readTools(args[0])
		if err != nil {
			return err
		}
		added, failed := []string{}, []failure{}
		for i, body := range rows {
			for k, v := range map[string]string{"staff": *staff, "second": *second, "reason": *reason} {
				if v != "" {
					body[k] = v
				}
			}
			id := fmt.Sprint(body["tool"].(map[string]any)["tool"])
			if _, err := a.post(cmd.Context(), "tool/add", body); err != nil {
				failed = append(failed, failure{i + 2, id, oneLine(err)})
				continue
			}
			added = append(added, id)
		}
		answer := map[string]any{"added": added, "failed": failed}
		human := template("已新增 {{len .added}} 件{{range .failed}}\n✗ 第 {{.row}} 行 {{.tool}}：{{.error}}{{end}}")
		if err := tell(a, cmd, answer, human); err != nil {
			return err
		}
		if len(failed) > 0 {
			return fmt.Errorf("%d 行没有新增，请改正后只导入这些行", len(failed))
		}
		return nil
	}
	return cmd
}

// readTools reads a tool list as requests of tool/add. Nothing is sent before
// the whole file could be read.
func readTools(path string) ([]map[string]any, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows, err := parseTools(b)
	if err != nil {
		return nil, fmt.Errorf("%s：%w", path, err)
	}
	return rows, nil
}

func parseTools(b []byte) ([]map[string]any, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) { // Excel in China saves CSV as GBK
		var err error
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil {
			return nil, errors.New("既不是 UTF-8 也不是 GB18030")
		}
	}
	lines, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("表格读不懂：%w", err)
	}
	if len(lines) < 2 {
		return nil, errors.New("表格里没有工具")
	}
	fields, err := columnFlags(lines[0])
	if err != nil {
		return nil, err
	}
	var rows []map[string]any
	for i, cells := range lines[1:] {
		body := map[string]any{"tool": map[string]any{}}
		for c, cell := range cells {
			if err := fill(body, fields[c], strings.TrimSpace(cell)); err != nil {
				return nil, fmt.Errorf("第 %d 行“%s”：%w", i+2, lines[0][c], err)
			}
		}
		rows = append(rows, body)
	}
	return rows, nil
}

// columnFlags finds the flag of tool add for each column.
func columnFlags(heads []string) ([]flag, error) {
	known := toolVerbs()[0].flags
	list := make([]flag, len(heads))
	for i, h := range heads {
		h = strings.TrimSpace(h)
		name := h
		if flag, ok := headings[h]; ok {
			name = flag
		}
		at := slices.IndexFunc(known, func(f flag) bool { return f.name == name })
		if at < 0 {
			return nil, fmt.Errorf("不认识的列“%s”", h)
		}
		list[i] = known[at]
	}
	return list, nil
}

// fill puts a cell into a request.
func fill(body map[string]any, f flag, cell string) error {
	if cell == "" {
		return nil
	}
	if v, ok := written[cell]; ok {
		cell = v
	}
	var v any = cell
	switch f.kind {
	case money:
		y := yuan{new(string)}
		if err := y.Set(cell); err != nil {
			return err
		}
		v = *y.sum
	case number:
		n, err := strconv.Atoi(cell)
		if err != nil {
			return errors.New("要是整数")
		}
		v = n
	case list:
		v = strings.FieldsFunc(cell, separates)
	case sums:
		p := priced{}
		if err := p.Set(cell); err != nil {
			return err
		}
		v = p
	}
	set(body, f.field, v)
	return nil
}
