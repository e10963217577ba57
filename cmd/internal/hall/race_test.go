//go:build race

package hall

// raced says that the race detector is on, under which a test takes ten times as
// long. The rules have no goroutine that it could find anything about.
const raced = true
