package printer

// Charset is which characters a printer has in its own font.
type Charset byte

// The character sets, from nothing to everything. What a set lacks is drawn
// from the embedded font.
const (
	GB18030     Charset = iota // one- and two-byte codes of GB 18030, as GBK printers have too
	GB18030Four                // four-byte codes as well (GB 18030-2022, level 2)
	GB2312                     // leads B0–F7 and the symbols, trails A1–FE
	ASCII                      // no Chinese font: every Chinese line is drawn
)

// KanjiSize is how FS ! sets the size of Chinese characters on printers whose
// GS ! only acts on ASCII.
type KanjiSize byte

// The layouts of the argument of FS !.
const (
	NoKanjiSize   KanjiSize = iota // GS ! acts on both
	KanjiBits23                    // bit 2 double width, bit 3 double height
	KanjiBits45                    // bit 4 double height, bit 5 double width, as in ESC !
	kanjiMaxScale = 2
)

// Profile is what a model of printer can do. Only what changes the driver's
// behaviour is in it.
type Profile struct {
	Name      string
	Dots      int // printable width
	Columns   int // half-width characters of font A in a row, 12 dots each
	Charset   Charset
	KanjiSize KanjiSize
	MaxScale  int    // largest width and height of characters; larger ones are drawn
	QR        bool   // GS ( k draws QR codes
	Strip     int    // rows of one raster command, at most 64
	Tail      int    // dots to feed before the cut, or to the tear bar
	Cut       string // the command that cuts, such as CutPartial; empty: no cutter

	ASB       bool // GS a: tells changes of state by itself
	ProcessID bool // GS ( H may be tried as confirmation
	GSr       bool // GS r may be tried as confirmation
	Clear     bool // DLE DC4 8 clears the buffers
	TicketBit bool // bit 7 of status 1 says that the last ticket was not taken

	Buffer   int // receive buffer, bytes
	MMPerSec int // printing speed
}

// The commands that cut, for Profile.Cut. The first two feed to the blade by
// themselves.
const (
	CutPartial    = "\x1dV\x42\x00" // GS V 66 0
	CutFull       = "\x1dV\x41\x00" // GS V 65 0
	CutOldFull    = "\x1bi"         // ESC i
	CutOldPartial = "\x1bm"         // ESC m
)

// ProfileFor is the profile of that name for paper "58mm" or "80mm". The names
// are "generic", "epson", "xprinter", "sprt", "cashino", "simple" (two sizes,
// no cutter, no QR) and "ascii" (no Chinese font). It reports false if it knows
// no such name or paper.
func ProfileFor(name, paper string) (Profile, bool) {
	p := Profile{
		Name: name, MaxScale: 8, QR: true, Strip: 64, Cut: CutPartial,
		ASB: true, GSr: true, Buffer: 4096, MMPerSec: 60,
	}
	switch name {
	case "generic":
		p.ProcessID = true
	case "epson":
		p.ProcessID, p.Clear, p.MMPerSec = true, true, 150
	case "xprinter":
		p.MMPerSec = 90
	case "sprt":
		p.Charset, p.KanjiSize, p.Strip = GB2312, KanjiBits45, 24
	case "cashino":
		p.QR, p.Strip, p.TicketBit, p.MMPerSec = false, 24, true, 90
		p.Cut, p.Tail = CutOldPartial, 96
	case "simple":
		p.QR, p.ASB, p.MaxScale, p.KanjiSize = false, false, 2, KanjiBits23
		p.Strip, p.Cut, p.Tail, p.Buffer, p.MMPerSec = 24, "", 96, 512, 50
	case "ascii":
		p.Charset, p.ProcessID = ASCII, true
	default:
		return Profile{}, false
	}
	switch paper {
	case "58mm":
		p.Dots, p.Columns = 384, 32
	case "80mm":
		p.Dots, p.Columns = 576, 48
	default:
		return Profile{}, false
	}
	return p, true
}

// WithRow is the profile with a row of so many dots and half-width characters, as
// on a printer of 180 dpi (512 and 42); 0 columns are as many as have room.
func (p Profile) WithRow(dots, columns int) Profile {
	p.Dots = dots
	if p.Columns = columns; columns == 0 {
		p.Columns = dots / halfCell
	}
	return p
}
