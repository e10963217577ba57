package slip

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"

	"halld/devices/printer"
)

// The room for the mark at a slip's head, in dots, and the largest picture that
// is worth reading for it.
const (
	logoWidth  = 384
	logoHeight = 96
	logoMost   = 4096
)

// LoadLogo reads the mark for slips, a PNG in black and white, and makes it
// fit into 384×96 dots with its aspect kept. Grey and colours become black or
// white, what is transparent becomes white. It is an error if the file can't
// be read, is no PNG, is larger than 4096 dots a side, or would be blank.
func LoadLogo(path string) (*printer.Image, error) {
	logo, err := loadLogo(path)
	if err != nil {
		return nil, fmt.Errorf("loading the logo %s: %w", path, err)
	}
	return logo, nil
}

func loadLogo(path string) (*printer.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := png.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("not a PNG picture: %w", err)
	}
	if size.Width > logoMost || size.Height > logoMost {
		return nil, fmt.Errorf("%d×%d dots, at most %d a side", size.Width, size.Height, logoMost)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	img, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("not a whole PNG picture: %w", err)
	}
	logo, black := dots(img)
	if !black {
		return nil, errors.New("nothing black in the picture")
	}
	return logo, nil
}

// dots makes a picture of at most the logo's size, each dot the mean of the
// part of the picture that it stands for.
func dots(img image.Image) (out *printer.Image, black bool) {
	b := img.Bounds()
	w, h := fit(b.Dx(), b.Dy())
	out = &printer.Image{Width: w, Height: h, Bits: make([]byte, (w+7)/8*h)}
	for y := range h {
		for x := range w {
			part := image.Rect(b.Dx()*x/w, b.Dy()*y/h, b.Dx()*(x+1)/w, b.Dy()*(y+1)/h).Add(b.Min)
			if dark(img, part) {
				out.Bits[y*((w+7)/8)+x/8] |= 0x80 >> (x % 8)
				black = true
			}
		}
	}
	return out, black
}

// fit is the largest size with that aspect that has room, and never larger
// than the picture.
func fit(w, h int) (int, int) {
	if w > logoWidth {
		w, h = logoWidth, max(1, h*logoWidth/w)
	}
	if h > logoHeight {
		w, h = max(1, w*logoHeight/h), logoHeight
	}
	return w, h
}

// dark reports whether a part of a picture on white paper is more black than
// white.
func dark(img image.Image, part image.Rectangle) bool {
	ink := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			grey := int(color.GrayModel.Convert(color.NRGBA{c.R, c.G, c.B, 255}).(color.Gray).Y)
			ink += (255 - grey) * int(c.A) / 255
		}
	}
	return ink*2 > 255*part.Dx()*part.Dy()
}
