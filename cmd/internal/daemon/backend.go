package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// backend is the hall as the console reaches it.
type backend struct{ d *Daemon }

var _ console.Backend = backend{}

// Do puts an event before the rules. What the rules must know of a person comes
// from the vault, never from whoever asks.
func (b backend) Do(ctx context.Context, ev hall.Event) (any, error) {
	if j, ok := ev.(hall.Judged); ok {
		var ref string
		var no error
		err := b.d.loop.View(ctx, func(h *hall.Hall) {
			if ref, no = j.Whom(h); no == nil {
				ev = j.Judge(ref, b.d.vault.facts(ref))
			}
		})
		if err = cmp.Or(err, no); err != nil {
			return nil, err
		}
	}
	return b.whenShut(ctx, ev)
}

// doorPatience is how long a step waits for the step before it to see its door
// shut: a board is asked twice a second only.
const doorPatience = 3 * time.Second

// whenShut puts an event before the rules, and again while the door that it needs
// is being shut, so that nobody is refused for being as quick as a door.
func (b backend) whenShut(ctx context.Context, ev hall.Event) (any, error) {
	changed, end := b.d.changes.listen()
	defer end()
	patience, cancel := context.WithTimeout(ctx, doorPatience)
	defer cancel()
	for {
		reply, err := b.d.loop.Do(ctx, ev)
		var no *hall.Refusal
		if !errors.As(err, &no) || no.Code != hall.CodeDoorBusy || patience.Err() != nil {
			return reply, err
		}
		select {
		case <-changed:
		case <-patience.Done():
			return reply, err
		}
	}
}

func (b backend) View(ctx context.Context, f func(*hall.Hall)) error { return b.d.loop.View(ctx, f) }

func (b backend) Now() hall.Stamp { return b.d.clock.now() }

func (b backend) Listen() (<-chan struct{}, func()) { return b.d.changes.listen() }

// InService reports whether the ledger took the last record.
func (b backend) InService(ctx context.Context) (serves bool) {
	err := b.d.loop.View(ctx, func(*hall.Hall) { serves = !b.d.loop.service.stopped })
	return err == nil && serves
}

// Entrance is what stands on the display at the entrance.
func (b backend) Entrance() string { return b.d.gear.entrance.says() }

// Status is how the box is.
type Status struct {
	Hall        string         `json:"hall"`
	Name        string         `json:"name"`
	Version     string         `json:"version"`
	Day         string         `json:"day"`
	Clock       string         `json:"clock"`          // "trusted" or "unsure"
	Confirmed   bool           `json:"date_confirmed"` // staff vouch for today's date
	Epoch       string         `json:"epoch"`
	LastSeq     uint64         `json:"last_seq"`
	Unconfirmed uint64         `json:"unconfirmed"`
	InService   bool           `json:"in_service"`
	Waiting     int            `json:"waiting"`
	Devices     []Device       `json:"devices"`
	Warnings    []hall.Warning `json:"warnings"` // what waits for the staff
	Time        time.Time      `json:"time"`
}

func (b backend) Status(ctx context.Context) (any, error) {
	d := b.d
	now := d.clock.now()
	s := Status{
		Hall: d.cfg.HallID(), Name: d.cfg.Hall.Name, Version: d.opts.Version, Clock: "unsure", Time: now.Time,
		Epoch: d.ledger.Epoch(), LastSeq: d.ledger.Next() - 1, Unconfirmed: d.ledger.UnconfirmedCount(),
	}
	if now.Trusted {
		s.Clock = "trusted"
	}
	err := d.loop.View(ctx, func(h *hall.Hall) {
		s.Day, s.Waiting, s.InService = h.Day, h.Waiting(), !d.loop.service.stopped
		s.Confirmed = h.Confirmed(now)
		s.Devices, s.Warnings = d.health.devices(h.Health()), h.Warnings()
	})
	return s, err
}

// newConsole makes the console, with what its pages show beside the hall.
func (d *Daemon) newConsole() (*console.Console, error) {
	cfg := rules(d.cfg)
	boards, err := console.LoadBoards(d.cfg.Console.Boards, cfg)
	if err != nil {
		return nil, err
	}
	opts := console.Opts{
		Hall: cfg, Idle: d.cfg.Console.SessionIdle, Max: d.cfg.Console.SessionMax, Log: d.log,
		Boards: boards, Background: d.cfg.Console.Background, Secure: d.cfg.Console.Cert != "",
	}
	if d.cfg.Hall.Logo != "" {
		if opts.Logo, err = os.ReadFile(d.cfg.Hall.Logo); err != nil {
			d.log.Warn("screens come without the logo", "err", err)
		}
	}
	return console.New(backend{d}, opts), nil
}

// listen opens the unix socket and the network addresses of the console.
func (d *Daemon) listen() (list []task, err error) {
	c := d.console
	serve := func(name string, l net.Listener, h http.Handler, cert *console.Certificate) {
		d.doors = append(d.doors, l)
		list = append(list, task{name, func(ctx context.Context) error { return console.Serve(ctx, l, h, cert) }})
	}
	l, err := listenUnix(d.cfg.Socket)
	if err != nil {
		return nil, err
	}
	serve("socket", l, c.Socket(), nil)
	var cert *console.Certificate
	scheme := "http://"
	if o := d.cfg.Console; o.Cert != "" {
		scheme = "https://"
		if cert, err = console.LoadCertificate(o.Cert, o.Key, d.log); err != nil {
			return nil, err
		}
	}
	if l, err = net.Listen("tcp", d.cfg.Console.Listen); err != nil {
		return nil, fmt.Errorf("opening the console: %w", err)
	}
	d.web = scheme + l.Addr().String()
	serve("console", l, c.Web(), cert)
	if d.cfg.Console.BoardListen == "" {
		return list, nil
	}
	if l, err = net.Listen("tcp", d.cfg.Console.BoardListen); err != nil {
		return nil, fmt.Errorf("opening the public board: %w", err)
	}
	serve("board", l, c.Board(), nil)
	return list, nil
}

// listenUnix opens the socket, in the place of one that a killed daemon left.
func listenUnix(path string) (net.Listener, error) {
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("opening the socket: another halld serves %s", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening the socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("opening the socket: %w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, fmt.Errorf("opening the socket: %w", err)
	}
	return l, nil
}
