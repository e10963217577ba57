// Package bridge is the line to a device's firmware, real or emulated: serial
// ports, sockets, printer nodes, and the pins and buses of the board itself.
//
// An [Address] says where a device hangs. For a wire that bytes run along,
// [New] makes a [Line] of it, which devices.Line describes to drivers. The
// daemon runs [Line.Run]: it opens the port, reads it, and opens it again
// after a cable was pulled; a device that is missing is a state to report and
// never a reason to stop. Drivers call [Line.Do] for one transaction at a time,
// so several boards share an RS-485 wire in fair turns.
//
// Only the caller of a transaction sees what arrives during it. All other
// bytes go to the line's listeners, and a late answer is never taken for the
// answer to the next question.
//
// For pins and buses see [Host].
package bridge
