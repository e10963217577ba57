// Package idcard drives a reader of Chinese identity cards over a serial line:
// the host side of the SAM-V security module (居民身份证验证安全控制模块,
// GA 467, GA/T 467-2019), which every genuine reader holds, whatever its brand.
//
// Wiring: UART or RS-232, 8 data bits, no parity, 1 stop bit, no flow control,
// 115200 baud from the factory; a module keeps a speed that other software set,
// which is what [Probe] is for.
//
// Frame, the same both ways but for the head:
//
//	AA AA AA 96 69 | Len1 Len2 | CMD PARA      | data | CHK_SUM   to the reader
//	AA AA AA 96 69 | Len1 Len2 | SW1 SW2 SW3   | data | CHK_SUM   to the host
//
// Len is big-endian and counts everything behind itself; CHK_SUM is the XOR of
// everything from Len1 on. SW3 alone says how a command went. One request, one
// answer; the reader never speaks first.
//
// A card is found (20 01), selected (20 02) and read (30 01), and then watched
// (30 05) until it leaves. The photo is cut off with the frame, the address is
// never decoded, and a [Card] masks itself wherever it is printed.
//
// There is nothing to halt: a reader that is not asked does nothing.
package idcard
