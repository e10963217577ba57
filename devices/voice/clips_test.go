package voice

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"halld/devices"
)

// tone is a clip whose every sample is v.
func tone(rate, n int, v int16) *fstest.MapFile {
	return &fstest.MapFile{Data: pcm{rate: rate, samples: slices.Repeat([]int16{v}, n)}.wav(100)}
}

func TestEveryCallHasClips(t *testing.T) {
	var played []byte
	c := NewClips(ClipOpts{Play: func(_ context.Context, wav []byte) error { played = wav; return nil }})
	for letter := 'A'; letter <= 'Z'; letter++ {
		for w := 1; w <= 99; w += 7 {
			spoken, err := Call{string(letter) + "0123456789", w}.spoken()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Check(spoken); err != nil {
				t.Fatalf("%s: %v", spoken, err)
			}
		}
	}
	if err := c.Speak(t.Context(), "请A零一二号到三号窗口", 100); err != nil {
		t.Fatal(err)
	}
	sound, err := parseWAV(played)
	if err != nil {
		t.Fatal(err)
	}
	if s := len(sound.samples) / sound.rate; sound.rate != 16000 || s < 2 || s > 4 {
		t.Errorf("a call takes %d s at %d Hz, want 2 to 4 s at 16000 Hz", s, sound.rate)
	}
	if s, err := c.Identify(t.Context()); err != nil || s != "built-in clips at 16000 Hz" {
		t.Errorf("Identify = %q, %v", s, err)
	}
}

func TestEmbeddedClipsAreSound(t *testing.T) {
	files, err := filepath.Glob("clips/*.wav")
	if err != nil || len(files) != 41 {
		t.Fatalf("got %d clips, %v, want 41", len(files), err)
	}
	total := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		total += len(b)
		sound, err := parseWAV(b)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		length := time.Duration(len(sound.samples)) * time.Second / 16000
		if sound.rate != 16000 || length < 80*time.Millisecond || length > time.Second {
			t.Errorf("%s: %v at %d Hz", f, length, sound.rate)
		}
		if loud := slices.Max(sound.samples); loud < 10000 {
			t.Errorf("%s: loudest sample %d, nobody hears it", f, loud)
		}
	}
	if total > 400<<10 {
		t.Errorf("clips take %d bytes, want 400 KiB at most", total)
	}
}

// The exact samples that a text becomes: longest clip first, gaps, a pause for
// a comma, volume.
func TestJoin(t *testing.T) {
	pack := fstest.MapFS{
		"请.wav": tone(8000, 3, 1000), "稍候.wav": tone(8000, 2, -2000), "稍.wav": tone(8000, 1, 1), "请稍.wav": tone(8000, 1, 2),
	}
	var played []byte
	c := NewClips(ClipOpts{
		Clips: pack, Gap: time.Millisecond, Pause: 2 * time.Millisecond,
		Play: func(_ context.Context, wav []byte) error { played = wav; return nil },
	})
	if err := c.Speak(t.Context(), "请，稍候", 50); err != nil {
		t.Fatal(err)
	}
	want := pcm{rate: 8000, samples: slices.Concat([]int16{500, 500, 500}, make([]int16, 16+8), []int16{-1000, -1000})}
	if !bytes.Equal(played, want.wav(100)) {
		t.Errorf("played % X\nwant % X", played, want.wav(100))
	}
	if err := c.Check("请稍候"); !errors.Is(err, ErrUnspeakable) { // 请稍 is taken first
		t.Errorf("Check(请稍候): %v, want ErrUnspeakable", err)
	}
}

// Recordings that lack a word, or mix their rates, or are broken, never make a
// call silent: the embedded clips say the whole of it.
func TestRecordingsWithGaps(t *testing.T) {
	for name, pack := range map[string]fstest.MapFS{
		"empty":  {},
		"lack":   {"一.wav": tone(8000, 5, 9)},
		"mixed":  {"一.wav": tone(8000, 5, 9), "二.wav": tone(16000, 5, 9)},
		"broken": {"一.wav": tone(8000, 5, 9), "二.wav": {Data: []byte("RIFFxxxxMP3 ")}},
		"silent": {"一.wav": tone(8000, 0, 9), "二.wav": tone(8000, 0, 9)},
	} {
		var played []byte
		c := NewClips(ClipOpts{Clips: pack, Play: func(_ context.Context, wav []byte) error { played = wav; return nil }, Gap: 1})
		if err := c.Speak(t.Context(), "一二", 100); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if sound, err := parseWAV(played); err != nil || sound.rate != 16000 {
			t.Errorf("%s: played at %d Hz, %v, want the embedded 16000", name, sound.rate, err)
		}
	}
}

func TestOwnPhrase(t *testing.T) {
	c := NewClips(ClipOpts{Clips: fstest.MapFS{"暂停服务.wav": tone(8000, 5, 9)}, Play: func(context.Context, []byte) error { return nil }})
	if err := c.Check("暂停服务"); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"../clips/一", "\xff", "暂", "，"} {
		if err := c.Speak(t.Context(), text, 100); err == nil {
			t.Errorf("Speak(%q): no error", text)
		}
	}
	if s, err := c.Identify(t.Context()); err != nil || s[:8] != "built-in" {
		t.Errorf("Identify = %q, %v, want the built-in clips", s, err)
	}
}

func TestPlayerPrograms(t *testing.T) {
	out := filepath.Join(t.TempDir(), "played")
	if err := command("dd", "of="+out)(t.Context(), []byte("RIFF")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "RIFF" {
		t.Errorf("played %q, %v", b, err)
	}
	c := NewClips(ClipOpts{Play: command("no-such-player")})
	if err := c.Speak(t.Context(), "一", 100); !errors.Is(err, devices.ErrOffline) {
		t.Errorf("without a player: %v, want ErrOffline", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := command("sleep", "10")(ctx, nil); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("a player outlived its context: %v after %v", err, time.Since(begun))
	}
}
