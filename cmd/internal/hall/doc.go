// Package hall is the rule book of a 零工市场 as code: who gets a number, who
// is called, which tool may leave and what it costs. The rules are those of
// 晋人社办发〔2023〕32号.
//
// It is pure: standard library only, no clock, no input or output and no
// goroutine. An [Event] goes in with the time it happened at; an [Outcome]
// comes out with the records of what happened and the effects to carry out.
// The state of a [Hall] changes only when a [Record] is applied to it, so a
// replay of the ledger and a live run cannot differ.
//
// Each event type knows how it is decided (its handle method) and each record
// type knows what it changes (its apply method); both stand in the file of the
// matter they belong to.
package hall
