package bridge

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/i2c/i2ctest"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	"periph.io/x/conn/v3/spi/spitest"

	"halld/devices"
)

type closingBus struct {
	*i2ctest.Playback
	closed *int
}

func (b closingBus) Close() error { *b.closed++; return b.Playback.Close() }

func TestHost(t *testing.T) {
	h, err := OpenHost()
	if err != nil {
		t.Fatal(err)
	}
	opened, closed := 0, 0
	mustRegister(t, gpioreg.Register(&gpiotest.Pin{N: "HALL_LAMP"}))
	mustRegister(t, spireg.Register("HALL_SPI", nil, -1, func() (spi.PortCloser, error) { return &spitest.Record{}, nil }))
	mustRegister(t, i2creg.Register("HALL_I2C", nil, -1, func() (i2c.BusCloser, error) {
		opened++
		return closingBus{&i2ctest.Playback{Ops: []i2ctest.IO{{Addr: 0x71, W: []byte{0x21}}}, DontPanic: true}, &closed}, nil
	}))
	t.Cleanup(func() {
		gpioreg.Unregister("HALL_LAMP")
		spireg.Unregister("HALL_SPI")
		i2creg.Unregister("HALL_I2C")
	})

	if p, err := h.Pin("HALL_LAMP"); err != nil || p.Name() != "HALL_LAMP" {
		t.Errorf("got pin %v, %v", p, err)
	}
	if _, err := h.SPI("HALL_SPI").Connect(physic.MegaHertz, spi.Mode0, 8); err != nil {
		t.Error(err)
	}
	for _, addr := range []uint16{0x70, 0x71} {
		d, err := h.I2C("HALL_I2C", addr)
		if err != nil {
			t.Fatal(err)
		}
		if addr == 0x71 {
			if err := d.Tx([]byte{0x21}, nil); err != nil {
				t.Error(err)
			}
		}
	}
	if err := h.Close(); err != nil || opened != 1 || closed != 1 {
		t.Errorf("the bus was opened %d and closed %d times (%v), want once each", opened, closed, err)
	}
}

func TestHostSaysWhatIsMissing(t *testing.T) {
	h, err := OpenHost()
	if err != nil {
		t.Fatal(err)
	}
	_, pinErr := h.Pin("GPIO99")
	_, spiErr := h.SPI("SPI9.9").Connect(physic.MegaHertz, spi.Mode0, 8)
	chip, err := h.I2C("99", 0x70)
	if err != nil {
		t.Fatal(err)
	}
	_, addrErr := h.I2C("1", 0x78)
	for name, err := range map[string]error{"GPIO99": pinErr, "SPI9.9": spiErr, "99": chip.Tx([]byte{0}, nil), "0x78": addrErr} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error that names %s", err, name)
		}
		if missing := name != "0x78"; errors.Is(err, devices.ErrUnavailable) != missing {
			t.Errorf("%s: got %v, unavailable should be %v", name, err, missing)
		}
	}
}

// A bus or port that is taken at the start can be had once it is free.
func TestHostWaitsForATakenBus(t *testing.T) {
	h, err := OpenHost()
	if err != nil {
		t.Fatal(err)
	}
	taken := true
	busy := func() error {
		if taken {
			return syscall.EBUSY
		}
		return nil
	}
	mustRegister(t, spireg.Register("HALL_SPI", nil, -1, func() (spi.PortCloser, error) { return &spitest.Record{}, busy() }))
	mustRegister(t, i2creg.Register("HALL_I2C", nil, -1, func() (i2c.BusCloser, error) {
		return &i2ctest.Playback{Ops: []i2ctest.IO{{Addr: 0x71, W: []byte{0x21}}}, DontPanic: true}, busy()
	}))
	t.Cleanup(func() {
		spireg.Unregister("HALL_SPI")
		i2creg.Unregister("HALL_I2C")
	})
	port := h.SPI("HALL_SPI")
	chip, err := h.I2C("HALL_I2C", 0x71)
	if err != nil {
		t.Fatal(err)
	}
	for _, taken = range []bool{true, true, false} {
		_, spiErr := port.Connect(physic.MegaHertz, spi.Mode0, 8)
		for _, err := range []error{spiErr, chip.Tx([]byte{0x21}, nil)} {
			if errors.Is(err, devices.ErrUnavailable) != taken || (err != nil) != taken {
				t.Errorf("taken %v: got %v", taken, err)
			}
		}
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func mustRegister(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
