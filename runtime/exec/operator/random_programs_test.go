package operator

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// programs writes random operators: systems on grids of all dimensions, with
// places, boundaries, regions, images, conditions and reductions.
type programs struct {
	*rand.Rand
	axes    []string
	next    map[string]bool // wavefields whose next level is known
	profile bool            // there is a vector field on its axis
}

func (g *programs) pick(all ...string) string { return all[g.IntN(len(all))] }

func (g *programs) maybe(text string) string {
	if g.IntN(2) == 0 {
		return ""
	}
	return text
}

// level is a wavefield at a level that is known.
func (g *programs) level(name string) string {
	if g.next[name] && g.IntN(2) == 0 {
		return name + ".forward"
	}
	return name
}

func (g *programs) scalar(depth int) string {
	axis := g.pick(g.axes...)
	if depth == 0 {
		return g.pick(g.level("u"), g.level("w"), g.level("v")+"."+axis)
	}
	switch g.IntN(10) {
	case 0:
		return "m*" + g.scalar(depth-1)
	case 1:
		return "div(" + g.vector(depth-1) + ")"
	case 2:
		return "laplace(" + g.scalar(depth-1) + ")"
	case 3:
		return "(" + g.scalar(depth-1) + ").d" + axis
	case 4:
		return "(" + g.scalar(depth-1) + ").d" + axis + g.pick("(at 1/2)", "(at -1/2, order 2)", "(order space/2)", "(weights -1/2, 0, 1/2)", "2")
	case 5:
		return "sin(b)*" + g.scalar(depth-1)
	case 8:
		return "at(" + g.scalar(depth-1) + g.pick("", ", "+axis) + ")"
	case 6:
		return "sin(" + g.scalar(depth-1) + ")"
	case 7:
		return "dot(" + g.vector(depth-1) + ", " + g.vector(0) + ")"
	}
	return "(" + g.scalar(depth-1) + " - 0.3*" + g.scalar(depth-1) + ")"
}

func (g *programs) vector(depth int) string {
	if depth == 0 {
		return g.level("v")
	}
	switch n := g.IntN(5); {
	case n == 0:
		return "b*" + g.vector(depth-1)
	case n == 1 && g.profile:
		return "hadamard(d, " + g.vector(depth-1) + ")"
	case n == 2:
		return "div(grad(" + g.vector(0) + ") + transpose(grad(" + g.vector(0) + ")))"
	case n == 3:
		return "(" + g.vector(depth-1) + " + " + g.vector(depth-1) + ")"
	}
	return "grad(" + g.scalar(depth-1) + ")"
}

func (g *programs) operator(dim int) string {
	g.axes = check.AxisNames(dim)
	g.next = map[string]bool{}
	g.profile = g.IntN(2) == 0
	axis := g.pick(g.axes...)
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "    "+format+"\n", args...) }
	b.WriteString("operator random {\n")
	line("order space %d, time %d", 2*(1+g.IntN(3)), 1+g.IntN(3))
	line("field m %s", g.maybe("staggered "+axis))
	line("field b %s", g.maybe("harmonic"))
	if g.profile {
		line("vector field d on its axis")
	}
	line("wavefield u %s", g.maybe("saved"))
	line("wavefield w %s", g.maybe("staggered "+axis))
	line("vector wavefield v %s", g.pick("", "staggered", "staggered faces"))
	line("image g %s", g.maybe("folded"))
	switch g.IntN(4) {
	case 0:
		line("boundary u, v %s at %s %s", g.pick("odd", "even"), g.pick("first", "last", "both"), axis)
	case 1:
		line("periodic %s", axis)
	case 2:
		line("boundary b zero")
	}
	line("region part = %s %d along %s", g.pick("first", "last", "inner", "all but first"), 1+g.IntN(3), axis)
	for _, name := range []string{"u", "v", "w"} {
		if name == "v" {
			line("v.forward = v + 0.01*%s", g.vector(1+g.IntN(2)))
		} else if name == "u" && g.IntN(2) == 0 {
			line("solve m*u.dt + b*u = 0.1*%s for u.forward", g.scalar(1+g.IntN(2)))
		} else {
			line("%s.forward = %s + 0.01*%s", name, name, g.scalar(1+g.IntN(3)))
		}
		g.next[name] = true
		if name == "w" && g.IntN(2) == 0 {
			line("w.forward = 0.5*w in part")
		}
	}
	line("inject 0.1*src*b into %s.forward", g.pick("u", "w", "v."+axis))
	line("sample rec from %s", g.scalar(g.IntN(2)))
	line("g += 0.01*%s %s %s", g.scalar(1), g.maybe("in part"), g.maybe("every 2"))
	line("save past from %s %s", g.scalar(g.IntN(2)), g.maybe("every 3"))
	line("reduce size from %s(%s) %s", g.pick("sum", "min", "max", "norm"), g.scalar(1), g.maybe("in part"))
	b.WriteString("}\n")
	if g.IntN(3) == 0 { // the other way round
		return strings.NewReplacer("forward", "backward", "u.dt ", "u.dtl(order 1) ", "saved", "").Replace(b.String())
	}
	return b.String()
}

// Random programs give the same results interpreted, without any pass, and as
// C with any subset of the passes. Values stay near 1; a program is made of at
// most some hundred operations of up to 10 times that, over 8 steps, which
// differ in rounding only: 1e-10 leaves a hundred times that.
func TestRandomPrograms(t *testing.T) {
	count := 60
	if testing.Short() {
		count = 10
	}
	compiled := 0
	for seed := range count {
		g := &programs{Rand: rand.New(rand.NewPCG(uint64(seed), 77))}
		dim := 1 + seed%3
		source := g.operator(dim)
		file, err := dsl.Parse("random.pde", source)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		o := codegen.Options{Options: check.Options{Dim: dim, Uniform: g.IntN(2) == 0}, Real: signature.F64}
		if _, err := check.Problem(file, o.Options); err != nil {
			continue // such as a derivative along an axis on which nothing depends
		}
		compiled++
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("%v\n%s", p, source)
				}
			}()
			plain := o
			plain.Passes.Disable = pass.Names()
			oracle, err := Compile(t.Context(), file, plain)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			a := randomArguments(t, oracle.Program, g.Rand)
			a.Dt = 0.01
			if o.Uniform {
				a.Spacing = spacings(dim, 1)
				a.Origin = nil
				for _, p := range a.Points {
					for i := range p.At.F64 {
						p.At.F64[i] = g.Float64() * float64(a.Shape[i%dim]-1)
					}
				}
			}
			want := outcome(t, oracle, a)
			o.Target = c.Target{}
			for _, p := range pass.Names() {
				if g.IntN(3) == 0 {
					o.Passes.Disable = append(o.Passes.Disable, p)
				}
			}
			op, err := Compile(t.Context(), file, o)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			compare(t, fmt.Sprintf("without %v", o.Passes.Disable), outcome(t, op, a), want, 1e-10)
			if t.Failed() {
				t.Logf("\n%s", source)
			}
		})
	}
	if compiled < count/2 {
		t.Errorf("only %d of %d programs are free of faults", compiled, count)
	}
}
