package engine

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/slurm"
)

// systems are the batch systems, by scheme. Each reads what it knows of a URL's query and
// leaves the rest; folder is one that it may share with its workers.
var systems = map[string]func(ctx context.Context, u *url.URL, q *query, folder string) (batch.System, error){
	"slurm": func(_ context.Context, _ *url.URL, q *query, folder string) (batch.System, error) {
		return &slurm.System{Folder: filepath.Join(folder, "slurm"), Options: q.all("option")}, nil
	},
}

// Systems names the schemes of batch systems, for help texts.
func Systems() []string { return slices.Sorted(maps.Keys(systems)) }

// System opens a batch system by its URL, such as slurm:?option=--partition=long, or by
// its scheme alone. Folder is one that the system may share with its workers; others
// leave it alone. Errors: a URL that is none, and what it asks for that there is not.
func System(ctx context.Context, name, folder string) (batch.System, error) {
	if !strings.Contains(name, ":") {
		name += ":"
	}
	u, err := url.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL of a batch system: %w", name, err)
	}
	open := systems[u.Scheme]
	if open == nil {
		return nil, fmt.Errorf("%q is no batch system; %s are known", name, strings.Join(Systems(), ", "))
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	q := &query{left: values}
	s, err := open(ctx, u, q, folder)
	if err == nil {
		err = q.rest()
	}
	if err != nil {
		return nil, fmt.Errorf("the batch system %s: %w", u.Scheme, err)
	}
	return s, nil
}

// query is what stands behind the question mark of a URL. What nobody asked for is an
// error, as it is misspelt.
type query struct {
	left  url.Values
	known []string
}

func (q *query) all(key string) []string {
	v := q.left[key]
	delete(q.left, key)
	q.known = append(q.known, key)
	return v
}

func (q *query) rest() error {
	for key := range q.left {
		slices.Sort(q.known)
		return fmt.Errorf("it knows no %q; %s are possible", key, strings.Join(q.known, ", "))
	}
	return nil
}
