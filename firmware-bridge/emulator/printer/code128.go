package printer

// code128Widths are the symbols of CODE128 as widths of bars and spaces, 0 to
// 105; 103 to 105 are the starts in sets A, B and C.
const code128Widths = "" +
	"212222222122222221121223121322131222122213122312132212221213" +
	"221312231212112232122132122231113222123122123221223211221132" +
	"221231213212223112312131311222321122321221312212322112322211" +
	"212123212321232121111323131123131321112313132113132311211313" +
	"231113231311112133112331132131113123113321133121313121211331" +
	"231131213113213311213131311123311321331121312113312311332111" +
	"314111221411431111111224111422121124121421141122141221112214" +
	"112412122114122411142112142211241211221114413111241112134111" +
	"111242121142121241114212124112124211411212421112421211212141" +
	"214121412121111143111341131141114113114311411113411311113141" +
	"114131311141411131211412211214211232"

const code128Stop = "2331112"

const (
	setA   = 'A'
	setB   = 'B'
	setC   = 'C'
	codeC  = 99
	startA = 103
)

// code128 turns the data of GS k 73 into modules, true is black, and the text
// people read. The data begins with {A, {B or {C; braces change the set later.
func code128(data []byte) (modules []bool, label string, ok bool) {
	values, label, ok := code128Values(data)
	if !ok {
		return nil, "", false
	}
	sum := values[0]
	for i, v := range values[1:] {
		sum += (i + 1) * v
	}
	for _, v := range append(values, sum%103) {
		modules = appendBars(modules, code128Widths[6*v:6*v+6])
	}
	return appendBars(modules, code128Stop), label, true
}

func appendBars(m []bool, widths string) []bool {
	for i := range len(widths) {
		for range widths[i] - '0' {
			m = append(m, i%2 == 0)
		}
	}
	return m
}

func code128Values(data []byte) (values []int, label string, ok bool) {
	var set byte
	var text []byte
	for i := 0; i < len(data); i++ {
		b := data[i]
		if b == '{' {
			i++
			if i == len(data) {
				return nil, "", false
			}
			v, next, ok := code128Brace(data[i], set)
			if !ok {
				return nil, "", false
			}
			values, set = append(values, v), next
			if data[i] == '{' {
				text = append(text, '{')
			}
			continue
		}
		v, ok := code128Value(b, set)
		if !ok {
			return nil, "", false
		}
		values = append(values, v)
		text = appendLabel(text, b, set)
	}
	return values, string(text), len(values) > 1
}

// code128Brace is what stands behind a brace: a start, another set, a function
// or the brace itself.
func code128Brace(b, set byte) (value int, next byte, ok bool) {
	switch {
	case b >= setA && b <= setC && set == 0:
		return startA + int(b-setA), b, true
	case b >= setA && b <= setC:
		return map[byte]int{setA: 101, setB: 100, setC: codeC}[b], b, true
	case set == 0:
		return 0, 0, false
	case b == '1':
		return 102, set, true
	case b == '{' && set == setB:
		return '{' - 32, set, true
	}
	return 0, 0, false
}

func code128Value(b, set byte) (int, bool) {
	switch {
	case set == setC:
		return int(b), b < 100
	case set == setB:
		return int(b) - 32, b >= 32 && b < 128
	case set == setA && b < 32:
		return int(b) + 64, true
	case set == setA:
		return int(b) - 32, b < 96
	}
	return 0, false
}

func appendLabel(text []byte, b, set byte) []byte {
	switch {
	case set == setC:
		return append(text, '0'+b/10, '0'+b%10)
	case b < 32:
		return append(text, ' ')
	}
	return append(text, b)
}
