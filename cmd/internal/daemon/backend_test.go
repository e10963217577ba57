package daemon

import (
	"errors"
	"strings"
	"testing"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// TestBackendOnRealPorts asks for what the console offers beside the rules.
func TestBackendOnRealPorts(t *testing.T) {
	s := onStage(t)
	b, ctx := backend{s.d}, t.Context()

	if _, err := b.TestPrint(ctx); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "打印测试") || !strings.Contains(paper, "平定县零工市场") {
		t.Errorf("the test page reads:\n%s", paper)
	}

	c, err := b.Contacts(ctx, "A")
	if err != nil || len(c.Contacts) != 24 || c.Contacts[0] != '1' || c.Order != "high-first" {
		t.Errorf("got contacts %+v, %v; want 24 closed ones", c, err)
	}
	var no *hall.Refusal
	if _, err := b.Contacts(ctx, "Z"); !errors.As(err, &no) || no.Code != "unknown-locker" {
		t.Errorf("a locker that is not there gives %v", err)
	}

	if _, err := b.CheckIn(ctx, console.Typed{Number: "11010519491231002X", Name: "张三", Staff: "01"}); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "A001") || strings.Contains(paper, "张三") {
		t.Errorf("the slip of a typed check-in reads:\n%s", paper)
	}
	sheet, err := b.Sheet(ctx, "checkin", hall.Period{})
	if err != nil || len(sheet.Rows) != 1 {
		t.Fatalf("got the sheet %+v, %v; want one check-in", sheet, err)
	}
	if _, err := b.Do(ctx, hall.PrintSheet{Sheet: sheet, Staff: "01"}); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "登记台账") || !strings.Contains(paper, "002X") {
		t.Errorf("the sheet on paper reads:\n%s", paper)
	}
	for _, bad := range []console.Typed{
		{Number: "110105194912310021", Name: "张三", Staff: "01"},
		{Number: "11010519491231002X", Staff: "01"},
		{Number: "11010519491231002X", Name: "张三"},
	} {
		if _, err := b.CheckIn(ctx, bad); !errors.As(err, &no) {
			t.Errorf("a check-in of %q by %q gives %v, want a refusal", bad.Name, bad.Staff, err)
		}
	}
}

// TestPinsStay over a restart, and go when they are taken away.
func TestPinsStay(t *testing.T) {
	s := onStage(t)
	if err := (backend{s.d}).SetPin("01", []byte("hash")); err != nil {
		t.Fatal(err)
	}
	s.stop()
	s.start()
	b := backend{s.d}
	if hash, err := b.Pin("01"); err != nil || string(hash) != "hash" {
		t.Errorf("got %q, %v after a restart", hash, err)
	}
	if err := b.SetPin("01", nil); err != nil {
		t.Fatal(err)
	}
	if hash, err := b.Pin("01"); err != nil || hash != nil {
		t.Errorf("got %q, %v after it was taken away", hash, err)
	}
}
