package cardreader

import "fmt"

// CitizenNumber completes an 18-character number (GB 11643): a 6-digit area,
// a birth date YYYYMMDD and a sequence of which odd is male.
func CitizenNumber(area, birth string, sequence int) string {
	return withCheck(fmt.Sprintf("%s%s%03d", area, birth, sequence))
}

// Foreigner18 completes a number of the 2023 foreigner's card: accepting
// province (2 digits), country (3 digits, GB/T 2659), birth and sequence.
func Foreigner18(province, country, birth string, sequence int) string {
	return withCheck(fmt.Sprintf("9%s%s%s%03d", province, country, birth, sequence))
}

// withCheck adds the check character of MOD 11-2.
func withCheck(s string) string {
	weights := [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range min(len(s), len(weights)) {
		sum += int(s[i]-'0') * weights[i]
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// Foreigner15 completes a number of the 2017 foreigner's card: nationality
// (three letters), area (4 digits), birth YYMMDD and one digit, then the
// 7-3-1 check of travel documents.
func Foreigner15(nationality, area, birth string, sequence int) string {
	s := fmt.Sprintf("%s%s%s%d", nationality, area, birth, sequence%10)
	weights := [...]int{7, 3, 1}
	sum := 0
	for i := range len(s) {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * weights[i%3]
	}
	return fmt.Sprint(s, sum%10)
}
