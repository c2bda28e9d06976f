package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/awsbatch"
	"github.com/courant-pde/courant/runtime/cluster/batch/kubernetes"
	"github.com/courant-pde/courant/runtime/cluster/batch/slurm"
)

// systems are the batch systems, by scheme. Each reads all of a URL's query that it knows, and
// refuses the rest; folder is one that it may share with its workers.
var systems = map[string]func(ctx context.Context, u *url.URL, q *query, folder string) (batch.System, error){
	"slurm": func(_ context.Context, _ *url.URL, q *query, folder string) (batch.System, error) {
		s := &slurm.System{Folder: filepath.Join(folder, "slurm"), Options: q.all("option")}
		return s, q.rest()
	},
	"awsbatch": func(ctx context.Context, u *url.URL, q *query, _ string) (batch.System, error) {
		o := awsbatch.Options{
			Queue: u.Host, Region: q.one("region"), Image: q.one("image"), Command: q.all("command"),
			JobRole: q.one("job_role"), ExecutionRole: q.one("execution_role"), LogGroup: q.one("log_group"),
		}
		if err := q.rest(); err != nil {
			return nil, err
		}
		return awsbatch.New(ctx, o)
	},
	"kubernetes": func(_ context.Context, u *url.URL, q *query, _ string) (batch.System, error) {
		o := kubernetes.Options{
			Namespace: u.Host, Kubeconfig: q.one("kubeconfig"), Context: q.one("context"),
			Image: q.one("image"), Command: q.all("command"), Secrets: q.all("secret"), ServiceAccount: q.one("service_account"),
			NodeSelector: q.pairs("node"), Spot: q.flag("spot"), GPU: q.one("gpu"), PriorityClass: q.one("priority"), Labels: q.pairs("label"),
			Grace: q.duration("grace"), Keep: q.duration("keep"),
		}
		for _, code := range q.all("permanent") {
			n, err := strconv.ParseInt(code, 10, 32)
			if err != nil {
				q.bad("permanent", code, "an exit code")
			}
			o.Permanent = append(o.Permanent, int32(n))
		}
		if err := q.rest(); err != nil {
			return nil, err
		}
		return kubernetes.New(o)
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
	s, err := open(ctx, u, &query{left: values}, folder)
	if err != nil {
		return nil, fmt.Errorf("the batch system %s: %w", u.Scheme, err)
	}
	return s, nil
}

// query is what stands behind the question mark of a URL. What nobody asked for is an
// error, as it is misspelt, and so is a value that cannot be.
type query struct {
	left   url.Values
	known  []string
	faults []error
}

// all are the values of a key that may be repeated.
func (q *query) all(key string) []string {
	v := q.left[key]
	delete(q.left, key)
	q.known = append(q.known, key)
	return v
}

// one is the value of a key; "" where there is none.
func (q *query) one(key string) string {
	v := q.all(key)
	switch len(v) {
	case 0:
		return ""
	case 1:
		return v[0]
	}
	q.faults = append(q.faults, fmt.Errorf("%s is given %d times", key, len(v)))
	return v[0]
}

func (q *query) flag(key string) bool {
	v := q.one(key)
	if v != "" && v != "true" && v != "false" {
		q.bad(key, v, "true or false")
	}
	return v == "true"
}

func (q *query) duration(key string) time.Duration {
	v := q.one(key)
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		q.bad(key, v, "a time such as 30s or 2h")
	}
	return d
}

// pairs are values such as pool=large of a key that may be repeated.
func (q *query) pairs(key string) map[string]string {
	var out map[string]string
	for _, v := range q.all(key) {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			q.bad(key, v, "NAME=VALUE")
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = value
	}
	return out
}

func (q *query) bad(key, value, want string) {
	q.faults = append(q.faults, fmt.Errorf("%s=%s is not possible: it is %s", key, value, want))
}

// rest tells all that is wrong, once every key that there is has been asked for.
func (q *query) rest() error {
	slices.Sort(q.known)
	for _, key := range slices.Sorted(maps.Keys(q.left)) {
		q.faults = append(q.faults, fmt.Errorf("there is no %q; it has %s", key, strings.Join(q.known, ", ")))
	}
	return errors.Join(q.faults...)
}
