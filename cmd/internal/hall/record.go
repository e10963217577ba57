package hall

import (
	"encoding/json"
	"fmt"
)

// Kind names what happened, as the county sees it without the prefix "hall.".
type Kind string

// Record is one thing that happened: a line of the 台账.
type Record struct {
	At   Stamp
	Data Data
}

// Data is what a record says. Each kind has one type; it is stored and sent as
// the JSON object of its exported fields.
type Data interface {
	// Kind is the record's kind.
	Kind() Kind
	// Subject is the ticket, rental, tool or door that the record is about.
	Subject() string
	// apply changes the hall as the record says. It never refuses: what is
	// recorded has happened.
	apply(h *Hall, at Stamp)
}

// Concerns is implemented by data about a person, so that the identity can be
// sealed into it just before it is written.
type Concerns interface {
	// Who is the person in the data, or nil.
	Who() *Person
}

// Person is someone as the hall may know them on disk and on the wire: never by
// name or number.
type Person struct {
	Ref    string `json:"ref"`              // keyed hash of the number
	Last4  string `json:"last4,omitempty"`  // last four characters of the number
	Sealed string `json:"sealed,omitempty"` // name and number, for the county only
	Key    string `json:"key,omitempty"`    // which county key opens Sealed
}

// kinds makes an empty data value for each kind, so that a record can be read
// back. A new kind is one line here, beside its type.
var kinds = func() map[Kind]func() Data {
	m := map[Kind]func() Data{}
	for _, list := range [][]func() Data{
		checkinData, personData, listData, ticketData, windowData, noticeData, trainingData, alarmData,
		countyWordData, slipData, doorData, deviceData, dayData, dayReportData, epochData,
		toolData, rentalData, storageData, cashData,
	} {
		for _, f := range list {
			m[f().Kind()] = f
		}
	}
	return m
}()

// Decode reads the data of a record of a kind. A kind that this version does
// not know is an error: a ledger written by a newer version must not be read
// as if nothing had happened.
func Decode(kind Kind, raw []byte) (Data, error) {
	f, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("decoding a record: kind %q is unknown to this version", kind)
	}
	d := f()
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("decoding a record of kind %q: %w", kind, err)
	}
	return d, nil
}
