//go:build !race

package hall

const raced = false
