package cardreader

import (
	"encoding/binary"
	"unicode/utf16"
)

// Type is the type mark of a card.
type Type byte

// The cards that readers meet (GA/T 490). The zero Type is a resident's.
const (
	Resident      Type = ' ' // 居民身份证
	Permit        Type = 'J' // 港澳台居民居住证
	Foreigner2017 Type = 'I' // 外国人永久居留身份证, 2017 version
	Foreigner2023 Type = 'Y' // the same, 2023 version
)

// LongTerm is the To of a card without end.
const LongTerm = "长期"

// Card is what a card holds. Which fields count depends on Type; a field
// that is too long for its place is cut there, as it is on the chip.
type Card struct {
	Type        Type
	Name        string // Chinese name
	EnglishName string
	Sex         string // 0, 1, 2 or 9
	Ethnicity   string // two digits, GB/T 3304
	Birth       string // YYYYMMDD
	Address     string
	Number      string
	Issuer      string
	From, To    string // YYYYMMDD; To may be LongTerm
	PassNumber  string // permits
	IssueCount  string // permits and foreigners of 2023, two digits
	Nationality string // foreigners, GB/T 2659
	Version     string // foreigners of 2017
	Authority   string // foreigners of 2017
	Link        string // foreigners of 2023, to an earlier number

	Addresses    []string // additional addresses, oldest first, up to four
	Photo        []byte   // WLT; empty means a drawn pattern that holds a preamble
	Fingerprints int      // 0, 1 or 2, of 512 bytes each
	Chip         [4]byte  // answered by find
	Serial       [8]byte  // answered by select
	Body         [28]byte // management number; zero means Serial and then zeros
}

const (
	textLen    = 256
	photoLen   = 1024
	fingerLen  = 512
	addressLen = 70
)

// field is a place in the text block, in bytes.
type field struct {
	at, size int
	value    string
}

// Text is the text block, 256 bytes of UTF-16LE padded with spaces.
func (c Card) Text() []byte {
	b := spaces(textLen)
	for _, f := range c.fields() {
		put(b[f.at:f.at+f.size], f.value)
	}
	return b
}

func (c Card) fields() []field {
	switch c.Type {
	case Permit:
		return append(c.resident(),
			field{220, 18, c.PassNumber}, field{238, 4, c.IssueCount}, field{248, 2, "J"})
	case Foreigner2017:
		return []field{
			{0, 120, c.EnglishName},
			{120, 2, c.Sex},
			{122, 30, c.Number},
			{152, 6, c.Nationality},
			{158, 30, c.Name},
			{188, 16, c.From},
			{204, 16, c.To},
			{220, 16, c.Birth},
			{236, 4, c.Version},
			{240, 8, c.Authority},
			{248, 2, "I"},
		}
	case Foreigner2023:
		first, rest := splitName(c.EnglishName)
		return []field{
			{0, 30, c.Name},
			{30, 2, c.Sex},
			{32, 4, c.IssueCount},
			{36, 16, c.Birth},
			{52, 70, first},
			{122, 36, c.Number},
			{188, 16, c.From},
			{204, 16, c.To},
			{220, 22, rest},
			{242, 6, c.Nationality},
			{248, 2, "Y"},
			{250, 6, c.Link},
		}
	case Resident, 0:
		return c.resident()
	}
	return append(c.resident(), field{248, 2, string(rune(c.Type))})
}

func (c Card) resident() []field {
	return []field{
		{0, 30, c.Name},
		{30, 2, c.Sex},
		{32, 4, c.Ethnicity},
		{36, 16, c.Birth},
		{52, 70, c.Address},
		{122, 36, c.Number},
		{158, 30, c.Issuer},
		{188, 16, c.From},
		{204, 16, c.To},
	}
}

// splitName cuts an English name for the two places of the 2023 layout.
func splitName(s string) (first, rest string) {
	const places = 35
	r := []rune(s)
	n := min(len(r), places)
	return string(r[:n]), string(r[n:])
}

func spaces(n int) []byte {
	b := make([]byte, n)
	put(b, "")
	return b
}

// put writes s at the start of b and fills b with spaces. It never cuts a
// character of two units in halves.
func put(b []byte, s string) {
	units := make([]uint16, 0, len(b)/2)
	for _, r := range s {
		more := utf16.AppendRune(units, r)
		if len(more) > len(b)/2 {
			break
		}
		units = more
	}
	for i := range len(b) / 2 {
		u := uint16(' ')
		if i < len(units) {
			u = units[i]
		}
		binary.LittleEndian.PutUint16(b[2*i:], u)
	}
}

func (c Card) addresses(all bool) []byte {
	list := c.Addresses[:min(len(c.Addresses), 4)]
	if !all && len(list) > 1 {
		list = list[len(list)-1:]
	}
	var b []byte
	for _, a := range list {
		place := spaces(addressLen)
		put(place, a)
		b = append(b, place...)
	}
	return b
}

func (c Card) management() []byte {
	if c.Body == [28]byte{} {
		copy(c.Body[:], c.Serial[:])
	}
	return c.Body[:]
}

// photo is 1024 bytes with the head of a WLT file, 102 by 126 dots.
func (c Card) photo() []byte {
	b := make([]byte, photoLen)
	if len(c.Photo) > 0 {
		copy(b, c.Photo)
		return b
	}
	head := copy(b, []byte{'W', 'L', 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00, 0x00, 0xFF, 0x85})
	pattern(b[head:], 0x03, 7)
	copy(b[500:], preamble)
	return b
}

func (c Card) finger() []byte {
	b := make([]byte, min(max(c.Fingerprints, 0), 2)*fingerLen)
	pattern(b, 0x05, 11)
	return b
}

func pattern(b []byte, first, step int) {
	for i := range b {
		b[i] = byte(first + i*step)
	}
}
