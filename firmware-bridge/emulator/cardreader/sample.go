package cardreader

import (
	"strconv"
	"time"
)

// The place of the standard's own example number, and offices that do not
// exist.
const (
	sampleArea    = "110105"
	sampleAddress = "测试省样张市演示区示例路"
	sampleIssuer  = "样张市公安局演示分局"
)

// day is how cards write a date.
const day = "20060102"

// Sample is a deck of fictitious people for a simulator and for tests. Their
// ages and the validity of their cards are as told on the day given. Numbers
// are published samples, or computed for the area of the standard's example.
func Sample(on time.Time) []Card {
	cards := []Card{
		sample(on, 1, "张三", 35),
		sample(on, 2, "李小红", 28),
		sample(on, 3, "王建国", 62),
		sample(on, 4, "𠮷㸚", 41),
		sample(on, 5, "阿布都 测试·买买提", 33),
		sample(on, 6, "赵青年", 17),
		sample(on, 7, "钱少年", 15),
		sample(on, 8, "孙过期", 45),
		sample(on, 9, "周寿星", 40),
		hongKong(on),
		foreigner2017(on),
		foreigner2023(on),
	}
	cards[0].Fingerprints = 2
	cards[1].Addresses = []string{"测试省样张市演示区搬家路9号"}
	cards[2].To = LongTerm
	cards[4].Ethnicity = "05"
	cards[7].From, cards[7].To = years(on, -20), years(on.AddDate(0, 0, -1), 0)
	// The example of GB 11643 is a woman whose number ends in X.
	cards[8].Number, cards[8].Birth, cards[8].Sex, cards[8].To = "11010519491231002X", "19491231", "2", LongTerm
	for i := range cards {
		cards[i].Chip = [4]byte{0, 0, 0, byte(i + 1)}
		cards[i].Serial = [8]byte{0x10, 0xE4, 0x10, 1, 2, 3, 4, byte(i + 1)}
	}
	return cards
}

// sample is a resident who turned age half a year before on. Odd numbers are
// men.
func sample(on time.Time, n int, name string, age int) Card {
	birth := on.AddDate(-age, -6, 0).Format(day)
	return Card{
		Name: name, Sex: sex(n), Ethnicity: "01", Birth: birth,
		Address: sampleAddress + strconv.Itoa(n) + "号",
		Number:  CitizenNumber(sampleArea, birth, n),
		Issuer:  sampleIssuer, From: years(on, -2), To: years(on, 8),
	}
}

func hongKong(on time.Time) Card {
	return Card{
		Type: Permit, Name: "测试样张港", Sex: "2", Birth: "19940823",
		Address: sampleAddress + "10号", Number: "810000199408230021",
		Issuer: sampleIssuer, From: years(on, -1), To: years(on, 4),
		PassNumber: "H00000000", IssueCount: "01",
	}
}

func foreigner2017(on time.Time) Card {
	return Card{
		Type: Foreigner2017, Name: "证件样本", EnglishName: "SPECIMEN, TEST PERSON",
		Sex: "1", Number: Foreigner15("UTO", "1100", "810101", 1), Nationality: "UTO",
		From: years(on, -6), To: years(on, 4), Birth: "19810101", Version: "01", Authority: "1500",
	}
}

func foreigner2023(on time.Time) Card {
	return Card{
		Type: Foreigner2023, Name: "证件样本", Sex: "1", IssueCount: "01",
		EnglishName: "SPECIMENLONGFAMILYNAME, TESTING PERSON EXAMPLE",
		Number:      Foreigner18("11", "999", "19810101", 1), Nationality: "UTO",
		Birth: "19810101", From: years(on, -1), To: years(on, 9),
	}
}

func sex(n int) string { return strconv.Itoa(2 - n%2) }

func years(on time.Time, n int) string { return on.AddDate(n, 0, 0).Format(day) }
