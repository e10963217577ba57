// Package locker drives lock control boards (锁控板) of tool lockers: it opens
// one door when told to, and says what the doors' contacts say.
//
// Boards and wiring:
//
//	lock8a        8A/80 board with BCC, RS-485 9600 8N1, boards 1-32 by switch
//	wkly          WKLY board, RS-485 9600 8N1, boards 0-31
//	kerong        Kerong CU16, RS-485 19200 8N1, boards 0-15
//	modbus-relay  Waveshare Modbus RTU Relay (D): relays that the board times, inputs as contacts
//	gpio          pins of the Pi or of one MCP23017, behind a hardware one-shot
//
// The frame of each stands at the top of its file.
//
// A board's answer to an opening proves nothing: on the 8A board it is the same
// bytes as the request, and an adapter that echoes gives it for free. So a door
// is opened by one pulse, never repeated by itself, and what came of it is read
// from the contact afterwards. What a closed contact means differs from cabinet
// to cabinet and is configured ([Opts.Contact]). Whoever orders an opening is
// asked again at the last moment before the pulse, because a wire can be busy for
// longer than the order holds.
//
// Commands that hold a lock, open all or open many do not exist here: a
// solenoid burns when it is held, and a supply fails when all pull at once.
// Nothing moves, and no pin is touched, before Open or Watch is called. Halt
// switches the relays of a relay board and the pins off; the other boards end
// their pulses themselves.
package locker
