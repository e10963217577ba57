package hall

import "strings"

// The characters of 大写 amounts, as receipts and bills write them.
var (
	capitalDigits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = [...]string{"", "拾", "佰", "仟"}
)

// Capital writes a sum in 大写 as receipts want it (正确填写票据和结算凭证的基本规定):
// 200.00 is 人民币贰佰元整, 1005.30 is 人民币壹仟零伍元叁角整. 整 ends a sum without 分.
func Capital(f Fen) string {
	var b strings.Builder
	b.WriteString("人民币")
	if f < 0 {
		b.WriteString("负")
		f = -f
	}
	yuan, jiao, fen := int64(f/100), int(f/10%10), int(f%10)
	switch {
	case yuan > 0:
		b.WriteString(capitalYuan(yuan) + "元")
	case f == 0:
		b.WriteString("零元")
	}
	switch {
	case jiao > 0:
		b.WriteString(capitalDigits[jiao] + "角")
	case fen > 0 && yuan > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(capitalDigits[fen] + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

// capitalYuan writes a whole number below 10^12: groups of four digits, with one
// 零 for each gap.
func capitalYuan(n int64) string {
	var b strings.Builder
	gap := false
	for _, group := range [...]struct {
		unit int64
		name string
	}{{100_000_000, "亿"}, {10_000, "万"}, {1, ""}} {
		part := n / group.unit % 10_000
		if part == 0 {
			gap = b.Len() > 0
			continue
		}
		for place, unit := 3, int64(1000); place >= 0; place, unit = place-1, unit/10 {
			digit := part / unit % 10
			if digit == 0 {
				gap = b.Len() > 0
				continue
			}
			if gap {
				b.WriteString(capitalDigits[0])
				gap = false
			}
			b.WriteString(capitalDigits[digit] + capitalPlaces[place])
		}
		b.WriteString(group.name)
	}
	return b.String()
}
