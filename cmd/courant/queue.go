package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

// Variables of the environment, which is nobody's to see in a list of processes:
// the address of the queue, and the token that lets others in.
const (
	queueVariable = inversion.QueueVariable
	tokenVariable = "COURANT_TOKEN"
)

// queueFlags say where the queue is.
type queueFlags struct{ url, tokenFile string }

func (f *queueFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.url, "queue", "", "queue of the run: "+engine.Queues+"; the token of a NATS server comes from "+tokenVariable+" or --token-file (default: "+queueVariable+" of the environment)")
	addTokenFile(c, &f.tokenFile)
}

func addTokenFile(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "token-file", "", "file with the token of the queue (default: "+tokenVariable+" of the environment)")
}

// token is what lets others into the queue: from a file, or the environment; "" for
// none.
func token(file string) (string, error) {
	if file == "" {
		return os.Getenv(tokenVariable), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", usageError{err}
	}
	defer f.Close()
	const most = 4096
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", err
	}
	t := strings.TrimSpace(string(text))
	if t == "" || len(text) > most || strings.ContainsAny(t, "\n\r") {
		return "", usage("%s holds no token; one line is expected", file)
	}
	return t, nil
}

// given reports whether there is a queue of others.
func (f *queueFlags) given() bool { return f.url != "" || os.Getenv(queueVariable) != "" }

// address is that of the queue, with its token if it is a NATS server.
func (f *queueFlags) address(errs io.Writer) (string, error) {
	text := f.url
	if text == "" {
		text = os.Getenv(queueVariable)
	}
	if text == "" {
		return "", usage("give the address of the queue by --queue or %s", queueVariable)
	}
	if !strings.Contains(text, "://") {
		text = "nats://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", usage("the address of the queue is none; give " + engine.Queues)
	}
	if u.Scheme != "nats" && u.Scheme != "tls" {
		return text, nil
	}
	if u.User != nil {
		if f.url != "" {
			fmt.Fprintf(errs, "warning: the token on the command line is seen by all users of this machine; give it by %s or --token-file\n", tokenVariable)
		}
		return text, nil
	}
	t, err := token(f.tokenFile)
	if t != "" {
		u.User = url.User(t)
	}
	return u.String(), err
}

// connect opens the queue. Errs is told when it is gone for a while.
func (f *queueFlags) connect(ctx context.Context, errs io.Writer) (queue.Queue, string, error) {
	address, err := f.address(errs)
	if err != nil {
		return nil, "", err
	}
	q, err := engine.Queue(ctx, address)
	if err != nil {
		return nil, "", usageError{err}
	}
	if q, tells := q.(interface{ OnOutage(tell func(error)) }); tells {
		q.OnOutage(func(err error) {
			if err != nil {
				fmt.Fprintln(errs, "waiting:", err)
			} else {
				fmt.Fprintln(errs, "the queue is back")
			}
		})
	}
	return q, address, nil
}

func newQueue() *cobra.Command {
	var folder, address, shown, tokenFile string
	c := &cobra.Command{
		Use:   "queue --dir DIR",
		Short: "Run a queue that several machines share",
		Long: `Runs a NATS server with JetStream, which writes every message to the disk before
it takes it, and prints its address with the token that lets others in. Any other
NATS server with JetStream serves as well. It may be stopped or killed at any
moment: nothing but time is lost.

The token comes from ` + tokenVariable + ` or --token-file, and is made up otherwise.`,
		Example: "  courant queue --dir queue --address 0.0.0.0:4222 --token-file token",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if shown != "" {
				fmt.Fprintf(c.ErrOrStderr(), "warning: the token on the command line is seen by all users of this machine; give it by %s or --token-file\n", tokenVariable)
			}
			secret, err := token(tokenFile)
			if err != nil {
				return err
			}
			if secret == "" {
				secret = shown
			}
			if address, err = listenAddress(address); err != nil {
				return err
			}
			s, err := queue.StartServer(folder, address, secret)
			if err != nil {
				return usageError{err}
			}
			defer s.Close()
			fmt.Fprintln(c.OutOrStdout(), s.URL())
			<-c.Context().Done()
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&folder, "dir", "queue", "folder for the messages")
	flags.StringVar(&address, "address", "127.0.0.1:4222", "address and port to listen at, of this machine alone unless another interface is named, as 0.0.0.0; port 0 takes a free one")
	addTokenFile(c, &tokenFile)
	flags.StringVar(&shown, "token", "", "what lets others in, for all users of this machine to see")
	_ = flags.MarkHidden("token")
	return c
}
