package console_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestSearchFindsIt by whatever number is at hand.
func TestSearchFindsIt(t *testing.T) {
	r := busy(t)
	clerk := r.as("01", "4827")
	for asked, want := range map[string]string{
		"a005": "尾号 0055", "0046": "R260302-009", "R260302-006": "R260302-006", "R260302-006-Y1": "R260302-006", "006": "R260302-006",
		"DR-a": "单个核算", "铁锹": "货架二", "a/15": "寄存", "C000001": "柜门 A/15", "N260302-001": "求职登记", "zzz": "没有找到", "": "没有找到",
	} {
		wants(t, "looking for "+asked, clerk.look("/staff/find?"+url.Values{"q": {asked}}.Encode()), want)
	}
}

// TestScannedSlip: the console says of a slip whether the hall has printed it.
func TestScannedSlip(t *testing.T) {
	clerk := busy(t).as("01", "4827")
	ask := func(scanned string) string { return clerk.look("/staff/find?" + url.Values{"q": {scanned}}.Encode()) }
	wants(t, "a genuine slip", ask("deposit:R260302-004-Y1/200.00#TRUE"), "校验码相符", "押金单 R260302-004-Y1")
	if page := ask("deposit:R260302-004-Y1/900.00#ABCDEF"); !strings.Contains(page, "校验码不符") || strings.Contains(page, "R260302-004</h2>") {
		t.Error("a forged slip leads to the rental")
	}
}

// TestSearchKeepsNumbersOutOfAddresses: somebody types the whole number of a
// card, and the page that finds its owner has the end alone.
func TestSearchKeepsNumbersOutOfAddresses(t *testing.T) {
	clerk := busy(t).as("01", "4827")
	for _, asked := range []string{"140321199001010055", " 140321900101055 "} {
		var status int
		var page string
		clerk.at(func() { status, page = clerk.form("/staff/find", url.Values{"q": {asked}}) })
		if status != 200 || strings.Contains(page, strings.TrimSpace(asked)) {
			t.Errorf("looking for %s gives %d, or a page with the number", asked, status)
		}
	}
	wants(t, "a whole number", clerk.look("/staff/find?q=140321199001010055"), "尾号 0055")
	clerk.at(func() {
		_, page := clerk.form("/staff/find", url.Values{"q": {"140321199001010055"}})
		wants(t, "a whole number in the form", page, "尾号 0055")
	})
}

// TestVoidDepositSlip: a genuine paper for which no money is to be given back any
// more is refused wherever its code is checked.
func TestVoidDepositSlip(t *testing.T) {
	r := busy(t)
	clerk := r.as("01", "4827")
	r.swipe("p4", "0046") // whose slip of R260302-004 is lost
	r.do("rental/lost-slip", `{"rental":"R260302-004","statement":"S-9","staff":"01","second":"02"}`)
	for receipt, want := range map[string]string{
		"R260302-004-Y1": "有效的是R260302-004-Y2",
		"R260302-008-Y1": "已结清",
		"R250101-001-Y1": "早已结清",
	} {
		claim := "deposit:" + receipt + "/200.00#TRUE"
		page := clerk.look("/staff/find?" + url.Values{"q": {claim}}.Encode())
		wants(t, receipt, page, want)
		if strings.Contains(page, "校验码相符") {
			t.Errorf("the console passes %s", receipt)
		}
		status, answer := r.get(r.socket.URL, "claim?"+url.Values{"code": {claim}}.Encode())
		if status != 409 || code(answer) != "void-receipt" {
			t.Errorf("%s is answered %d %s", receipt, status, answer)
		}
	}
	wants(t, "the new slip", clerk.look("/staff/find?"+url.Values{"q": {"deposit:R260302-004-Y2/200.00#TRUE"}}.Encode()), "校验码相符")
}
