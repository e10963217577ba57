package hall

import (
	"strconv"
	"strings"
)

// count notes that a number was given, whose end counts on from the one before. A
// ledger that was damaged may lack some before it: none is given a second time.
func count(given *int, number string) {
	digits := number[len(strings.TrimRight(number, "0123456789")):]
	n, _ := strconv.Atoi(digits) // 0 of one that does not count
	*given = max(*given+1, n)
}
