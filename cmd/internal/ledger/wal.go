package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
)

// The shape of SQLite's log (sqlite.org/fileformat2.html#walformat), as this
// program's engine writes it.
const (
	walMagic   = 0x377f0682 // checksums over little-endian words
	walVersion = 3007000
	walHeader  = 32 // magic, version, page size, sequence, two salts, checksum
	walPage    = 4096
	walFrame   = 24 + walPage // page, size after a commit, two salts, checksum; the page
)

// mendLog makes a log that was damaged read to its end again. SQLite takes the
// first frame that does not match its checksum for the end, and would drop every
// record behind a single changed byte without a word. With the checksums made
// anew it reads on, and the record with that byte is found by its own hash. Nobody
// may have the ledger open.
func mendLog(path string) error {
	b, err := os.ReadFile(path)
	if err != nil || !mend(b) {
		return err
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(part, path)
	}
	return err
}

// logDamaged reports whether mendLog would have something to do.
func logDamaged(path string) bool {
	b, err := os.ReadFile(path)
	return err == nil && mend(b)
}

// mend makes the checksums of a damaged log anew, and reports whether it was one.
// What a power cut or a commit that failed leaves behind a bad frame holds a single
// commit, and another bad frame comes before what an older one left. Two commits in
// a row behind a bad frame mean that it was whole once, because each is on the card
// before the next begins.
func mend(b []byte) bool {
	w := wal(b)
	n := (len(b) - walHeader) / walFrame
	if n < 2 || w.sound() && binary.BigEndian.Uint32(b[8:]) != walPage {
		return false
	}
	salts := string(b[16:24])
	first := n
	if !w.sound() {
		salts, first = string(w.frame(1)[8:16]), 0
	}
	last, row := 0, 0 // the last commit of a row of them
	for i := range n {
		switch f := w.frame(i); {
		case string(f[8:16]) != salts || string(f[16:24]) != w.sum(i):
			first, row = min(first, i), 0
		case i > first && binary.BigEndian.Uint32(f[4:]) != 0 && !w.repeats(i):
			if row++; row > 1 {
				last = i
			}
		}
	}
	if last == 0 {
		return false
	}
	if !w.sound() {
		for i, v := range []uint32{walMagic, walVersion, walPage} {
			binary.BigEndian.PutUint32(b[4*i:], v)
		}
		copy(b[16:], salts)
		copy(b[24:], checksum([]byte{0, 0, 0, 0, 0, 0, 0, 0}, b[:24]))
	}
	for i := first; i <= last; i++ {
		copy(w.frame(i)[8:], salts)
		copy(w.frame(i)[16:], w.sum(i))
	}
	return true
}

type wal []byte

// sound reports whether the header is what was written.
func (w wal) sound() bool {
	return binary.BigEndian.Uint32(w) == walMagic && string(w[24:32]) == checksum(make([]byte, 8), w[:24])
}

func (w wal) frame(i int) []byte { return w[walHeader+i*walFrame:][:walFrame] }

// repeats reports whether a frame is the one before it once more, as SQLite fills
// a sector behind a commit.
func (w wal) repeats(i int) bool {
	if i == 0 {
		return false
	}
	f, before := w.frame(i), w.frame(i-1)
	return bytes.Equal(f[:8], before[:8]) && bytes.Equal(f[24:], before[24:])
}

// sum is the checksum that a frame should have behind the one before it.
func (w wal) sum(i int) string {
	before := []byte(w[24:32])
	if i > 0 {
		before = w.frame(i - 1)[16:24]
	}
	f := w.frame(i)
	return checksum([]byte(checksum(before, f[:8])), f[24:])
}

// checksum goes on from a checksum over b.
func checksum(from, b []byte) string {
	s0, s1 := binary.BigEndian.Uint32(from), binary.BigEndian.Uint32(from[4:])
	for ; len(b) >= 8; b = b[8:] {
		s0 += binary.LittleEndian.Uint32(b) + s1
		s1 += binary.LittleEndian.Uint32(b[4:]) + s0
	}
	return string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, s0), s1))
}
