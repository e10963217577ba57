package printer

import (
	"bytes"
	"fmt"
)

// token is one command or one character of a job, as the far end reads it.
type token struct {
	name string // "ESC @", "text", "LF", …
	data []byte // all of its bytes
}

// nextToken reads one token. It gives the zero token if b holds only a part
// of it, and an error if the driver should never send what b begins with.
func nextToken(b []byte) (token, error) {
	name, n, err := tokenLength(b)
	if err != nil || n == 0 || n > len(b) {
		return token{}, err
	}
	return token{name, b[:n]}, nil
}

// tokenLength is the length of the first token, 0 if b is too short to tell.
func tokenLength(b []byte) (name string, n int, err error) {
	if len(b) == 0 {
		return "", 0, nil
	}
	switch c := b[0]; {
	case c == 0:
		return "NUL", 1, nil
	case c == '\n':
		return "LF", 1, nil
	case c >= 0x20 && c < 0x7f:
		return "text", 1, nil
	case c > 0x80 && c < 0xff:
		return "text", 2, nil
	}
	if len(b) < 2 {
		return "", 0, nil
	}
	fixed := map[string]int{
		"\x1b@": 2, "\x1bi": 2, "\x1bm": 2, "\x1ba": 3, "\x1bE": 3, "\x1bJ": 3,
		"\x1c&": 2, "\x1cS": 4, "\x1c!": 3,
		"\x1d!": 3, "\x1dB": 3, "\x1da": 3, "\x1dr": 3, "\x1dI": 3, "\x1dh": 3, "\x1dw": 3, "\x1dH": 3, "\x1dV": 4,
		"\x10\x04": 3, "\x10\x05": 3, "\x10\x14": 10,
	}
	prefix := map[byte]string{0x1b: "ESC", 0x1c: "FS", 0x1d: "GS", 0x10: "DLE"}[b[0]]
	name = fmt.Sprintf("%s %s", prefix, b[1:2])
	if b[0] == 0x10 {
		name = fmt.Sprintf("DLE %02X", b[1])
	}
	switch two := string(b[:2]); {
	case (two == "\x1dV" || two == "\x1dk") && len(b) < 3:
		return name, 0, nil
	case (two == "\x1dV" || two == "\x1dk") && b[2] < 65: // the older forms
		return "", 0, fmt.Errorf("the driver should not send % x", b[:3])
	}
	if n, ok := fixed[string(b[:2])]; ok {
		return name, n, nil
	}
	switch string(b[:2]) {
	case "\x1d(":
		if len(b) < 5 {
			return name, 0, nil
		}
		return fmt.Sprintf("GS ( %c", b[2]), 5 + int(b[3]) + int(b[4])<<8, nil
	case "\x1dk":
		if len(b) < 4 {
			return name, 0, nil
		}
		return name, 4 + int(b[3]), nil
	case "\x1dv":
		if len(b) < 8 {
			return name, 0, nil
		}
		return name, 8 + (int(b[4])+int(b[5])<<8)*(int(b[6])+int(b[7])<<8), nil
	}
	return "", 0, fmt.Errorf("the driver should not send % x", b[:min(len(b), 8)])
}

// tokenize reads a whole job.
func tokenize(job []byte) ([]token, error) {
	var tokens []token
	for len(job) > 0 {
		t, err := nextToken(job)
		if err != nil {
			return tokens, err
		}
		if t.data == nil {
			return tokens, fmt.Errorf("the job ends inside % x", job[:min(len(job), 8)])
		}
		tokens = append(tokens, t)
		job = job[len(t.data):]
	}
	return tokens, nil
}

// printedText is the text of a job's rows, still encoded.
func printedText(tokens []token) []byte {
	var out bytes.Buffer
	for _, t := range tokens {
		if t.name == "text" || t.name == "LF" {
			out.Write(t.data)
		}
	}
	return out.Bytes()
}

func count(tokens []token, name string) int {
	n := 0
	for _, t := range tokens {
		if t.name == name {
			n++
		}
	}
	return n
}
