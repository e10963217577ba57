package display

import (
	"cmp"
	"fmt"
	"time"

	"halld/devices"
)

// The register maps of Modbus tubes ([Opts.Map]).
const (
	MapArmfly = "armfly" // LED-485-043/034/083/054
	Map046    = "046"    // LED-485-046
)

// Opts describe one display.
type Opts struct {
	// Address is the unit's number on a shared wire. Default 1.
	Address int
	// Map is the register map of a led485 tube. Default [MapArmfly].
	Map string
	// Digits is how many characters a tube shows. Default 4.
	Digits int
	// Brightness in the display's own steps, 0 the darkest: to 7 on tubes and
	// TM1637, to 15 on MAX7219 and HT16K33. Strips and the 046 map have none.
	Brightness int
	// Hall makes a strip-sum display the hall's own screen (综合屏).
	Hall bool
	// Width and Height are the dots of an onbon panel, one row of characters of
	// 16 dots at least. Default 64 x 16.
	Width, Height int
	// Timeout is for one answer. Default 300 ms.
	Timeout time.Duration
	// Pause is kept behind a frame that is not answered. Default 100 ms.
	Pause time.Duration
	// Report is told what is wrong with the display, on changes. May be nil.
	Report devices.Report
}

func (o *Opts) fill() {
	o.Address = cmp.Or(o.Address, 1)
	o.Map = cmp.Or(o.Map, MapArmfly)
	o.Digits = cmp.Or(o.Digits, 4)
	o.Width = cmp.Or(o.Width, 64)
	o.Height = cmp.Or(o.Height, 16)
	o.Timeout = cmp.Or(o.Timeout, 300*time.Millisecond)
	o.Pause = cmp.Or(o.Pause, 100*time.Millisecond)
	if o.Report == nil {
		o.Report = func(devices.Fault, error) {}
	}
}

// within refuses a setting that is not between lo and hi.
func within(what string, v, lo, hi int) error {
	if v < lo || v > hi {
		return fmt.Errorf("%s %d: must be %d to %d", what, v, lo, hi)
	}
	return nil
}
