package daemon

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
)

// listsOf is a lists command, signed.
func listsOf(t *testing.T, key ed25519.PrivateKey, l county.Lists) county.Command {
	t.Helper()
	pack, sig := county.SignLists(key, l)
	body, err := json.Marshal(map[string]string{"pack": pack, "sig": sig})
	if err != nil {
		t.Fatal(err)
	}
	return county.Command{ID: "l-1", Name: county.CmdLists, Body: body}
}

// TestListsOfTheCounty: what the county signed takes the place of the version
// before, and nothing else does.
func TestListsOfTheCounty(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := onStage(t)
	pack := county.Lists{
		Version: 7, County: s.cfg.Hall.County, Issued: time.Now(),
		Priority: []county.Listed{{Ref: "aa", Class: 1, Reason: "残疾", Until: "2999-01-01"}},
		Block:    []county.Listed{{Ref: "bb", Reason: "清出市场", Until: "2999-01-01"}},
		Trades:   []county.Trade{{Key: "electrician", Name: "电工", Minors: true}},
	}
	refused := func(name string, c county.Command, want error) {
		t.Helper()
		got, err := s.d.command(t.Context(), c)
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, want)
		}
	}
	good := listsOf(t, private, pack)
	refused("no key", good, errNoListsKey)

	s.d.cfg.County.ListsKey = filepath.Join(s.cfg.DataDir, "lists.pub")
	refused("a key that can't be read", good, county.ErrLater)
	text := base64.StdEncoding.EncodeToString(public) + "\n"
	if err := os.WriteFile(s.d.cfg.County.ListsKey, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := pack
	foreign.County = "999999"
	tampered := listsOf(t, private, pack)
	tampered.Body = []byte(strings.Replace(string(tampered.Body), `"sig":"`, `"sig":"AAAA`, 1))
	refused("signed by somebody else", listsOf(t, stranger, pack), county.ErrSignature)
	refused("a signature that was changed", tampered, county.ErrSignature)
	refused("lists of another county", listsOf(t, private, foreign), county.ErrInvalid)
	refused("nonsense", county.Command{Name: county.CmdLists, Body: []byte(`{"pack":7}`)}, county.ErrInvalid)
	refused("version 0", listsOf(t, private, county.Lists{County: pack.County}), county.ErrOlder)

	reply, err := s.d.command(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	got := reply.(hall.ListsReply)
	if got.Version != 7 || len(got.Hash) != 64 || got.Priority != 1 || got.Block != 1 || got.Trades != 1 {
		t.Errorf("got %+v", got)
	}
	var no *hall.Refusal
	if _, err := s.d.command(t.Context(), good); !errors.As(err, &no) || no.Code != "older" {
		t.Errorf("the same version again: %v", err)
	}
	s.stop()
	s.start()
	s.until("the lists are there after a restart", func(h *hall.Hall) bool { return h.CountyLists() == got })
}
