package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"halld/cmd/internal/county"
	"halld/cmd/internal/receiver"
)

// orders is what every order has: which database, for whom and how long.
type orders struct {
	store string
	halls []string
	all   bool
	valid time.Duration
}

func orderCommand() *cobra.Command {
	var o orders
	cmd := &cobra.Command{
		Use:   "order",
		Short: "给大厅下指令：放进数据库，由 countyd 送达并等回复",
		Long: `order puts a command into the county's database. The countyd that serves the
hall's broker sends it as soon as the hall is online, and again until the hall
has answered or the command has expired.`,
		Example: `  countyd order --store county.db --hall 140321-01 approve-rental R260301-001 --by 李
  countyd order --store county.db --all notice 清明节放假三天 --until 2026-04-06
  countyd order --store county.db --all lists lists.json --key county-lists.key
  countyd order --store county.db list`,
	}
	f := cmd.PersistentFlags()
	f.StringVar(&o.store, "store", "county.db", "database: a SQLite file or postgres://…")
	f.StringArrayVar(&o.halls, "hall", nil, "hall, as in 140321-01; may be given more than once")
	f.BoolVar(&o.all, "all", false, "every hall that was ever heard of")
	f.DurationVar(&o.valid, "valid", 24*time.Hour, "how long the command may wait for the hall")
	cmd.AddCommand(o.approve(), o.notice(), o.lists(), o.resend(), o.list())
	return cmd
}

func (o *orders) approve() *cobra.Command {
	cmd := &cobra.Command{
		Use: county.CmdApprove + " RENTAL", Short: "批准（或拒绝）一张租赁单", Args: usage(cobra.ExactArgs(1)),
	}
	by := cmd.Flags().String("by", "", "who decided")
	refuse := cmd.Flags().Bool("refuse", false, "refuse it instead")
	reason := cmd.Flags().String("reason", "", "why it is refused")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case *by == "":
			return fmt.Errorf("--by is missing: an approval has somebody who decided; %w", errUsage)
		case *refuse && *reason == "":
			return fmt.Errorf("--reason is missing: a refusal has one; %w", errUsage)
		case len(o.halls) != 1 || o.all:
			return fmt.Errorf("a rental is of one hall: give one --hall; %w", errUsage)
		}
		body := map[string]any{"rental": args[0], "by": *by}
		if *refuse {
			body["refuse"], body["reason"] = true, *reason
		}
		return o.queue(cmd, county.CmdApprove, body)
	}
	return cmd
}

func (o *orders) notice() *cobra.Command {
	cmd := &cobra.Command{
		Use: county.CmdNotice + " TEXT", Short: "在大厅大屏上显示一行通知；空文字为撤下", Args: usage(cobra.ExactArgs(1)),
	}
	until := cmd.Flags().String("until", "", "last day, as in 2027-01-01; default the day it comes")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body := map[string]any{"text": args[0]}
		if *until != "" {
			if _, err := time.Parse(time.DateOnly, *until); err != nil {
				return fmt.Errorf("--until is %q and not a day as in 2027-01-01; %w", *until, errUsage)
			}
			body["until"] = *until
		}
		return o.queue(cmd, county.CmdNotice, body)
	}
	return cmd
}

func (o *orders) lists() *cobra.Command {
	cmd := &cobra.Command{
		Use: county.CmdLists + " FILE", Short: "签名并下发优先、清出名单和工种表（格式见 lists.json）", Args: usage(cobra.ExactArgs(1)),
	}
	key := cmd.Flags().String("key", "", "PREFIX-lists.key of `hallctl county keygen --lists`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *key == "" {
			return fmt.Errorf("--key is missing: lists are signed; %w", errUsage)
		}
		signer, err := county.LoadSigner(*key)
		if err != nil {
			return err
		}
		l, err := readLists(args[0])
		if err != nil {
			return err
		}
		pack, sig := county.SignLists(signer, l)
		return o.queue(cmd, county.CmdLists, map[string]any{"pack": pack, "sig": sig})
	}
	return cmd
}

// readLists reads the document to be signed.
func readLists(path string) (l county.Lists, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return l, fmt.Errorf("reading the lists: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, fmt.Errorf("reading the lists in %s: %w", path, err)
	}
	if l.Version == 0 || len(l.County) != 6 {
		return l, fmt.Errorf("reading the lists in %s: version (from 1, rising) or county (6 digits) is missing", path)
	}
	if l.Issued.IsZero() {
		l.Issued = time.Now().Truncate(time.Second)
	}
	return l, nil
}

func (o *orders) resend() *cobra.Command {
	cmd := &cobra.Command{
		Use: county.CmdResend, Short: "请大厅重报一段记录", Args: usage(cobra.NoArgs),
	}
	from := cmd.Flags().Uint64("from", 0, "first sequence")
	to := cmd.Flags().Uint64("to", 0, "last sequence")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *from == 0 || *to < *from {
			return fmt.Errorf("--from and --to are %d and %d and not two sequences from 1; %w", *from, *to, errUsage)
		}
		return o.queue(cmd, county.CmdResend, map[string]any{"from": *from, "to": *to})
	}
	return cmd
}

// open opens the county's database, which is there: a new one knows no hall.
func (o *orders) open(ctx context.Context) (receiver.Store, error) {
	if !strings.Contains(o.store, "://") {
		if _, err := os.Stat(o.store); err != nil {
			return nil, fmt.Errorf("opening the county's database: %w", err)
		}
	}
	return receiver.Open(ctx, o.store)
}

// queue puts a command into the database for each hall that is meant.
func (o *orders) queue(cmd *cobra.Command, name string, body map[string]any) error {
	store, err := o.open(cmd.Context())
	if err != nil {
		return err
	}
	defer store.Close()
	halls, err := o.meant(cmd.Context(), store)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, hall := range halls {
		order := receiver.Order{ID: name + "-" + randomID(), Hall: hall, Name: name, Body: body, Expires: now.Add(o.valid)}
		if err := store.Queue(cmd.Context(), order, now); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), order.ID, hall)
	}
	return nil
}

// meant are the halls that the flags name. One that was never heard of is
// probably misspelt, and its order would wait in vain.
func (o *orders) meant(ctx context.Context, store receiver.Store) (halls []string, err error) {
	if (len(o.halls) == 0) != o.all {
		return nil, fmt.Errorf("for whom? give --hall or --all; %w", errUsage)
	}
	known, err := store.Halls(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range known {
		ids = append(ids, h.Hall)
	}
	if o.all {
		if len(ids) == 0 {
			return nil, errors.New("no hall was heard of yet")
		}
		return ids, nil
	}
	for _, h := range o.halls {
		if !slices.Contains(ids, h) {
			return nil, fmt.Errorf("hall %q was never heard of; known are: %s", h, strings.Join(ids, ", "))
		}
	}
	return o.halls, nil
}

func (o *orders) list() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "最近的指令和大厅的回复", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			defer store.Close()
			list, err := store.Orders(cmd.Context(), 100)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, e := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Queued.Format(time.DateTime), e.Hall, e.ID, e.State(time.Now()), e.Result)
			}
			return w.Flush()
		},
	}
}

// usage makes a wrong number of arguments an error of usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return fmt.Errorf("%w; %w", err, errUsage)
		}
		return nil
	}
}

// randomID is 64 random bits in hexadecimal.
func randomID() string {
	var b [8]byte
	rand.Read(b[:]) // never returns an error
	return hex.EncodeToString(b[:])
}
