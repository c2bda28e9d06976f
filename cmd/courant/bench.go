package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/bench"
)

func newBench() *cobra.Command {
	f := &compileFlags{}
	var o bench.Options
	var set []string
	var against string
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench FILE --shape NX,NY,NZ",
		Short: "Measure how fast an operator runs, and how near that is to the machine's bound",
		Long: `Measures an operator on a grid: the stencil alone, and steps with a source and
a carpet of receivers. Points count the absorbing layer. Bandwidth and peak are
measured in the same run, and the fraction of the bound that they set is given.

--against devito also measures Devito, in turns with Courant, with the Python of
$COURANT_DEVITO_PYTHON or python3.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error {
				var err error
				o.File, o.Target = args[0], f.target
				if o.Compile, err = f.options(len(o.Shape)); err != nil {
					return err
				}
				if o.Set, err = numbers(set); err != nil {
					return err
				}
				var rival *bench.Rival
				switch against {
				case "":
				case "devito":
					rival = bench.FindDevito()
				default:
					return usage("--against %s: only devito is known", against)
				}
				r, err := bench.Run(c.Context(), o, rival)
				if err != nil {
					return err
				}
				if asJSON {
					e := json.NewEncoder(c.OutOrStdout())
					e.SetIndent("", "  ")
					return e.Encode(r)
				}
				fmt.Fprint(c.OutOrStdout(), r)
				return nil
			})
		},
	}
	f.add(c, "dim")
	flags := c.Flags()
	flags.IntSliceVar(&o.Shape, "shape", []int{320, 320, 320}, "interior grid points per axis")
	flags.IntVar(&o.Layer, "nbl", 40, "points of absorbing layer on every side")
	flags.IntVar(&o.Steps, "steps", 20, "steps of one measurement")
	flags.IntVar(&o.Repeat, "repeat", 3, "measurements, of which the fastest counts")
	flags.IntVar(&o.Threads, "threads", 0, "threads (default: one per core)")
	flags.IntSliceVar(&o.Block, "block", nil, "extent of a tile per axis (default: search)")
	flags.StringArrayVar(&set, "set", nil, "value NAME=NUMBER of a field or scalar (default 1); repeatable")
	flags.StringVar(&against, "against", "", "also measure, in turns: devito")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// numbers reads NAME=NUMBER pairs.
func numbers(texts []string) (map[string]float64, error) {
	list, err := pairs("set", texts)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, p := range list {
		v, err := strconv.ParseFloat(p.value, 64)
		if err != nil {
			return nil, usage("--set %s: %q is not a number", p.name, p.value)
		}
		out[p.name] = v
	}
	return out, nil
}
