package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"halld/cmd/internal/hall"
)

// clearing follows a 清柜 door by door.
type clearing struct {
	a      *app
	out    io.Writer // told of each door as it comes
	staff  string
	locker string
	doors  []cleared
}

// cleared is a door of a 清柜 and what became of it.
type cleared struct {
	hall.ClearDoor
	State  hall.OpState `json:"op_state,omitempty"`
	Result string       `json:"result"` // in the clerk's words; empty: not yet
}

// lookAgain is the pause between two looks at the doors.
const lookAgain = 300 * time.Millisecond

// followClearing tells how each door went, and fails unless all opened. An
// interrupt stops the doors whose turn has not come.
func followClearing(a *app, cmd *cobra.Command, answer json.RawMessage) error {
	var begun hall.Cleared
	if err := json.Unmarshal(answer, &begun); err != nil {
		return fmt.Errorf("halld 的回答看不懂（版本不同？）：%w", err)
	}
	c := clearing{a: a, out: cmd.OutOrStdout(), locker: begun.Locker, staff: cmd.Flag("staff").Value.String()}
	if a.json {
		c.out = io.Discard
	}
	for _, d := range begun.Doors {
		c.doors = append(c.doors, cleared{ClearDoor: d})
	}
	if err := c.run(cmd.Context()); err != nil {
		return err
	}
	end := map[string]any{"locker": c.locker, "doors": c.doors}
	if err := tell(a, cmd, end, template("清柜单已打印，请核对签字")); err != nil {
		return err
	}
	return c.verdict()
}

// run looks at the doors until each has come to its end.
func (c *clearing) run(ctx context.Context) error {
	stopped := ctx.Done()
	through := context.WithoutCancel(ctx)
	for {
		done, err := c.look(through)
		if done || err != nil {
			return err
		}
		select {
		case <-time.After(lookAgain):
		case <-stopped:
			stopped = nil
			body := map[string]any{"locker": c.locker, "staff": c.staff, "reason": "操作人中断"}
			if _, err := c.a.post(through, "door/abort", body); err != nil {
				return err
			}
		}
	}
}

// look takes one look, and tells of the doors that came to their end since the
// last.
func (c *clearing) look(ctx context.Context) (done bool, err error) {
	answer, err := c.a.get(ctx, "operations")
	if err != nil {
		return false, err
	}
	var ops []hall.OperationView
	if err := json.Unmarshal(answer, &ops); err != nil {
		return false, fmt.Errorf("halld 的回答看不懂（版本不同？）：%w", err)
	}
	done = true
	for i := range c.doors {
		d := &c.doors[i]
		if d.Result != "" {
			continue
		}
		if d.State, d.Result = fate(d.ClearDoor, ops); d.Result == "" {
			done = false
			continue
		}
		fmt.Fprintf(c.out, "柜门 %s %s\n", d.Door, d.Result)
	}
	return done, nil
}

// fate is what became of a door; the result is empty as long as it may still
// open.
func fate(d hall.ClearDoor, ops []hall.OperationView) (hall.OpState, string) {
	if d.Op == "" {
		return "", "没有开：" + d.Skipped
	}
	i := slices.IndexFunc(ops, func(o hall.OperationView) bool { return o.ID == d.Op })
	if i < 0 {
		return hall.OpUnknown, "结果请查台账"
	}
	return ops[i].State, ops[i].Result()
}

// verdict names the doors that did not open.
func (c *clearing) verdict() error {
	var shut []string
	for _, d := range c.doors {
		if d.State != hall.OpOpen && d.State != hall.OpShut {
			shut = append(shut, string(d.Door))
		}
	}
	if len(shut) == 0 {
		return nil
	}
	return fmt.Errorf("清柜没有完成，没有打开的柜门：%s", strings.Join(shut, "、"))
}
