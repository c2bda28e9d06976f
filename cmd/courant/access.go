package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/access"
	"github.com/courant-pde/courant/runtime/cluster/engine"
)

// examineCluster tries what a run needs of a store, a queue and a batch system, as far as
// they are named, and prints what came of it. Error: something is missing.
func examineCluster(c *cobra.Command, store, system string, q *queueFlags, asJSON bool) error {
	ctx := c.Context()
	var all []access.Finding
	opened := func(of string, err error) bool {
		if err != nil {
			all = append(all, access.Finding{Of: of, What: "open", Err: err})
		}
		return err == nil
	}
	if store != "" {
		s, err := engine.Store(ctx, store)
		if opened("store", err) {
			all = append(all, access.Store(ctx, s)...)
			if server, ok := s.(interface{ Server() string }); ok {
				all = append(all, access.Clock(ctx, server.Server())...)
			}
		}
	}
	if q.given() {
		address, err := q.address(c.ErrOrStderr())
		if err != nil {
			return err
		}
		opening, err := engine.Queue(ctx, address)
		if opened("queue", err) {
			all = append(all, access.Queue(ctx, opening)...)
			_ = opening.Close()
		}
	}
	if system != "" {
		folder, err := os.MkdirTemp("", "courant-doctor-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		s, err := engine.System(ctx, system, folder)
		if opened("batch system", err) {
			all = append(all, access.System(ctx, s)...)
		}
	}
	failed := 0
	type line struct {
		Of    string  `json:"of"`
		What  string  `json:"what"`
		Took  float64 `json:"seconds"`
		Note  string  `json:"note,omitempty"`
		Fault string  `json:"fault,omitempty"`
	}
	var lines []line
	for _, f := range all {
		l := line{f.Of, f.What, f.Took.Seconds(), f.Note, ""}
		if f.Err != nil {
			failed++
			l.Fault = f.Err.Error()
		}
		lines = append(lines, l)
	}
	if asJSON {
		if err := printJSON(c, lines); err != nil {
			return err
		}
	} else {
		for i, f := range all {
			state, more := "well", f.Note
			if f.Err != nil {
				state, more = "FAILED", lines[i].Fault
			}
			fmt.Fprintf(c.OutOrStdout(), "%-12s %-6s %s, %v", f.Of, state, f.What, f.Took.Round(time.Millisecond))
			if more != "" {
				fmt.Fprintf(c.OutOrStdout(), ": %s", more)
			}
			fmt.Fprintln(c.OutOrStdout())
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d trials failed; a run would too", failed, len(all))
	}
	return nil
}
