package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"halld/cmd/internal/county"
)

// seen is a message as it is shown.
type seen struct {
	Time    time.Time       `json:"time"`
	Topic   string          `json:"topic"`
	Payload json.RawMessage `json:"payload"`
}

// watch shows count messages, or all until it is stopped.
func watch(cmd *cobra.Command, asJSON bool, link county.Link, count int, topics []string) error {
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	n := 0
	show := func(m county.Message) {
		if count > 0 && n >= count {
			return
		}
		n++
		print := showMessage
		if asJSON {
			print = showJSON
		}
		fmt.Fprint(cmd.OutOrStdout(), print(m))
		if n == count {
			stop()
		}
	}
	told := func(err error) {
		if err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "hallctl:", oneLine(err))
		}
	}
	return county.Watch(ctx, link, show, told, topics...)
}

func showJSON(m county.Message) string {
	s := seen{Time: time.Now(), Topic: m.Topic, Payload: m.Payload}
	if !json.Valid(m.Payload) {
		s.Payload, _ = json.Marshal(string(m.Payload))
	}
	b, _ := json.Marshal(s)
	return string(b) + "\n"
}

func showMessage(m county.Message) string {
	from, name, _ := county.SplitTopic(m.Topic)
	var r struct {
		Time                    time.Time
		Sequence, Type, Subject string
	}
	if name == county.UpRecord && json.Unmarshal(m.Payload, &r) == nil {
		return harmless(fmt.Sprintf("%s %s 第%s条 %s %s", from, r.Time.Format("01-02 15:04:05"), r.Sequence, kindName(r.Type), r.Subject)) + "\n"
	}
	return harmless(fmt.Sprintf("%s %s %s", from, name, m.Payload)) + "\n"
}

// harmless keeps what a stranger sent from commanding the terminal.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
