package main

import (
	"bufio"
	"context"
	"errors"
)

// errInterrupted is Ctrl-C.
var errInterrupted = errors.New("已中断")

// readLine reads a line, or gives up with the context: Ctrl-C ends no read of a
// terminal by itself. Nothing can be read after it gave up.
func readLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := in.ReadString('\n')
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return l.text, l.err
	case <-ctx.Done():
		return "", errInterrupted
	}
}
