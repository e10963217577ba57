// Package voice speaks calls such as 请A012号到3号窗口, one after the other, each
// as often as the hall wants. There are two ways of speaking:
//
//   - [Clips] joins recorded parts (WAV, mono, 16 bit PCM) in Go and hands the
//     whole to a player, aplay on a Pi. The parts of this package are embedded;
//     a folder of recordings takes their place.
//   - [Chip] sends the text to a SYN6288 speech chip on a serial line, 9600 baud
//     8N1: FD | length, 2 bytes | command | parameter | GBK text | XOR. The
//     length counts everything behind itself, the XOR everything before.
//
// Everything that is spoken is a text first, so that a screen can show it to
// those who do not hear it. Halt silences the chip; aplay ends with Run.
package voice
