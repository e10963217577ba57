package receiver

import "time"

// faults is the last thing said about each topic, so that a hall that sends
// rubbish for ever fills no log.
type faults map[string]fault

type fault struct {
	text string
	at   time.Time
}

const (
	mostFaults = 4096        // topics that are remembered
	faultPause = time.Minute // between two different things said about one topic
)

// isNews says whether an error about a topic is to be told.
func (r *Receiver) isNews(topic string, err error) bool {
	now := r.opts.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.faults[topic]
	if known && (last.text == err.Error() || now.Sub(last.at) < faultPause) {
		return false
	}
	if len(r.faults) >= mostFaults {
		clear(r.faults)
	}
	r.faults[topic] = fault{err.Error(), now}
	return true
}
