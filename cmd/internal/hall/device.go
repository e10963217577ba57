package hall

import (
	"maps"
	"slices"
	"time"
)

// Condition is what a device last said of itself.
type Condition struct {
	Fault string // empty when it works
	Since Stamp
}

// deviceData lists the kinds of this file.
var deviceData = []func() Data{
	func() Data { return new(DeviceFault) },
	func() Data { return new(DeviceRecovered) },
}

// DeviceFault records that a device stopped working, or works with a blemish.
type DeviceFault struct {
	Device string `json:"device"`
	Fault  string `json:"fault"`
}

// DeviceRecovered records that a device works again.
type DeviceRecovered struct {
	Device  string `json:"device"`
	Removed bool   `json:"removed,omitempty"` // it is not of this hall any more
}

func (*DeviceFault) Kind() Kind            { return "device.fault" }
func (*DeviceRecovered) Kind() Kind        { return "device.recovered" }
func (d *DeviceFault) Subject() string     { return d.Device }
func (d *DeviceRecovered) Subject() string { return d.Device }

func (d *DeviceFault) apply(h *Hall, at Stamp) {
	h.Devices[d.Device] = &Condition{Fault: d.Fault, Since: at}
}

func (d *DeviceRecovered) apply(h *Hall, at Stamp) {
	if d.Removed {
		delete(h.Devices, d.Device)
		return
	}
	h.Devices[d.Device] = &Condition{Since: at}
}

// removed takes the devices off the books that the configuration names no more:
// nobody would ever say that they work again.
func (h *Hall) removed() (data []Data) {
	for _, name := range slices.Sorted(maps.Keys(h.Devices)) {
		if !slices.Contains(h.cfg.Devices, name) {
			data = append(data, &DeviceRecovered{Device: name, Removed: true})
		}
	}
	return data
}

// PrinterName is the device name of the receipt printer, whose recovery sends
// the slips that wait.
const PrinterName = "printer"

// DeviceReport is a driver's word on its device; an empty fault means that it
// works.
type DeviceReport struct{ Device, Fault string }

func (e DeviceReport) handle(h *Hall, _ Stamp) (Outcome, error) {
	var out Outcome
	if known := h.Devices[e.Device]; known != nil && known.Fault == e.Fault || known == nil && e.Fault == "" {
		return out, nil
	}
	if e.Fault != "" {
		out.Data = append(out.Data, &DeviceFault{Device: e.Device, Fault: e.Fault})
	} else {
		out.Data = append(out.Data, &DeviceRecovered{Device: e.Device})
	}
	return out, nil
}

// PrinterReady asks to send what waits for the printer, if it takes jobs.
type PrinterReady struct{}

// printsWith are the faults with which a printer still prints.
var printsWith = map[string]bool{"": true, "paper-low": true, "no-status": true, "ticket-waiting": true}

// prints reports whether the printer takes slips now, as far as it has said.
func (h *Hall) prints() bool {
	p := h.Devices[PrinterName]
	return p == nil || printsWith[p.Fault]
}

func (PrinterReady) handle(h *Hall, _ Stamp) (Outcome, error) {
	if !h.prints() {
		return Outcome{}, nil
	}
	out := h.reprints()
	h.feed(&out, true)
	return out, nil
}

// Device is how a device is.
type Device struct {
	Name  string    `json:"device"`
	Fault string    `json:"fault"`          // empty when it works
	Since time.Time `json:"since,omitzero"` // zero if it has never been otherwise
}

// Faults counts the devices that do not work as they should.
func (h *Hall) Faults() (n int) {
	for _, d := range h.Health() {
		if d.Fault != "" {
			n++
		}
	}
	return n
}

// Health lists every device of the configuration by name.
func (h *Hall) Health() []Device {
	list := make([]Device, 0, len(h.cfg.Devices))
	for _, name := range slices.Sorted(slices.Values(h.cfg.Devices)) {
		d := Device{Name: name}
		if c := h.Devices[name]; c != nil {
			d.Fault, d.Since = c.Fault, c.Since.Time
		}
		list = append(list, d)
	}
	return list
}
