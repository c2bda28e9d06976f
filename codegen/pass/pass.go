// Package pass transforms kernels. A pass is one file: what it does, why it
// is right, and what it needs from the passes before it. The table below is
// the whole order.
package pass

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-pde/courant/codegen/ir"
)

// Pass is one transformation. Run changes the kernel in place.
type Pass struct {
	Name string
	Doc  string // one line: what it does
	Why  string // one line: why it stands where it stands
	Run  func(*ir.Kernel)
}

// Table is the order of the passes.
var Table = []Pass{
	{"canonicalise", "fold constants, flatten sums and products, keep one division", "all others match on this form", canonicalise},
	{"factorise", "collect the points of a stencil that share a weight", "before scalars are hoisted: it makes the coefficients that they become", factorise},
	{"scalars", "compute what depends on scalars alone once per run", "after factorise; before invariants, which would otherwise take them along", scalars},
	{"balance", "let rounded stencil weights add up to zero", "after scalars: it works on the weights that they name", balance},
	{"invariants", "compute what depends on parameters alone once per run, into arrays", "before cse, so that a hoisted part is not named first", invariants},
	{"fuse", "join neighbouring nests over the same points", "after invariants, which judges nests one by one; before cse, which finds what the parts share", fuse},
	{"cse", "name what is computed twice in an iteration", "after all that moves expressions out of the nest, or into it", cse},
	{"sweep", "compute a stencil of many rows in two goes, the middle plane first", "after cse, whose names may serve both goes", sweep},
	{"rotate", "let u+ overwrite u-, when nothing needs u- any more", "before loops change: it looks at whole nests", rotateBuffers},
	{"block", "tile the outer loops for the caches", "before parallelise, which shares the tiles among threads", block},
	{"parallelise", "share the outermost loops among threads", "after block", parallelise},
	{"vectorise", "run the innermost loop in lanes", "after block: the innermost loop is final", vectorise},
	{"linearise", "address arrays by rows", "last: other passes want accesses by axis", linearise},
}

// Options choose and observe passes.
type Options struct {
	Disable []string                           // names of passes to leave out
	After   func(name string, k *ir.Kernel)    // called after each pass, may be nil
	Timed   func(name string, d time.Duration) // called after each pass, may be nil
}

// Run applies the table to k. The kernel is verified before the first pass
// and after every one; a kernel that fails is a fault of the compiler, which
// Run reports by a panic naming the pass and the kernel. The error is for an
// unknown name in Disable.
func Run(k *ir.Kernel, o Options) error {
	for _, d := range o.Disable {
		if !slices.Contains(Names(), d) {
			return fmt.Errorf("there is no pass %q: the passes are %s", d, strings.Join(Names(), ", "))
		}
	}
	verify("lower", k)
	for _, p := range Table {
		if slices.Contains(o.Disable, p.Name) {
			continue
		}
		start := time.Now()
		p.Run(k)
		if o.Timed != nil {
			o.Timed(p.Name, time.Since(start))
		}
		verify(p.Name, k)
		if o.After != nil {
			o.After(p.Name, k)
		}
	}
	return nil
}

func verify(pass string, k *ir.Kernel) {
	if err := ir.Verify(k); err != nil {
		panic(fmt.Sprintf("pass %s made a wrong kernel %s: %v\n%s", pass, k.Name, err, k))
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
