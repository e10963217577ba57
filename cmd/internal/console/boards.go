package console

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

// The notice wants its rules on the walls of the hall (制度), and the steps of a
// visit in a prominent place (求职登记流程). These are its own words; a county
// puts files of its own in their place. The first line of a file is the title,
// the others are a paragraph each, and the file's name gives the order.
//
//go:embed boards
var noticeBoards embed.FS

// flowBoard is the board whose paragraphs are steps.
const flowBoard = "0-flow"

// orderBoard is the board that tells by which rules numbers are called.
const orderBoard = "6-order"

// ofNotice is what the notice writes where a hall puts its name.
const ofNotice = "XX县（市、区）零工市场"

// Board is one board of rules.
type Board struct {
	Key   string // name of its file and its address
	Title string
	Lines []string
}

// Short is the title without the hall's name, for a menu.
func (b Board) Short(hallName string) string { return strings.TrimPrefix(b.Title, hallName) }

// LoadBoards reads the boards of a hall. Files of a folder, if there is one, stand
// in the place of the built-in ones of the same name, or beside them; an empty file
// leaves a board out.
func LoadBoards(folder string, cfg hall.Config) ([]Board, error) {
	texts := map[string]string{orderBoard: cfg.Name + "叫号次序\n" + strings.Join(cfg.OrderRules(), "\n")}
	read := func(from fs.FS, dir string) error {
		files, err := fs.ReadDir(from, dir)
		if err != nil {
			return err
		}
		for _, f := range files {
			key, isText := strings.CutSuffix(f.Name(), ".txt")
			if !isText {
				continue
			}
			b, err := fs.ReadFile(from, path.Join(dir, f.Name()))
			if err != nil {
				return err
			}
			texts[key] = strings.ReplaceAll(string(b), ofNotice, cfg.Name)
		}
		return nil
	}
	err := read(noticeBoards, "boards")
	if err == nil && folder != "" {
		err = read(os.DirFS(folder), ".")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the boards of rules: %w", err)
	}
	var list []Board
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if lines := filledIn(strings.Split(texts[key], "\n")); len(lines) > 1 {
			list = append(list, Board{Key: key, Title: lines[0], Lines: lines[1:]})
		}
	}
	return list, nil
}

// Extract is a part of a board that a strip of the public screen has room for.
type Extract struct{ Title, Text string }

// extractLength is how many characters such a part may have.
const extractLength = 150

// extracts cuts boards into parts, at the ends of sentences.
func extracts(boards []Board) (list []Extract) {
	for _, b := range boards {
		if b.Key == flowBoard {
			continue
		}
		part := ""
		flush := func() {
			if part != "" {
				list = append(list, Extract{b.Title, part})
			}
			part = ""
		}
		for _, line := range b.Lines {
			for _, sentence := range strings.SplitAfter(line, "。") {
				if len([]rune(part+sentence)) > extractLength {
					flush()
				}
				part += sentence
			}
			if strings.HasSuffix(line, "。") {
				flush()
			}
		}
		flush()
	}
	return list
}

// flow are the steps of a visit.
func (c *Console) flow() []string {
	for _, b := range c.opts.Boards {
		if b.Key == flowBoard {
			return b.Lines
		}
	}
	return nil
}

// rules shows the boards, all or the one that belongs into a part of the hall.
func (c *Console) rules(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("board")
	var shown []Board
	for _, b := range c.opts.Boards {
		if key == "" || b.Key == key || strings.HasSuffix(b.Key, "-"+key) {
			shown = append(shown, b)
		}
	}
	if len(shown) == 0 {
		http.NotFound(w, r)
		return
	}
	c.page(w, http.StatusOK, "rules.html", map[string]any{
		"Hall": c.opts.Hall, "Boards": shown, "All": c.opts.Boards, "Logo": len(c.opts.Logo) > 0, "Flow": flowBoard, "Version": hall.RulesVersion,
	})
}

// theme is the colour of all pages: the notice wants light blue boards, in one
// shade for a city.
func (c *Console) theme(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	if c.opts.Background != "" {
		fmt.Fprintf(w, ":root { --sky: %s; }\n", c.opts.Background)
	}
}

// logo is the mark of all halls, as the county supplied it.
func (c *Console) logo(w http.ResponseWriter, r *http.Request) {
	if len(c.opts.Logo) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(c.opts.Logo) // a client that is gone needs no logo
}
