package main

import (
	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
)

func newDeploy() *cobra.Command {
	c := &cobra.Command{
		Use:   "deploy",
		Short: "Print what a cluster needs to run inversions",
	}
	var d kubernetes.Deployment
	k := &cobra.Command{
		Use:   "kubernetes",
		Short: "Manifests for kubectl apply",
		Long: `Prints manifests: a namespace, a service account, a Role with no more rights than
submitting takes, its bindings, and with --store a CronJob that looks after runs which
go on by themselves.`,
		Example: "  courant deploy kubernetes --namespace surveys --user me@example.com | kubectl apply --filename -",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := kubernetes.Manifests(d)
			if err != nil {
				return usageError{err}
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
	flags := k.Flags()
	flags.StringVar(&d.Namespace, "namespace", "courant", "namespace of the jobs")
	flags.StringVar(&d.Image, "image", "", "image with the program, for the CronJob")
	flags.StringVar(&d.Store, "store", "", "store whose runs the CronJob looks after")
	flags.StringVar(&d.Secret, "secret", "", "secret of the namespace with the keys of the store, for the CronJob")
	flags.StringVar(&d.User, "user", "", "user who submits from outside of the cluster")
	c.AddCommand(k)
	return c
}
