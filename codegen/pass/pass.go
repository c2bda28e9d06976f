// Package pass transforms stencil programs: fewer operations for the same values, up to
// rounding. A pass is one file: what it does, why it is right, and what it needs from
// the passes before it. The table below is the whole order. Loops, tiles and threads are
// the business of the schedule.
//
// In: a stencil.Program, as codegen/lower makes it, and what passes have to know of the
// target. Out: the same Program, changed in place and verified after every pass. Start
// at Table and Run; docs/contributing.md says how to add a pass.
package pass

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Pass is one transformation. Run changes the program in place.
type Pass struct {
	Name string
	Doc  string // one line: what it does
	Run  func(*stencil.Program, facts.Target)
}

// Table is the order of the passes.
var Table = []Pass{
	{"canonicalise", "fold constants, flatten sums and products, keep one division", plain(canonicalise)},
	{"factorise", "collect the points of a stencil that share a weight", plain(factorise)},
	{"scalars", "compute what depends on scalars alone once per run", plain(scalars)},
	{"zerosum", "let rounded stencil weights add up to zero", plain(zeroSum)},
	{"invariants", "compute what depends on parameters alone once per run, into arrays", plain(invariants)},
	{"early", "compute temporaries, and what belongs to one end of an axis, as soon as possible", plain(early)},
	{"fuse", "join neighbouring computes over the same points", plain(fuse)},
	{"cse", "name what is computed twice at a point", plain(cse)},
	{"planes", "name the middle plane of a stencil of many rows", planes},
	{"inplace", "let u+ overwrite u-, when nothing needs u- any more", plain(inPlace)},
}

// Order says which passes stand before which others, and why. The table is
// checked against it.
var Order = []struct{ First, Second, Why string }{
	{"canonicalise", "factorise", "it matches on sums and products in one form"},
	{"factorise", "scalars", "it makes the coefficients that become numbers of the run"},
	{"scalars", "zerosum", "it works on the weights that they name"},
	{"scalars", "invariants", "these would otherwise take numbers along into arrays"},
	{"early", "fuse", "it brings together what may be joined"},
	{"invariants", "fuse", "it judges computes one by one"},
	{"invariants", "cse", "a hoisted part must not be named first"},
	{"fuse", "cse", "it finds what the joined parts share"},
	{"cse", "planes", "its names may serve both goes"},
}

// plain is a pass that asks nothing of the target.
func plain(run func(*stencil.Program)) func(*stencil.Program, facts.Target) {
	return func(p *stencil.Program, _ facts.Target) { run(p) }
}

// Options choose and observe passes.
type Options struct {
	Disable []string                           // names of passes to leave out
	After   func(pass, program string)         // called after each pass with the program's text, may be nil
	Timed   func(name string, d time.Duration) // called after each pass, may be nil
}

// Run applies the table to p. The program is verified before the first pass
// and after every one; a program that fails is a fault of the compiler, which
// Run reports by a panic naming the pass and the program. The error is for an
// unknown name in Disable.
func Run(p *stencil.Program, target facts.Target, o Options) error {
	for _, d := range o.Disable {
		if !slices.Contains(Names(), d) {
			return fmt.Errorf("there is no pass %q: the passes are %s", d, strings.Join(Names(), ", "))
		}
	}
	verify("lower", p)
	for _, x := range Table {
		if slices.Contains(o.Disable, x.Name) {
			continue
		}
		start := time.Now()
		x.Run(p, target)
		if o.Timed != nil {
			o.Timed(x.Name, time.Since(start))
		}
		verify(x.Name, p)
		if o.After != nil {
			o.After(x.Name, p.String())
		}
	}
	return nil
}

func verify(pass string, p *stencil.Program) {
	if err := stencil.Verify(p); err != nil {
		panic(fmt.Sprintf("pass %s made a wrong program %s: %v\n%s", pass, p.Name, err, p))
	}
}

// Names lists the passes in their order.
func Names() []string {
	var names []string
	for _, p := range Table {
		names = append(names, p.Name)
	}
	return names
}

func init() {
	for _, o := range Order {
		first, second := slices.Index(Names(), o.First), slices.Index(Names(), o.Second)
		if first < 0 || second < 0 || first > second {
			panic(fmt.Sprintf("pass %s must stand before %s: %s", o.First, o.Second, o.Why))
		}
	}
}
