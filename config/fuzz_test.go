package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse holds the reader to its promise for any file: a config or
// problems, each with a line that the file has.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(files, "hall.toml") {
		doc, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		cfg, err := Parse("hall.toml", doc)
		var ps Problems
		if err != nil && (!errors.As(err, &ps) || len(ps) == 0 || cfg != nil) {
			t.Fatalf("Parse = %v, %v", cfg, err)
		}
		if err == nil && (cfg.Location == nil || len(cfg.Services) == 0 || cfg.Hall.Hotline == "") {
			t.Fatalf("a hall that can't serve is taken: %+v", cfg)
		}
		rows := 1
		for _, b := range doc {
			if b == '\n' {
				rows++
			}
		}
		for _, p := range ps {
			if p.Line < 1 || p.Line > rows {
				t.Errorf("%v is outside the file's %d lines", p, rows)
			}
		}
	})
}
