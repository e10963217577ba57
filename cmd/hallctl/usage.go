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

// usage is the help below a command's description.
const usage = `用法：
  {{if .HasAvailableSubCommands}}{{.CommandPath}} 命令{{else}}{{.UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
命令：{{range .Commands}}{{if or .IsAvailableCommand (eq .Name "help")}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
参数：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}
通用参数：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`

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
