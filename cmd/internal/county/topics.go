package county

import "strings"

// Names of the topics below halls/v1/<hall>.
const (
	UpRecord  = "up/record"  // one record
	UpState   = "up/state"   // birth and death, retained
	UpHealth  = "up/health"  // heartbeat
	UpResult  = "up/result"  // answer to a command
	DnAck     = "dn/ack"     // what the county has committed, retained
	DnCommand = "dn/command" // a command
)

const topicBase = "halls/v1/"

// AllUp is every topic that halls publish to.
const AllUp = topicBase + "+/up/#"

// AllState is every hall's presence.
const AllState = topicBase + "+/" + UpState

// Topic is the full topic of a hall, as in halls/v1/140321-01/up/record.
func Topic(hall, name string) string { return topicBase + hall + "/" + name }

// SplitTopic is the inverse of Topic.
func SplitTopic(topic string) (hall, name string, ok bool) {
	rest, ok := strings.CutPrefix(topic, topicBase)
	if !ok {
		return "", "", false
	}
	hall, name, ok = strings.Cut(rest, "/")
	return hall, name, ok && hall != "" && name != ""
}
