package loop

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
)

func TestSleep(t *testing.T) {
	for _, tt := range []struct {
		name              string
		ctx, sleep, takes time.Duration
	}{
		{"to the end", time.Hour, time.Minute, time.Minute},
		{"cut short", time.Second, time.Minute, time.Second},
		{"nothing to wait for", time.Hour, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.ctx)
				defer cancel()
				begun := time.Now()
				Sleep(ctx, tt.sleep)
				if took := time.Since(begun); took != tt.takes {
					t.Errorf("slept %v, want %v", took, tt.takes)
				}
			})
		})
	}
}

func TestNewsTellsChangesOnly(t *testing.T) {
	for first, want := range map[devices.Fault][]devices.Fault{
		devices.OK:       {devices.OK, devices.PaperOut, devices.OK},
		devices.PaperOut: {devices.PaperOut, devices.OK},
	} {
		var got []devices.Fault
		n := News{Report: func(f devices.Fault, _ error) { got = append(got, f) }}
		for _, f := range []devices.Fault{first, first, devices.PaperOut, devices.PaperOut, devices.OK} {
			n.Tell(f, errors.New("as seen"))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("after %s first (-want +got):\n%s", first, d)
		}
	}
}
