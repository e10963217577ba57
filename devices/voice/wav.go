package voice

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrWAV is wrapped by every error about a file that is not a WAV file of mono
// 16 bit PCM.
var ErrWAV = errors.New("not a mono 16 bit WAV file")

// pcm is a piece of sound.
type pcm struct {
	rate    int // samples a second
	samples []int16
}

const maxSeconds = 30 // longest clip

// parseWAV reads a RIFF/WAVE file: chunks of any kind, among them fmt and then
// data. A data chunk that is longer than the file, as a program leaves it that
// writes to a pipe, ends with the file.
func parseWAV(b []byte) (pcm, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return pcm{}, fmt.Errorf("%w: no RIFF WAVE head", ErrWAV)
	}
	var sound pcm
	for b = b[12:]; len(b) >= 8; {
		id, size := string(b[:4]), int(min(binary.LittleEndian.Uint32(b[4:]), 1<<30))
		b = b[8:]
		body := b[:min(size, len(b))]
		switch id {
		case "fmt ":
			rate, err := parseFormat(body)
			if err != nil {
				return pcm{}, err
			}
			sound.rate = rate
		case "data":
			return sound.with(body)
		}
		b = b[min(size+size%2, len(b)):]
	}
	return pcm{}, fmt.Errorf("%w: no data", ErrWAV)
}

// parseFormat reads the body of fmt and returns the rate.
func parseFormat(b []byte) (int, error) {
	const (
		formatPCM        = 0x0001
		formatExtensible = 0xFFFE
	)
	if len(b) < 16 {
		return 0, fmt.Errorf("%w: short format", ErrWAV)
	}
	le := binary.LittleEndian
	format, channels, rate, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint16(b[14:])
	if format == formatExtensible && len(b) >= 26 {
		format = le.Uint16(b[24:]) // the sub-format begins with it
	}
	if format != formatPCM || channels != 1 || bits != 16 {
		return 0, fmt.Errorf("%w: format %d, %d channels, %d bits", ErrWAV, format, channels, bits)
	}
	if rate < 8000 || rate > 48000 {
		return 0, fmt.Errorf("%w: %d samples a second", ErrWAV, rate)
	}
	return int(rate), nil
}

func (p pcm) with(data []byte) (pcm, error) {
	if p.rate == 0 {
		return pcm{}, fmt.Errorf("%w: data before format", ErrWAV)
	}
	if len(data)/2 > maxSeconds*p.rate {
		return pcm{}, fmt.Errorf("%w: longer than %d s", ErrWAV, maxSeconds)
	}
	p.samples = make([]int16, len(data)/2)
	for i := range p.samples {
		p.samples[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return p, nil
}

// wav is the sound as a file, at a volume of 0 to 100.
func (p pcm) wav(volume int) []byte {
	n := uint32(2 * len(p.samples))
	le := binary.LittleEndian
	b := make([]byte, 0, 44+n)
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, 36+n)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1) // mono
	b = le.AppendUint32(b, uint32(p.rate))
	b = le.AppendUint32(b, uint32(2*p.rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, n)
	for _, s := range p.samples {
		b = le.AppendUint16(b, uint16(int(s)*volume/100))
	}
	return b
}
