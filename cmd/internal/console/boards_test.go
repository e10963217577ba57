package console_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
	"halld/cmd/internal/hall"
)

// TestBoards: the notice's rules under the hall's own name, and a county's texts
// in their place.
func TestBoards(t *testing.T) {
	r := newRig(t)
	_, page := r.page("/rules")
	wants(t, "all rules", page, "平定县零工市场管理制度", "先批后租", "不得为未满十六周岁", "五不准", "免费技能培训", "0353-6060000", "12333", "运营单位 平定县公共就业服务中心", "晋人社办发〔2023〕32号")
	if strings.Contains(page, "XX县") {
		t.Error("a board names no hall")
	}
	_, page = r.page("/rules/tools")
	wants(t, "the tools' corner", page, "平定县零工市场工具租赁制度", "量化计价")
	if strings.Contains(page, "免费技能培训") {
		t.Error("the tools' corner shows the rules of training")
	}
	if status, _ := r.page("/rules/nothing"); status != http.StatusNotFound {
		t.Errorf("a board that is not there gives %d, want 404", status)
	}
	_, page = r.page("/board")
	wants(t, "the board", page, "刷身份证登记", "平定县零工市场管理制度", "第一条")

	dir := t.TempDir()
	for name, text := range map[string]string{"0-flow.txt": "流程\n先刷证\n再取号\n", "3-tools.txt": "", "6-own.txt": "XX县（市、区）零工市场须知\n保持安静。\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := consoletest.Config()
	cfg.Name, cfg.Queue = "盂县零工市场", hall.QueueRules{Priority: 1, Ordinary: 3}
	boards, err := console.LoadBoards(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, b := range boards {
		titles = append(titles, b.Title)
	}
	want := "流程 盂县零工市场管理制度 盂县零工市场工作制度 盂县零工市场技能培训制度 零工市场服务内容 盂县零工市场叫号次序 盂县零工市场须知"
	if got := strings.Join(titles, " "); got != want {
		t.Errorf("got boards %s, want %s", got, want)
	}
	if got := boards[5].Lines; len(got) != 3 || !strings.Contains(got[1], "每叫4个号，其中1个先叫等候最久的困难零工人员") {
		t.Errorf("the order of calls is told as %q, want the ratio", got)
	}
	if _, err := console.LoadBoards(filepath.Join(dir, "none"), cfg); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

// TestLook: the city's light blue and the mark of all halls.
func TestLook(t *testing.T) {
	r := newRig(t)
	if status, _ := r.page("/logo.png"); status != http.StatusNotFound {
		t.Errorf("a mark that nobody supplied gives %d, want 404", status)
	}
	if _, page := r.page("/"); strings.Contains(page, "logo.png") {
		t.Error("the board shows a mark that nobody supplied")
	}
	b := newBubble(t, console.New(consoletest.New(), console.Opts{Hall: consoletest.Config(), Background: "#cfe8ff", Logo: []byte("png")}))
	for path, want := range map[string]string{"/theme.css": "--sky: #cfe8ff", "/logo.png": "png", "/": "/logo.png"} {
		if body := b.body(path); !strings.Contains(body, want) {
			t.Errorf("%s lacks %q: %s", path, want, body)
		}
	}
}
