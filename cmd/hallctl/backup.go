package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"halld/cmd/internal/ledger"
)

func (a *app) ledgerBackup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup PATH", Short: "备份账本到 U 盘等处，写完即核对；PATH 是文件或文件夹", Args: cobra.ExactArgs(1),
	}
	file := cmd.Flags().String("file", "", "halld 没有运行时：直接备份这个账本文件")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := args[0]
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, "ledger-"+time.Now().Format("20060102-150405")+".db")
		}
		ctx := cmd.Context()
		fetch := a.fetchLedger
		if *file != "" {
			fetch = func(ctx context.Context, to *os.File) error { // takes the place of the empty file
				return wrongFile(*file, ledger.BackupFile(ctx, *file, to.Name()))
			}
		}
		var v verified
		// A backup keeps the ledger's own rights: it is for the staff in charge only.
		err := wholeFile(path, 0o600, func(to *os.File) (err error) {
			if err := fetch(ctx, to); err != nil {
				return err
			}
			if v, err = verifyFile(ctx, to.Name(), progress(cmd.ErrOrStderr())); err != nil {
				return wrongFile(path, err)
			}
			if !v.sound {
				return fmt.Errorf("备份核对不符，没有保留：%s", strings.Join(v.Bad, "；"))
			}
			return nil
		})
		if err != nil {
			return err
		}
		answer := map[string]any{"file": path, "records": v.Records, "epoch": v.Epoch, "head": v.Head}
		return tell(a, cmd, answer, template("已备份 {{.records}} 条记录到 {{.file}}，核对无误"))
	}
	return cmd
}

// fetchLedger lets the daemon copy its ledger, and writes the copy to a file.
func (a *app) fetchLedger(ctx context.Context, to *os.File) error {
	resp, err := a.send(ctx, http.MethodGet, "ledger/backup", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			return a.unreached(err)
		}
		return failed(answer, resp.Status)
	}
	if _, err := io.Copy(to, resp.Body); err != nil {
		return fmt.Errorf("备份没有写完：%w", err)
	}
	return to.Sync()
}

// verifyFile walks over a ledger that no daemon has open.
func verifyFile(ctx context.Context, path string, show func(done, total uint64)) (verified, error) {
	rep, err := ledger.VerifyFile(ctx, path, show)
	if err != nil {
		return verified{}, err
	}
	v := verified{Records: rep.Records, Epoch: rep.Epoch, Head: rep.Head, Bad: []string{}, sound: rep.Sound()}
	for _, p := range rep.Bad {
		v.Bad = append(v.Bad, p.Text())
	}
	return v, nil
}

// wrongFile says to staff why a ledger's file could not be read.
func wrongFile(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ledger.ErrInUse):
		return fmt.Errorf("%s 正被 halld 使用，请不写 --file，由 halld 来做", path)
	case errors.Is(err, ledger.ErrBroken):
		return fmt.Errorf("%s 不是完好的账本：%w", path, err)
	case errors.Is(err, ledger.ErrVersion):
		return fmt.Errorf("%s 是更新版本的 halld 写的，请用同一版本的 hallctl", path)
	}
	if _, statErr := os.Stat(path); statErr != nil {
		return fmt.Errorf("打不开账本文件 %s，请核对路径", path)
	}
	return fmt.Errorf("读不了账本文件 %s：%w", path, err)
}
