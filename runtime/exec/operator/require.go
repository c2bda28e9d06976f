package operator

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
)

// requirements checks what the operator file requires of its parameters, at all
// points and with the values in the precision of the run.
func (b *binder) requirements() {
	if b.a.Unstable || len(b.list) > 0 { // without all values there is nothing to judge
		return
	}
	for _, r := range b.op.Program.Problem.Requirements {
		difference := symbolic.Sub(r.Left, r.Right)
		if !b.given(difference) {
			continue // of what is not there nothing can be said
		}
		m, names := b.read(difference)
		at := m.first(func(row int) []float64 { return m.evaluate(difference, row, names, b) }, func(v float64) bool {
			switch r.Op {
			case ">=":
				return v >= 0
			case ">":
				return v > 0
			case "<=":
				return v <= 0
			}
			return v < 0
		})
		if at < 0 {
			continue
		}
		var values []string
		here := m.at(at)
		for i, name := range names {
			values = append(values, fmt.Sprintf("%s = %.6g", name, here[i]))
		}
		for _, q := range b.op.Program.Problem.Parameters {
			if mentions(difference, q.Name) {
				values = append(values, fmt.Sprintf("%s = %.6g", q.Name, b.scalar(q.Name)))
			}
		}
		place := ""
		if len(m.vary) > 0 {
			place = fmt.Sprintf(" at grid point %s", field.ShapeString(m.index(at)))
		}
		why := ""
		if r.Doc != "" {
			why = ": " + r.Doc
		}
		b.add("operator %s requires %s%s; it does not hold%s, where %s (%s:%d)", b.k.Name, r.Text, why, place, strings.Join(values, ", "), r.Source.File, r.Source.Line)
	}
}

// given reports whether all fields of an expression have values.
func (b *binder) given(e symbolic.Expr) bool {
	all := true
	symbolic.Visit(e, func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok {
			all = all && b.has(a.Func.Name)
		}
	})
	return all
}

// read are the fields that an expression reads, and their values.
func (b *binder) read(e symbolic.Expr) (*media, []string) {
	var names []string
	var visit func(symbolic.Expr)
	visit = func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok && !slices.Contains(names, a.Func.Name) {
			names = append(names, a.Func.Name)
		}
		for _, x := range symbolic.Children(e) {
			visit(x)
		}
	}
	visit(e)
	return b.media(names), names
}

func mentions(e symbolic.Expr, name string) bool {
	s, ok := e.(*symbolic.Scalar)
	return ok && s.Name == name || slices.ContainsFunc(symbolic.Children(e), func(x symbolic.Expr) bool { return mentions(x, name) })
}

// first is the first point whose value fails, -1 when none does.
func (m *media) first(values func(row int) []float64, holds func(float64) bool) int {
	found := make([]int, runtime.GOMAXPROCS(0)) // by each worker, plus 1
	m.rows(1, func(worker, row int, codes []uint64) bool {
		for i, v := range values(row) {
			if !holds(v) {
				found[worker] = row*len(codes) + i + 1
				return false
			}
		}
		return true
	})
	// Workers take rows in their order, so the first one that found something has
	// the first point.
	return found[max(0, slices.IndexFunc(found, func(i int) bool { return i > 0 }))] - 1
}

// evaluate computes an expression without derivatives along a row of points.
func (m *media) evaluate(e symbolic.Expr, row int, names []string, b *binder) []float64 {
	n := m.shape[len(m.shape)-1]
	out := make([]float64, n)
	fill := func(v float64) []float64 {
		for i := range out {
			out[i] = v
		}
		return out
	}
	rounded := func(v float64) float64 {
		if b.k.Real == signature.F32 {
			return float64(float32(v))
		}
		return v
	}
	var args [][]float64
	for _, x := range symbolic.Children(e) {
		args = append(args, m.evaluate(x, row, names, b))
	}
	switch x := e.(type) {
	case *symbolic.Num:
		return fill(rounded(x.Float()))
	case *symbolic.Scalar:
		return fill(rounded(b.scalar(x.Name)))
	case *symbolic.Access:
		place := slices.Index(names, x.Func.Name)
		for _, c := range m.vary {
			if c.place != place {
				continue
			}
			from, step := m.start(c, row), c.stride[len(m.shape)-1]
			for i := range out {
				out[i] = rounded(c.array.At(from + i*step))
			}
			return out
		}
		return fill(rounded(m.values[place]))
	case *symbolic.Add:
		for _, a := range args {
			for i, v := range a {
				out[i] += v
			}
		}
		return out
	case *symbolic.Mul:
		fill(1)
		for _, a := range args {
			for i, v := range a {
				out[i] *= v
			}
		}
		return out
	case *symbolic.Pow:
		for i, v := range args[0] {
			out[i] = math.Pow(v, args[1][i])
		}
		return out
	}
	// Functions are few.
	for i := range out {
		v, err := symbolic.Eval(e, symbolic.Values{
			Scalar: func(s *symbolic.Scalar) (complex128, error) { return complex(b.scalar(s.Name), 0), nil },
			Access: func(a *symbolic.Access) (complex128, error) {
				return complex(rounded(m.at(row*n + i)[slices.Index(names, a.Func.Name)]), 0), nil
			},
		})
		if out[i] = real(v); err != nil || imag(v) != 0 {
			out[i] = math.NaN()
		}
	}
	return out
}
