package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"halld/cmd/internal/console"
)

func (a *app) ledger() *cobra.Command {
	return group("ledger", "台账", a.ledgerList(), a.ledgerVerify(), a.ledgerExport(), a.ledgerPrint(), a.ledgerExceptions(), a.ledgerBackup())
}

const ledgerTable = `序号	时间	类别	对象{{range .}}
{{.sequence}}	{{full .time}}	{{kind .type}}	{{.subject}}{{end}}`

func (a *app) ledgerList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "最近的记录", Args: cobra.NoArgs}
	count := cmd.Flags().Int("last", 50, "最近多少条，最多 1000")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		answer, err := a.get(cmd.Context(), fmt.Sprintf("ledger?last=%d", *count))
		return say(a, cmd, answer, err, template(ledgerTable))
	}
	return cmd
}

func (a *app) ledgerPrint() *cobra.Command {
	return verb{
		use: "print", short: "在小票打印机上打印一段时间的台账，最多 200 行", say: "正在打印{{.name}}：{{.rows}} 行，{{.pages}} 页",
		flags: []flag{
			{name: "book", usage: "哪一本：" + strings.Join(bookKeys(), "、")},
			{name: "from", usage: "从哪一天，如 2026-01-01"},
			{name: "to", usage: "到哪一天"},
		},
	}.command(a, "ledger")
}

const exceptionTable = `工号	时间	事项	对象	原因{{range .rows}}
{{range $i, $c := .}}{{if $i}}	{{end}}{{$c}}{{end}}{{end}}`

// ledgerExceptions lists what the staff did aside from the ordinary course, for
// the supervisor (附件2 第九条).
func (a *app) ledgerExceptions() *cobra.Command {
	cmd := &cobra.Command{Use: "exceptions", Short: "例外清单：按工号列出插叫、补打、手工录入、冲正、变更价格等", Args: cobra.NoArgs}
	var p part
	p.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		query := url.Values{"from": {p.from}, "to": {p.to}}
		answer, err := a.get(cmd.Context(), "sheets/exception?"+query.Encode())
		return say(a, cmd, answer, err, template(exceptionTable))
	}
	return cmd
}

// verified is what a walk over the ledger found.
type verified struct {
	Records uint64   `json:"records"`
	Epoch   string   `json:"epoch"`
	Head    string   `json:"head"`
	Bad     []string `json:"bad"`
	sound   bool     // of a file: its records are, whatever became of the snapshots
}

func (a *app) ledgerVerify() *cobra.Command {
	cmd := &cobra.Command{Use: "verify", Short: "核对台账：任何一个字节被改动都能查出", Args: cobra.NoArgs}
	file := cmd.Flags().String("file", "", "核对一个账本文件（备份），不需要 halld")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		walk := a.verifyHere
		if *file != "" {
			walk = func(ctx context.Context, show func(done, total uint64)) (verified, error) {
				v, err := verifyFile(ctx, *file, show)
				return v, wrongFile(*file, err)
			}
		}
		v, err := walk(cmd.Context(), progress(cmd.ErrOrStderr()))
		if err != nil {
			return err
		}
		if err := tell(a, cmd, v, template("{{if .bad}}台账被改动{{else}}台账完整{{end}}，完好的记录 {{.records}} 条")); err != nil {
			return err
		}
		if len(v.Bad) > 0 {
			return fmt.Errorf("台账被改动：%s", strings.Join(v.Bad, "；"))
		}
		return nil
	}
	return cmd
}

// verifyHere lets the daemon walk over its ledger, and shows how far it is.
func (a *app) verifyHere(ctx context.Context, show func(done, total uint64)) (v verified, err error) {
	resp, err := a.send(ctx, "POST", "ledger/verify?progress=1", nil)
	if err != nil {
		return v, err
	}
	defer resp.Body.Close()
	d := json.NewDecoder(resp.Body)
	for {
		var line struct {
			console.Progress
			console.Failure
			verified
		}
		switch err := d.Decode(&line); {
		case err != nil:
			return v, a.unreached(err)
		case line.Error.Text != "":
			return v, errors.New(line.Error.Text)
		case line.Epoch != "":
			return line.verified, nil
		}
		show(line.Done, line.Total)
	}
}

// progress shows how far something is, on a terminal only.
func progress(w io.Writer) func(done, total uint64) {
	f, ok := w.(*os.File)
	if !ok || !terminal(f) {
		return func(uint64, uint64) {}
	}
	return func(done, total uint64) {
		fmt.Fprintf(w, "\r%d / %d", done, total)
		if done >= total {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}
