package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDigest(t *testing.T) {
	l, _ := openNew(t)
	empty, err := l.Digest(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(empty, Digest{From: 1, Kinds: map[string]Sum{}, Head: Genesis}); diff != "" {
		t.Errorf("digest of an empty ledger (-got +want):\n%s", diff)
	}
	recs := appendN(t, l, 200) // more than a page
	var all []byte
	for _, r := range recs[9:] {
		sum := sha256.Sum256(r.Doc)
		all = append(all, sum[:]...)
	}
	sum := sha256.Sum256(all)
	got, err := l.Digest(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := Digest{From: 10, Upto: 200, Kinds: map[string]Sum{recs[0].Kind: {191, hex.EncodeToString(sum[:])}}, Head: recs[199].Hash}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("digest (-got +want):\n%s", diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Digest(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Digest after its end = %v, want %v", err, context.Canceled)
	}
	damage(t, l, 150)
	if d, err := l.Digest(t.Context(), 1); err == nil {
		t.Errorf("a ledger with a changed byte has the digest %+v", d)
	}
}
