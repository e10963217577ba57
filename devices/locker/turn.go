package locker

import "context"

// turn is a token that one at a time may hold.
type turn chan struct{}

func newTurn() turn {
	t := make(turn, 1)
	t.give()
	return t
}

func (t turn) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { t <- struct{}{} }

// Supply is the power supply of one or more boards. It bears one coil at a
// time, on whatever lines the boards hang.
type Supply struct{ turn turn }

// NewSupply makes a supply that no board uses yet.
func NewSupply() *Supply { return &Supply{newTurn()} }
