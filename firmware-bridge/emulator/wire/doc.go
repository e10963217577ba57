// Package wire is the far end of a serial wire, where emulated devices sit.
//
// A [Bus] reads what the host sends and lets every [Device] on the wire hear
// it, as RS-485 does. Each device cuts requests out of the bytes by itself
// ([Scanner]) and answers through its [Station], which applies the accidents
// that a test or a trainer asked for: late, mute, broken, echoed and so on.
// The bus sends at the pace of the line's baud, because a pseudo-terminal
// and a pipe have none.
//
// Nothing here starts a goroutine of its own: answers go out from timers, so
// a late answer never keeps the device from hearing the next request.
package wire
