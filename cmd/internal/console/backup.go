package console

import (
	"io"
	"net/http"
	"strconv"
)

// backup answers with a copy of the whole ledger. It stands on the socket only:
// whoever may open that may have the ledger.
func (c *Console) backup(w http.ResponseWriter, r *http.Request) {
	copied, size, err := c.hall.Backup(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	defer copied.Close()
	w.Header().Set("Content-Type", "application/vnd.sqlite3")
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10)) // so that half a copy is noticed
	if _, err := io.Copy(w, copied); err != nil {
		c.log.Warn("a backup was not sent whole", "err", err)
	}
}
