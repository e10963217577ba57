package voice

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

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
	if err != nil || len(files) != 45 {
		t.Fatalf("got %d clips, %v, want 45", len(files), err)
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
		text := strings.TrimSuffix(filepath.Base(f), ".wav")
		longest := max(time.Second, time.Duration(utf8.RuneCountInString(text))*300*time.Millisecond)
		if l := sound.length(); sound.rate != 16000 || l < 80*time.Millisecond || l > longest {
			t.Errorf("%s: %v at %d Hz", f, l, sound.rate)
		}
		if loud := slices.Max(sound.samples); loud < 10000 {
			t.Errorf("%s: loudest sample %d, nobody hears it", f, loud)
		}
	}
	if total > len(files)*10<<10 {
		t.Errorf("clips take %d bytes, want 10 KiB each at most", total)
	}
}

// The clips are what make.sh makes: the folder in HALL_CLIPS holds its work of
// today. Another version of espeak-ng may speak a little longer or shorter, and
// then the loudness must still rise and fall alike.
func TestClipsAreMadeByTheScript(t *testing.T) {
	folder := os.Getenv("HALL_CLIPS")
	if folder == "" {
		t.Skip("HALL_CLIPS names no folder that clips/make.sh wrote")
	}
	ours, theirs := names(t, "clips"), names(t, folder)
	if diff := cmp.Diff(ours, theirs); diff != "" {
		t.Errorf("clips (-committed +made):\n%s", diff)
	}
	for _, name := range ours {
		a, errA := os.ReadFile(filepath.Join("clips", name))
		b, errB := os.ReadFile(filepath.Join(folder, name))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !bytes.Equal(a, b) {
			t.Logf("%s: not the same bytes, compared by its shape", name)
			alike(t, name, a, b)
		}
	}
}

func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.wav"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		list = append(list, filepath.Base(f))
	}
	return list
}

// alike holds two recordings to one length, within a tenth, and to one course of
// loudness.
func alike(t *testing.T, name string, a, b []byte) {
	t.Helper()
	one, errA := parseWAV(a)
	two, errB := parseWAV(b)
	if errA != nil || errB != nil {
		t.Errorf("%s: %v, %v", name, errA, errB)
		return
	}
	if long, short := max(one.length(), two.length()), min(one.length(), two.length()); long-short > long/10 {
		t.Errorf("%s: committed with %v, made with %v", name, one.length(), two.length())
	}
	if c := correlation(course(one), course(two)); c < 0.8 {
		t.Errorf("%s: the loudness of the two agrees to %.2f, want 0.8", name, c)
	}
}

// course is the loudness of a sound in twenty equal parts.
func course(p pcm) (parts [20]float64) {
	for i, s := range p.samples {
		parts[i*len(parts)/len(p.samples)] += float64(s) * float64(s)
	}
	return parts
}

func correlation(a, b [20]float64) float64 {
	var meanA, meanB, ab, aa, bb float64
	for i := range a {
		meanA, meanB = meanA+a[i]/20, meanB+b[i]/20
	}
	for i := range a {
		x, y := a[i]-meanA, b[i]-meanB
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

// A shape is told from another one, and survives a change of speed.
func TestAlike(t *testing.T) {
	a, err := parseWAV(must(t, "clips/柜门.wav"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := parseWAV(must(t, "clips/没有关好.wav"))
	if err != nil {
		t.Fatal(err)
	}
	slower := pcm{rate: a.rate}
	for i := range len(a.samples) * 21 / 20 {
		slower.samples = append(slower.samples, a.samples[i*20/21])
	}
	if c := correlation(course(a), course(slower)); c < 0.95 {
		t.Errorf("a clip agrees with itself, a little slower, to %.2f", c)
	}
	if c := correlation(course(a), course(b)); c > 0.7 {
		t.Errorf("two words agree to %.2f", c)
	}
}

func must(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPhrases(t *testing.T) {
	for text, want := range map[string][]string{
		"柜门A 三没有关好，请关上柜门": {"柜门", "A", "", "三", "没有关好", "", "请关上柜门"},
		"有柜门没有关好，请关上柜门":   {"有", "柜门", "没有关好", "", "请关上柜门"},
	} {
		c := NewClips(ClipOpts{})
		got, err := split(text, has(c.packs[0]))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
}

// A player that hangs is given up a while after the sound would have ended, which
// is a fault, and the next announcement is heard.
func TestPlayerThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plays := 0
		hangs := func(ctx context.Context, _ []byte) error {
			if plays++; plays == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		faults := make(chan devices.Fault, 10)
		d := start(t, NewClips(ClipOpts{Play: hangs}), Opts{Report: func(f devices.Fault, _ error) { faults <- f }})
		for _, want := range []devices.Fault{devices.NoSound, devices.OK} {
			begun := time.Now()
			say(t, d, "A001", 3)
			if got := <-faults; got != want {
				t.Errorf("got the fault %q, want %q", got, want)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("told after %v, want a call's length and 5 s", took)
			}
		}
	})
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
	if err := c.Speak(t.Context(), "一", 100); !errors.Is(err, devices.ErrNoSound) {
		t.Errorf("without a player: %v, want ErrNoSound", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := command("sleep", "10")(ctx, nil); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("a player outlived its context: %v after %v", err, time.Since(begun))
	}
}
