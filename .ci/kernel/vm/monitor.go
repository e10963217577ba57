package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"
)

// monitor is a connection to qemu's monitor (QMP).
type monitor struct {
	conn net.Conn
	in   *json.Decoder
}

// message is anything that the monitor says.
type message struct {
	Event string          `json:"event"`
	Error json.RawMessage `json:"error"`
	OK    json.RawMessage `json:"return"`
}

func dial(ctx context.Context, path string) (*monitor, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { c.Close() })
	m := &monitor{c, json.NewDecoder(c)}
	return m, m.command("qmp_capabilities", nil, "") // its greeting is neither an answer nor an event
}

// command gives a command and waits for its answer, and then for an event if
// one is named.
func (m *monitor) command(name string, arguments map[string]any, event string) error {
	if err := m.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	request := map[string]any{"execute": name}
	if arguments != nil {
		request["arguments"] = arguments
	}
	if err := json.NewEncoder(m.conn).Encode(request); err != nil {
		return fmt.Errorf("telling qemu to %s: %w", name, err)
	}
	for answered := false; ; {
		var got message
		if err := m.in.Decode(&got); err != nil {
			return fmt.Errorf("waiting for qemu to %s: %w", name, err)
		}
		switch {
		case got.Error != nil:
			return fmt.Errorf("qemu refuses to %s: %s", name, got.Error)
		case got.OK != nil:
			answered = true
		case event != "" && got.Event == event:
			event = ""
		}
		if answered && event == "" {
			return nil
		}
	}
}
