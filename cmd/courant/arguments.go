package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// require says which flags a command needs.
func require(c *cobra.Command, names ...string) {
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		var faults []error
		for _, name := range names {
			if flag := c.Flags().Lookup(name); !flag.Changed {
				faults = append(faults, usage("give --%s: %s", name, flag.Usage))
			}
		}
		return errors.Join(faults...)
	}
}

// explainArguments has a command and those under it say which arguments they take, in the
// words of their usage, when others are given.
func explainArguments(c *cobra.Command) {
	if check := c.Args; check != nil && !c.HasSubCommands() {
		c.Args = func(c *cobra.Command, args []string) error {
			if check(c, args) == nil {
				return nil
			}
			return wrongArguments(c, args)
		}
	} else if c.HasParent() && c.HasSubCommands() { // cobra would print the help and call it a success
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			var names []string
			for _, sub := range c.Commands() {
				names = append(names, sub.Name())
			}
			return usage("there is no command `%s %s`; there are %s", c.CommandPath(), args[0], strings.Join(names, ", "))
		}
	}
	for _, sub := range c.Commands() {
		explainArguments(sub)
	}
}

func wrongArguments(c *cobra.Command, args []string) error {
	var takes []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if strings.HasPrefix(word, "-") {
			break
		}
		takes = append(takes, word)
	}
	switch {
	case len(takes) == 0:
		return usage("`%s` takes no arguments, and %q is one\nsee `%[1]s --help`", c.CommandPath(), args[0])
	case len(args) > len(takes):
		return usage("`%s` takes %s, and %q is more than that\nsee `%[1]s --help`", c.CommandPath(), strings.Join(takes, " "), args[len(takes)])
	}
	return usage("`%s` needs %s; give it, as in\n  %s", c.CommandPath(), strings.Join(takes[len(args):], " "), exampleOf(c))
}

// exampleOf is a line that shows how a command is used.
func exampleOf(c *cobra.Command) string {
	if c.Example == "" {
		return c.UseLine()
	}
	line, _, _ := strings.Cut(strings.ReplaceAll(c.Example, "\\\n", ""), "\n")
	return strings.Join(strings.Fields(line), " ")
}

// numbers is the value of a flag that names numbers, NAME=NUMBER, and may be repeated.
type numbers map[string]float64

// String implements pflag.Value.
func (n numbers) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		all = append(all, fmt.Sprintf("%s=%g", name, n[name]))
	}
	return strings.Join(all, ",")
}

// Type implements pflag.Value.
func (n numbers) Type() string { return "stringArray" }

// Set implements pflag.Value.
func (n numbers) Set(text string) error {
	name, value, _ := strings.Cut(text, "=")
	v, err := strconv.ParseFloat(value, 64)
	_, twice := n[name]
	switch {
	case name == "" || err != nil:
		return errors.New("expected NAME=NUMBER")
	case twice:
		return fmt.Errorf("%s is given twice", name)
	}
	n[name] = v
	return nil
}
