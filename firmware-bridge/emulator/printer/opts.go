package printer

import "log/slog"

// Paper is the roll's width, which decides the dots of a row.
type Paper string

// The two rolls in use, both at 203 dpi.
const (
	Paper58 Paper = "58mm" // 384 dots, 32 columns
	Paper80 Paper = "80mm" // 576 dots, 48 columns
)

// Charset is the part of GB 18030 that the printer has glyphs for. A code of
// four bytes is known to none of them: its digits are printed as digits.
type Charset string

// The character sets, from the smallest.
const (
	NoHanzi Charset = "none"    // export model without a Chinese font
	GB2312  Charset = "gb2312"  // lead and trail A1 and up
	GBK     Charset = "gbk"     // lead 81 and up, trail 40 and up
	GB18030 Charset = "gb18030" // the two-byte part, laid out like GBK
)

// GSR is how the printer answers GS r 1.
type GSR string

// What printers do with GS r.
const (
	GSRNormal GSR = "normal" // in order with the data, silent while it cannot print
	GSRClone  GSR = "clone"  // answers 0F while out of paper, and 08 to GS r 2
	GSRNone   GSR = "none"   // never answers
)

// Opts says which printer this is. [TM80] and [Clone58] are two common ones to
// start from; the zero Opts is a dumb 80 mm printer that answers nothing.
type Opts struct {
	Paper            Paper   // empty: Paper80
	Charset          Charset // empty: GB18030
	ChineseDefaultOn bool    // Chinese mode is on after power-on and ESC @
	HanziGap         int     // dots right of each hanzi until FS S says otherwise; EC-PM-520 has 2
	EscBangHanzi     bool    // ESC ! sets the size of hanzi too
	MaxScale         int     // largest width and height; 0: 8, BP-002 has 2

	NativeQR    bool // GS ( k prints QR codes
	Raster      bool // GS v 0
	GraphicsGSL bool // GS ( L and GS 8 L
	NoCutter    bool // cuts are ignored, the paper is torn

	DLEEOT        bool // DLE EOT 1 to 4
	ASB           bool // GS a
	GSR           GSR  // empty: GSRNone
	ProcessID     bool // GS ( H function 48
	ClearFn8      bool // DLE DC4 function 8
	DrawerPinHigh bool // bit 2 of status 1: the drawer's pin 3
	Maker, Model  string
	Fonts         string // as it names them; empty: by its charset

	BufferBytes int  // receive buffer; 0: 4096
	DropOnFull  bool // full buffer: drop bytes instead of holding the line
	XonXoff     bool // full buffer: send XOFF, later XON
	LoseBuffer  bool // what is buffered at the paper's end, or comes before the reload, is forgotten; otherwise it prints then
	MMPerSec    int  // paper speed; 0 prints at once
	Baud        int  // pace of both directions, 10 bits a byte; 0: at once
	BladeDots   int  // rows between head and blade; 0: 96 (12 mm), negative: none

	OnTicket func(Ticket) // called for each ticket that leaves the printer, not with the printer locked
	Log      *slog.Logger // unknown commands and accidents; nil: none
}

// TM80 is an 80 mm printer with everything: Chinese font, native QR, cutter,
// all status ways, 150 mm/s made instant.
func TM80() Opts {
	return Opts{
		Paper: Paper80, Charset: GB18030,
		NativeQR: true, Raster: true, GraphicsGSL: true,
		DLEEOT: true, ASB: true, GSR: GSRNormal, ProcessID: true, ClearFn8: true,
		Maker: "EPSON", Model: "TM-T82II",
	}
}

// Clone58 is a cheap 58 mm printer: Chinese from power-on, GBK, double size at
// most, raster but no QR, and of the status ways only DLE EOT and GS r.
func Clone58() Opts {
	return Opts{
		Paper: Paper58, Charset: GBK, ChineseDefaultOn: true, EscBangHanzi: true, MaxScale: 2,
		Raster: true, DLEEOT: true, GSR: GSRClone,
		Maker: "POS", Model: "POS-58",
	}
}

func (o *Opts) defaults() {
	if o.Paper == "" {
		o.Paper = Paper80
	}
	if o.Charset == "" {
		o.Charset = GB18030
	}
	if o.GSR == "" {
		o.GSR = GSRNone
	}
	if o.MaxScale < 1 || o.MaxScale > 8 {
		o.MaxScale = 8
	}
	if o.BufferBytes <= 0 {
		o.BufferBytes = 4096
	}
	if o.BladeDots == 0 {
		o.BladeDots = 96
	}
	o.BladeDots = max(o.BladeDots, 0)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func (o *Opts) dots() int {
	if o.Paper == Paper58 {
		return 384
	}
	return 576
}
