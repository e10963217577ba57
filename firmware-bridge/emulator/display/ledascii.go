package display

import (
	"strconv"
	"strings"
)

// The ASCII mode of number tubes: a dollar sign, three digits of address, a
// comma, the argument, and one character that says what it is.
const (
	asciiStart      = '$'
	asciiShow       = '#'
	asciiBrightness = '%'
	asciiAddress    = '@'
	asciiCommand    = '&' // 01 test, 02 model, 03 version, 80 ASCII mode, 81 Modbus mode

	asciiHead = len("$001,")
	asciiMax  = 32
)

// cutASCII is the [wire.Cut] of the ASCII mode.
func cutASCII(b []byte) int {
	if b[0] != asciiStart {
		return -1
	}
	for i := 1; i < len(b); i++ {
		switch {
		case i <= 3 && (b[i] < '0' || b[i] > '9'), i == 4 && b[i] != ',', i >= asciiMax:
			return -1
		case i >= asciiHead && strings.ContainsRune("#%@&", rune(b[i])):
			return i + 1
		}
	}
	return 0
}

// command carries out a request of the ASCII mode.
func (d *LED485) command(req string) {
	if req[1:4] != fmtAddress(d.Unit()) {
		return
	}
	arg, kind := req[asciiHead:len(req)-1], req[len(req)-1]
	n, err := strconv.Atoi(strings.TrimSpace(arg))
	switch {
	case kind == asciiShow:
		d.show(fit(arg, d.opts.Digits))
	case err != nil || n < 0:
	case kind == asciiBrightness:
		d.dim(n)
	case kind == asciiAddress:
		d.address(uint16(min(n, 0xFFFF)))
	case kind == asciiCommand:
		d.ask([]byte(req), n)
	}
}

func (d *LED485) ask(req []byte, n int) {
	switch n {
	case 1:
		d.Answer(req, []byte("OK"), d.opts.Delay)
	case 2:
		d.Answer(req, []byte("LED-485"), d.opts.Delay)
	case 3:
		d.Answer(req, []byte("V1.0"), d.opts.Delay)
	case 80, 81:
		d.mu.Lock()
		d.ascii = n == 80
		d.mu.Unlock()
	}
}

func fmtAddress(unit byte) string {
	s := "00" + strconv.Itoa(int(unit))
	return s[len(s)-3:]
}
