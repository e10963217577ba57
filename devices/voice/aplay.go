package voice

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"
)

// Aplay is the player of alsa-utils on an ALSA device, such as "default" or
// "plughw:1,0". It is killed when its context ends.
func Aplay(device string) Player {
	return command("aplay", "-q", "-D", device, "-")
}

// command plays through the standard input of a program.
func command(name string, args ...string) Player {
	return func(ctx context.Context, wav []byte) error {
		var said bytes.Buffer
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Stdin = bytes.NewReader(wav)
		cmd.Stderr = &said
		cmd.WaitDelay = time.Second
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(said.Bytes()))
		}
		return nil
	}
}
