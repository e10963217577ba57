package hall

import "testing"

func TestCapital(t *testing.T) {
	for f, want := range map[Fen]string{
		0: "人民币零元整", 1: "人民币壹分", 10: "人民币壹角整", 15: "人民币壹角伍分",
		100: "人民币壹元整", 101: "人民币壹元零壹分", 110: "人民币壹元壹角整",
		1000: "人民币壹拾元整", 1050: "人民币壹拾元伍角整", 10000: "人民币壹佰元整", 20000: "人民币贰佰元整",
		100530: "人民币壹仟零伍元叁角整", 140950: "人民币壹仟肆佰零玖元伍角整",
		600714: "人民币陆仟零柒元壹角肆分", 1680032: "人民币壹万陆仟捌佰元零叁角贰分",
		10700053: "人民币壹拾万零柒仟元伍角叁分", 32504: "人民币叁佰贰拾伍元零肆分",
		100_000_000: "人民币壹佰万元整", 1_000_100_000: "人民币壹仟万零壹仟元整", -1500: "人民币负壹拾伍元整",
	} {
		// The rule lets a 零 between 元 and 角 be left out where the yuan end in 零.
		if got := Capital(f); got != want && got != without(want) {
			t.Errorf("%d: got %s, want %s", f, got, want)
		}
	}
}

// without leaves the optional 零 behind 元 out.
func without(s string) string {
	r := []rune(s)
	for i := 1; i+2 < len(r); i++ {
		if r[i] == '零' && r[i-1] == '元' && r[i+2] == '角' {
			return string(append(r[:i:i], r[i+1:]...))
		}
	}
	return s
}
