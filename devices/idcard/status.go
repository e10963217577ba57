package idcard

import (
	"fmt"

	"halld/devices"
)

// command is CMD and PARA of a request.
type command struct{ cmd, para byte }

// The commands this driver sends.
var (
	resetSAM  = command{0x10, 0xFF} // 复位
	samStatus = command{0x11, 0xFF} // 状态检测
	readSAMID = command{0x12, 0xFF} // 读模块管理号
	findCard  = command{0x20, 0x01} // 寻卡
	selCard   = command{0x20, 0x02} // 选卡
	readBase  = command{0x30, 0x01} // text and photo
	readAddr  = command{0x30, 0x03} // 最新追加住址
	readMgmt  = command{0x30, 0x05} // 卡体管理号
)

// String gives the command as the manuals write it, such as "20 01".
func (c command) String() string { return fmt.Sprintf("%02X %02X", c.cmd, c.para) }

// Status is SW3, the module's own status byte.
type Status byte

// The status codes of GA 467 and of the vendors' newer tables.
const (
	statusSum       Status = 0x10 // the reader saw a wrong checksum
	statusLen       Status = 0x11 // the reader saw a wrong length
	statusCommand   Status = 0x21 // command, parameter or logic error
	statusForbidden Status = 0x23 // operation not permitted
	statusUnknown   Status = 0x24 // unrecognised error
	statusCardAuth  Status = 0x31 // card does not accept the module
	statusSAMAuth   Status = 0x32 // module does not accept the card
	statusVerify    Status = 0x33 // information verification error
	statusNoFind    Status = 0x34 // no find before; older manuals only
	statusFinger    Status = 0x37 // fingerprint verification error
	statusInfoLen   Status = 0x3F // information length error
	statusCardType  Status = 0x40 // unrecognised card type
	statusRead      Status = 0x41 // read failed
	statusRandom    Status = 0x47 // get random number failed
	statusSelfTest  Status = 0x60 // module self-test failed, takes no command
	statusNoKey     Status = 0x66 // module not authorised
	statusNoCard    Status = 0x80 // no card, or the selected one still lies there
	statusSelect    Status = 0x81 // select failed
	statusOK        Status = 0x90
	statusNoItem    Status = 0x91 // the card has no such item
	statusFound     Status = 0x9F
)

// reaction is what the driver does about a status.
type reaction int

const (
	goOn      reaction = iota // success, or an item that the card does not have
	findAgain                 // the card moved or misread: back to find
	readAgain                 // the same command once more may do
	sendAgain                 // the request was damaged on its way
	otherCard                 // this card will never do
	resetIt                   // the module needs a reset
	stop                      // unsupported command, or a module without a key
)

// reaction classes a status. Codes that no table knows count as a misread.
func (s Status) reaction() reaction {
	switch s {
	case statusOK, statusFound, statusNoItem:
		return goOn
	case statusVerify, statusInfoLen, statusFinger:
		return readAgain
	case statusSum, statusLen:
		return sendAgain
	case statusCardType:
		return otherCard
	case statusUnknown, statusSelfTest:
		return resetIt
	case statusCommand, statusForbidden, statusNoKey:
		return stop
	default:
		return findAgain
	}
}

// StatusError is an answer in which the module refuses a command.
type StatusError struct {
	Command string // CMD PARA in hexadecimal, such as "20 01"
	Status  Status // SW3
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("command %s answered %s", e.Command, e.Status)
}

// Stands tells what a module's refusal comes from: a wire that spoils requests,
// or the module.
func (e *StatusError) Stands() devices.Fault {
	switch e.Status {
	case statusSelfTest:
		return devices.SelfTest
	case statusNoKey:
		return devices.Unauthorised
	case statusSum, statusLen:
		return devices.BadAnswer
	default:
		return devices.NotReady
	}
}

// String gives the code and what the standard calls it.
func (s Status) String() string { return fmt.Sprintf("%02X (%s)", byte(s), s.meaning()) }

func (s Status) meaning() string {
	switch s {
	case statusSum:
		return "wrong checksum in the request"
	case statusLen:
		return "wrong length in the request"
	case statusCommand:
		return "command, parameter or logic error"
	case statusForbidden:
		return "operation not permitted"
	case statusUnknown:
		return "unrecognised error"
	case statusCardAuth:
		return "card did not authenticate the module"
	case statusSAMAuth:
		return "module did not authenticate the card"
	case statusVerify:
		return "information verification error"
	case statusNoFind:
		return "no find before"
	case statusFinger:
		return "fingerprint verification error"
	case statusInfoLen:
		return "information length error"
	case statusCardType:
		return "unrecognised card type"
	case statusRead:
		return "read failed"
	case statusRandom:
		return "no random number"
	case statusSelfTest:
		return "module self-test failed"
	case statusNoKey:
		return "module not authorised"
	case statusNoCard:
		return "no card"
	case statusSelect:
		return "select failed"
	case statusOK:
		return "success"
	case statusNoItem:
		return "no such item on the card"
	case statusFound:
		return "card found"
	default:
		return "unknown status"
	}
}

// fits tells whether a can be the answer of c at all. What does not fit is the
// late answer of an earlier command. Modules differ in which of 41, 80 and 81
// they give when the card is not there or not selected, so each of these is an
// answer to whatever concerns a card.
func (a answer) fits(c command) bool {
	n := len(a.data)
	switch a.status {
	case statusFound:
		return c == findCard // the chip's number behind it is not needed
	case statusNoCard, statusSelect:
		return (c.cmd == findCard.cmd || c.cmd == readBase.cmd) && n == 0
	case statusNoItem:
		return (c == readAddr || c == readMgmt) && n == 0
	case statusOK:
		return dataFits(c, n)
	default:
		return n == 0
	}
}

func dataFits(c command, n int) bool {
	switch c {
	case selCard:
		return n == 8
	case readSAMID:
		return n == 16
	case readBase:
		return n >= 4+textLen
	case readAddr:
		return n%70 == 0 && n <= 280
	case readMgmt:
		return n <= 64 // manuals say 28, one vendor 24
	case findCard:
		return false
	default:
		return n == 0
	}
}
