package hall

import (
	"maps"
	"slices"
)

// Device is what the hall knows of a device's health.
type Device struct {
	Name  string `json:"device"`
	Fault string `json:"fault"` // empty when it works
	Since Stamp  `json:"since"`
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
	Device string `json:"device"`
}

func (*DeviceFault) Kind() Kind            { return "device.fault" }
func (*DeviceRecovered) Kind() Kind        { return "device.recovered" }
func (d *DeviceFault) Subject() string     { return d.Device }
func (d *DeviceRecovered) Subject() string { return d.Device }

func (d *DeviceFault) apply(h *Hall, at Stamp) {
	h.Devices[d.Device] = &Device{Name: d.Device, Fault: d.Fault, Since: at}
}

func (d *DeviceRecovered) apply(h *Hall, at Stamp) {
	h.Devices[d.Device] = &Device{Name: d.Device, Since: at}
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

// prints are the faults with which a printer still prints.
var prints = map[string]bool{"": true, "paper-low": true, "no-status": true, "ticket-waiting": true}

func (PrinterReady) handle(h *Hall, _ Stamp) (Outcome, error) {
	if p := h.Devices[PrinterName]; p != nil && !prints[p.Fault] {
		return Outcome{}, nil
	}
	out := h.reprints()
	h.feed(&out, true)
	return out, nil
}

// Faults counts the devices that do not work as they should.
func (h *Hall) Faults() (n int) {
	for _, d := range h.Devices {
		if d.Fault != "" {
			n++
		}
	}
	return n
}

// Health lists the devices by name.
func (h *Hall) Health() []Device {
	list := make([]Device, 0, len(h.Devices))
	for _, name := range slices.Sorted(maps.Keys(h.Devices)) {
		list = append(list, *h.Devices[name])
	}
	return list
}
