package cardreader

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/wiretest"
)

var today = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

// desk is a reader whose answers a test sees at once.
type desk struct {
	*Reader
	wire *wiretest.Recorder
}

func newDesk(opts Opts) desk {
	d := desk{New(opts), &wiretest.Recorder{}}
	d.Attach(d.wire)
	return d
}

// ask sends a command and returns SW3 and data of the answer.
func (d desk) ask(t *testing.T, cmd Command, data ...byte) (sw3 byte, out []byte) {
	t.Helper()
	b := append([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, byte(3 + len(data)), byte(cmd >> 8), byte(cmd)}, data...)
	d.Hear(append(b, wire.XOR(b[5:])))
	answer := d.wire.Take()
	if len(answer) < 11 || len(answer) != 7+int(binary.BigEndian.Uint16(answer[5:])) || wire.XOR(answer[5:]) != 0 {
		t.Fatalf("command %04X: answer % X is no frame", uint16(cmd), answer)
	}
	return answer[9], answer[10 : len(answer)-1]
}

// path asks several commands and returns the status of each.
func (d desk) path(t *testing.T, cmds ...Command) []byte {
	t.Helper()
	var sw []byte
	for _, c := range cmds {
		s, _ := d.ask(t, c)
		sw = append(sw, s)
	}
	return sw
}

