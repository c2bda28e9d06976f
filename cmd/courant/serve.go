package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newServe() *cobra.Command {
	var address string
	c := &cobra.Command{
		Use:   "serve DIR",
		Short: "Show an inversion in a browser: progress, misfit and the image as it improves",
		Long: `Serves a page for one inversion, which it only reads, with its status as JSON
under /status.json and for Prometheus under /metrics. It may be started and
stopped at any time.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := inversion.OpenFolder(c.Context(), args[0], nil)
			if err != nil {
				return err
			}
			if address, err = listenAddress(address); err != nil {
				return err
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return usageError{err}
			}
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: dashboard.Handler(dashboard.Source{Folder: args[0], Status: f.Status})}
			stop := context.AfterFunc(c.Context(), func() { _ = server.Close() })
			defer stop()
			fmt.Fprintf(c.OutOrStdout(), "http://%s\n", listener.Addr())
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	c.Flags().StringVar(&address, "address", "127.0.0.1:8080", "address and port to serve at, of this machine alone unless another interface is named, as 0.0.0.0; port 0 takes a free one")
	return c
}
