package idcard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// vector is a line of testdata/vectors.jsonl.
type vector struct {
	Name, Dir, Hex, Meaning, Proto, Expect string
	ExpectError                            string `json:"expect_error"`
	bytes                                  []byte
}

func vectors(t testing.TB) map[string]vector {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]vector{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("reading a vector: %v", err)
		}
		if v.bytes, err = hex.DecodeString(v.Hex); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		all[v.Name] = v
	}
	if len(all) < 48 {
		t.Fatalf("got %d vectors, want 48 at least", len(all))
	}
	return all
}

// frames scans b in pieces of n bytes, or of what is read at once if that is less.
func frames(b []byte, n int) (got [][]byte, bad int) {
	var s scanner
	for len(b) > 0 {
		n := min(n, len(b), readSize)
		s.write(b[:n])
		b = b[n:]
		for {
			f, err := s.next()
			if err != nil {
				bad++
				continue
			}
			if f == nil {
				break
			}
			got = append(got, bytes.Clone(f))
		}
	}
	return got, bad
}

func TestVectors(t *testing.T) {
	all := vectors(t)
	for name, v := range all {
		t.Run(name, func(t *testing.T) {
			switch {
			case v.Proto != "" || v.Dir == "request":
				checkRequest(t, v)
			case v.ExpectError != "":
				if got, _ := frames(v.bytes, len(v.bytes)); len(got) != 0 {
					t.Errorf("%s: got %d frames, want none", v.Meaning, len(got))
				}
			case v.Expect != "":
				checkExpected(t, all, v)
			default:
				checkResponse(t, v)
			}
		})
	}
}

// checkRequest compares those requests that the driver sends, and sees that the
// scanner never takes a request, or another protocol, for an answer.
func checkRequest(t *testing.T, v vector) {
	sent := map[string]command{
		"req_reset_sam": resetSAM, "req_sam_status": samStatus, "req_sam_id": readSAMID,
		"req_find_card": findCard, "req_select_card": selCard, "req_read_base": readBase,
		"req_read_new_addr": readAddr, "req_read_card_mgmt": readMgmt,
	}
	if c, ok := sent[v.Name]; ok {
		if diff := cmp.Diff(v.bytes, request(c)); diff != "" {
			t.Errorf("request %s (-want +got):\n%s", c, diff)
		}
	}
	if got, _ := frames(v.bytes, len(v.bytes)); len(got) != 0 && !strings.HasPrefix(v.Name, "req_set_max_rf") {
		t.Errorf("scanner took a request for an answer")
	}
}

func checkResponse(t *testing.T, v vector) {
	for _, n := range []int{1, 2, 5, 7, 64, len(v.bytes)} {
		got, bad := frames(v.bytes, n)
		if bad != 0 || len(got) != 1 || !bytes.Equal(got[0], v.bytes) {
			t.Errorf("in pieces of %d: got %d frames, %d bad, want the one sent", n, len(got), bad)
		}
	}
	if strings.HasPrefix(v.Name, "resp_read_base") {
		if _, err := decode(parseAnswer(v.bytes).data); err != nil {
			t.Errorf("%s: %v", v.Meaning, err)
		}
	}
}

func checkExpected(t *testing.T, all map[string]vector, v vector) {
	var want [][]byte
	for _, name := range strings.Split(v.Expect, " + ") {
		if name == "resp_find_ok" {
			want = append(want, answerFrame(statusFound, 0, 0, 0, 0))
			continue
		}
		want = append(want, all[name].bytes)
	}
	for _, n := range []int{1, 3, len(v.bytes)} {
		got, _ := frames(v.bytes, n)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, in pieces of %d (-want +got):\n%s", v.Meaning, n, diff)
		}
	}
}

// answerFrame builds a good answer, by the formula and not by the codec.
func answerFrame(s Status, data ...byte) []byte {
	n := 4 + len(data)
	f := []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, byte(n >> 8), byte(n), 0, 0, byte(s)}
	f = append(f, data...)
	sum := byte(n>>8) ^ byte(n) ^ byte(s)
	for _, b := range data {
		sum ^= b
	}
	return append(f, sum)
}

