package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"halld/cmd/internal/hall"
)

// plainly makes every mistake on the command line a sentence in the clerk's
// language, here and in all commands below.
func plainly(cmd *cobra.Command) {
	cobra.AddTemplateFunc("inWords", inWords.Replace)
	cmd.SetUsageTemplate(usage)
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Usage = "这个命令怎么用"
	cmd.SetFlagErrorFunc(wrongFlag)
	if fits := cmd.Args; fits != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			switch err := fits(c, args); {
			case err == nil:
				return nil
			case c.HasSubCommands():
				return fmt.Errorf("%s 没有“%s”，可选：%s", c.CommandPath(), args[0], strings.Join(names(c), "、"))
			}
			return fmt.Errorf("参数的个数不对，要写成 %s %s", c.Parent().CommandPath(), c.Use)
		}
	}
	for _, sub := range cmd.Commands() {
		plainly(sub)
	}
}

// addHelpers adds the commands that cobra brings, in the clerk's language and for
// the shells of a Pi.
func addHelpers(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Use, c.Short, c.Long, c.Run = "help [命令]", "一个命令怎么用", "", nil
			c.RunE = func(_ *cobra.Command, args []string) error {
				about, rest, err := root.Find(args)
				if err != nil || len(rest) > 0 {
					return fmt.Errorf("%s 没有“%s”，可选：%s", about.CommandPath(), strings.Join(rest, " "), strings.Join(names(about), "、"))
				}
				return about.Help()
			}
		case "completion":
			c.Short, c.Long = "让 bash、zsh 或 fish 按 Tab 键补全命令", ""
			c.RunE = root.RunE
			for _, shell := range c.Commands() {
				how, known := completions[shell.Name()]
				if !known {
					c.RemoveCommand(shell)
					continue
				}
				shell.Short, shell.Long = shell.Name()+" 的补全脚本", "在 "+shell.Name()+" 里运行一次：\n\n  "+how
				shell.Flags().Lookup("no-descriptions").Usage = "补全时不带说明"
			}
		}
	}
}

// completions are how each shell takes its script for every new session.
var completions = map[string]string{
	"bash": "hallctl completion bash | sudo tee /etc/bash_completion.d/hallctl > /dev/null",
	"zsh":  "hallctl completion zsh | sudo tee /usr/local/share/zsh/site-functions/_hallctl > /dev/null",
	"fish": "hallctl completion fish > ~/.config/fish/completions/hallctl.fish",
}

// usage is the help below a command's description.
const usage = `用法：
  {{if .HasAvailableSubCommands}}{{.CommandPath}} 命令{{else}}{{inWords .UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
命令：{{range .Commands}}{{if or .IsAvailableCommand (eq .Name "help")}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
参数：
{{inWords .LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}
通用参数：
{{inWords .InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`

// inWords puts what the flags library says into the clerk's language.
var inWords = strings.NewReplacer("[flags]", "[参数]", "(default ", "(不写为 ")

// names are the commands below a command.
func names(c *cobra.Command) (list []string) {
	for _, sub := range c.Commands() {
		list = append(list, sub.Name())
	}
	return list
}

// wrongFlag says what is wrong with a flag, and what to write.
func wrongFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("没有参数“%s”，有哪些请看 %s --help", unknown.GetSpecifiedName(), c.CommandPath())
	case errors.As(err, &bare):
		return fmt.Errorf("--%s 后面要写值：%s", bare.GetFlag().Name, bare.GetFlag().Usage)
	case errors.As(err, &value):
		return fmt.Errorf("--%s：%w", value.GetFlag().Name, wrongValue(value))
	}
	return fmt.Errorf("参数写得不对，请看 %s --help", c.CommandPath())
}

// wrongValue says why a flag does not take a value.
func wrongValue(e *pflag.InvalidValueError) error {
	var no *hall.Refusal
	switch {
	case errors.As(e, &no):
		return no
	case e.GetFlag().Value.Type() == "int":
		return fmt.Errorf("“%s”不是整数", e.GetValue())
	case e.GetFlag().Value.Type() == "bool":
		return fmt.Errorf("“%s”不对，不写值就表示“是”", e.GetValue())
	}
	return fmt.Errorf("“%s”不对：%s", e.GetValue(), e.GetFlag().Usage)
}
