package console

import (
	"context"
	"fmt"
	"testing"
)

// Who waits for an answer while the hall stops is told so in words.
func TestStopIsTold(t *testing.T) {
	got := judge(fmt.Errorf("opening the door: %w", context.Canceled))
	if got.code != "stopping" || got.status != 503 {
		t.Errorf("got %+v", got)
	}
}