// Accidents on the wire, each named after what happened.
func TestScanner(t *testing.T) {
	ok := answerFrame(statusOK)
	photo := answerFrame(statusOK, append([]byte{1, 2}, answerFrame(statusNoCard)...)...)
	corrupt := bytes.Clone(photo)
	corrupt[9] ^= 0x55
	huge := append(bytes.Clone(preamble), 0x09, 0x0B)
	largest := answerFrame(statusOK, make([]byte, maxLen-4)...)
	if len(largest) != maxAnswer {
		t.Fatalf("largest answer has %d bytes, want %d", len(largest), maxAnswer)
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want [][]byte
		bad  int
	}{
		{name: "noise alone", in: bytes.Repeat([]byte{0x00, 0xAA, 0x96}, 5000)},
		{name: "noise before", in: append([]byte("$GPGGA"), ok...), want: [][]byte{ok}},
		{name: "many AA", in: append(bytes.Repeat([]byte{0xAA}, 40), ok...), want: [][]byte{ok}},
		{name: "preamble inside a frame", in: photo, want: [][]byte{photo}},
		{name: "preamble inside a corrupt frame", in: append(corrupt, ok...), want: [][]byte{ok}, bad: 1},
		{name: "length too large, then a frame", in: append(huge, ok...), want: [][]byte{ok}},
		{name: "length too small, then a frame", in: append(request(findCard), ok...), want: [][]byte{ok}},
		{name: "preamble cut, then a frame", in: append([]byte{0xAA, 0xAA, 0x96}, ok...), want: [][]byte{ok}},
		{name: "largest", in: largest, want: [][]byte{largest}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 11, len(tt.in)} {
				got, bad := frames(tt.in, n)
				if diff := cmp.Diff(tt.want, got); diff != "" || bad != tt.bad {
					t.Errorf("in pieces of %d: %d bad, want %d (-want +got):\n%s", n, bad, tt.bad, diff)
				}
			}
		})
	}
}

func TestParseCardVectors(t *testing.T) {
	date := func(y, m, d int) Date { return Date{y, time.Month(m), d} }
	resident := Card{
		Kind: Resident, Name: "测试样张", Sex: Female, Ethnicity: "汉", Birth: date(1949, 12, 31),
		Number: "11010519491231002X", Issuer: "样张市公安局演示分局", From: date(2020, 1, 1), To: date(2040, 1, 1),
	}
	longTerm := resident
	longTerm.To, longTerm.LongTerm = Date{}, true
	permit := Card{
		Kind: ResidencePermit, Name: "测试样张港", Sex: Female, Birth: date(1994, 8, 23), Number: "810000199408230021",
		Issuer: "样张市公安局演示分局", From: date(2020, 1, 1), To: date(2025, 1, 1), PassNumber: "H00000000", IssueCount: "01",
	}
	taiwan := permit
	taiwan.Name, taiwan.Birth, taiwan.Number = "测试样张台", date(1992, 1, 30), "830000199201300022"
	taiwan.PassNumber, taiwan.IssueCount = "00000000", "02"

	checkCard(t, "resp_read_base_fp_0", resident)
	checkCard(t, "resp_read_base_fp_1024", resident)
	checkCard(t, "resp_read_base_resident_longterm", longTerm)
	checkCard(t, "resp_read_base_J_hk", permit)
	checkCard(t, "resp_read_base_J_tw", taiwan)
	checkCard(t, "resp_read_base_I_2017", Card{
		Kind: Foreigner2017, Name: "证件样本", EnglishName: "SPECIMEN, TEST PERSON", Sex: Male, Birth: date(1981, 1, 1),
		Number: "UTO110081010119", Issuer: "1500", From: date(2017, 6, 1), To: date(2027, 5, 31), Nationality: "UTO",
	})
	checkCard(t, "resp_read_base_Y_2023", Card{
		Kind: Foreigner2023, Name: "证件样本", EnglishName: "SPECIMENLONGFAMILYNAME, TESTING PERSON EXAMPLE", Sex: Male,
		Birth: date(1981, 1, 1), Number: "911999198101010017", From: date(2024, 1, 1), To: date(2033, 12, 31),
		IssueCount: "01", Nationality: "UTO",
	})
}

