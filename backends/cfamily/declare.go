package cfamily

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// Function prints a body and, in front of it, only the declarations that the
// body uses. Body prints the body.
func (p *Printer) Function(indent int, body func()) string {
	outer := p.used
	p.used = map[string]bool{}
	saved := p.indent
	p.indent = indent
	text := p.apart(body)
	decls := p.apart(p.declare)
	p.indent = saved
	p.used = outer
	return decls + text
}

// declaration is one line; a declaration may use earlier ones.
type declaration struct {
	thing string
	text  func() string
}

func (p *Printer) declare() {
	all := p.declarations()
	lines := make([]string, len(all))
	for i, d := range slices.Backward(all) {
		if p.used[d.thing] {
			lines[i] = d.text()
		}
	}
	for _, line := range lines {
		if line != "" {
			p.Line("%s", line)
		}
	}
}

func (p *Printer) declarations() []declaration {
	var out []declaration
	add := func(thing, format string, args ...any) {
		out = append(out, declaration{thing, func() string {
			return fmt.Sprintf(format, append([]any{p.names[thing]}, args...)...)
		}})
	}
	last := len(p.K.Axes) - 1
	for i, a := range p.K.Axes {
		add("size "+a, "const int64_t %s = args->size[%d]; /* points along %s */", i, CommentText(a))
	}
	for i, a := range p.K.Axes {
		add("origin "+a, "const int64_t %s = args->origin[%d]; /* global index of the first point along %s */", i, CommentText(a))
		add("global "+a, "const int64_t %s = args->global[%d]; /* points of the whole grid along %s */", i, CommentText(a))
	}
	for _, b := range p.K.Buffers {
		out = append(out, declaration{"pitch " + b.Name, func() string {
			n := p.dialect.Pitch(b)
			return fmt.Sprintf("const int64_t %s = (%s)/%d*%d; /* from a row to the next */", p.names["pitch "+b.Name], p.Affine(b.Dims[len(b.Dims)-1].Extent.Plus(n-1)), n, n)
		}})
	}
	for i, a := range p.K.Axes[:last] {
		add("stride "+a, "const int64_t %[1]s = args->stride[%[2]d]; /* from %[3]s to %[3]s+1 */", i, CommentText(p.reserve("var "+a, a)))
	}
	for i, a := range p.K.Axes[:last] {
		add("block "+a, "const int64_t %s = args->block[%d];", i)
	}
	for i, s := range p.K.Scalars {
		add("scalar "+s, "const double %s = args->scalar[%d];", i)
	}
	for i, a := range p.K.Arrays {
		kind, cast := p.numberType(a.Name), ""
		if p.Casts {
			cast = "(" + kind + " *)"
		}
		add("array "+a.Name, kind+" *const %s = %sargs->array[%d].data;", cast, i)
		add("unit "+a.Name, "const real %s = (real)args->array[%d].unit;", i)
		add("buffer "+a.Name, "const int64_t %s = args->array[%d].buffer;", i)
		add("count "+a.Name, "const int64_t %s = args->array[%d].count;", i)
		for _, x := range a.Axes {
			add("stride "+a.Name+" "+p.K.Axes[x], "const int64_t %s = args->array[%d].stride[%d];", i, x)
		}
	}
	for i, s := range p.K.Points {
		add("points "+s.Name, "const struct courant_points *const %s = &args->points[%d];", i)
	}
	for i, s := range p.K.Series {
		add("series "+s.Name, "const struct courant_series *const %s = &args->series[%d];", i)
	}
	for _, s := range p.K.Setup {
		if l, ok := s.(*loop.Let); ok {
			out = append(out, declaration{"local " + l.Name, func() string {
				return fmt.Sprintf("const real %s = %s;", p.names["local "+l.Name], p.wideValue(l.Value))
			}})
		}
	}
	return out
}

// Levels prints what body prints and, in front of it, the declarations of the
// time levels, and of the step of an operator that runs backward, that it uses.
func (p *Printer) Levels(body func()) {
	text := p.apart(body)
	levels := p.apart(p.levels)
	if p.K.Backward && p.used["own step"] {
		p.Line("const int64_t %s = args->mirror - t; /* the step of an operator that runs backward */", p.names["own step"])
	}
	p.out.WriteString(levels + text)
}

func (p *Printer) levels() {
	for _, a := range p.K.Arrays {
		thing := func(n int) string { return fmt.Sprint("level ", a.Name, " ", n) }
		name := func(n int) string { return p.names[thing(n)] }
		all := slices.Sorted(slices.Values(p.levelsOf[a.Name]))
		for _, b := range all {
			if !p.used[thing(b)] {
				continue
			}
			if a.Role == signature.History || a.Keeps() {
				p.kept(a, name(b), b)
				continue
			}
			var levels []string
			for l := 1; l > 1-a.Levels; l-- {
				if a.Buffer(l) == b {
					levels = append(levels, plus("t", l))
				}
			}
			slices.Reverse(levels)
			place := "t"
			if b > 0 {
				place = "(" + plus("t", b) + ")"
			}
			p.used["var t"] = true
			p.Line("%s *const %s = %s + %s %% %d * %s; /* level %s */", p.numberType(a.Name), name(b), p.array(a), place, a.Buffers, p.bufferLen(a), strings.Join(levels, " and "))
		}
	}
}

// kept declares a level of an array that keeps them all, or a frame.
func (p *Printer) kept(a *signature.Array, name string, level int) {
	array, length := p.array(a), p.bufferLen(a)
	switch {
	case a.Role == signature.History:
		step := plus(p.Step(0), level)
		if level != 0 {
			step = "(" + step + ")"
		}
		p.Line("real *const %s = %s + %s / %s * %s; /* the frame of level %s */", name, array, step, p.steps(a.Every), length, p.Step(0))
	case a.Given():
		place := fmt.Sprintf("(%s) %% %s", plus(p.Step(0), level), p.count(a))
		if level < 0 { // the first steps may look for levels before the first one
			place = fmt.Sprintf("(%s + %s) %% %s", place, p.count(a), p.count(a))
		}
		p.Line("real *const %s = %s + %s * %s;", name, array, place, length)
	default:
		p.used["var t"] = true
		p.Line("real *const %s = %s + (%s) %% %s * %s;", name, array, plus("t", level), p.count(a), length)
	}
}
