package receiver_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"halld/cmd/internal/county/countytest"
)

// server is a PostgreSQL of the tests' own, or nil if none is installed.
var server *countytest.Postgres

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run starts the server once for all tests. Without one SQLite alone is tested,
// which is no success where HALL_CI is set.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "receiver")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	server, err = countytest.NewPostgres(dir)
	if errors.Is(err, countytest.ErrNoPostgres) && os.Getenv("HALL_CI") == "" {
		fmt.Fprintln(os.Stderr, "SQLite alone is tested:", err)
		return m.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting PostgreSQL:", err)
		return 1
	}
	defer server.Stop()
	return m.Run()
}
