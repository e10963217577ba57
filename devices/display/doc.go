// Package display drives the number displays and text strips of a hall.
//
// On a serial line ([New]):
//
//	led485     LED-485 number tube (数码管), Modbus RTU, 9600 8N1
//	ledascii   the same tube in ASCII mode; cannot confirm
//	strip-sum  窗口屏/综合屏 text strip AA BB 51 54 with a sum; cannot confirm
//	strip-xor  the same head with XOR, 漳州圆心光电
//	onbon      仰邦 BX-5K/6K font card, one dynamic area
//
// On pins and buses: [NewMAX7219], [NewTM1637], [NewHT16K33].
//
// The frame of each stands at the top of its file. Every Show sends the whole
// state, brightness included, so a lost frame or a display that was switched
// off heals with the next one. Tubes show the ticket, strips the sentence.
// Halt blanks.
package display
