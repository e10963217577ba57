package voice

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"halld/devices"
)

//go:embed clips/*.wav
var embedded embed.FS

// Player plays a whole WAV file and returns when it is over. It ends early with
// its context.
type Player func(ctx context.Context, wav []byte) error

// ClipOpts configures Clips. Every zero field takes its default.
type ClipOpts struct {
	// Clips is a folder of recordings, each named by the text that it speaks,
	// such as 号窗口.wav: WAV, mono, 16 bit, one rate. What it cannot speak
	// whole is spoken with the embedded clips, so voices never mix in one
	// sentence. Nil is the embedded clips alone.
	Clips fs.FS
	Play  Player        // default Aplay("default")
	Gap   time.Duration // silence between two clips; default 30 ms
	Pause time.Duration // silence for a comma or a blank; default 250 ms
}

// Clips speaks by joining recorded parts.
type Clips struct {
	opts  ClipOpts
	packs []fs.FS
}

// NewClips makes an engine of recordings, or of the embedded clips.
func NewClips(opts ClipOpts) *Clips {
	if opts.Play == nil {
		opts.Play = Aplay("default")
	}
	opts.Gap = cmp.Or(opts.Gap, 30*time.Millisecond)
	opts.Pause = cmp.Or(opts.Pause, 250*time.Millisecond)
	c := &Clips{opts: opts}
	if opts.Clips != nil {
		c.packs = append(c.packs, opts.Clips)
	}
	if own, err := fs.Sub(embedded, "clips"); err == nil {
		c.packs = append(c.packs, own)
	}
	return c
}

// String names the engine.
func (c *Clips) String() string { return "clips" }

// Halt does nothing: the player ends with its context.
func (c *Clips) Halt() error { return nil }

// Identify joins all that a call may need, plays a moment of silence, and says
// whose voice the hall will hear.
func (c *Clips) Identify(ctx context.Context) (string, error) {
	const all = "请ABCDE" + numerals + "号到十号窗口"
	sound, err := c.join(all)
	if err != nil {
		return "", err
	}
	quiet := pcm{rate: sound.rate}
	quiet.silence(c.opts.Gap)
	if err := c.play(ctx, quiet, 0); err != nil {
		return "", err
	}
	if c.opts.Clips == nil {
		return fmt.Sprintf("built-in clips at %d Hz", sound.rate), nil
	}
	if _, err := c.joinFrom(c.opts.Clips, all); err != nil {
		return fmt.Sprintf("built-in clips at %d Hz, since the hall's own lack something: %v", sound.rate, err), nil
	}
	return fmt.Sprintf("the hall's own clips at %d Hz", sound.rate), nil
}

// Check tells whether clips for the whole text are there.
func (c *Clips) Check(text string) error {
	var errs []error
	for _, pack := range c.packs {
		_, err := split(text, has(pack))
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Speak joins the clips of text and plays them.
func (c *Clips) Speak(ctx context.Context, text string, volume int) error {
	sound, err := c.join(text)
	if err != nil {
		return err
	}
	return c.play(ctx, sound, volume)
}

// playMargin is what a player may take beyond the length of a sound: to start,
// and to wait for a sound card that another program has. Beyond it hangs, and
// with it every call behind.
const playMargin = 5 * time.Second

func (c *Clips) play(ctx context.Context, sound pcm, volume int) error {
	limit := sound.length() + playMargin
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := c.opts.Play(limited, sound.wav(volume))
	switch {
	case err == nil:
		return nil
	case limited.Err() != nil && ctx.Err() == nil:
		return fmt.Errorf("playing %v of sound: %w: not over after %v: %w", sound.length(), devices.ErrNoSound, limit, err)
	default:
		return fmt.Errorf("playing: %w: %w", devices.ErrNoSound, err)
	}
}

// join takes the first pack that has every word of text.
func (c *Clips) join(text string) (pcm, error) {
	var errs []error
	for _, pack := range c.packs {
		sound, err := c.joinFrom(pack, text)
		if err == nil {
			return sound, nil
		}
		errs = append(errs, err)
	}
	return pcm{}, errors.Join(errs...)
}

func (c *Clips) joinFrom(pack fs.FS, text string) (pcm, error) {
	words, err := split(text, has(pack))
	if err != nil {
		return pcm{}, err
	}
	var all pcm
	for i, word := range words {
		if word == "" {
			all.silence(c.opts.Pause)
			continue
		}
		clip, err := load(pack, word)
		if err != nil {
			return pcm{}, err
		}
		if all.rate != 0 && all.rate != clip.rate {
			return pcm{}, fmt.Errorf("clip %s: %d Hz among clips of %d Hz", word, clip.rate, all.rate)
		}
		all.rate = clip.rate
		if i > 0 {
			all.silence(c.opts.Gap)
		}
		all.samples = append(all.samples, clip.samples...)
	}
	if len(all.samples) == 0 {
		return pcm{}, fmt.Errorf("%w: nothing but silence", ErrUnspeakable)
	}
	return all, nil
}

func (p pcm) length() time.Duration {
	return time.Duration(len(p.samples)) * time.Second / time.Duration(p.rate)
}

// silence appends d of it. Before the first clip there is no rate, and no need.
func (p *pcm) silence(d time.Duration) {
	p.samples = append(p.samples, make([]int16, int(d.Seconds()*float64(p.rate)))...)
}

func has(pack fs.FS) func(word string) bool {
	return func(word string) bool {
		info, err := fs.Stat(pack, word+".wav")
		return err == nil && info.Mode().IsRegular()
	}
}

func load(pack fs.FS, word string) (pcm, error) {
	b, err := fs.ReadFile(pack, word+".wav")
	if err != nil {
		return pcm{}, fmt.Errorf("reading a clip: %w", err)
	}
	sound, err := parseWAV(b)
	if err != nil {
		return pcm{}, fmt.Errorf("clip %s: %w", word, err)
	}
	return sound, nil
}
