// Package deploy writes what a run needs of a Kubernetes or a cloud, with the least rights
// that do.
//
// In: Options. Out: manifests for kubectl, or a file for Terraform, with a machine's own
// parser to check them, and nothing applied: that is its reader's decision. Start at
// Write; Targets are what it writes for.
package deploy

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Options say what is deployed.
type Options struct {
	Name    string // that all resources bear, or begin with: letters a-z, digits and -, at most 20
	Image   string // of workers and of the function, see package image
	Store   string // URL of the store, in a bucket that is made, but for Kubernetes
	Region  string // of a cloud
	Project string // of Google
	// Every is the time from one call of the function to the next: minutes that an hour is
	// a multiple of, from 2 on.
	Every time.Duration
	// User is who drives runs on Kubernetes, as it knows them; "" for nobody but workers.
	User string
	// Secret is of Kubernetes: its keys become variables of the function, as those of the
	// store. "" for none.
	Secret string
	// LocalStore has Kubernetes run a server of the store too, for a cluster without one.
	LocalStore bool
}

// writers are the targets by name.
var writers = map[string]func(io.Writer, Options) error{"kubernetes": writeKubernetes, "aws": terraform("aws.tf"), "azure": terraform("azure.tf"), "gcp": terraform("gcp.tf")}

// Targets are what Write knows.
func Targets() []string { return slices.Sorted(maps.Keys(writers)) }

var (
	names  = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$`)
	stores = map[string]string{"aws": "s3", "azure": "azblob", "gcp": "gs"} // scheme by target
)

// Write writes what a target needs. Errors: all that is wrong with the options.
func Write(w io.Writer, target string, o Options) error {
	write := writers[target]
	if write == nil {
		return fmt.Errorf("there is no target %q; there are %s", target, strings.Join(Targets(), ", "))
	}
	if err := o.check(target); err != nil {
		return err
	}
	return write(w, o)
}

func (o Options) check(target string) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !names.MatchString(o.Name) {
		fault("the name %q is not possible: letters a-z, digits and -, at most 20, the first a letter", o.Name)
	}
	if o.Image == "" {
		fault("give the image, such as registry.example/courant:1; courant image makes one")
	}
	if o.Every < 2*time.Minute || time.Hour%o.Every != 0 || o.Every%time.Minute != 0 {
		fault("the function cannot be called every %v: give minutes that an hour is a multiple of, such as 5m", o.Every)
	}
	scheme, rest, _ := strings.Cut(o.Store, "://")
	bucket, _, _ := strings.Cut(rest, "/")
	switch want := stores[target]; {
	case bucket == "":
		fault("give the store by its URL, such as s3://bucket/prefix; machines elsewhere see no folder of this one")
	case want != "" && scheme != want:
		fault("the store of %s is %s://…, not %s", target, want, o.Store)
	}
	if o.LocalStore && scheme != "s3" {
		fault("a server in the cluster speaks S3, so the store is s3://…, not %s", o.Store)
	}
	if target != "kubernetes" && o.Region == "" {
		fault("give the region, such as eu-west-1 of Amazon, westeurope of Azure, europe-west1 of Google")
	}
	if target == "gcp" && o.Project == "" {
		fault("give the project")
	}
	return errors.Join(faults...)
}

// bucket and prefix are those of the store.
func (o Options) bucket() string {
	_, rest, _ := strings.Cut(o.Store, "://")
	bucket, _, _ := strings.Cut(rest, "/")
	return bucket
}

func (o Options) prefix() string {
	_, rest, _ := strings.Cut(o.Store, "://")
	_, prefix, _ := strings.Cut(rest, "/")
	return strings.Trim(prefix, "/")
}

// function is what a timer calls.
func (o Options) function() []string { return []string{"courant", "function", "--all", o.Store} }
