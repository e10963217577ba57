package idcard

import "strconv"

// Kind is the kind of card, as its type mark says.
type Kind int

// The four kinds of card, with their type marks.
const (
	Resident        Kind = iota + 1 // 居民身份证, a space
	ResidencePermit                 // 港澳台居民居住证, J
	Foreigner2017                   // 外国人永久居留身份证 of 2017, I
	Foreigner2023                   // 外国人永久居留身份证 of 2023, Y
)

// String is the name of the document in Chinese.
func (k Kind) String() string {
	switch k {
	case Resident:
		return "居民身份证"
	case ResidencePermit:
		return "港澳台居民居住证"
	case Foreigner2017, Foreigner2023:
		return "外国人永久居留身份证"
	default:
		return "未知证件"
	}
}

// Sex is the code of GB/T 2261.1.
type Sex int

// The codes of GB/T 2261.1.
const (
	SexUnknown   Sex = 0
	Male         Sex = 1
	Female       Sex = 2
	SexNotStated Sex = 9
)

// String is the word of GB/T 2261.1.
func (s Sex) String() string {
	switch s {
	case Male:
		return "男"
	case Female:
		return "女"
	case SexNotStated:
		return "未说明"
	default:
		return "未知"
	}
}

// parseSex reads the one-digit code; anything but the four codes is refused.
func parseSex(s string) (Sex, bool) {
	switch s {
	case "0", "1", "2", "9":
		return Sex(s[0] - '0'), true
	default:
		return 0, false
	}
}

// ethnicities are the names of GB/T 3304, in the order of their codes from 01.
var ethnicities = [...]string{
	"汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜",
	"满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳",
	"佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土",
	"达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米",
	"塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔",
	"独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
}

// ethnicity is the name behind a two-digit code of GB/T 3304, or "" for a code
// that the standard does not have. Nothing is decided by it, so an unknown code
// is no reason to refuse a card.
func ethnicity(code string) string {
	switch code {
	case "97":
		return "其他"
	case "98":
		return "外国血统中国籍人士"
	}
	n, err := strconv.ParseUint(code, 10, 8)
	if err != nil || n < 1 || int(n) > len(ethnicities) || len(code) != 2 {
		return ""
	}
	return ethnicities[n-1]
}
