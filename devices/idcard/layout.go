package idcard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// textLen is the length of the text block, in bytes, on every kind of card.
const textLen = 256

// What can be wrong with a card that was read well.
var (
	// ErrUnsupportedCard: the type mark is none of the four, or the module does
	// not take this card.
	ErrUnsupportedCard = errors.New("unsupported kind of card")
	// ErrMalformed: a field does not hold what its kind of card says.
	ErrMalformed = errors.New("malformed card data")
	// ErrPrivateUse: the name has a character of Unicode's private use, as old
	// cards do for rare hanzi. Which one is meant stands on the card only.
	ErrPrivateUse = errors.New("private-use character in the name")
)

// field is a place in the text block: offset and length in bytes.
type field struct{ at, len int }

// Fields that every layout, or all but one, has in the same place.
var (
	atNumber = field{122, 36}
	atIssued = field{188, 16}
	atExpiry = field{204, 16}
	atMark   = field{248, 2}
)

// layout is where one kind of card keeps its fields (GA 490, GA/T 490-2019).
// A field of no length is not on that card.
type layout struct {
	kind                              Kind
	name, english, englishMore        field
	sex, ethnicity, birth, number     field
	issuer, pass, issues, nationality field
}

// layoutOf goes by the type mark. A mark that no standard names is never
// guessed at.
func layoutOf(mark string) (layout, error) {
	l := layout{name: field{0, 30}, sex: field{30, 2}, birth: field{36, 16}, number: atNumber}
	switch mark {
	case " ":
		l.kind, l.ethnicity, l.issuer = Resident, field{32, 4}, field{158, 30}
	case "J":
		l.kind, l.issuer = ResidencePermit, field{158, 30}
		l.pass, l.issues = field{220, 18}, field{238, 4}
	case "I":
		l = layout{
			kind: Foreigner2017, english: field{0, 120}, sex: field{120, 2}, number: field{122, 30},
			nationality: field{152, 6}, name: field{158, 30}, birth: field{220, 16}, issuer: field{240, 8},
		}
	case "Y":
		l.kind, l.issues, l.nationality = Foreigner2023, field{32, 4}, field{242, 6}
		l.english, l.englishMore = field{52, 70}, field{220, 22}
	default:
		return l, fmt.Errorf("%w: unknown type mark", ErrUnsupportedCard)
	}
	return l, nil
}

// cutText finds the text in the data of a base read (30 01, or 30 10 with a
// third length for fingerprints). Everything behind it is not looked at.
func cutText(data []byte) ([]byte, error) {
	if len(data) < 6 {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(data))
	}
	text := int(binary.BigEndian.Uint16(data))
	photo := int(binary.BigEndian.Uint16(data[2:]))
	finger := int(binary.BigEndian.Uint16(data[4:]))
	head := 4
	if head+text+photo != len(data) {
		head = 6
		photo += finger
	}
	if text != textLen || head+text+photo != len(data) {
		return nil, fmt.Errorf("%w: lengths do not add up", ErrMalformed)
	}
	return data[head : head+textLen], nil
}

// parseCard reads a text block of 256 bytes. Its errors wrap ErrUnsupportedCard,
// ErrMalformed or ErrPrivateUse, name the field and never its content.
func parseCard(text []byte) (Card, error) {
	if len(text) != textLen {
		return Card{}, fmt.Errorf("%w: text of %d bytes", ErrMalformed, len(text))
	}
	p := parser{text: text}
	l, err := layoutOf(p.raw(atMark))
	if err != nil {
		return Card{}, err
	}
	c := Card{
		Kind:        l.kind,
		Name:        p.str("name", l.name),
		EnglishName: p.str("english name", l.english, l.englishMore),
		Sex:         p.sexOf(l.sex),
		Ethnicity:   ethnicity(p.str("ethnicity", l.ethnicity)),
		Birth:       p.date("birth", l.birth),
		Issuer:      p.str("issuer", l.issuer),
		From:        p.date("valid from", atIssued),
		PassNumber:  p.str("pass number", l.pass),
		IssueCount:  p.str("issue count", l.issues),
		Nationality: p.str("nationality", l.nationality),
	}
	c.To, c.LongTerm = p.expiry()
	id := p.id(l)
	c.Number, c.Conflict = id.Number, c.conflict(id)
	if p.err != nil {
		return Card{}, p.err
	}
	if err := c.check(); err != nil {
		return Card{}, err
	}
	return c, nil
}

// conflict is what the number tells otherwise than the card.
func (c Card) conflict(id Identity) string {
	switch {
	case !sameBirth(c.Birth, id):
		return "birth"
	case known(c.Sex) && known(id.Sex) && c.Sex != id.Sex:
		return "sex"
	}
	return ""
}

// check sees that the card names somebody and is valid at some time.
func (c Card) check() error {
	switch {
	case c.Name == "" && c.EnglishName == "":
		return fmt.Errorf("%w: no name", ErrMalformed)
	case !c.LongTerm && c.To.Compare(c.From) < 0:
		return fmt.Errorf("%w: validity ends before it begins", ErrMalformed)
	case strings.ContainsFunc(c.Name+c.EnglishName, privateUse):
		return ErrPrivateUse
	}
	return nil
}

func privateUse(r rune) bool { return unicode.Is(unicode.Co, r) }

// sameBirth leaves out the century of a number that has none.
func sameBirth(d Date, id Identity) bool {
	if id.Kind == Foreigner2017 {
		return d.Year%100 == id.Birth.Year%100 && d.Month == id.Birth.Month && d.Day == id.Birth.Day
	}
	return d == id.Birth
}

func known(s Sex) bool { return s == Male || s == Female }

// parser reads fields and keeps the first error.
type parser struct {
	text []byte
	err  error
}

func (p *parser) fail(name, what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s: %s", ErrMalformed, name, what)
	}
}

// raw decodes a field of UTF-16LE, padding and all.
func (p *parser) raw(f field) string {
	units := make([]uint16, f.len/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(p.text[f.at+2*i:])
	}
	return string(utf16.Decode(units))
}

// str is a field, or one that is kept in several places, without the padding on
// its right. Inner spaces stay, and the break between two places may fall on
// one: names of foreigners have them.
func (p *parser) str(name string, places ...field) string {
	var s string
	for _, f := range places {
		s += p.raw(f)
	}
	s = strings.TrimRight(s, " \x00\u3000")
	if strings.ContainsFunc(s, broken) {
		p.fail(name, "character that no text has")
		return ""
	}
	return s
}

// broken tells of a character that no card may hold: half of a surrogate pair,
// which is decoded as U+FFFD, a noncharacter, a control, or one that is not seen
// and steers what is, such as U+202E (turns the line round) and U+200B.
func broken(r rune) bool {
	switch {
	case r == unicode.ReplacementChar, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func (p *parser) date(name string, f field) Date {
	d, err := ParseDate(p.str(name, f))
	if err != nil {
		p.fail(name, "not a date")
	}
	return d
}

func (p *parser) expiry() (Date, bool) {
	if p.str("valid to", atExpiry) == "长期" {
		return Date{}, true
	}
	return p.date("valid to", atExpiry), false
}

func (p *parser) sexOf(f field) Sex {
	s, ok := parseSex(p.str("sex", f))
	if !ok {
		p.fail("sex", "unknown code")
	}
	return s
}

func (p *parser) id(l layout) Identity {
	id, err := ParseNumber(p.str("number", l.number))
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if (l.kind == Foreigner2017) != (id.Kind == Foreigner2017) {
		p.fail("number", "of another kind of card")
	}
	return id
}
