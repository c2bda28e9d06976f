package adjoint

import (
	"github.com/courant-pde/courant/symbolic"
)

// withStates puts saved wavefields in the place of those of p.
func (b *backward) withStates(s symbolic.Statement) symbolic.Statement {
	var walk func(e symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		a, ok := e.(*symbolic.Access)
		if !ok {
			return symbolic.Map(e, walk)
		}
		if b.definitions[a.Func] == nil {
			return a
		}
		if b.saved[a.Func] == nil {
			c := *a.Func
			c.Saved = true
			b.saved[a.Func] = &c
		}
		return b.saved[a.Func].At(a.Time, a.Offset)
	}
	finish := func(e symbolic.Expr) symbolic.Expr { return tidy(walk(e)) }
	switch x := s.(type) {
	case *symbolic.Update:
		u := *x
		u.Left, u.Right = finish(x.Left), finish(x.Right)
		if x.Value != nil {
			u.Value = finish(x.Value)
		}
		return &u
	case *symbolic.Inject:
		c := *x
		c.Value = finish(x.Value)
		return &c
	case *symbolic.Sample:
		c := *x
		c.Value = finish(x.Value)
		return &c
	}
	return s
}

// functions declares what the statements use.
func (b *backward) functions() {
	used := map[*symbolic.Function]bool{}
	for _, s := range b.out.Statements {
		var es []symbolic.Expr
		switch x := s.(type) {
		case *symbolic.Update:
			used[x.Target.Func] = true
			es = []symbolic.Expr{x.Left, x.Right}
		case *symbolic.Inject:
			used[x.Target.Func] = true
			es = []symbolic.Expr{x.Value}
		case *symbolic.Sample:
			es = []symbolic.Expr{x.Value}
		}
		for _, e := range es {
			symbolic.Visit(e, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok {
					used[a.Func] = true
				}
			})
		}
	}
	symbolic.Needed(b.p, used)
	made := b.out.Functions
	b.out.Functions = nil
	for _, f := range b.p.Functions {
		if c := b.saved[f]; c != nil {
			f = c
		}
		if used[f] {
			b.out.Functions = append(b.out.Functions, f)
		}
	}
	for _, d := range b.all {
		if used[d.multiplier] {
			b.out.Functions = append(b.out.Functions, d.multiplier)
		}
	}
	for _, f := range append(made, b.images...) {
		if used[f] {
			b.out.Functions = append(b.out.Functions, f)
		}
	}
}
