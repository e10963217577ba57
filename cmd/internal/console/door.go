package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"halld/cmd/internal/hall"
)

// door lets staff in from the network: who is signed in is the only one whose
// name an action can carry.
type door struct {
	opts     Opts
	keys     Keys
	sessions *scs.SessionManager
	hashing  chan struct{} // one PIN is hashed at a time, whoever knocks
	cards    cards

	mu    sync.Mutex
	tries map[string]*tries
	gone  map[string]time.Time // sessions of a staff member begun before are void
}

func newDoor(k Keys, o Opts) *door {
	return &door{
		opts: o, keys: k, hashing: make(chan struct{}, 1),
		tries: map[string]*tries{}, gone: map[string]time.Time{},
		sessions: &scs.SessionManager{
			Lifetime: o.Max, Store: &store{list: map[string]kept{}}, Codec: scs.GobCodec{},
			HashTokenInStore: true,
			Cookie:           scs.SessionCookie{Name: "hall", Path: "/", HttpOnly: true, Secure: o.Secure, SameSite: http.SameSiteStrictMode},
			ErrorFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
				o.Log.Error("a session was not kept", "err", err)
				http.Error(w, "请重新登录", http.StatusInternalServerError)
			},
		},
	}
}

// Keys of a session.
const (
	keyStaff = "staff"
	keyBegan = "began" // Unix time in ns
	keyUsed  = "used"
	keyCard  = "card" // request for a card to sign in by
)

// staffKey is where a request's context holds who is signed in.
type staffKey struct{}

// signedIn is the staff member a request comes from; empty on the socket.
func signedIn(ctx context.Context) string {
	id, _ := ctx.Value(staffKey{}).(string)
	return id
}

// silent marks a request that a page makes by itself: it does not keep a session
// from being locked.
const silent = "X-Silent"

// guard lets only those in who are signed in; others are sent to refused.
func (d *door) guard(next http.Handler, refused http.HandlerFunc) http.Handler {
	return d.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := d.who(r.Context())
		if id == "" {
			refused(w, r)
			return
		}
		if r.Header.Get(silent) == "" {
			d.sessions.Put(r.Context(), keyUsed, time.Now().UnixNano())
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), staffKey{}, id)))
	}))
}

// who is signed in on this session, or empty.
func (d *door) who(ctx context.Context) string {
	id := d.sessions.GetString(ctx, keyStaff)
	used := time.Unix(0, d.sessions.GetInt64(ctx, keyUsed))
	began := time.Unix(0, d.sessions.GetInt64(ctx, keyBegan))
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.staff(id); !known || time.Since(used) > d.opts.Idle || began.Before(d.gone[id]) {
		return ""
	}
	return id
}

// token is the session that a request brought.
func (d *door) token(r *http.Request) string {
	c, err := r.Cookie(d.sessions.Cookie.Name)
	if err != nil {
		return ""
	}
	return c.Value
}

func (d *door) staff(id string) (hall.Staff, bool) {
	i := slices.IndexFunc(d.opts.Hall.Staff, func(s hall.Staff) bool { return s.ID == id })
	if i < 0 || id == "" {
		return hall.Staff{}, false
	}
	return d.opts.Hall.Staff[i], true
}

// expel ends every session of a staff member.
func (d *door) expel(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone[id] = time.Now()
}

// signIn opens a session for a staff member with the right PIN.
func (d *door) signIn(r *http.Request, id, pin string) error {
	if err := d.check(r.Context(), from(r), id, pin); err != nil {
		return err
	}
	return d.enter(r.Context(), id)
}

// enter makes a session that of a staff member.
func (d *door) enter(ctx context.Context, id string) error {
	if err := d.sessions.RenewToken(ctx); err != nil {
		return err
	}
	now := time.Now().UnixNano()
	d.sessions.Put(ctx, keyStaff, id)
	d.sessions.Put(ctx, keyBegan, now)
	d.sessions.Put(ctx, keyUsed, now)
	return nil
}

// from is the machine that a request comes from.
func from(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

var errPin = &trouble{http.StatusForbidden, "pin", "工号或 PIN 不对"}

// check holds a PIN against its hash. Wrong tries make the next ones wait, for
// this machine and, after more of them, for everybody.
func (d *door) check(ctx context.Context, where, id, pin string) error {
	if wait := d.locked(where, id); wait > 0 {
		return &trouble{http.StatusTooManyRequests, "locked", fmt.Sprintf("输错次数太多，请%d秒后再试", int(wait.Seconds())+1)}
	}
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if wait := d.locked(where, id); wait > 0 { // others tried meanwhile
		return errPin
	}
	var hash []byte
	if _, known := d.staff(id); known {
		var err error
		if hash, err = d.keys.Pin(id); err != nil {
			return err
		}
	}
	if !pinFits(pin, hash) {
		d.missed(where, id)
		d.opts.Log.Warn("a sign-in was refused", "staff", id, "from", where)
		return errPin
	}
	d.forgive(where, id)
	return nil
}

// sign puts who is signed in into a request's body; naming anybody else is
// refused. A second person has to prove who it is by a PIN of their own. On the
// socket a body stays as it is.
func (d *door) sign(ctx context.Context, b []byte) ([]byte, error) {
	me := signedIn(ctx)
	if me == "" {
		return b, nil
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &fields); err != nil || fields == nil {
		return nil, bad("请求内容不对：%s", "要是一个 JSON 对象")
	}
	if staff := take(fields, "staff"); staff != "" && staff != me {
		return nil, &trouble{http.StatusForbidden, "not-you", "您以工号" + me + "登录，不能代工号" + staff + "办理"}
	}
	fields["staff"], _ = json.Marshal(me)
	second := take(fields, "second")
	pin := take(fields, "second_pin")
	if second != "" {
		if err := d.check(ctx, "second", second, pin); err != nil {
			return nil, err
		}
		fields["second"], _ = json.Marshal(second)
	}
	return json.Marshal(fields)
}

// take removes a key in whatever case it is written, because the decoder of
// events would find it so too, and gives its text.
func take(fields map[string]json.RawMessage, key string) (text string) {
	for k, v := range fields {
		if strings.EqualFold(k, key) {
			_ = json.Unmarshal(v, &text)
			delete(fields, k)
		}
	}
	return text
}
