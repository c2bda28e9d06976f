package main

import "github.com/spf13/cobra"

func newShot() *cobra.Command { return &cobra.Command{Use: "shot"} }
