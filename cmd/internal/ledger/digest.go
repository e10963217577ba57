package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
)

// Digest says in few bytes what a run of records holds, so that two who keep
// the same records can tell whether they do.
type Digest struct {
	From  uint64         `json:"from"` // first sequence
	Upto  uint64         `json:"upto"` // last sequence
	Kinds map[string]Sum `json:"kinds"`
	Head  string         `json:"head"` // hash of record Upto, or Genesis
}

// Sum is what a digest says of the records of one kind.
type Sum struct {
	Count uint64 `json:"count"`
	Hash  string `json:"hash"` // SHA-256 over their hashes, 32 bytes each, in order
}

// Sums adds up records by kind. Its zero value is ready for use.
type Sums struct {
	kinds map[string]*running
}

type running struct {
	count uint64
	hash  hash.Hash
}

// Add takes the next record: its kind and the 32 bytes of its hash.
func (s *Sums) Add(kind string, sum []byte) {
	if s.kinds == nil {
		s.kinds = map[string]*running{}
	}
	k := s.kinds[kind]
	if k == nil {
		k = &running{hash: sha256.New()}
		s.kinds[kind] = k
	}
	k.count++
	k.hash.Write(sum)
}

// Kinds gives the sums so far.
func (s *Sums) Kinds() map[string]Sum {
	sums := make(map[string]Sum, len(s.kinds))
	for kind, k := range s.kinds {
		sums[kind] = Sum{Count: k.count, Hash: hex.EncodeToString(k.hash.Sum(nil))}
	}
	return sums
}

// Digest walks the records from a sequence to the last one. Its memory grows
// with the kinds and not with the records.
func (l *Ledger) Digest(ctx context.Context, from uint64) (Digest, error) {
	last, head := l.Head()
	var sums Sums
	for r, err := range l.read(ctx, Range{max(from, 1), last}) {
		if err != nil {
			return Digest{}, err
		}
		sum, err := hex.DecodeString(r.Hash)
		if err != nil {
			return Digest{}, fmt.Errorf("reading the ledger: hash of record %d: %w", r.Seq, err)
		}
		sums.Add(r.Kind, sum)
	}
	return Digest{From: max(from, 1), Upto: last, Kinds: sums.Kinds(), Head: head}, nil
}
