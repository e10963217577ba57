// Package cardreader emulates a reader of resident identity cards: the
// security module (SAM_V, GA/T 467) on a serial line at 115200 8N1.
//
//	request  AA AA AA 96 69  Len Len  CMD PARA       data  XOR
//	answer   AA AA AA 96 69  Len Len  SW1 SW2 SW3    data  XOR
//
// Len is big-endian and counts everything behind it; the check is the XOR
// from Len on. The module never speaks first.
//
// A test or a simulator's page lays a card on the reader ([Reader.Lay]) and
// lifts it. What goes wrong is ordered by status code ([Reader.Fail]) or as an
// accident of the wire (the methods of the embedded [wire.Station]). Unplug
// the reader by closing its wire. All people it ships are fictitious.
package cardreader
