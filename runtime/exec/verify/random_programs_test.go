package verify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// programs writes random operators with everything that derivatives are
// covered for: places, means, mirrors, regions, several levels, samples of
// derivatives, nonlinear terms.
type programs struct {
	*rand.Rand
	axes []string
	next map[string]bool
}

func (g *programs) pick(all ...string) string { return all[g.IntN(len(all))] }

func (g *programs) maybe(text string) string {
	if g.IntN(2) == 0 {
		return ""
	}
	return text
}

func (g *programs) level(name string) string {
	switch {
	case g.next[name] && g.IntN(2) == 0:
		return name + ".forward"
	case g.IntN(4) == 0:
		return name + ".backward"
	}
	return name
}

func (g *programs) scalar(depth int) string {
	axis := g.pick(g.axes...)
	if depth == 0 {
		return g.pick(g.level("u"), g.level("w"), g.level("v")+"."+axis)
	}
	a := g.scalar(depth - 1)
	switch g.IntN(10) {
	case 0:
		return g.pick("m", "b", "p") + "*" + a
	case 1:
		return "div(" + g.pick("b", "1") + "*" + g.level("v") + ")"
	case 2:
		return "laplace(" + a + ")"
	case 3:
		return "(" + a + ").d" + axis
	case 4:
		return "(" + a + ").d" + axis + g.pick("(at 1/2)", "(at -1/2, order 2)", "l(order 1)", "r", "c", "(weights -0.25, -0.5, 0.75)", "2", "3")
	case 5:
		return "sin(m)*" + a
	case 6:
		return "sin(" + a + ")"
	case 7:
		return "at(" + a + g.pick("", ", "+axis) + ")"
	case 8:
		return a + "*" + g.scalar(0)
	}
	return "(" + a + " - 0.3*" + g.scalar(depth-1) + "/(1 + b^2))"
}

func (g *programs) operator(dim int) string {
	g.axes, g.next = check.AxisNames(dim), map[string]bool{}
	axis := g.pick(g.axes...)
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "    "+format+"\n", args...) }
	b.WriteString("operator random {\n")
	line("order space %d, time %d", 2*(1+g.IntN(3)), 2+g.IntN(2))
	line("field m %s", g.maybe("staggered "+axis))
	line("field b %s", g.maybe("harmonic"))
	line("field p on %s", axis)
	line("wavefield u")
	line("wavefield w %s", g.maybe("staggered "+axis))
	line("vector wavefield v %s", g.pick("", "staggered", "staggered faces"))
	switch g.IntN(4) {
	case 0:
		line("boundary u, v %s at %s %s", g.pick("odd", "even"), g.pick("first", "last", "both"), axis)
	case 1:
		line("periodic %s", axis)
	case 2:
		line("boundary b zero")
		line("boundary m even at first %s", axis)
	}
	line("region part = %s 3 along %s", g.pick("first", "last", "inner", "all but first"), axis)
	if g.IntN(2) == 0 {
		line("sample early from %s", g.pick("u", "w.dt", "u + w", "v."+axis, "(b*u).d"+axis))
	}
	for _, name := range []string{"u", "v", "w"} {
		switch {
		case name == "v":
			line("v.forward = 0.9*v + 0.05*%s", g.pick("grad("+g.scalar(1)+")", "b*grad("+g.scalar(0)+")", "grad(u) + b*v"))
		case name == "u" && g.IntN(2) == 0:
			line("solve (1 + m)*u.dt + b*u = 0.1*%s for u.forward", g.scalar(1+g.IntN(2)))
		default:
			line("%s.forward = 0.9*%s + 0.05*%s", name, name, g.scalar(1+g.IntN(3)))
		}
		g.next[name] = true
		if name == "w" && g.IntN(2) == 0 {
			line("w.forward = 0.5*w in part")
		}
	}
	line("inject 0.1*src*%s into %s.forward", g.pick("b", "dt", "m*b", "p"), g.pick("w", "w", "u", "v."+axis))
	line("sample rec from %s", g.pick("u", "w", "u + w", "b*w", "u.forward", "w.d"+axis, "v."+axis))
	b.WriteString("}\n")
	return b.String()
}

// Random programs have right adjoints, or are refused with a reason. Values stay
// near 1 and nonlinear terms are weak; 1e-12 leaves ten times the rounding of
// the library's operators.
func TestRandomAdjoints(t *testing.T) {
	count := 150
	if testing.Short() {
		count = 20
	}
	compared, refused := 0, 0
	reasons := map[string]int{}
	for seed := range count {
		g := &programs{Rand: rand.New(rand.NewPCG(uint64(seed), 31))}
		dim := 1 + g.IntN(2)
		text := g.operator(dim)
		file, err := dsl.Parse("random.pde", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		p, err := check.Problem(file, check.Options{Dim: dim})
		if err != nil {
			continue // such as a derivative along an axis on which nothing depends
		}
		all, err := Adjoint(t.Context(), p, Options{Options: codegen.Options{Options: check.Options{Dim: dim}, Real: signature.F64}, Steps: 12, Dt: 0.05, Shape: []int{13, 11}[:dim], Seed: uint64(seed)})
		var refusal *adjoint.Refusal
		switch {
		case errors.As(err, &refusal):
			refused++
			reasons[err.Error()[strings.LastIndex(err.Error(), ": ")+1:]]++
		case err != nil:
			t.Errorf("seed %d: %v\n%s", seed, err, text)
		}
		for _, d := range all {
			if compared++; !(d.Error <= 1e-12) {
				t.Errorf("seed %d: by %s: %.15g and %.15g differ by %.1e\n%s", seed, d.Of, d.Left, d.Right, d.Error, text)
			}
		}
	}
	t.Log(reasons)
	t.Logf("%d products compared, %d programs refused", compared, refused)
	if compared < count {
		t.Errorf("only %d products were compared", compared)
	}
}
