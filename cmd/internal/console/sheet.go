package console

import (
	"context"
	"net/http"

	"halld/cmd/internal/hall"
)

// sheet answers with a book of the hall, from one day to another.
func (c *Console) sheet(r *http.Request) (any, error) {
	p := hall.Period{From: r.FormValue("from"), Until: r.FormValue("to")}
	return c.lay(r.Context(), r.PathValue("book"), p)
}

// printRequest asks for a period of a book on paper.
type printRequest struct{ Book, From, To, Staff string }

func (c *Console) printSheet(ctx context.Context, req printRequest) (any, error) {
	p := hall.Period{From: req.From, Until: req.To}
	s, err := c.lay(ctx, req.Book, p)
	if err != nil {
		return nil, err
	}
	return c.hall.Do(ctx, hall.PrintSheet{Sheet: s, Period: p, Staff: req.Staff})
}

// lay lays a sheet out once no other is being made.
func (c *Console) lay(ctx context.Context, book string, p hall.Period) (hall.Sheet, error) {
	select {
	case c.lays <- struct{}{}:
		defer func() { <-c.lays }()
	case <-ctx.Done():
		return hall.Sheet{}, ctx.Err()
	}
	return c.hall.Sheet(ctx, book, p)
}
