package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"halld/cmd/internal/county"
	"halld/cmd/internal/identity"
)

func (a *app) county() *cobra.Command {
	return group("county", "与县级的连接和密钥",
		a.view("status", "与县级的连接", "county", facts("county")),
		a.keygen(), a.countyOpen(), a.countyWatch(),
	)
}

func (a *app) keygen() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keygen", Short: "生成县级密钥对：PREFIX.key 留在县级，PREFIX.pub 发给各市场", Args: cobra.NoArgs,
	}
	prefix := cmd.Flags().String("out", "county", "文件名前缀")
	lists := cmd.Flags().Bool("lists", false, "改为生成签名名单的密钥对（Ed25519）：PREFIX-lists.key 和 PREFIX-lists.pub")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *lists {
			return a.listsKeygen(cmd, *prefix+"-lists")
		}
		pub, err := identity.WriteKeyFiles(*prefix)
		if err != nil {
			return err
		}
		answer := map[string]string{"key": pub.ID(), "private": *prefix + ".key", "public": *prefix + ".pub"}
		return tell(a, cmd, answer, template("已生成密钥 {{.key}}：{{.private}}（保密，勿离开县级）和 {{.public}}（发给各市场）"))
	}
	return cmd
}

// sealed is a record as far as its sealed fields are concerned.
type sealed struct {
	ID       string                     `json:"id"`
	Source   string                     `json:"source"`
	Sequence string                     `json:"sequence"`
	Type     string                     `json:"type"`
	Data     map[string]json.RawMessage `json:"data"`
}

// opened is a sealed field made readable.
type opened struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Field  string `json:"field"`
	Ref    string `json:"ref"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Kind   string `json:"kind"`
	Error  string `json:"error,omitempty"` // why it does not open
}

func (a *app) countyOpen() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "open [FILE]...",
		Short: "用县级私钥查看记录里封存的身份（记录来自文件、标准输入或本市场的台账）",
	}
	keys := cmd.Flags().StringSlice("key", nil, "县级私钥 PREFIX.key，可写多个")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(*keys) == 0 {
			return errors.New("请写明县级私钥（--key county.key）")
		}
		priv, err := identity.LoadPrivateKeys(*keys...)
		if err != nil {
			return err
		}
		records, err := a.given(cmd, args)
		if err != nil {
			return err
		}
		list := []opened{}
		for _, r := range records {
			list = append(list, r.open(priv)...)
		}
		if err := tell(a, cmd, list, table("id 记录", "type 类别", "name 姓名", "number 证件号码", "error 说明")); err != nil {
			return err
		}
		for _, o := range list {
			if o.Error != "" {
				return fmt.Errorf("%s：%s", o.ID, o.Error)
			}
		}
		return nil
	}
	return cmd
}

// given reads the records from files, from standard input, or, when there is
// nothing on it, from the hall's own ledger.
func (a *app) given(cmd *cobra.Command, files []string) (list []sealed, err error) {
	if len(files) > 0 {
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			more, err := parse(b)
			if err != nil {
				return nil, fmt.Errorf("%s：%w", name, err)
			}
			list = append(list, more...)
		}
		return list, nil
	}
	var b []byte
	if f, ok := cmd.InOrStdin().(*os.File); !ok || !terminal(f) {
		if b, err = io.ReadAll(cmd.InOrStdin()); err != nil {
			return nil, err
		}
	}
	if len(strings.TrimSpace(string(b))) == 0 {
		if b, err = a.get(cmd.Context(), "ledger?last=1000"); err != nil {
			return nil, err
		}
	}
	return parse(b)
}

// parse reads records: one, a list, or one after another.
func parse(b []byte) (list []sealed, err error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	for {
		var raw json.RawMessage
		switch err := d.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("不是台账记录：%w", err)
		}
		var one sealed
		var many []sealed
		if json.Unmarshal(raw, &many) == nil {
			list = append(list, many...)
		} else if err := json.Unmarshal(raw, &one); err == nil {
			list = append(list, one)
		} else {
			return nil, fmt.Errorf("不是台账记录：%w", err)
		}
	}
}

// carried is the record of an epoch before that a record carries. What is sealed
// in it is bound to its own hall and sequence.
func (r sealed) carried() (inner sealed, ok bool) {
	if r.Type != "hall.ledger.salvaged" {
		return inner, false
	}
	err := json.Unmarshal(r.Data["record"], &inner)
	return inner, err == nil
}

// open opens every sealed field of a record, and of the one that it carries.
func (r sealed) open(keys []*identity.PrivateKey) (list []opened) {
	if inner, ok := r.carried(); ok {
		return inner.open(keys)
	}
	seq, _ := strconv.ParseUint(r.Sequence, 10, 64)
	for field, raw := range r.Data {
		var s identity.Sealed
		if json.Unmarshal(raw, &s) != nil || s.Sealed == "" {
			continue
		}
		o := opened{ID: r.ID, Type: r.Type, Field: field, Ref: s.Ref}
		p, err := identity.Open(keys, identity.Place{Hall: strings.TrimPrefix(r.Source, "/halls/"), Seq: seq, Field: field}, s.Sealed, s.Key)
		if err != nil {
			o.Error = err.Error()
		}
		o.Name, o.Number, o.Kind = p.Name, p.Number, p.Kind
		list = append(list, o)
	}
	return list
}

// countyWatch shows what halls say to a broker, until Ctrl-C.
func (a *app) countyWatch() *cobra.Command {
	cmd := &cobra.Command{
		Use: "watch [TOPIC]...", Short: "在县级旁看各市场上报的消息，直到按 Ctrl-C（--json 时一行一条）",
	}
	f := cmd.Flags()
	broker := f.StringSlice("broker", []string{"tcp://127.0.0.1:1883"}, "MQTT 服务器")
	count := f.Int("count", 0, "看多少条后结束；0 为不限")
	var link county.Link
	f.StringVar(&link.CA, "ca", "", "服务器的根证书")
	f.StringVar(&link.Cert, "cert", "", "客户端证书")
	f.StringVar(&link.Key, "key", "", "客户端私钥")
	cmd.RunE = func(cmd *cobra.Command, topics []string) error {
		link.Brokers = *broker
		return watch(cmd, a.json, link, *count, topics)
	}
	return cmd
}
