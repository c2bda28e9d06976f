package operator

import (
	"github.com/courant-pde/courant/symbolic"
)

// Overridden finds fields that are given and have no effect, because all that would
// follow from them is given too. Error: BadArguments that name both.
func Overridden(p *symbolic.Problem, a Arguments) error {
	given := func(f *symbolic.Function) bool {
		_, number := a.Constants[f.Name]
		_, array := a.Fields[f.Name]
		return number || array
	}
	used := map[*symbolic.Function]bool{}
	var use func(f *symbolic.Function)
	use = func(f *symbolic.Function) {
		if used[f] {
			return
		}
		used[f] = true
		if !given(f) {
			for _, g := range f.From() {
				use(g)
			}
		}
	}
	for f := range p.Reads() {
		use(f)
	}
	var b faults
	for _, f := range p.Functions {
		if f.Role != symbolic.Field || !given(f) || used[f] {
			continue
		}
		for _, g := range p.Functions {
			if given(g) && g.Follows(f.Name) {
				b.add("%s has no effect beside %s, which follows from it; give one of the two", f.Name, g.Name)
				break
			}
		}
	}
	return b.err()
}