func checkCard(t *testing.T, name string, want Card) {
	t.Helper()
	got, err := decode(parseAnswer(vectors(t)[name].bytes).data)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if diff := cmp.Diff(plain(want), plain(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// plain is a Card that may be shown: cmp prints fields, tests hold nobody real.
func plain(c Card) any {
	type shown Card
	return shown(c)
}

// isCardError tells whether err is one that a card's data may give.
func isCardError(err error) bool {
	return slices.ContainsFunc([]error{ErrMalformed, ErrUnsupportedCard, ErrPrivateUse}, func(e error) bool {
		return errors.Is(err, e)
	})
}

// A card whose number tells another birth or sex is read all the same: what comes
// of it is for the rules.
func TestContradiction(t *testing.T) {
	good := parseAnswer(vectors(t)["resp_read_base_resident_longterm"].bytes).data
	for want, digit := range map[string]struct {
		at int
		is byte
	}{"sex": {30, '1'}, "birth": {36 + 14, '0'}} { // it is a woman born on the 31st
		data := bytes.Clone(good)
		data[4+digit.at] = digit.is
		if c, err := decode(data); err != nil || c.Conflict != want {
			t.Errorf("got conflict %q, %v, want %q", c.Conflict, err, want)
		}
	}
	if c, err := decode(good); err != nil || c.Conflict != "" {
		t.Errorf("got conflict %q, %v on a card that agrees", c.Conflict, err)
	}
}

// A name of broken characters is no name; one of private use is for staff to read
// off the card.
func TestBrokenNames(t *testing.T) {
	good := parseAnswer(vectors(t)["resp_read_base_resident_longterm"].bytes).data
	for unit, want := range map[uint16]error{
		0xD842: ErrMalformed, // half of a pair
		0xDFB7: ErrMalformed,
		0xFFFD: ErrMalformed,
		0xFFFE: ErrMalformed,
		0xFFFF: ErrMalformed,
		0xFDD0: ErrMalformed,
		0x0001: ErrMalformed,
		0x0085: ErrMalformed,
		0x2028: ErrMalformed,
		0x202E: ErrMalformed, // turns the line round
		0x200B: ErrMalformed, // not seen
		0xFEFF: ErrMalformed,
		0xE000: ErrPrivateUse,
		0xF8FF: ErrPrivateUse,
		0x9FCD: nil,
		0x00B7: nil, // 间隔号
		0x0020: nil,
	} {
		data := bytes.Clone(good)
		binary.LittleEndian.PutUint16(data[4:], unit)
		if _, err := decode(data); !errors.Is(err, want) {
			t.Errorf("name that begins with U+%04X: got %v, want %v", unit, err, want)
		}
	}
	data := bytes.Clone(good)
	copy(data[4:], []byte{0x42, 0xD8, 0xB7, 0xDF})
	if c, err := decode(data); err != nil || !strings.HasPrefix(c.Name, "𠮷") {
		t.Errorf("a name of a surrogate pair: %v", err)
	}
}

func TestNoPersonalDataInErrors(t *testing.T) {
	data := bytes.Clone(parseAnswer(vectors(t)["resp_read_base_resident_longterm"].bytes).data)
	for i := 4; i < 4+textLen; i++ {
		broken := bytes.Clone(data)
		broken[i] ^= 0x41
		_, err := decode(broken)
		if err == nil {
			continue
		}
		if !isCardError(err) {
			t.Errorf("byte %d: %v wraps none of the package's errors", i, err)
		}
		if strings.ContainsAny(err.Error(), "测试人X") || strings.Contains(err.Error(), "1949") {
			t.Errorf("byte %d: error shows the card: %v", i, err)
		}
	}
}
