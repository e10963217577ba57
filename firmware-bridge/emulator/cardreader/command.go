package cardreader

// Command is CMD and PARA of a request.
type Command uint16

// The module's commands.
const (
	ResetSAM       Command = 0x10FF
	StatusSAM      Command = 0x11FF
	ReadSAMID      Command = 0x12FF
	FindCard       Command = 0x2001
	SelectCard     Command = 0x2002
	ReadBase       Command = 0x3001 // text and photo
	ReadOther      Command = 0x3002 // listed by one vendor, meaning unknown
	ReadAddress    Command = 0x3003 // newest additional address
	ReadManagement Command = 0x3005 // management number of the card's body
	ReadBaseFinger Command = 0x3010 // text, photo and fingerprints
	SetBaud115200  Command = 0x6000 // PARA is the index of the speed
	SetBaud57600   Command = 0x6001
	SetBaud38400   Command = 0x6002
	SetBaud19200   Command = 0x6003
	SetBaud9600    Command = 0x6004
	SetMaxRF       Command = 0x61FF // one byte of data, 24 to 255
	AnyCommand     Command = 0      // for [Reader.Fail] only
)

const (
	minRF    = 24   // the least that SetMaxRF takes
	keepSeen = 1000 // commands that [Reader.Seen] remembers
)

// The module's status codes, SW3. Silent is none of them: it lets [Reader.Fail]
// give no answer at all.
const (
	Silent         = 0x00
	BadChecksum    = 0x10 // of the request
	BadLength      = 0x11 // of the request, or it stopped half-way
	BadCommand     = 0x21
	NotPermitted   = 0x23
	UnknownError   = 0x24
	CardRefusesSAM = 0x31
	SAMRefusesCard = 0x32
	BadInformation = 0x33
	BadFingerprint = 0x37
	BadInfoLength  = 0x3F
	WrongCard      = 0x40
	ReadFailed     = 0x41
	NoRandom       = 0x47
	SelfTestFailed = 0x60
	NotAuthorised  = 0x66
	FindFailed     = 0x80
	SelectFailed   = 0x81
	Success        = 0x90
	NoSuchItem     = 0x91
	CardFound      = 0x9F
)

var bauds = [...]int{115200, 57600, 38400, 19200, 9600}
