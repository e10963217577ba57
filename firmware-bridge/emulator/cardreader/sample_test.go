package cardreader

import (
	"strconv"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	tests := []struct{ got, want string }{
		{CitizenNumber("110105", "19491231", 2), "11010519491231002X"},
		{CitizenNumber("440524", "18800101", 1), "440524188001010014"},
		{CitizenNumber("810000", "19940823", 2), "810000199408230021"},
		{CitizenNumber("830000", "19920130", 2), "830000199201300022"},
		{Foreigner18("11", "398", "19901231", 2), "911398199012310021"},
		{Foreigner15("KAZ", "1100", "901231", 0), "KAZ110090123105"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("number %s, want %s", test.got, test.want)
		}
	}
}

// TestSampleDeck holds the deck to what it promises, on any day.
func TestSampleDeck(t *testing.T) {
	for _, on := range []time.Time{today, time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)} {
		ages := map[string]int{}
		kinds := map[Type]int{}
		expired, numbers := 0, map[string]bool{}
		for _, c := range Sample(on) {
			kinds[c.Type]++
			numbers[c.Number] = true
			if c.To < on.Format(day) {
				expired++
			}
			birth, err := time.Parse(day, c.Birth)
			if err != nil {
				t.Fatal(err)
			}
			ages[c.Name] = age(birth, on)
			if c.Type == 0 && c.Number[:17]+c.Number[17:] != withCheck(c.Number[:17]) {
				t.Errorf("%s: number with a wrong check", c.Name)
			}
			if n, _ := strconv.Atoi(c.Sex); c.Type == 0 && n != 2-int(c.Number[16]-'0')%2 {
				t.Errorf("%s: sex %s against the number", c.Name, c.Sex)
			}
		}
		if ages["赵青年"] != 17 || ages["钱少年"] != 15 || ages["张三"] != 35 {
			t.Errorf("ages on %s: %v", on.Format(day), ages)
		}
		if kinds[0] != 9 || kinds[Permit] != 1 || kinds[Foreigner2017] != 1 || kinds[Foreigner2023] != 1 || expired != 1 || len(numbers) != 12 {
			t.Errorf("kinds %v, %d expired, %d numbers", kinds, expired, len(numbers))
		}
	}
}

func age(birth, on time.Time) int {
	n := on.Year() - birth.Year()
	if on.Format("0102") < birth.Format("0102") {
		n--
	}
	return n
}
