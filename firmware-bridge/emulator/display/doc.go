// Package display emulates what a hall shows its numbers on and says them
// with: LED-485 number tubes ([LED485], Modbus and ASCII), window strips
// ([Strip]), Onbon BX font cards ([Onbon]) and the SYN6288 voice chip
// ([Voice]). All of them sit on a serial line, most on RS-485 with an address,
// and text is GBK.
//
// Shown returns what a person would read. Accidents of the wire are ordered
// through the embedded [wire.Station].
package display
