package printer

import "rsc.io/qr"

const (
	maxStrip = 64 // rows: so an interrupted strip waits for 4.6 KB at most
	qrModule = 6  // dots, 0.75 mm
	qrQuiet  = 4  // modules of white around a QR code
)

func (e *encoder) graphic(l Line) {
	e.setStyle(style{width: 1, height: 1})
	e.setAlign(Center)
	switch g := l.(type) {
	case Image:
		e.raster(g)
	case QR:
		e.qr(g)
	}
}

// qr prints a QR code natively or as a picture. A code that can't be made or
// does not fit at all is printed as text, which a person can type.
func (e *encoder) qr(q QR) {
	payload := clean(q.Payload)
	code, err := qr.Encode(payload, qr.M)
	module := q.Module
	if module <= 0 {
		module = qrModule
	}
	if err == nil {
		module = min(module, 16, e.p.Dots/(code.Size+2*qrQuiet))
	}
	if err != nil || module < 1 {
		for _, r := range (Text{Text: payload}).rows(e.p.Columns) {
			e.text(r.text, r.style)
		}
		return
	}
	quiet := qrQuiet * module
	e.feed(quiet)
	if e.p.QR {
		e.nativeQR(payload, module)
		e.advance(code.Size * module)
	} else {
		e.raster(drawQR(code, module))
	}
	e.feed(quiet)
}

// nativeQR sends the functions of GS ( k in the order of the reference. The
// printer keeps the data until ESC @.
func (e *encoder) nativeQR(payload string, module int) {
	n := len(payload) + 3
	e.puts("\x1d(k\x04\x001A2\x00")                   // 165: model 2
	e.puts("\x1d(k\x03\x001C" + string(rune(module))) // 167: dots a module
	e.puts("\x1d(k\x03\x001E1")                       // 169: correction M
	e.puts("\x1d(k")                                  // 180: store
	e.put(byte(n), byte(n>>8))
	e.puts("1P0" + payload)
	e.puts("\x1d(k\x03\x001Q0") // 181: print
}

func drawQR(code *qr.Code, module int) Image {
	img := newImage(code.Size*module, code.Size*module)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				img.fill(x*module, y*module, module, module)
			}
		}
	}
	return img
}

// raster prints a picture in strips, GS v 0, each a piece of its own.
func (e *encoder) raster(img Image) {
	stride := (img.Width + 7) / 8
	width := max(0, min(stride, e.p.Dots/8))
	rows := min(max(e.p.Strip, 1), maxStrip)
	for y := 0; y < img.Height && width > 0; y += rows {
		e.flush(0)
		n := min(rows, img.Height-y)
		e.put(0x1d, 'v', '0', 0, byte(width), byte(width>>8), byte(n), byte(n>>8))
		at := e.buf.Len()
		for row := y; row < y+n && (row+1)*stride <= len(img.Bits); row++ {
			e.put(img.Bits[row*stride : row*stride+width]...)
		}
		for e.buf.Len() < at+width*n {
			e.put(0) // a picture with too few bits must not swallow what follows
		}
		defuse(e.buf.Bytes()[at:])
		e.advance(n)
		e.flush(0)
	}
}

// defuse blackens one dot where a picture holds the first two bytes of a
// real-time command, which printers execute even inside a picture.
func defuse(b []byte) {
	for i := 1; i < len(b); i++ {
		if b[i-1] == 0x10 && (b[i] == 0x04 || b[i] == 0x05 || b[i] == 0x14) {
			b[i] |= 0x08
		}
	}
}
