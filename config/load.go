package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Load reads and checks the file at path: its form, and that everything it
// names exists. Devices and network are not touched. The error is [Problems]
// with all that is wrong; then there is no Config.
func Load(path string) (*Config, error) {
	doc, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	return Parse(path, doc)
}

func unreadable(path string, err error) Problem {
	fix := "检查该文件的属主和权限"
	if errors.Is(err, fs.ErrNotExist) {
		fix = "用 --config 指明文件，或把发行文件里的 config/hall.toml 复制来改"
	}
	return Problem{File: path, Line: 1, Text: "读不到配置文件（" + reason(err) + "）", Fix: fix}
}

// reason is a file error without the path, which the message already has.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Parse is Load for a document in memory. File names it in messages, and its
// folder is what relative paths begin at.
func Parse(file string, doc []byte) (*Config, error) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, Problems{unreadable(file, err)}
	}
	doc = bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf")) // Windows editors put it there
	if !utf8.Valid(doc) {
		return nil, Problems{foreign(file, doc)}
	}
	tree, whole, problems := parse(file, doc)
	if tree == nil {
		return nil, Problems(sorted(problems))
	}
	d := decoder{file: file, dir: dir, lines: index(whole), torn: len(problems) > 0, problems: problems}
	cfg := &Config{place: place{file, d.lines}}
	d.table(reflect.ValueOf(cfg).Elem(), "", tree)
	c := checker{decoder: &d, cfg: cfg}
	c.all()
	if len(d.problems) > 0 {
		return nil, Problems(sorted(d.problems))
	}
	cfg.Warnings = sorted(c.warnings)
	return cfg, nil
}

// foreign is what is wrong with a file in another encoding, such as the GBK of a
// Chinese Windows.
func foreign(file string, doc []byte) Problem {
	line := 1
	for row := range bytes.Lines(doc) {
		if !utf8.Valid(row) {
			break
		}
		line++
	}
	return Problem{File: file, Line: line, Text: "文件不是 UTF-8 编码", Fix: "用编辑器另存为 UTF-8（记事本：另存为，编码选 UTF-8）"}
}

// maxTorn bounds the lines that parse leaves out before it gives up.
const maxTorn = 50

var assignment = regexp.MustCompile(`^\s*[A-Za-z0-9_.-]+\s*=`)

// parse reads the document as TOML. A line key = value that TOML refuses is
// told and left out, so that one missing quote does not hide what is wrong
// elsewhere. It returns the tree and the document that it stands for.
func parse(file string, doc []byte) (map[string]any, []byte, []Problem) {
	var problems []Problem
	rows := strings.SplitAfter(string(doc), "\n")
	for {
		whole := []byte(strings.Join(rows, ""))
		var tree map[string]any
		err := toml.Unmarshal(whole, &tree)
		if err == nil {
			return tree, whole, problems
		}
		p, row := refused(file, err)
		if row <= len(rows) && strings.ContainsAny(rows[row-1], "“”‘’＝［］") {
			p.Fix = "把中文的引号、等号、括号换成英文的 \" = [ ]"
		}
		problems = append(problems, p)
		if len(problems) > maxTorn || row > len(rows) || !assignment.MatchString(rows[row-1]) {
			return nil, nil, problems
		}
		rows[row-1] = "\n"
	}
}

// refused is what go-toml said, in our words where it is a common slip.
func refused(file string, err error) (Problem, int) {
	var de *toml.DecodeError
	if !errors.As(err, &de) {
		return Problem{File: file, Line: 1, Text: "不是 TOML 文件（" + err.Error() + "）"}, 1
	}
	row, col := de.Position()
	p := Problem{File: file, Line: row, Key: strings.Join(de.Key(), ".")}
	msg := strings.TrimPrefix(de.Error(), "toml: ")
	if strings.Contains(msg, "already") || strings.Contains(msg, "duplicate") {
		p.Text, p.Fix = "重复写了同一项（"+msg+"）", "只留一处"
	} else {
		p.Text, p.Fix = fmt.Sprintf("第 %d 列不合 TOML 写法（%s）", col, msg), "检查英文引号、括号和等号"
	}
	return p, row
}
