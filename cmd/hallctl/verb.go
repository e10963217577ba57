package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"halld/cmd/internal/hall"
)

// verb is a command that changes something: its arguments and flags are the
// fields of one request. Each also takes --staff.
type verb struct {
	use   string // name and arguments, "approve RENTAL"
	short string
	path  string   // of the interface; empty: group and name
	args  []string // fields that the arguments fill
	ask   []question
	flags []flag
	with  map[string]any // fields that are always so
	say   string         // template of the answer for people
	// follow takes the answer of what goes on after it; nil: it is said.
	follow func(a *app, cmd *cobra.Command, answer json.RawMessage) error
}

// question is a field of a request that is personal data: it is read from the
// terminal or a pipe, because a command line is seen by others and kept.
type question struct{ field, text string }

// answer asks the questions, one line each.
func answer(cmd *cobra.Command, body map[string]any, questions []question) error {
	in, prompt := cmd.InOrStdin(), cmd.ErrOrStderr()
	lines := bufio.NewReader(in)
	f, isFile := in.(*os.File)
	asked := isFile && terminal(f)
	for _, q := range questions {
		if asked {
			fmt.Fprintf(prompt, "%s：", q.text)
		}
		line, err := readLine(cmd.Context(), lines)
		if errors.Is(err, errInterrupted) {
			return err
		}
		if line = strings.TrimSpace(line); line == "" {
			return fmt.Errorf("没有输入%s，请在提示后输入，或从标准输入送来，每项一行", q.text)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading the answer: %w", err)
		}
		set(body, q.field, line)
	}
	return nil
}

// flag is a field of a request. A dot in field goes one object deeper.
type flag struct {
	name, usage string
	field       string // empty: the name without dashes
	value       string // what it is before anybody writes it
	kind        kind
}

// kind is how a flag is written, and what it is in JSON.
type kind int

const (
	text kind = iota
	number
	money // yuan, a decimal string
	list  // comma-separated, or written several times
	sums  // names with yuan, 钻头=15.00, comma-separated or written several times
	yes   // present or not
	file  // a file, of which the SHA-256 is sent
)

// as gives a flag another field.
func (f flag) as(field string) flag {
	f.field = field
	return f
}

// or gives a flag a value for when it is not written.
func (f flag) or(value string) flag {
	f.value = value
	return f
}

// in adds the flag to a command.
func (f flag) in(fs *pflag.FlagSet) {
	switch f.kind {
	case number:
		n, _ := strconv.Atoi(f.value)
		fs.Int(f.name, n, f.usage)
	case list:
		fs.StringSlice(f.name, nil, f.usage)
	case yes:
		fs.Bool(f.name, false, f.usage)
	case money:
		fs.Var(yuan{new(string)}, f.name, f.usage)
	case file:
		fs.Var(digest{new(string)}, f.name, f.usage)
	case sums:
		fs.Var(priced{}, f.name, f.usage)
	default:
		fs.String(f.name, f.value, f.usage)
	}
}

// put adds the flag's value to a request, if it has one.
func (f flag) put(body map[string]any, fs *pflag.FlagSet) {
	if !fs.Changed(f.name) && f.value == "" {
		return
	}
	var v any
	switch f.kind {
	case number:
		v, _ = fs.GetInt(f.name)
	case list:
		v, _ = fs.GetStringSlice(f.name)
	case yes:
		v, _ = fs.GetBool(f.name)
	case sums:
		v = fs.Lookup(f.name).Value
	default:
		v = fs.Lookup(f.name).Value.String()
	}
	set(body, cmp.Or(f.field, strings.ReplaceAll(f.name, "-", "")), v)
}

// set puts a value at a path such as tool.price.rate.
func set(body map[string]any, path string, v any) {
	key, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		body[key] = v
		return
	}
	inner, ok := body[key].(map[string]any)
	if !ok {
		inner = map[string]any{}
		body[key] = inner
	}
	set(inner, rest, v)
}

// yuan is a flag's value that is a sum of money.
type yuan struct{ sum *string }

func (y yuan) String() string {
	if y.sum == nil {
		return ""
	}
	return *y.sum
}

func (y yuan) Set(s string) error {
	f, err := hall.ParseFen(s)
	if err != nil {
		return err
	}
	*y.sum = f.String()
	return nil
}

func (yuan) Type() string { return "yuan" }

// digest is a flag's value that is a file, read as the SHA-256 of its content.
type digest struct{ sum *string }

func (d digest) String() string {
	if d.sum == nil {
		return ""
	}
	return *d.sum
}

func (d digest) Set(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("读不出文件：%w", err)
	}
	sum := sha256.Sum256(b)
	*d.sum = hex.EncodeToString(sum[:])
	return nil
}

func (digest) Type() string { return "file" }

// priced is a flag's value that is sums of money by name.
type priced map[string]string

func (p priced) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, name+"="+p[name])
	}
	return strings.Join(parts, ",")
}

func (p priced) Set(s string) error {
	for part := range strings.FieldsFuncSeq(s, separates) {
		name, sum, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return &hall.Refusal{Code: "price", Text: "“" + part + "”不对，要写成 名称=元，如 钻头=15.00"}
		}
		f, err := hall.ParseFen(sum)
		if err != nil {
			return err
		}
		p[name] = f.String()
	}
	return nil
}

func (priced) Type() string { return "name=yuan" }

// separates tells what may stand between the parts of a list.
func separates(r rune) bool { return strings.ContainsRune("、,，;；", r) }

var staffFlag = flag{name: "staff", usage: "经办人工号"}

// command makes the verb's command; group is the word before it, or empty.
func (v verb) command(a *app, group string) *cobra.Command {
	name, _, _ := strings.Cut(v.use, " ")
	path := cmp.Or(v.path, strings.TrimPrefix(group+"/"+name, "/"))
	cmd := &cobra.Command{Use: v.use, Short: v.short, Args: cobra.ExactArgs(len(v.args))}
	flags := append(v.flags, staffFlag)
	for _, f := range flags {
		f.in(cmd.Flags())
	}
	human := template(v.say)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body := map[string]any{}
		maps.Copy(body, v.with)
		for i, arg := range args {
			set(body, v.args[i], arg)
		}
		if err := answer(cmd, body, v.ask); err != nil {
			return err
		}
		for _, f := range flags {
			f.put(body, cmd.Flags())
		}
		ctx := cmd.Context()
		if v.follow != nil { // an interrupt must not leave it begun and not followed
			ctx = context.WithoutCancel(ctx)
		}
		answer, err := a.post(ctx, path, body)
		if err == nil && v.follow != nil {
			return v.follow(a, cmd, answer)
		}
		return say(a, cmd, answer, err, human)
	}
	return cmd
}

// group makes a command of verbs and views that belong together.
func group(use, short string, list ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs}
	cmd.AddCommand(list...)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("%s 要写明做什么：%s", cmd.CommandPath(), strings.Join(names(cmd), "、"))
	}
	return cmd
}

// view is a command that only shows something.
func (a *app) view(use, short, path string, show func(answer any) string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			answer, err := a.get(cmd.Context(), path)
			return say(a, cmd, answer, err, show)
		},
	}
}

// one is a command that shows one thing, named by its argument.
func (a *app) one(use, short, path string, show func(answer any) string) *cobra.Command {
	cmd := a.view(use, short, path, show)
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, err := a.get(cmd.Context(), path+"/"+escape(args[0]))
		return say(a, cmd, answer, err, show)
	}
	return cmd
}
