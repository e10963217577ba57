// Package browsertest drives a real browser for tests of pages: a headless
// Chromium, by the DevTools protocol on two pipes, so that no port is open and no
// library is needed. A command and its answer are one JSON object each, ended by
// a zero byte; the browser reads them from its file 3 and writes to its file 4.
package browsertest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// patience is the longest that a page may take on a busy machine.
const patience = 90 * time.Second

// Browser is a running browser. One goroutine uses it.
type Browser struct {
	t    testing.TB
	in   *os.File
	out  *os.File
	read *bufio.Reader
	last int // number of the last command
}

// names are what the program is called on the systems that have it.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// Open starts a browser that ends with the test. A machine without one leaves
// the test out, unless HALL_CI says that everything is installed.
func Open(t testing.TB) *Browser {
	t.Helper()
	program := find(t)
	profile, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		t.Fatal(err)
	}
	theirIn, in := pipe(t)
	out, theirOut := pipe(t)
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
		"--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &Browser{t: t, in: in, out: out, read: bufio.NewReader(out)}
	t.Cleanup(func() {
		b.command("Browser.close", "", nil, nil)
		in.Close()
		_ = cmd.Wait() // it was told to end
		out.Close()
		_ = os.RemoveAll(profile) // a helper of the browser may still write there
	})
	return b
}

func find(t testing.TB) string {
	t.Helper()
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	if os.Getenv("HALL_CI") != "" {
		t.Fatalf("none of %s is installed", strings.Join(names, ", "))
	}
	t.Skip("no Chromium here: pages in a browser are left to .ci/run")
	return ""
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// message is what the browser says: an answer if it has a number, else news.
type message struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// ask sends a command and gives its answer; news in between is let go.
func (b *Browser) ask(method, session string, params any) (json.RawMessage, error) {
	b.last++
	doc := map[string]any{"id": b.last, "method": method}
	if params != nil {
		doc["params"] = params
	}
	if session != "" {
		doc["sessionId"] = session
	}
	line, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	if _, err := b.in.Write(append(line, 0)); err != nil {
		return nil, err
	}
	if err := b.out.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	for {
		line, err := b.read.ReadBytes(0)
		if err != nil {
			return nil, fmt.Errorf("waiting for the answer to %s: %w", method, err)
		}
		var m message
		if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
			return nil, err
		}
		switch {
		case m.ID != b.last:
		case m.Error != nil:
			return nil, fmt.Errorf("%s: %s", method, m.Error.Message)
		default:
			return m.Result, nil
		}
	}
}

// command is ask, and ends the test if it fails.
func (b *Browser) command(method, session string, params, into any) {
	b.t.Helper()
	answer, err := b.ask(method, session, params)
	if err == nil && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// Tab is a window with cookies of its own, as of another person.
type Tab struct {
	b       *Browser
	session string
}

// Tab opens a window of a size in pixels.
func (b *Browser) Tab(width, height int) *Tab {
	b.t.Helper()
	var context struct{ BrowserContextID string }
	b.command("Target.createBrowserContext", "", nil, &context)
	var target struct{ TargetID string }
	b.command("Target.createTarget", "", map[string]any{"url": "about:blank", "browserContextId": context.BrowserContextID}, &target)
	var attached struct{ SessionID string }
	b.command("Target.attachToTarget", "", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	w := &Tab{b, attached.SessionID}
	w.command("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	return w
}

func (w *Tab) command(method string, params, into any) {
	w.b.t.Helper()
	w.b.command(method, w.session, params, into)
}

// eval runs JavaScript in the page; a promise is waited for.
func (w *Tab) eval(script string, into any) error {
	answer, err := w.b.ask("Runtime.evaluate", w.session, map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true})
	if err != nil {
		return err
	}
	var r struct {
		Result    struct{ Value json.RawMessage }
		Exception *struct {
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		return err
	}
	if r.Exception != nil {
		return fmt.Errorf("the page threw %s", r.Exception.Exception.Description)
	}
	if into == nil || len(r.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(r.Result.Value, into)
}

// Eval runs JavaScript in the page and decodes its value.
func (w *Tab) Eval(script string, into any) {
	w.b.t.Helper()
	if err := w.eval(script, into); err != nil {
		w.b.t.Fatal(err)
	}
}

// Until waits for a condition in JavaScript. While a page gives way to another
// there is none to ask, so that is no mistake.
func (w *Tab) Until(what, condition string) {
	w.b.t.Helper()
	var is bool
	var err error
	for deadline := time.Now().Add(patience); !is; time.Sleep(20 * time.Millisecond) {
		if err = w.eval("Boolean("+condition+")", &is); err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			w.b.t.Fatalf("not within %v: %s (%v), on a page that reads\n%s", patience, what, err, w.Text())
		}
	}
}

// there is a page that is wholly there.
const there = `document.readyState === "complete" && !window.leaving`

// Go opens an address and waits for its page.
func (w *Tab) Go(url string) {
	w.b.t.Helper()
	w.Eval("window.leaving = true", nil)
	var r struct{ ErrorText string }
	w.command("Page.navigate", map[string]any{"url": url}, &r)
	if r.ErrorText != "" {
		w.b.t.Fatalf("opening %s: %s", url, r.ErrorText)
	}
	w.Until("the page of "+url, there)
}

// Text is what can be read on the page.
func (w *Tab) Text() (text string) {
	if err := w.eval("document.body ? document.body.innerText : ''", &text); err != nil {
		return err.Error()
	}
	return text
}

// Fill puts a text into a field, or chooses it in a select, and tells the page
// as a person's typing would.
func (w *Tab) Fill(selector, text string) {
	w.b.t.Helper()
	w.Eval(fmt.Sprintf(`(() => { const f = document.querySelector(%[1]q);
		if (!f) throw new Error("no field " + %[1]q);
		f.focus(); f.value = %[2]q; f.blur();
		f.dispatchEvent(new Event("input", { bubbles: true })); f.dispatchEvent(new Event("change", { bubbles: true })); })()`, selector, text), nil)
}

// Unfold opens whatever hides an element, by its summary.
func (w *Tab) Unfold(selector string) {
	w.b.t.Helper()
	w.Eval(fmt.Sprintf(`(() => { for (let e = document.querySelector(%q); e; e = e.parentElement.closest("details"))
		if (e.matches("details:not([open])")) e.querySelector("summary").click(); })()`, selector), nil)
}

// Click clicks what can be seen and is not switched off.
func (w *Tab) Click(selector string) {
	w.b.t.Helper()
	w.Eval(fmt.Sprintf(`(() => { const b = document.querySelector(%[1]q);
		if (!b) throw new Error("no button " + %[1]q);
		if (b.disabled) throw new Error("disabled: " + %[1]q);
		if (!b.checkVisibility()) throw new Error("out of sight: " + %[1]q);
		window.leaving = !b.matches("[type=button]"); b.click(); })()`, selector), nil)
}

// Press clicks a button or link, and waits for the page that comes of it.
func (w *Tab) Press(selector string) {
	w.b.t.Helper()
	w.Click(selector)
	w.Until("the page after "+selector, there)
}

// Picture is the page as PNG.
func (w *Tab) Picture() []byte {
	w.b.t.Helper()
	var r struct{ Data string }
	w.command("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &r)
	png, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		w.b.t.Fatal(err)
	}
	return png
}
