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
	"日封顶": "cap", "免费分钟": "free", "押金": "deposit", "购置价": "purchase", "柜门": "door", "配件": "accessory",
}

// values of a tool list that are written in Chinese.
var values = map[string]string{"简单": "simple", "计价": "priced", "小时": "hour", "天": "day", "次": "use"}

// failure is a row that did not become a tool.
type failure struct {
	Row   int    `json:"row"`
	Tool  string `json:"tool"`
	Error string `json:"error"`
}

func (a *app) toolImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "从表格新增工具；首行为列名，与 tool list 相同或与 tool add 的参数同名", Args: cobra.ExactArgs(1),
	}
	staff := cmd.Flags().String("staff", "", staffFlag.usage)
	second := cmd.Flags().String("second", "", secondFlag.usage)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		rows, err := readTools(args[0])
		if err != nil {
			return err
		}
		added, failed := []string{}, []failure{}
		for i, body := range rows {
			body["staff"] = *staff
			if *second != "" {
				body["second"] = *second
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
	b = bytes.TrimPrefix(b, []byte(bom))
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
	if v, ok := values[cell]; ok {
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
		v = strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、,，;；", r) })
	}
	set(body, f.field, v)
	return nil
}
