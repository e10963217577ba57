package cardreader

import (
	"encoding/binary"
	"time"
)

// settle is the pause that a module needs after a change of speed.
const settle = 5 * time.Millisecond

// serve answers one request.
func (r *Reader) serve(req []byte) {
	cmd, data, sw3 := request(req)
	r.mu.Lock()
	var out []byte
	if sw3 == 0 {
		r.note(cmd)
		var fails bool
		if sw3, fails = r.failing(cmd); !fails {
			sw3, out = r.do(cmd, data)
		}
	}
	answer := frame(r.status(sw3), out...)
	delay := r.opts.Delay
	if cmd>>8 == 0x30 && sw3 == Success {
		delay += r.opts.ReadDelay
	}
	r.mu.Unlock()
	if sw3 != Silent {
		r.Answer(req, answer, delay)
	}
	if cmd>>8 == 0x60 && sw3 == Success {
		r.change(bauds[cmd&0xFF])
	}
}

// note records a command; r.mu is held.
func (r *Reader) note(cmd Command) {
	if len(r.seen) == keepSeen {
		r.seen = r.seen[1:]
	}
	r.seen = append(r.seen, cmd)
}

// failing is the status ordered for cmd, if any; r.mu is held.
func (r *Reader) failing(cmd Command) (sw3 byte, fails bool) {
	for i := range r.fails {
		f := &r.fails[i]
		if f.left == 0 || f.cmd != cmd && f.cmd != AnyCommand {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return f.sw3, true
	}
	return 0, false
}

// status puts SW1 and SW2 before SW3.
func (r *Reader) status(sw3 byte) [3]byte {
	switch sw3 {
	case CardRefusesSAM, ReadFailed, NoRandom, SelectFailed:
		return [3]byte{r.opts.CardStatus[0], r.opts.CardStatus[1], sw3}
	}
	return [3]byte{0, 0, sw3}
}

// change sets the speed. The answer has gone out at the old one.
func (r *Reader) change(baud int) {
	r.mu.Lock()
	r.baud = baud
	r.deaf = time.Now().Add(settle)
	r.mu.Unlock()
	if r.pace() != 0 {
		r.SetBaud(baud)
	}
}

// do carries out a command; r.mu is held.
func (r *Reader) do(cmd Command, data []byte) (sw3 byte, out []byte) {
	if cmd == SetMaxRF {
		return setMaxRF(data), nil
	}
	if len(data) != 0 {
		return BadLength, nil
	}
	switch cmd {
	case ResetSAM:
		r.restart()
		return Success, nil
	case StatusSAM:
		return Success, nil
	case ReadSAMID:
		return Success, r.opts.SAM.bytes()
	case FindCard:
		return r.find()
	case SelectCard:
		return r.choose()
	case ReadBase, ReadBaseFinger, ReadAddress, ReadManagement:
		if r.state != selected {
			return ReadFailed, nil
		}
		return r.read(cmd)
	case SetBaud115200, SetBaud57600, SetBaud38400, SetBaud19200, SetBaud9600:
		return Success, nil
	}
	return BadCommand, nil
}

func setMaxRF(data []byte) byte {
	switch {
	case len(data) != 1:
		return BadLength
	case data[0] < minRF:
		return BadCommand
	}
	return Success
}

func (r *Reader) find() (byte, []byte) {
	if r.state == noCard || r.state == selected && !r.opts.Continual {
		return FindFailed, nil
	}
	r.state = found
	return CardFound, r.card.Chip[:]
}

func (r *Reader) choose() (byte, []byte) {
	if r.state != found && !(r.state == selected && r.opts.Continual) {
		return SelectFailed, nil
	}
	r.state = selected
	return Success, r.card.Serial[:]
}

// read gives the data of the card that is selected.
func (r *Reader) read(cmd Command) (byte, []byte) {
	switch cmd {
	case ReadAddress:
		b := r.card.addresses(r.opts.AllAddresses)
		if len(b) == 0 {
			return NoSuchItem, nil
		}
		return Success, b
	case ReadManagement:
		return Success, r.card.management()
	}
	text, photo, finger := r.card.Text(), r.card.photo(), r.card.finger()
	out := binary.BigEndian.AppendUint16(nil, uint16(len(text)))
	out = binary.BigEndian.AppendUint16(out, uint16(len(photo)))
	if cmd == ReadBaseFinger {
		out = binary.BigEndian.AppendUint16(out, uint16(len(finger)))
	} else {
		finger = nil
	}
	out = append(out, text...)
	out = append(out, photo...)
	return Success, append(out, finger...)
}

// SAMID is the identity of a module, shown as 05.01-20991231-0000512345-1234567890.
type SAMID struct {
	Major, Minor byte   // firmware
	Date         uint32 // YYYYMMDD
	A, B         uint32 // numbers whose meaning is not public
}

func (id SAMID) bytes() []byte {
	b := []byte{id.Major, 0, id.Minor, 0}
	b = binary.LittleEndian.AppendUint32(b, id.Date)
	b = binary.LittleEndian.AppendUint32(b, id.A)
	return binary.LittleEndian.AppendUint32(b, id.B)
}
