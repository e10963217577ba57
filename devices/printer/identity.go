package printer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"halld/devices"
)

// ErrNoChinese means that the printer says it has no Chinese font. Profile
// "ascii" prints on it nevertheless, slowly.
var ErrNoChinese = errors.New("printer has no Chinese font")

// identity is what a printer says of itself. What it does not tell is empty.
type identity struct {
	maker, model, fonts string
}

// String is maker, model and fonts.
func (i identity) String() string {
	name := strings.TrimSpace(strings.TrimSpace(i.maker) + " " + strings.TrimSpace(i.model))
	if name == "" {
		name = "printer without a name"
	}
	if i.fonts != "" {
		name += ", fonts " + i.fonts
	}
	return name
}

// lacksChinese reports whether the fonts are named and none is Chinese.
func (i identity) lacksChinese() bool {
	fonts := strings.ToUpper(i.fonts)
	return fonts != "" && !strings.Contains(fonts, "GB") && !strings.Contains(fonts, "CHIN")
}

// makers are the profiles of the makers that name themselves.
var makers = []struct{ name, profile string }{
	{"EPSON", "epson"}, {"XPRINTER", "xprinter"}, {"SPRT", "sprt"}, {"CASHINO", "cashino"},
}

// suits is the name of the profile for a printer that says this of itself, empty
// if nothing speaks for one.
func (i identity) suits() string {
	if i.lacksChinese() {
		return "ascii"
	}
	for _, m := range makers {
		if strings.Contains(strings.ToUpper(i.maker+" "+i.model), m.name) {
			return m.profile
		}
	}
	return ""
}

// identity asks GS I for the fonts, the maker and the model. A printer that is
// silent to the first is not asked for more: not every one knows GS I, and each
// costs a time-out.
func (s *session) identity() (i identity, err error) {
	for _, q := range []struct {
		n    byte
		text *string
	}{{69, &i.fonts}, {66, &i.maker}, {67, &i.model}} {
		s.text = q.text
		if err := s.question(gsID + string(rune(q.n))); err != nil {
			return i, err
		}
		err := s.until(s.d.opts.StatusTimeout, func() bool { return s.text == nil })
		s.text = nil
		if err != nil && !errors.Is(err, devices.ErrNoAnswer) {
			return i, err
		}
		if err != nil && i == (identity{}) && q.n == 66 {
			break
		}
	}
	return i, nil
}

// introduce asks a printer who it is, once while the line stays open. It may be
// busy, so silence is asked again with the next two looks.
func (s *session) introduce() error {
	w := &s.d.wire
	if w.introduced >= 3 {
		return nil
	}
	w.introduced++
	i, err := s.identity()
	if err != nil || i == (identity{}) {
		return err
	}
	w.introduced = 3
	s.d.knowFont(!i.lacksChinese())
	s.d.opts.Opened(i.String())
	return nil
}

// knowFont notes whether the printer's own fonts will do for its profile.
func (d *Dev) knowFont(chinese bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state &^= noFont
	if !chinese && d.opts.Profile.Charset != ASCII && !d.opts.TrustCharset {
		d.state |= noFont
	}
}

// Identify asks the printer how it is, who it is and how it confirms a slip, and
// gives what was heard as text. Its error is a [*StateError] if the printer says
// nothing, or can't print now, and wraps [ErrNoChinese] if its fonts won't do.
// With [ConfirmNone] nothing is asked, and the error wraps
// [devices.ErrCannotAnswer].
func (d *Dev) Identify(ctx context.Context) (string, error) {
	if d.opts.Confirm == ConfirmNone {
		return "", fmt.Errorf("%s is not asked, since confirm = \"none\": %w", d, devices.ErrCannotAnswer)
	}
	var text string
	err := d.do(ctx, func(s *session) (err error) {
		text, err = s.interview()
		return err
	})
	d.settle(err)
	switch {
	case err != nil && text != "":
		return text, fmt.Errorf("identifying %s (%s): %w", d, text, err)
	case err != nil:
		return "", fmt.Errorf("identifying %s: %w", d, err)
	}
	return text, nil
}

func (s *session) interview() (string, error) {
	fault, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		return "", fmt.Errorf("%w: if its line carries nothing back, confirm = \"none\" says so", &StateError{devices.NoAnswer})
	}
	if err != nil {
		return "", err
	}
	i, err := s.identity()
	if err != nil {
		return "", err
	}
	text := i.String()
	if prints(fault) {
		if _, err := s.climb(s.ladder(), s.d.opts.ProbeTimeout); err != nil {
			return text, err
		}
		text += ", " + s.d.wire.confirm.String()
	}
	if fault != devices.OK {
		text += ", " + string(fault)
	}
	if suits := i.suits(); suits != "" && suits != s.d.opts.Profile.Name {
		text += fmt.Sprintf(", profile = %q suits it", suits)
	}
	s.d.knowFont(!i.lacksChinese())
	switch {
	case s.d.has(noFont):
		return text, fmt.Errorf("%w: %w", ErrNoChinese, &StateError{devices.NoChinese})
	case !prints(fault):
		return text, &StateError{fault}
	}
	return text, nil
}

// String says what a slip's confirmation rests on.
func (c confirm) String() string {
	return cmp.Or(map[confirm]string{
		byProcessID: "confirms slips by process ID (GS ( H)",
		byPaper:     "confirms slips by paper status (GS r)",
	}[c], "confirms no slips")
}
