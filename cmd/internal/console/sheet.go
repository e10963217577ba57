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
