package printer

// A raster is the header of a GS v 0 whose rows are coming in.
type raster struct {
	ignored bool
	dots    int // width, scaled
	sx, sy  int
}

// beginRaster reads the header: mode, bytes of a row, rows. Mode bit 0 doubles
// the width, bit 1 the height.
func (p *Printer) beginRaster(t token) {
	m := byte(choice(t.par[1]))
	p.raster = raster{
		ignored: !p.o.Raster || !p.line.empty(),
		sx:      double(on(m)), sy: double(on(m >> 1)),
	}
	p.raster.dots = le16(t.par[2:]) * 8 * p.raster.sx
}

// rasterRow prints one row as soon as it is there.
func (p *Printer) rasterRow(bits []byte) {
	r := p.raster
	if r.ignored {
		return
	}
	b := newBitmap(p.o.dots(), r.sy)
	src := &Bitmap{w: len(bits) * 8, h: 1, stride: len(bits), bits: bits}
	p.blit(b, src, p.indent(r.dots), r.sx, r.sy)
	p.push(job{dots: b, imageW: r.dots})
}

// blit draws a picture enlarged; what is wider than the area is lost.
func (p *Printer) blit(dst, src *Bitmap, left, sx, sy int) {
	right := p.mode.left + p.areaWidth()
	for y := range src.h {
		for x := range min(src.w, (right-left)/sx+1) {
			if src.Black(x, y) {
				w := min(sx, right-left-x*sx)
				dst.fill(left+x*sx, y*sy, w, sy)
			}
		}
	}
}

// graphics is GS ( L: function 112 stores a picture measured in dots, 50
// prints it.
func (p *Printer) graphics(d []byte) {
	if !p.o.GraphicsGSL || len(d) < 2 || d[0] != 0x30 {
		return
	}
	switch d[1] {
	case 112:
		p.storeGraphics(d[2:])
	case 50, 2:
		p.printGraphics()
	}
}

// storeGraphics reads tone, scales, colour, width, height and the rows.
func (p *Printer) storeGraphics(d []byte) {
	if len(d) < 8 || d[0] != 0x30 {
		return
	}
	src := &Bitmap{w: le16(d[4:]), h: le16(d[6:])}
	src.stride = (src.w + 7) / 8
	if src.w == 0 || src.h == 0 || src.stride*src.h > len(d)-8 {
		return
	}
	src.bits = d[8:]
	sx, sy := double(d[1] == 2), double(d[2] == 2)
	out := newBitmap(min(src.w*sx, p.o.dots()), src.h*sy)
	for y := range src.h {
		for x := range min(src.w, out.w) {
			if src.Black(x, y) {
				out.fill(x*sx, y*sy, sx, sy)
			}
		}
	}
	p.mode.graphics = out
}

func (p *Printer) printGraphics() {
	g := p.mode.graphics
	if g == nil || !p.line.empty() {
		return
	}
	p.mode.graphics = nil
	b := newBitmap(p.o.dots(), g.h)
	p.blit(b, g, p.indent(g.w), 1, 1)
	p.push(job{dots: b, imageW: g.w})
}
