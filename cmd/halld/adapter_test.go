package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

// machine is a Pi with a CH340 in one socket, an FTDI adapter, and one that has
// its name already. The data are as udev writes them.
func machine() fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const socket = "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1."
	return fstest.MapFS{
		"sys/class/tty/tty0/dev":    file("4:0\n"),
		"sys/class/tty/ttyS0/dev":   file("4:64\n"),
		"sys/class/tty/ttyUSB0/dev": file("188:0\n"),
		"sys/class/tty/ttyUSB1/dev": file("188:1\n"),
		"sys/class/tty/ttyACM0/dev": file("166:0\n"),
		"run/udev/data/c188:0": file("S:serial/by-path/pci-usb-0:1.1:1.0-port0\nI:5041234\nE:ID_BUS=usb\nE:ID_VENDOR_ID=1a86\nE:ID_MODEL_ID=7523\n" +
			"E:ID_PATH=" + socket + "1:1.0\nG:systemd\n"),
		"run/udev/data/c188:1": file("E:ID_VENDOR_ID=0403\nE:ID_SERIAL_SHORT=A50285BI\nE:ID_PATH=" + socket + "2:1.0\n"),
		"run/udev/data/c166:0": file("S:hall/reader\nE:ID_VENDOR_ID=1a86\nE:ID_PATH=" + socket + "3:1.0\n"),
	}
}

func TestAdapterRules(t *testing.T) {
	root := machine()
	rule := func(port string) (string, error) {
		t.Helper()
		list, err := adapters(root)
		if err != nil {
			t.Fatal(err)
		}
		a, err := pick(list, port)
		return a.rule("lockers"), err
	}
	const bySocket = `SUBSYSTEM=="tty", ENV{ID_PATH}=="platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.1:1.0", SYMLINK+="hall/lockers"`
	if got, err := rule("/dev/ttyUSB0"); err != nil || got != bySocket {
		t.Errorf("got %s, %v\nwant %s", got, err, bySocket)
	}
	if got, err := rule("/dev/ttyUSB1"); err != nil || !strings.Contains(got, "usb-0:1.2:1.0") {
		t.Errorf("got %s, %v; want the socket of that one", got, err)
	}
	if _, err := rule(""); err == nil || !strings.Contains(err.Error(), "/dev/ttyUSB0、/dev/ttyUSB1") {
		t.Errorf("two without a name give %v, want both ports", err)
	}
	if _, err := rule("/dev/ttyUSB7"); err == nil {
		t.Error("an adapter that is not there has a rule")
	}
	delete(root, "sys/class/tty/ttyUSB1/dev")
	if got, err := rule(""); err != nil || got != bySocket {
		t.Errorf("the only one without a name gives %s, %v", got, err)
	}
	delete(root, "sys/class/tty/ttyUSB0/dev")
	if _, err := rule(""); err == nil || !strings.Contains(err.Error(), "插上") {
		t.Errorf("no adapter gives %v", err)
	}
	root["sys/class/tty/ttyUSB0/dev"] = &fstest.MapFile{Data: []byte("188:9\n")}
	if _, err := adapters(root); err == nil {
		t.Error("an adapter that udev does not know has a rule")
	}
}
