package main

import (
	"fmt"

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
	}
	var asJSON bool
	list := cacheCommand("list", "List the kernels in the cache, the last used first", func(c *cobra.Command, cache *jit.Cache) error {
		info, err := cache.Info()
		if err != nil {
			return err
		}
		entries, err := cache.List()
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c, struct {
				Info    jit.CacheInfo
				Entries []jit.Entry
			}{info, entries})
		}
		for _, e := range entries {
			fmt.Fprintln(c.OutOrStdout(), e)
		}
		fmt.Fprintln(c.OutOrStdout(), info)
		return nil
	})
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.AddCommand(list,
		cacheCommand("clear", "Remove everything from the cache", func(_ *cobra.Command, cache *jit.Cache) error { return cache.Clear() }),
		cacheCommand("prune", "Remove what exceeds the limit, and what killed processes left behind", func(c *cobra.Command, cache *jit.Cache) error {
			removed, freed, err := cache.Prune()
			fmt.Fprintf(c.OutOrStdout(), "%d kernels removed, %.1f MB freed\n", removed, float64(freed)/1e6)
			return err
		}))
	return c
}

// cacheCommand is a command on the opened cache.
func cacheCommand(use, short string, do func(*cobra.Command, *jit.Cache) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cache, err := jit.OpenCache()
			if err != nil {
				return err
			}
			return do(c, cache)
		},
	}
}
