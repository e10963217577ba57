package printer

import (
	"encoding/binary"
	"math"
)

// A form is the shape of one command behind its prefix: params bytes that are
// always there, and payload bytes whose number the params tell, or a payload
// that NUL ends.
type form struct {
	name    string
	params  int
	payload func(p []byte) int
	zero    bool
}

func le16(b []byte) int { return int(b[0]) | int(b[1])<<8 }

// le32 is a length, at most what an int holds on every machine.
func le32(b []byte) int { return int(min(binary.LittleEndian.Uint32(b), math.MaxInt32)) }

// blockForm is the form of ESC (, FS ( and GS (, which a third byte tells
// apart: a 16-bit length and so many bytes.
func blockForm(prefix []byte) form {
	name := map[byte]string{esc: "ESC ( ", fs: "FS ( ", gs: "GS ( "}[prefix[0]]
	return form{name: name + string(rune(prefix[2])), params: 2, payload: le16}
}

// barcodeForm is the form of GS k, which the kind of barcode m decides: data
// up to a NUL (form A) or a length and so many bytes (form B).
func barcodeForm(m byte) form {
	if m < 65 {
		return form{name: "GS k", params: 1, zero: true}
	}
	return form{name: "GS k", params: 2, payload: func(p []byte) int { return int(p[1]) }}
}

// commands are the commands whose prefix is two bytes, as the ESC/POS
// reference names them.
var commands = map[string]form{
	"\x1b\x06": {"ESC ACK", 1, nil, false}, // asked by clients that look for a Star printer
	"\x1b\x0c": {"ESC FF", 0, nil, false},
	"\x1b ":    {"ESC SP", 1, nil, false},
	"\x1b!":    {"ESC !", 1, nil, false},
	"\x1b$":    {"ESC $", 2, nil, false},
	"\x1b%":    {"ESC %", 1, nil, false},
	"\x1b*":    {"ESC *", 3, bitImage, false},
	"\x1b-":    {"ESC -", 1, nil, false},
	"\x1b2":    {"ESC 2", 0, nil, false},
	"\x1b3":    {"ESC 3", 1, nil, false},
	"\x1b=":    {"ESC =", 1, nil, false},
	"\x1b?":    {"ESC ?", 1, nil, false},
	"\x1b@":    {"ESC @", 0, nil, false},
	"\x1bB":    {"ESC B", 2, nil, false},
	"\x1bD":    {"ESC D", 0, nil, true},
	"\x1bE":    {"ESC E", 1, nil, false},
	"\x1bG":    {"ESC G", 1, nil, false},
	"\x1bJ":    {"ESC J", 1, nil, false},
	"\x1bK":    {"ESC K", 1, nil, false},
	"\x1bL":    {"ESC L", 0, nil, false},
	"\x1bM":    {"ESC M", 1, nil, false},
	"\x1bR":    {"ESC R", 1, nil, false},
	"\x1bS":    {"ESC S", 0, nil, false},
	"\x1bT":    {"ESC T", 1, nil, false},
	"\x1bU":    {"ESC U", 1, nil, false},
	"\x1bV":    {"ESC V", 1, nil, false},
	"\x1bW":    {"ESC W", 8, nil, false},
	"\x1b\\":   {"ESC \\", 2, nil, false},
	"\x1ba":    {"ESC a", 1, nil, false},
	"\x1bc":    {"ESC c", 2, nil, false},
	"\x1bd":    {"ESC d", 1, nil, false},
	"\x1be":    {"ESC e", 1, nil, false},
	"\x1bi":    {"ESC i", 0, nil, false},
	"\x1bm":    {"ESC m", 0, nil, false},
	"\x1bp":    {"ESC p", 3, nil, false},
	"\x1br":    {"ESC r", 1, nil, false},
	"\x1bt":    {"ESC t", 1, nil, false},
	"\x1bu":    {"ESC u", 1, nil, false},
	"\x1bv":    {"ESC v", 0, nil, false},
	"\x1b{":    {"ESC {", 1, nil, false},

	"\x1c!": {"FS !", 1, nil, false},
	"\x1c&": {"FS &", 0, nil, false},
	"\x1c-": {"FS -", 1, nil, false},
	"\x1c.": {"FS .", 0, nil, false},
	"\x1c2": {"FS 2", 74, nil, false},
	"\x1c?": {"FS ?", 2, nil, false},
	"\x1cC": {"FS C", 1, nil, false},
	"\x1cS": {"FS S", 2, nil, false},
	"\x1cW": {"FS W", 1, nil, false},
	"\x1cp": {"FS p", 2, nil, false},

	"\x1d!":  {"GS !", 1, nil, false},
	"\x1d$":  {"GS $", 2, nil, false},
	"\x1d*":  {"GS *", 2, func(p []byte) int { return int(p[0]) * int(p[1]) * 8 }, false},
	"\x1d/":  {"GS /", 1, nil, false},
	"\x1d:":  {"GS :", 0, nil, false},
	"\x1dB":  {"GS B", 1, nil, false},
	"\x1dE":  {"GS E", 1, nil, false},
	"\x1dH":  {"GS H", 1, nil, false},
	"\x1dI":  {"GS I", 1, nil, false},
	"\x1dL":  {"GS L", 2, nil, false},
	"\x1dP":  {"GS P", 2, nil, false},
	"\x1dT":  {"GS T", 1, nil, false},
	"\x1dV":  {"GS V", 1, cutPayload, false},
	"\x1dW":  {"GS W", 2, nil, false},
	"\x1d\\": {"GS \\", 2, nil, false},
	"\x1d^":  {"GS ^", 3, nil, false},
	"\x1da":  {"GS a", 1, nil, false},
	"\x1db":  {"GS b", 1, nil, false},
	"\x1dc":  {"GS c", 0, nil, false},
	"\x1de":  {"GS e", 1, nil, false},
	"\x1df":  {"GS f", 1, nil, false},
	"\x1dh":  {"GS h", 1, nil, false},
	"\x1dj":  {"GS j", 1, nil, false},
	"\x1dr":  {"GS r", 1, nil, false},
	"\x1dv":  {"GS v 0", 6, nil, false}, // the rows behind it come one by one, see parser
	"\x1dw":  {"GS w", 1, nil, false},

	"\x10\x04": {"DLE EOT", 1, func(p []byte) int { return more(p[0] == 7 || p[0] == 8 || p[0] == 18, 1) }, false},
	"\x10\x05": {"DLE ENQ", 1, nil, false},
	"\x10\x14": {"DLE DC4", 1, pulsePayload, false},
}

// controls are the commands of one byte.
var controls = map[byte]string{0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}

func more(yes bool, n int) int {
	if yes {
		return n
	}
	return 0
}

func bitImage(p []byte) int {
	n := le16(p[1:])
	if p[0] >= 32 {
		return 3 * n
	}
	return n
}

func cutPayload(p []byte) int {
	switch p[0] {
	case 65, 66, 97, 98, 103, 104:
		return 1
	}
	return 0
}

func pulsePayload(p []byte) int {
	switch p[0] {
	case 1, 2:
		return 2
	case 3:
		return 4
	case 7:
		return 1
	case 8:
		return 7
	}
	return 0
}
