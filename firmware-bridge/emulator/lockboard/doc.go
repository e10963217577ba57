// Package lockboard emulates the control boards of lockers on RS-485, with
// the doors behind them.
//
// The doors are physical: a coil is energised for a pulse, the bolt draws
// back and the door springs open, unless it is stuck; somebody pushes it shut
// ([Cabinet.PushShut]) or forces it ([Cabinet.ForceOpen]). What the board
// reports is its contact, which cabinets wire both ways ([Contact]).
//
// [Board8A] speaks the 8A/80 protocol of unbranded boards, [WKLY] the one
// that starts with these letters, [Kerong] that of the CU16, and [Relay] is a
// Modbus relay board with pulses of its own (Waveshare D). All of them record
// each pulse ([Cabinet.Pulses]), so a test can tell that no door moved.
//
// Accidents of the wire are ordered through the embedded [wire.Station], those
// of the doors through the embedded [Cabinet].
package lockboard
