package county

import "time"

// now is the time by which commands expire, and whether it is known at all. A
// clock that is not trusted may be ahead or behind, so then the county's word
// counts, with the time that passed since; before the county has said anything
// nothing is known. By a trusted clock a command has expired too if it has by
// the county's.
func (r *Reporter) now() (now time.Time, known bool) {
	now, trusted := r.opts.Clock()
	if r.floor.IsZero() {
		return now, trusted
	}
	told := r.floor.Add(time.Since(r.floorAt))
	if !trusted || told.After(now) {
		return told, true
	}
	return now, true
}

// earliest is the time below which certificates are not judged: what the box
// knows, or what the county has said to a hall without a clock.
func (r *Reporter) earliest() (t time.Time) {
	if r.floorOf != nil {
		t = r.floorOf()
	}
	if _, trusted := r.opts.Clock(); trusted || r.floor.IsZero() {
		return t
	}
	if told := r.floor.Add(time.Since(r.floorAt)); told.After(t) {
		return told
	}
	return t
}

// told takes a time the county wrote into a message.
func (r *Reporter) told(t time.Time) {
	if !t.IsZero() && (r.floor.IsZero() || t.After(r.floor.Add(time.Since(r.floorAt)))) {
		r.floor, r.floorAt = t, time.Now()
	}
}
