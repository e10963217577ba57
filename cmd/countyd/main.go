// Command countyd is the county's end of the halls' line: see countyd --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"halld/cmd/internal/county"
	"halld/cmd/internal/receiver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "countyd:", err)
		code := 1
		if errors.Is(err, errUsage) {
			code = 2
		}
		stop()
		os.Exit(code)
	}
}

// errUsage is a command line that can't be right, which no restart will help.
var errUsage = errors.New("see countyd --help")

type flags struct {
	brokers       []string
	store, listen string
	workers       int
	link          county.Link
	reorder       time.Duration
}

func command() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "countyd --broker URL --store DSN",
		Short: "县级接收端：收记录、去重、查缺、入库、回执",
		Long: `countyd takes what the halls report: it drops repeats, sees gaps and copied
cards, commits to its database and only then acknowledges.

Several programs may share one database; their workers share the subscription.
Two independent brokers are given by --broker twice.`,
		Example: `  countyd --broker tcp://127.0.0.1:1883 --store county.db
  countyd --broker tls://mqtt.county.example:8883 --ca ca.pem --cert county.pem --key county.key \
          --store postgres://county@db/county --workers 4
  countyd order --help`,
		Version:       version(),
		Args:          usage(cobra.NoArgs),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return run(cmd.Context(), f, slog.New(slog.NewTextHandler(os.Stderr, nil)))
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w; %w", err, errUsage) })
	cmd.Flags().StringArrayVar(&f.brokers, "broker", nil, "broker, as tls://HOST:8883 or tcp://HOST:1883; may be given more than once")
	cmd.Flags().StringVar(&f.store, "store", "county.db", "database: a SQLite file, postgres://…, or memory:")
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8090", "address of the read-only pages; empty for none")
	cmd.Flags().IntVar(&f.workers, "workers", 1, "workers on the shared subscription, for each broker")
	cmd.Flags().DurationVar(&f.reorder, "reorder", time.Minute, "how long a gap may stand before its records are asked for")
	cmd.Flags().StringVar(&f.link.CA, "ca", "", "PEM file of the authority that signed the brokers' certificates")
	cmd.Flags().StringVar(&f.link.Cert, "cert", "", "PEM file of our certificate")
	cmd.Flags().StringVar(&f.link.Key, "key", "", "PEM file of its key")
	cmd.Flags().StringVar(&f.link.ClientID, "client-id", "", "MQTT client id; default a random one")
	cmd.AddCommand(orderCommand())
	cmd.CompletionOptions.DisableDefaultCmd = true
	return cmd
}

func (f flags) check() error {
	switch {
	case len(f.brokers) == 0:
		return fmt.Errorf("no --broker is given; %w", errUsage)
	case f.reorder < 0:
		return fmt.Errorf("--reorder is %v and not a time to wait; %w", f.reorder, errUsage)
	case f.workers < 1 || f.workers > 64:
		return fmt.Errorf("--workers is %d and not 1 to 64; %w", f.workers, errUsage)
	case (f.link.Cert == "") != (f.link.Key == ""):
		return fmt.Errorf("--cert and --key belong together; %w", errUsage)
	}
	for _, b := range f.brokers {
		u, err := url.Parse(b)
		if err != nil || u.Scheme != "tcp" && u.Scheme != "tls" || u.Hostname() == "" || u.Port() == "" {
			return fmt.Errorf("--broker is %q and not as tls://HOST:8883 or tcp://HOST:1883; %w", b, errUsage)
		}
	}
	return nil
}

// run receives until ctx ends. The pages are opened first, so that a wrong
// address is told before anything is taken.
func run(ctx context.Context, f flags, log *slog.Logger) error {
	store, err := receiver.Open(ctx, f.store)
	if err != nil {
		return err
	}
	defer store.Close()
	var l net.Listener
	if f.listen != "" {
		if l, err = net.Listen("tcp", f.listen); err != nil {
			return fmt.Errorf("opening the pages: %w", err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, broker := range f.brokers {
		link := f.link
		link.Brokers = []string{broker}
		r := receiver.New(receiver.Opts{Link: link, Store: store, Log: log, Reorder: f.reorder})
		group.Go(func() error { return r.Run(ctx) })
		for range f.workers - 1 {
			group.Go(func() error { return r.Work(ctx) })
		}
	}
	if l != nil {
		log.Info("pages", "url", "http://"+l.Addr().String())
		serve(ctx, group, l, receiver.Pages(store, log))
	}
	return group.Wait()
}

// serve serves the pages until ctx ends.
func serve(ctx context.Context, group *errgroup.Group, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving the pages: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			return server.Close()
		}
		return nil
	})
}

// version is the version of the module that this binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}
