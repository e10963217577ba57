package guest

import (
	"encoding/binary"
	"errors"
	"os"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"halld/firmware-bridge/emulator/chips"
)

// far is what hangs on the buses of the simbus module.
type far struct {
	i2c     chips.I2C
	digits  *chips.SPI // a MAX7219
	spi     spi.Conn   // its far end
	tube    *chips.TM1637
	failing atomic.Bool // every transfer ends with an error
	mute    atomic.Bool // transfers are not answered
}

// newFar plays the chips until the test ends.
func newFar(t *testing.T) *far {
	t.Helper()
	f := &far{digits: chips.NewSPI(1), tube: chips.NewTM1637()}
	var err error
	if f.spi, err = f.digits.Connect(physic.MegaHertz, spi.Mode0, 8); err != nil {
		t.Fatal(err)
	}
	node, err := os.OpenFile("/dev/simbus", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// A read cannot be ended from outside, so this goroutine stays until the
	// machine is switched off; each test binary makes only one.
	go func() {
		if err := f.serve(node); err != nil {
			panic(err)
		}
	}()
	return f
}

// serve answers requests; simbus.c shows their form.
func (f *far) serve(node *os.File) error {
	request := make([]byte, 8+4096)
	for {
		if _, err := node.Read(request); err != nil {
			return err
		}
		word := func(i int) uint16 { return binary.NativeEndian.Uint16(request[2*i:]) }
		written, read := request[8:8+word(2)], make([]byte, word(3))
		if f.mute.Load() {
			continue
		}
		status := -int32(f.transfer(byte(word(0)), word(1), written, read))
		answer := append(binary.NativeEndian.AppendUint32(nil, uint32(status)), read...)
		if _, err := node.Write(answer); err != nil && !errors.Is(err, unix.ETIMEDOUT) {
			return err
		}
	}
}

func (f *far) transfer(bus byte, addr uint16, w, r []byte) unix.Errno {
	if f.failing.Load() {
		return unix.EIO
	}
	var err error
	switch bus {
	case 'i':
		err = f.i2c.Tx(addr, w, r)
	case 's':
		err = f.spi.Tx(w, r)
	case 'o':
		err = f.pin(addr).Out(w[0] != 0)
	case 'd':
		p := f.pin(addr)
		err = p.In(gpio.PullUp, gpio.NoEdge)
		r[0] = 0
		if p.Read() == gpio.High {
			r[0] = 1
		}
	}
	switch {
	case errors.Is(err, chips.ErrNoAck):
		return unix.EREMOTEIO // what the Pi's driver says
	case err != nil:
		return unix.EIO
	}
	return 0
}

func (f *far) pin(line uint16) *chips.Pin {
	if line == 0 {
		return f.tube.CLK()
	}
	return f.tube.DIO()
}
