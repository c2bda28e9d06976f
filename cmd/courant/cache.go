package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

func newCache() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Look at the cache of compiled kernels, or empty it",
		Long: `Compiled kernels are kept in $COURANT_CACHE, or in a folder courant of the
user's cache folder. When they take more than $COURANT_CACHE_SIZE (default 1GiB),
those unused for longest are removed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var asJSON bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List the kernels in the cache, the last used first",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cache, err := jit.OpenCache()
			if err != nil {
				return err
			}
			info, err := cache.Info()
			if err != nil {
				return err
			}
			entries, err := cache.List()
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if asJSON {
				return printJSON(c, struct {
					Info    jit.CacheInfo
					Entries []jit.Entry
				}{info, entries})
			}
			for _, e := range entries {
				fmt.Fprintf(out, "%s  %-16s %6.0f KB  used %s ago  compiled in %s by %s\n", e.Key[:12], e.Name, float64(e.Bytes)/1e3, e.Age.Round(time.Second), e.Build.Round(time.Millisecond), e.Compiler)
			}
			fmt.Fprintf(out, "%s: %d kernels, %.1f of %.0f MB\n", info.Path, info.Entries, float64(info.Bytes)/1e6, float64(info.Limit)/1e6)
			return nil
		},
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	clear := &cobra.Command{
		Use:   "clear",
		Short: "Remove everything from the cache",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cache, err := jit.OpenCache()
			if err != nil {
				return err
			}
			return cache.Clear()
		},
	}
	prune := &cobra.Command{
		Use:   "prune",
		Short: "Remove what exceeds the limit, and what killed processes left behind",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cache, err := jit.OpenCache()
			if err != nil {
				return err
			}
			removed, freed, err := cache.Prune()
			fmt.Fprintf(c.OutOrStdout(), "%d kernels removed, %.1f MB freed\n", removed, float64(freed)/1e6)
			return err
		},
	}
	c.AddCommand(list, clear, prune)
	return c
}
