// Package chips emulates the chips that a Pi drives itself, behind periph's
// conn interfaces: HT16K33 and MCP23017 on an [I2C] bus, a chain of MAX7219
// on an [SPI] port, and a TM1637 that decodes the levels of two [Pin]s.
//
// The fakes keep the state that real chips keep, power-up state included, so
// a driver that forgets to clear a memory or to set a register is seen.
// Playback fakes cannot do that. All methods may be called at any time from
// anywhere.
package chips
