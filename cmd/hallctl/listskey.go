package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// listsKeygen writes the pair that signs the county's lists. Each file is one
// line of base64: the seed of the private key (RFC 8032, 32 bytes) and the
// public key, as `[county] lists_key` takes it.
func (a *app) listsKeygen(cmd *cobra.Command, prefix string) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("making a key for lists: %w", err)
	}
	if err := writeLine(prefix+".key", private.Seed(), 0o600); err != nil {
		return err
	}
	if err := writeLine(prefix+".pub", public, 0o644); err != nil {
		return err
	}
	answer := map[string]string{"private": prefix + ".key", "public": prefix + ".pub"}
	return tell(a, cmd, answer, template("已生成名单签名密钥：{{.private}}（保密，勿离开县级）和 {{.public}}（发给各市场，写入 lists_key）"))
}

// writeLine makes a file that is not there yet; a key is never written over.
func writeLine(path string, raw []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("writing a key for lists: %w", err)
	}
	_, err = fmt.Fprintln(f, base64.StdEncoding.EncodeToString(raw))
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("writing a key for lists: %w", err)
	}
	return nil
}
