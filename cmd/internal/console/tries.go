package console

import (
	"sync"
	"time"
)

// tries counts wrong PINs in a row.
type tries struct {
	n     int
	until time.Time // no further try is looked at before
	last  time.Time
}

const (
	triesHere     = 5 // wrong PINs for one id from one machine before it waits
	triesAnywhere = 20
	firstWait     = time.Minute
	longestWait   = 15 * time.Minute
	forgetAfter   = time.Hour
	mostTries     = 1000 // counters kept at once
)

// counters are what a try counts against, with their allowances.
func (d *door) counters(where, id string) map[string]int {
	if _, known := d.staff(id); !known {
		id = "?" // ids that do not exist share one
	}
	return map[string]int{id + "|" + where: triesHere, id: triesAnywhere}
}

// locked is how long the next try has to wait.
func (d *door) locked(where, id string) (wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key := range d.counters(where, id) {
		if t := d.tries[key]; t != nil {
			wait = max(wait, time.Until(t.until))
		}
	}
	return wait
}

// missed counts a wrong PIN.
func (d *door) missed(where, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for key, t := range d.tries {
		if now.Sub(t.last) > forgetAfter {
			delete(d.tries, key)
		}
	}
	for key, allowed := range d.counters(where, id) {
		t := d.tries[key]
		if t == nil {
			if len(d.tries) >= mostTries {
				continue
			}
			t = &tries{}
			d.tries[key] = t
		}
		t.n, t.last = t.n+1, now
		if over := t.n - allowed; over >= 0 {
			t.until = now.Add(min(firstWait<<min(over, 4), longestWait))
		}
	}
}

// forgive forgets the wrong PINs of somebody who knew it after all.
func (d *door) forgive(where, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key := range d.counters(where, id) {
		delete(d.tries, key)
	}
}

// store keeps sessions in memory: a restart of the box signs everybody out.
type store struct {
	mu   sync.Mutex
	list map[string]kept
}

type kept struct {
	data    []byte
	expires time.Time
}

// Delete implements scs.Store.
func (s *store) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.list, token)
	return nil
}

// Find implements scs.Store.
func (s *store) Find(token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.list[token]
	return k.data, ok && time.Now().Before(k.expires), nil
}

// Commit implements scs.Store, and lets go of what has expired.
func (s *store) Commit(token string, b []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for t, k := range s.list {
		if now.After(k.expires) {
			delete(s.list, t)
		}
	}
	s.list[token] = kept{b, expires}
	return nil
}
