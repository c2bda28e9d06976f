package files

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
)

// faults collects what is wrong.
type faults struct{ list operator.BadArguments }

func (f *faults) add(format string, args ...any) {
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

// addAll takes the faults of others.
func (f *faults) addAll(err error) {
	if several := (operator.BadArguments)(nil); errors.As(err, &several) {
		f.list = append(f.list, several...)
	} else if err != nil {
		f.add("%s", err)
	}
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.list
}

// pair is NAME=VALUE.
type pair struct{ name, value string }

// pairs takes the values of a flag apart.
func (f *faults) pairs(flag string, texts []string) (out []pair) {
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		switch {
		case !ok || name == "" || value == "":
			f.add("--%s %q: expected NAME=VALUE", flag, text)
		case slices.ContainsFunc(out, func(p pair) bool { return p.name == name }):
			f.add("--%s gives %s twice", flag, name)
		default:
			out = append(out, pair{name, value})
		}
	}
	return out
}

// array reads a file, nil when it cannot be read.
func (j *job) array(flag, name, path string) *field.Array {
	a, err := (*field.Array)(nil), fmt.Errorf("%q is not a .npy file", path)
	if strings.HasSuffix(path, ".npy") {
		a, err = field.ReadNPY(path)
	} else if flag == "set" {
		err = fmt.Errorf("%q is neither a number nor a .npy file", path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no file %s", path)
	}
	if err != nil {
		j.add("--%s %s: %s", flag, name, err)
		j.unread = append(j.unread, name)
	}
	return a
}

// read reads the files of fields and points. What cannot be read is nil.
func (j *job) read() {
	a := &j.Arguments
	a.Fields, a.Constants, a.Points = map[string]*field.Array{}, map[string]float64{}, map[string]operator.Points{}
	for _, p := range j.pairs("set", j.Set) {
		if v, err := strconv.ParseFloat(p.value, 64); err == nil {
			a.Constants[p.name] = v
		} else {
			a.Fields[p.name] = j.array("set", p.name, p.value)
		}
	}
	for _, p := range j.pairs("points", j.Points) {
		at, traces, emits := strings.Cut(p.value, ":")
		var v operator.Points
		if nodes, weights, tied := strings.Cut(at, "+"); tied {
			v.Nodes, v.Weights = j.array("points", p.name, nodes), j.array("points", p.name, weights)
		} else {
			v.At = j.array("points", p.name, at)
		}
		if emits {
			if v.Traces = j.array("points", p.name, traces); v.Traces != nil && len(v.Traces.Shape) == 1 { // one source's wavelet
				v.Traces.Shape = []int{v.Traces.Shape[0], 1}
			}
		}
		a.Points[p.name] = v
	}
}

// written are the results to be written, of the names that there are; with none, any.
func (j *job) written(known []string) []pair {
	outputs := j.pairs("out", j.Out)
	for _, o := range outputs {
		switch folder, err := os.Stat(filepath.Dir(o.value)); {
		case known != nil && !slices.Contains(known, o.name):
			j.add("--out %s: a run has no such result; it has %s", o.name, strings.Join(known, ", "))
		case !strings.HasSuffix(o.value, ".npy"):
			j.add("--out %s: %q is not a .npy file", o.name, o.value)
		case err != nil || !folder.IsDir():
			j.add("--out %s: there is no folder %s; make it first", o.name, filepath.Dir(o.value))
		}
	}
	return outputs
}

// standIns are the arguments with something possible in the place of what could not be
// read, so that the rest can be judged. Nothing is said of the medium then.
func (j *job) standIns() operator.Arguments {
	a := j.Arguments
	a.Constants, a.Fields, a.Points = maps.Clone(a.Constants), map[string]*field.Array{}, map[string]operator.Points{}
	for name, v := range j.Arguments.Fields {
		if a.Fields[name] = v; v == nil {
			delete(a.Fields, name)
			a.Constants[name], a.Unstable = 1, true
		}
	}
	for name, p := range j.Arguments.Points {
		if slices.Contains(j.unread, name) {
			p = operator.Points{At: field.New64(0, len(a.Shape))}
			if slices.ContainsFunc(j.problem.Points, func(q *symbolic.Points) bool { return q.Name == name && q.Inject }) {
				p.Traces = field.New64(min(max(a.Steps, 0), 1<<31), 0)
			}
		}
		a.Points[name] = p
	}
	return a
}
