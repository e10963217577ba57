package hall_test

import (
	"fmt"
	"os"
	"testing"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/slip"
)

// TestMain has every slip that the rules print in a test laid out, since one that
// can't be is a paper that nobody ever gets, and every record held to the contract.
func TestMain(m *testing.M) {
	house := slip.House{Name: "平定县零工市场", Hotline: "0353-6060000", Code: slip.ShortCode([]byte("a key for tests"), "140321-01")}
	who := slip.Who{Name: "张*", Number: "**************002X", Full: "张三"}
	hall.LayOut = func(j hall.Job) error {
		_, err := slip.Render(house, j, who)
		return err
	}
	code := m.Run()
	if err := hall.HoldToContract(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
