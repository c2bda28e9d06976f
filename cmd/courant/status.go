package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newStatus() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use:   "status DIR",
		Short: "Where an inversion stands: shots, rate, time left, cost and misfit",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			f, err := inversion.OpenFolder(ctx, args[0], nil)
			if err != nil {
				return err
			}
			for {
				st, err := f.Status(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					if err := json.NewEncoder(c.OutOrStdout()).Encode(st); err != nil {
						return err
					}
				} else {
					printStatus(c.OutOrStdout(), st)
				}
				if !watch || st.Done || st.Phase == workflow.Cancelled {
					return nil
				}
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(2 * time.Second):
				}
				fmt.Fprintln(c.OutOrStdout())
			}
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object each time")
	c.Flags().BoolVar(&watch, "watch", false, "every two seconds until it is done")
	return c
}

// printStatus writes a status for people.
func printStatus(out io.Writer, st *dashboard.Status) {
	for i, it := range st.Iterations {
		fmt.Fprintf(out, "iteration %3d: misfit %.4f (%.4g)\n", i, it.Misfit, it.Absolute)
	}
	cost := st.Took() + " of tasks"
	if st.Price > 0 {
		cost += fmt.Sprintf(", %.2f at %g an hour", st.Cost(), st.Price)
	}
	if st.Done {
		fmt.Fprintf(out, "done after %d of %d iterations, %s\n", len(st.Iterations)-1, st.Planned, cost)
		return
	}
	what := fmt.Sprintf("evaluation %d", st.Version)
	if st.Version == 0 {
		what = "illumination"
	}
	fmt.Fprintf(out, "%s, %s: %d of %d tasks, %s\n", what, st.Phase, st.Present, len(st.Tasks), cost)
	counts := map[string][]string{}
	for i, state := range st.Tasks {
		counts[state] = append(counts[state], fmt.Sprint(i))
	}
	for _, state := range []string{"running", "waiting", "again", "failed"} {
		if all := counts[state]; len(all) > 0 {
			const most = 20
			text := strings.Join(all[:min(len(all), most)], " ")
			if len(all) > most {
				text += " ..."
			}
			fmt.Fprintf(out, "  %s: %s\n", state, text)
		}
	}
	for _, why := range st.Failures {
		fmt.Fprintln(out, "  "+why)
	}
	if st.Rate > 0 {
		fmt.Fprintf(out, "  %.3g tasks a second", st.Rate)
		if st.Left > 0 {
			fmt.Fprintf(out, ", at least %s left", st.Remain())
		}
		fmt.Fprintln(out)
	}
}
