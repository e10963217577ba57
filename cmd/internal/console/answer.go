package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// Failure is the body of every answer that is not a success.
type Failure struct {
	Error struct {
		Code string `json:"code"` // short and stable, for programs
		Text string `json:"text"` // a sentence for a person
	} `json:"error"`
}

// trouble is an error with the answer it gets.
type trouble struct {
	status     int
	code, text string
}

func (t *trouble) Error() string { return t.text }

func bad(format string, args ...any) error {
	return &trouble{http.StatusBadRequest, "bad-request", fmt.Sprintf(format, args...)}
}

// judge finds the answer that an error gets: the rules' no is a conflict with
// how things are, and whatever else went wrong puts the hall out of service.
func judge(err error) *trouble {
	var t *trouble
	var no *hall.Refusal
	switch {
	case errors.As(err, &t):
		return t
	case errors.As(err, &no):
		return &trouble{http.StatusConflict, no.Code, no.Text}
	case errors.Is(err, context.DeadlineExceeded):
		return &trouble{http.StatusServiceUnavailable, "out-of-service", "大厅没有及时答复，办没办成不能确定，请先核对再决定是否重办"}
	case errors.Is(err, context.Canceled):
		return &trouble{http.StatusServiceUnavailable, "stopping", "halld 正在停止；重新启动后请先查看这一步办成没有"}
	default:
		return &trouble{http.StatusServiceUnavailable, "out-of-service", err.Error()}
	}
}

// answer writes a reply, or says why there is none.
func answer(w http.ResponseWriter, reply any, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	if reply == nil {
		reply = struct{}{}
	}
	send(w, http.StatusOK, reply)
}

func fail(w http.ResponseWriter, err error) { send(w, judge(err).status, failure(err)) }

func failure(err error) (f Failure) {
	t := judge(err)
	f.Error.Code, f.Error.Text = t.code, t.text
	return f
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = encoder(w).Encode(v) // a client that is gone needs no answer
}

// encoder writes JSON that leaves <, > and & as they are.
func encoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

const (
	bodyLimit   = 64 << 10         // more than any request needs
	bodyTimeout = 10 * time.Second // to send it
)

// hurry gives a request's body a time to arrive in. Until somebody has read all
// of it the limit stays: the server waits for what a handler left unread.
func hurry(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			// A connection without deadlines, as in a test, is one that can wait.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		next.ServeHTTP(w, r)
	})
}

// body reads a request's body, within its limits. What comes after it may take
// longer, so the time limit ends with a body that is there.
func body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &trouble{http.StatusRequestEntityTooLarge, "too-large", "请求太大"}
	case err != nil:
		return nil, &trouble{http.StatusRequestTimeout, "incomplete", "请求没有发完"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return b, nil
}

// strict decodes one JSON object whose keys are all known.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var no *hall.Refusal
	switch err := d.Decode(into); {
	case errors.As(err, &no): // a sum of money that is none
		return &trouble{http.StatusBadRequest, no.Code, no.Text}
	case err != nil:
		return bad("请求内容不对：%s", plain(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("请求内容不对：只能有一个 JSON 对象")
	}
	return nil
}

// plain says what is wrong with a request's JSON, and where.
func plain(err error) string {
	var typ *json.UnmarshalTypeError
	var syn *json.SyntaxError
	switch {
	case errors.As(err, &typ):
		return fmt.Sprintf("%s 不能是 %s", typ.Field, typ.Value)
	case errors.As(err, &syn):
		return fmt.Sprintf("第 %d 个字节处不是 JSON", syn.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "JSON 没有写完"
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return "没有 " + field + " 这一项"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
