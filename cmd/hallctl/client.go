package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"halld/cmd/internal/console"
)

// get asks for something that is only shown.
func (a *app) get(ctx context.Context, path string) (json.RawMessage, error) {
	return a.call(ctx, http.MethodGet, path, nil)
}

// post asks for a change; body holds the event's fields.
func (a *app) post(ctx context.Context, path string, body any) (json.RawMessage, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return a.call(ctx, http.MethodPost, path, b)
}

// call asks and reads the whole answer.
func (a *app) call(ctx context.Context, method, path string, body []byte) (json.RawMessage, error) {
	resp, err := a.send(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, a.unreached(err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, failed(answer, resp.Status)
	}
	return answer, nil
}

func (a *app) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://halld"+console.Root+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", a.socket)
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, a.unreached(err)
	}
	return resp, nil
}

// refused is a no of the daemon, with its reason.
type refused struct{ code, text string }

func (r *refused) Error() string { return r.text }

func asRefused(err error, r **refused) bool { return errors.As(err, r) }

func failed(answer []byte, status string) error {
	var f console.Failure
	if json.Unmarshal(answer, &f) != nil || f.Error.Text == "" {
		return fmt.Errorf("halld answered %s", status)
	}
	return &refused{f.Error.Code, f.Error.Text}
}

// unreached says why the daemon was not reached and what to do.
func (a *app) unreached(err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("halld 没有运行（%s），请先启动：systemctl start halld", a.socket)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("没有权限打开 %s，请用 halld 组的账号", a.socket)
	case errors.Is(err, context.Canceled):
		return errInterrupted
	default:
		return fmt.Errorf("与 halld 的连接中断：%w", err)
	}
}

// escape makes a name fit for a path; a door's slash stays.
func escape(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