func TestStates(t *testing.T) {
	card := Sample(today)[0]
	tests := []struct {
		name string
		opts Opts
		card bool
		cmds []Command
		want []byte
	}{
		{"no card", Opts{}, false, []Command{FindCard, SelectCard, ReadBase, ReadManagement}, []byte{0x80, 0x81, 0x41, 0x41}},
		{"a card that was not found", Opts{}, true, []Command{SelectCard, ReadBase, ReadAddress}, []byte{0x81, 0x41, 0x41}},
		{"found twice", Opts{}, true, []Command{FindCard, FindCard, ReadBase, SelectCard}, []byte{0x9F, 0x9F, 0x41, 0x90}},
		{"read twice", Opts{}, true, []Command{FindCard, SelectCard, ReadBase, ReadBaseFinger}, []byte{0x9F, 0x90, 0x90, 0x90}},
		{"not lifted", Opts{}, true, []Command{FindCard, SelectCard, FindCard, SelectCard, ReadManagement}, []byte{0x9F, 0x90, 0x80, 0x81, 0x90}},
		{"continual", Opts{Continual: true}, true, []Command{FindCard, SelectCard, FindCard, SelectCard}, []byte{0x9F, 0x90, 0x9F, 0x90}},
		{"reset lets find again", Opts{}, true, []Command{FindCard, SelectCard, ResetSAM, FindCard}, []byte{0x9F, 0x90, 0x90, 0x9F}},
		{"no additional address", Opts{}, true, []Command{FindCard, SelectCard, ReadAddress}, []byte{0x9F, 0x90, 0x91}},
		{"unknown commands", Opts{}, true, []Command{ReadOther, 0x1234, 0x6005}, []byte{0x21, 0x21, 0x21}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(test.opts)
			if test.card {
				d.Lay(card)
			}
			if got := d.path(t, test.cmds...); !bytes.Equal(got, test.want) {
				t.Errorf("status % X, want % X", got, test.want)
			}
			if diff := cmp.Diff(test.cmds, d.Seen()); diff != "" {
				t.Errorf("commands seen (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLiftAndLayAgain(t *testing.T) {
	d := newDesk(Opts{})
	d.Lay(Sample(today)[0])
	d.path(t, FindCard, SelectCard)
	d.Lift()
	if got := d.path(t, ReadManagement, FindCard); !bytes.Equal(got, []byte{ReadFailed, FindFailed}) {
		t.Errorf("lifted: status % X", got)
	}
	d.Lay(Sample(today)[1])
	if sw, chip := d.ask(t, FindCard); sw != CardFound || !bytes.Equal(chip, []byte{0, 0, 0, 2}) {
		t.Errorf("laid again: status %X, chip % X", sw, chip)
	}
}

// TestRequests feeds every known request; none of them may be refused as
// damaged, and a foreign protocol is not answered.
func TestRequests(t *testing.T) {
	for name, v := range wiretest.Vectors(t) {
		if v.Dir != "request" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got := wiretest.Ask(New(Opts{}), v.Bytes)
			if v.Bytes[0] == 0x02 {
				if len(got) != 0 {
					t.Errorf("answered % X to another protocol", got)
				}
				return
			}
			if len(got) < 11 || got[9] == BadChecksum || got[9] == BadLength {
				t.Errorf("answer % X", got)
			}
		})
	}
}

// TestAnswers brings the module into the state of each known answer.
func TestAnswers(t *testing.T) {
	v := wiretest.Vectors(t)
	status := func(sw3 byte) func(desk) {
		return func(d desk) { d.Fail(AnyCommand, sw3, 1) }
	}
	tests := []struct {
		answer, request string
		prepare         func(desk)
	}{
		{"resp_ok_90", "req_sam_status", nil},
		{"resp_ok_90", "req_set_max_rf_24", nil},
		{"resp_find_none", "req_find_card", nil},
		{"resp_select_fail", "req_select_card", nil},
		{"resp_read_fail", "req_read_base", nil},
		{"resp_selftest_fail", "req_sam_status", status(SelfTestFailed)},
		{"resp_status_10", "req_find_card", status(BadChecksum)},
		{"resp_status_24", "req_find_card", status(UnknownError)},
		{"resp_status_33", "req_read_base", status(BadInformation)},
		{"resp_status_3F", "req_read_base", status(BadInfoLength)},
		{"resp_status_40", "req_find_card", status(WrongCard)},
		{"resp_find_ok_nonzero", "req_find_card", func(d desk) { d.Lay(Card{Chip: [4]byte{0, 0, 0, 8}}) }},
		{"resp_select_ok", "req_select_card", func(d desk) { d.Lay(Card{}); d.find() }},
		{"resp_select_ok_nonzero", "req_select_card", func(d desk) {
			d.Lay(Card{Serial: [8]byte{0x10, 0xE4, 0x10, 1, 2, 3, 4, 5}})
			d.find()
		}},
		{"resp_read_base_resident_longterm", "req_read_base", selectedCard("resident_longterm")},
		{"resp_read_base_J_hk", "req_read_base", selectedCard("J_hk")},
		{"resp_read_base_J_tw", "req_read_base", selectedCard("J_tw")},
		{"resp_read_base_I_2017", "req_read_base", selectedCard("I_2017")},
		{"resp_read_base_Y_2023", "req_read_base", selectedCard("Y_2023")},
		{"resp_read_base_fp_0", "req_read_base_fp", selectedCard("fp_0")},
		{"resp_read_base_fp_1024", "req_read_base_fp", selectedCard("fp_1024")},
		{"tr_echo", "req_find_card", func(d desk) { d.Next(wire.Echo()) }},
		{"tr_leading_garbage", "req_find_card", func(d desk) { d.Next(wire.Before(0x00, 0xFF, 0xAA, 0xAA)) }},
	}
	for _, test := range tests {
		t.Run(test.answer+" to "+test.request, func(t *testing.T) {
			d := newDesk(Opts{})
			if test.prepare != nil {
				test.prepare(d)
			}
			d.Hear(v[test.request].Bytes)
			if diff := cmp.Diff(v[test.answer].Bytes, d.wire.Take()); diff != "" || v[test.answer].Bytes == nil {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// selectedCard lays the person of a vector and takes them through select.
func selectedCard(name string) func(desk) {
	return func(d desk) {
		c := specimens[name]
		// The vectors' photo holds no preamble.
		c.Photo = make([]byte, photoLen)
		head := copy(c.Photo, Card{}.photo()[:11])
		pattern(c.Photo[head:], 3, 7)
		d.Lay(c)
		d.find()
		d.choose()
	}
}

var specimens = map[string]Card{
	"resident_longterm": {
		Name: "测试样张", Sex: "2", Ethnicity: "01", Birth: "19491231", Address: "测试省样张市演示区示例路1号",
		Number: "11010519491231002X", Issuer: "样张市公安局演示分局", From: "20200101", To: LongTerm,
	},
	"fp_0": {
		Type: Resident, Name: "测试样张", Sex: "2", Ethnicity: "01", Birth: "19491231", Address: "测试省样张市演示区示例路1号",
		Number: "11010519491231002X", Issuer: "样张市公安局演示分局", From: "20200101", To: "20400101",
	},
	"fp_1024": {
		Name: "测试样张", Sex: "2", Ethnicity: "01", Birth: "19491231", Address: "测试省样张市演示区示例路1号",
		Number: "11010519491231002X", Issuer: "样张市公安局演示分局", From: "20200101", To: "20400101", Fingerprints: 2,
	},
	"J_hk": {
		Type: Permit, Name: "测试样张港", Sex: "2", Birth: "19940823", Address: "测试省样张市演示区示例路2号",
		Number: "810000199408230021", Issuer: "样张市公安局演示分局", From: "20200101", To: "20250101",
		PassNumber: "H00000000", IssueCount: "01",
	},
	"J_tw": {
		Type: Permit, Name: "测试样张台", Sex: "2", Birth: "19920130", Address: "测试省样张市演示区示例路3号",
		Number: "830000199201300022", Issuer: "样张市公安局演示分局", From: "20200101", To: "20250101",
		PassNumber: "00000000", IssueCount: "02",
	},
	"I_2017": {
		Type: Foreigner2017, EnglishName: "SPECIMEN, TEST PERSON", Sex: "1", Number: Foreigner15("UTO", "1100", "810101", 1),
		Nationality: "UTO", Name: "证件样本", From: "20170601", To: "20270531", Birth: "19810101", Version: "01", Authority: "1500",
	},
	"Y_2023": {
		Type: Foreigner2023, Name: "证件样本", Sex: "1", IssueCount: "01", Birth: "19810101",
		EnglishName: "SPECIMENLONGFAMILYNAME, TESTING PERSON EXAMPLE", Number: Foreigner18("11", "999", "19810101", 1),
		From: "20240101", To: "20331231", Nationality: "UTO",
	},
}

func TestRefusesDamagedRequests(t *testing.T) {
	good := wiretest.Vectors(t)["req_find_card"].Bytes
	bad := bytes.Clone(good)
	bad[len(bad)-1] ^= 1
	tests := []struct {
		name string
		in   []byte
		want []byte // statuses answered
	}{
		{"checksum", bad, []byte{BadChecksum}},
		{"length", []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0xFF, 0xFF}, []byte{BadLength}},
		{"data where none belongs", []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 4, 0x11, 0xFF, 0x00, 0xEA}, []byte{BadLength}},
		{"more AA than needed", append([]byte{0xAA, 0xAA}, good...), []byte{FindFailed}},
		{"noise, then two requests", append(append([]byte{0, 0x96, 0x69}, good...), good...), []byte{FindFailed, FindFailed}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []byte
			for b := wiretest.Ask(New(Opts{}), test.in); len(b) >= 11; b = b[11:] {
				got = append(got, b[9])
			}
			if !bytes.Equal(got, test.want) {
				t.Errorf("statuses % X, want % X", got, test.want)
			}
		})
	}
}

func TestForcedStatusCodes(t *testing.T) {
	d := newDesk(Opts{CardStatus: [2]byte{0x6A, 0x82}})
	d.Lay(Sample(today)[0])
	d.Fail(ReadBase, ReadFailed, 2)
	got := d.path(t, FindCard, SelectCard, ReadBase, ReadBase, ReadBase)
	if want := []byte{0x9F, 0x90, 0x41, 0x41, 0x90}; !bytes.Equal(got, want) {
		t.Errorf("status % X, want % X", got, want)
	}
	d.Fail(AnyCommand, NotAuthorised, wire.Forever)
	if got := d.path(t, StatusSAM, FindCard, ResetSAM); !bytes.Equal(got, []byte{0x66, 0x66, 0x66}) {
		t.Errorf("unauthorised module: status % X", got)
	}
	d.Mend()
	if got := d.path(t, StatusSAM); !bytes.Equal(got, []byte{Success}) {
		t.Errorf("mended module: status % X", got)
	}
	d.Lift()
	d.Hear([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 3, 0x30, 1, 0x32})
	if got := d.wire.Take(); !bytes.Equal(got[7:10], []byte{0x6A, 0x82, 0x41}) {
		t.Errorf("the card's own status is % X", got[7:10])
	}
}

func TestItems(t *testing.T) {
	card := Sample(today)[0]
	card.Addresses = []string{"一路1号", "二路2号", "三路3号"}
	tests := []struct {
		name string
		opts Opts
		cmd  Command
		size int
	}{
		{"newest address", Opts{}, ReadAddress, 70},
		{"all addresses", Opts{AllAddresses: true}, ReadAddress, 210},
		{"management number", Opts{}, ReadManagement, 28},
		{"base", Opts{}, ReadBase, 4 + 256 + 1024},
		{"base and two fingers", Opts{}, ReadBaseFinger, 6 + 256 + 1024 + 1024},
		{"module's identity", Opts{}, ReadSAMID, 16},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(test.opts)
			d.Lay(card)
			d.path(t, FindCard, SelectCard)
			sw, data := d.ask(t, test.cmd)
			if sw != Success || len(data) != test.size {
				t.Errorf("status %X with %d bytes, want 90 with %d", sw, len(data), test.size)
			}
		})
	}
}

func TestPhotoHoldsAPreamble(t *testing.T) {
	if !bytes.Contains(Card{}.photo(), preamble) {
		t.Error("the pattern has lost its preamble")
	}
}

func TestTextNeverCutsACharacter(t *testing.T) {
	b := make([]byte, 6)
	put(b, "测试𠮷")
	if want := []byte{0x4B, 0x6D, 0xD5, 0x8B, 0x20, 0x00}; !bytes.Equal(b, want) {
		t.Errorf("% X, want % X", b, want)
	}
}

func TestSpeedChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, module := net.Pipe()
		var hostBaud atomic.Int64
		hostBaud.Store(115200)
		r := New(Opts{HostBaud: func() int { return int(hostBaud.Load()) }})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx, module) }()

		status := []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 3, 0x11, 0xFF, 0xED}
		slow := []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 3, 0x60, 0x04, 0x67}
		if got := exchange(t, host, slow); len(got) != 11 {
			t.Fatalf("change answered with % X", got)
		}
		time.Sleep(settle)
		if got := exchange(t, host, status); len(got) != 0 {
			t.Errorf("heard % X at the old speed", got)
		}
		hostBaud.Store(9600)
		start := time.Now()
		if got := exchange(t, host, status); len(got) != 11 {
			t.Errorf("heard % X at the new speed", got)
		}
		if took := time.Since(start); took < 21*time.Millisecond {
			t.Errorf("request and answer took %v at 9600 baud, want the time of 21 bytes", took)
		}
		if r.Baud() != 9600 {
			t.Errorf("the module is at %d baud", r.Baud())
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// exchange writes a request and returns what comes within a second.
func exchange(t *testing.T, host net.Conn, request []byte) []byte {
	t.Helper()
	if _, err := host.Write(request); err != nil {
		t.Fatal(err)
	}
	return collect(t, host, time.Second)
}

func collect(t *testing.T, host net.Conn, wait time.Duration) []byte {
	t.Helper()
	if err := host.SetReadDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	buf := make([]byte, 4096)
	for {
		n, err := host.Read(buf)
		b.Write(buf[:n])
		if err != nil || b.Len() == 11 {
			return b.Bytes()
		}
	}
}

func TestDeafAfterPowerUpAndHalfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, module := net.Pipe()
		r := New(Opts{PowerUp: 2 * time.Second})
		done := make(chan error, 1)
		go func() { done <- r.Run(t.Context(), module) }()
		status := []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 3, 0x11, 0xFF, 0xED}
		if got := exchange(t, host, status); len(got) != 0 {
			t.Errorf("answered % X while it starts", got)
		}
		time.Sleep(time.Second)
		if got := exchange(t, host, status[:8]); len(got) != 11 || got[9] != BadLength {
			t.Errorf("half a request was answered with % X", got)
		}
		if got := exchange(t, host, status); len(got) != 11 || got[9] != Success {
			t.Errorf("a whole one after it with % X", got)
		}
		host.Close()
		if err := <-done; err == nil {
			t.Error("Run ended without an error although the host is gone")
		}
	})
}

func TestPacedRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, module := net.Pipe()
		r := New(Opts{ReadDelay: 300 * time.Millisecond})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx, module) }()
		synctest.Wait()
		selectedCard("fp_0")(desk{Reader: r})
		start := time.Now()
		if _, err := host.Write([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 3, 0x30, 0x01, 0x32}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(host, make([]byte, 1295)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start).Round(time.Millisecond); took < 410*time.Millisecond || took > 416*time.Millisecond {
			t.Errorf("reading a card took %v, want 300 ms and 1305 bytes at 115200 baud", took)
		}
		stop()
		<-done
	})
}

func FuzzHear(f *testing.F) {
	for _, v := range wiretest.Vectors(f) {
		f.Add(v.Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := New(Opts{ReceiveTimeout: time.Hour})
		r.Lay(Sample(today)[0])
		for out := wiretest.Ask(r, b); len(out) > 0; {
			if len(out) < 11 || !bytes.HasPrefix(out, preamble) {
				t.Fatalf("answer % X is no frame", out)
			}
			n := 7 + int(binary.BigEndian.Uint16(out[5:]))
			if n > len(out) || wire.XOR(out[5:n]) != 0 {
				t.Fatalf("answer % X is damaged", out)
			}
			out = out[n:]
		}
	})
}
