package daemon

import (
	"fmt"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
	"halld/devices/idcard"
)

// vault keeps the identities of the day's visitors and of open rentals: on disk
// sealed with the device key, in memory for as long as a name may be needed.
type vault struct {
	key    *identity.DeviceKey
	people map[string]identity.Person // by ref
}

// newcomer is somebody whose card was just read.
type newcomer struct {
	ref    string
	person identity.Person
}

// openVault opens what the ledger keeps.
func openVault(l *ledger.Ledger, key *identity.DeviceKey) (*vault, error) {
	items, err := l.List(ledger.Vault)
	if err != nil {
		return nil, err
	}
	v := &vault{key: key, people: make(map[string]identity.Person, len(items))}
	for _, it := range items {
		if v.people[it.Key], err = key.Open(it.Key, it.Value); err != nil {
			return nil, fmt.Errorf("opening the kept identities: %w", err)
		}
	}
	return v, nil
}

// facts are what the rules may know of a kept person; zero if nobody is kept
// under the ref.
func (v *vault) facts(ref string) hall.Facts {
	p, ok := v.people[ref]
	if !ok {
		return hall.Facts{}
	}
	id, err := idcard.ParseNumber(p.Number)
	if err != nil {
		return hall.Facts{}
	}
	return hall.Facts{Document: documentOf[id.Kind], Birth: hall.Date(id.Birth)}
}

// changes are what the vault's rows become together with data: a visitor is
// kept, and with a new day everybody goes whom nothing open needs.
func (v *vault) changes(data []hall.Data, who *newcomer, h *hall.Hall) ([]ledger.Side, error) {
	var side []ledger.Side
	for _, d := range data {
		switch d.(type) {
		case *hall.CheckinRecorded:
			if who == nil {
				continue
			}
			sealed, err := v.key.Seal(who.ref, who.person)
			if err != nil {
				return nil, err
			}
			side = append(side, ledger.Put(ledger.Vault, who.ref, sealed))
		case *hall.DayOpened:
			for _, ref := range v.past(h) {
				side = append(side, ledger.Delete(ledger.Vault, ref))
			}
		}
	}
	return side, nil
}

// past are those whom nothing open needs when a day begins.
func (v *vault) past(h *hall.Hall) (refs []string) {
	for ref := range v.people {
		if !h.Keeps(ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// written follows in memory what was written for data.
func (v *vault) written(data []hall.Data, who *newcomer, h *hall.Hall) {
	for _, d := range data {
		switch d.(type) {
		case *hall.CheckinRecorded:
			if who != nil {
				v.people[who.ref] = who.person
			}
		case *hall.DayOpened:
			for _, ref := range v.past(h) {
				delete(v.people, ref)
			}
		}
	}
}
