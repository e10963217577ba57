package main

import (
	"context"
	"errors"
	"io"
	"testing"
)

// TestInterruptEndsAQuestion: whoever is asked something at a terminal can press
// Ctrl-C instead of answering.
func TestInterruptEndsAQuestion(t *testing.T) {
	for _, args := range [][]string{
		{"person", "checkin", "--staff", "01"},
		{"staff", "pin", "01"},
		{"door", "test", "A/1", "--staff", "01"},
	} {
		silent, end := io.Pipe()
		defer end.Close()
		ctx, interrupt := context.WithCancel(t.Context())
		cmd := root()
		cmd.SetArgs(args)
		cmd.SetIn(silent)
		cmd.SetErr(io.Discard)
		interrupt()
		if err := cmd.ExecuteContext(ctx); !errors.Is(err, errInterrupted) {
			t.Errorf("%v: got %v, want that it was interrupted", args, err)
		}
	}
}
