package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/deploy"
)

func newDeploy() *cobra.Command {
	o := deploy.Options{}
	c := &cobra.Command{
		Use:   "deploy " + strings.Join(deploy.Targets(), "|"),
		Short: "Print what a run needs of a Kubernetes or a cloud, with the least rights that do",
		Long: `Prints manifests for kubectl, or a file for Terraform: a store, machines, an identity
for workers with the rights that they need, and a function that looks after runs which
nobody drives. It applies nothing: read it first. docs/deploy.md has the whole.`,
		Example: "  courant deploy kubernetes --image registry.example/courant:1 --store s3://surveys --secret store-keys | kubectl apply --filename -",
		Args:    cobra.ExactArgs(1), ValidArgs: deploy.Targets(),
		RunE: func(c *cobra.Command, args []string) error {
			var text strings.Builder
			if err := deploy.Write(&text, args[0], o); err != nil {
				return usageError{err}
			}
			_, err := c.OutOrStdout().Write([]byte(text.String()))
			return err
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Name, "name", "courant", "that all resources bear, or begin with; the namespace of Kubernetes")
	flags.StringVar(&o.Image, "image", "", "image of workers and function, such as registry.example/courant:1; courant image makes one")
	flags.StringVar(&o.Store, "store", "", "store of the runs: s3://bucket/prefix, azblob://container/prefix or gs://bucket/prefix; the bucket is made, but by kubernetes")
	flags.StringVar(&o.Region, "region", "", "region of the cloud")
	flags.StringVar(&o.Project, "project", "", "project of Google Cloud")
	flags.DurationVar(&o.Every, "every", 5*time.Minute, "time from one call of the function to the next")
	flags.StringVar(&o.User, "user", "", "who drives runs on Kubernetes, as the cluster knows them")
	flags.StringVar(&o.Secret, "secret", "", "secret of Kubernetes with the keys of the store")
	flags.BoolVar(&o.LocalStore, "local-store", false, "run a server of the store in the Kubernetes, to try things out where there is none")
	return c
}
