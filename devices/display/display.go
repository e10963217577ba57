package display

import (
	"context"
	"errors"
	"fmt"
)

// Content is what a display shows. The zero Content is a blank display.
type Content struct {
	// Ticket is the number called, such as A012.
	Ticket string
	// Window is the counter it is called to.
	Window int
	// Text is what a strip shows instead of the call.
	Text string
}

// sentence is what a strip shows.
func (c Content) sentence() string {
	switch {
	case c.Text != "":
		return c.Text
	case c.Ticket == "":
		return ""
	case c.Window == 0:
		return fmt.Sprintf("请%s号", c.Ticket)
	default:
		return fmt.Sprintf("请%s号到%d号窗口", c.Ticket, c.Window)
	}
}

// ErrUnshowable is wrapped by the error for a Content that a display cannot show:
// too long for its tubes, or with a character that it lacks.
var ErrUnshowable = errors.New("display cannot show this")

// Display is any display of this package.
type Display interface {
	// Show replaces all that is shown. The zero Content blanks the display. A
	// Content that the display cannot show blanks it too, since what stood
	// there before would mislead; the error then wraps [ErrUnshowable].
	Show(ctx context.Context, c Content) error
	// Identify finds out, without changing what is shown, whether the display
	// is there. The error for one that knows no question wraps
	// [devices.ErrCannotAnswer].
	Identify(ctx context.Context) (string, error)
	// Halt blanks the display.
	Halt() error
	String() string
}

var (
	_ Display = (*Dev)(nil)
	_ Display = (*Segments)(nil)
)
