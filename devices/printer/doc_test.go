package printer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name, in string
		columns  int
		want     []string
	}{
		{"fits", "取号 A015", 9, []string{"取号 A015"}},
		{"hanzi moves whole", "前面还有三人", 7, []string{"前面还", "有三人"}},
		{"word moves whole", "编号 R20260105", 12, []string{"编号", "R20260105"}},
		{"word behind hanzi moves whole", "热线电话12333", 11, []string{"热线电话", "12333"}},
		{"word wider than the row is cut", "R20260105001", 8, []string{"R2026010", "5001"}},
		{"spaces vanish at the break", "AB   CD", 3, []string{"AB", "CD"}},
		{"no mark begins a row", "当日有效，过号重取", 8, []string{"当日有", "效，过号", "重取"}},
		{"amount stays with its unit", "日封顶40.00元", 12, []string{"日封顶", "40.00元"}},
		{"amount stays with its sign", "押金合计￥100.00", 16, []string{"押金合计￥100.00"}},
		{"sign does not end a row", "押金合计￥100.00", 12, []string{"押金合计", "￥100.00"}},
		{"mark takes its word along", "每天共40.00，封顶", 11, []string{"每天共", "40.00，封顶"}},
		{"newline", "一\n\n二", 8, []string{"一", "", "二"}},
		{"empty", "", 8, []string{""}},
		{"narrower than a hanzi", "零工", 1, []string{"零", "工"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wrap(tt.in, tt.columns)); diff != "" {
				t.Errorf("wrap(%q, %d), -want +got:\n%s", tt.in, tt.columns, diff)
			}
		})
	}
}

// Whatever the text, no row is wider than the paper and no visible character
// is lost.
func TestWrapLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.StringOf(rapid.RuneFrom([]rune("AZ09 -，零工市场㸚𠮷\n"))).Draw(t, "text"))
		columns := rapid.IntRange(2, 48).Draw(t, "columns")
		rows := wrap(s, columns)
		for _, r := range rows {
			if columnsOf(r) > columns {
				t.Fatalf("row %q has %d columns, paper has %d", r, columnsOf(r), columns)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(strings.Join(rows, "")), squeeze(s); got != want {
			t.Fatalf("rows hold %q, text is %q", got, want)
		}
	})
}

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"yen", "¥100", "￥100"},
		{"no-break space", "a\u00a0b", "a b"},
		{"superscript", "5m²", "5m2"},
		{"composed", "e\u0301", "é"},
		{"compatibility hanzi", "\uf90a", "金"},
		{"en dash", "10–15", "10-15"},
		{"line ends", "a\r\nb\rc", "a\nb\nc"},
		{"emoji", "好👍🏽", "好??"},
		{"invisible", "张\u200b三\ufe0f\u202a\U000e0100", "张三"},
		{"escape", "a\x1b@\x10\x04", "a@"},
		{"broken UTF-8", "a\xffb", "a?b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clean(tt.in); got != tt.want {
				t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	tests := []struct {
		name string
		in   Columns
		want []string
	}{
		{"side by side", Columns{Left: "押金", Right: "￥100.00"}, []string{"押金      ￥100.00"}},
		{"double width", Columns{Left: "押", Right: "1", Width: 2}, []string{"押      1"}},
		{
			"left wraps",
			Columns{Left: "电锤（含钻头三支及手提箱）", Right: "1 把"},
			[]string{"电锤（含钻头三支及", "手提箱）      1 把"},
		},
		{"no room", Columns{Left: "电锤含钻头三支及手", Right: "￥5"}, []string{"电锤含钻头三支及手", "               ￥5"}},
		{"right only", Columns{Right: "￥5"}, []string{"               ￥5"}},
		{
			"right wraps",
			Columns{Left: "甲", Right: "一二三四五六七八九十"},
			[]string{"甲", "一二三四五六七八九", "                十"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range tt.in.rows(18) {
				got = append(got, r.text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
