package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newFunction() *cobra.Command {
	f := &inversion.Function{}
	var address, name, all string
	c := &cobra.Command{
		Use:   "function [DIR]",
		Short: "Look after inversions that no process drives, as a function of a cloud or a timer",
		Long: `Answers calls that name a store and a run, {"store": "s3://…", "run": "runs/…"}: sums,
the next model, and the submission of tasks at which nobody works. In AWS Lambda it
takes its calls from there; elsewhere by HTTP, as plain JSON, as CloudEvents, or from
Azure Functions. With the folder of an inversion, or --all STORE, it carries out one call
for that one, or for all of a store, and ends. docs/detached.md tells where it is needed.`,
		Example: "  courant invert fwi.toml --store s3://surveys --batch 'kubernetes:?image=…' --detach\n  courant function inversion",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			var err error
			if f.Target, err = target.Find(name); err != nil {
				return usageError{err}
			}
			f.Threads = 1
			if queue := os.Getenv(queueVariable); queue != "" {
				f.Environment = map[string]string{queueVariable: queue}
			}
			if len(args) == 1 {
				folder, err := inversion.OpenFolder(ctx, args[0], nil)
				if err != nil {
					return err
				}
				answer, err := f.Call(ctx, inversion.Call{Store: folder.Store, Run: folder.RunName})
				if err != nil {
					return err
				}
				return printJSON(c, answer)
			}
			if all != "" && engine.InLambda() { // a timer's, whatever it sends
				engine.ServeLambda(ctx, func(ctx context.Context, _ json.RawMessage) ([]inversion.Answer, error) { return f.CallAll(ctx, all) })
			}
			if all != "" {
				answers, err := f.CallAll(ctx, all)
				return errors.Join(printJSON(c, answers), err)
			}
			if engine.InLambda() {
				engine.ServeLambda(ctx, f.Call)
			}
			if port := os.Getenv("FUNCTIONS_CUSTOMHANDLER_PORT"); port != "" { // Azure Functions
				address = "127.0.0.1:" + port
			} else if port := os.Getenv("PORT"); port != "" { // Cloud Run, Knative
				address = ":" + port
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return usageError{err}
			}
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: f}
			stop := context.AfterFunc(ctx, func() { _ = server.Close() })
			defer stop()
			fmt.Fprintf(c.OutOrStdout(), "http://%s\n", listener.Addr())
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&address, "address", "127.0.0.1:8080", "address and port to listen at, where the environment says nothing (PORT, FUNCTIONS_CUSTOMHANDLER_PORT)")
	flags.StringVar(&all, "all", "", "carry out a call for each run of a store that goes on by itself, and end: for a timer")
	flags.StringArrayVar(&f.Stores, "store", nil, "what the names of stores must begin with that may be called for, such as s3://bucket/; may be repeated (default: any)")
	flags.StringVar(&name, "target", "interp", "what runs the operator, of which a function needs next to nothing")
	return c
}
