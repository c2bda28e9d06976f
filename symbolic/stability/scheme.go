package stability

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// Scheme is one step of a discretised problem as a linear map: what multiplies
// which value of the state, by its offset, as expressions in the coefficients.
type Scheme struct {
	Fields  []string // the names of a medium's values, in their order
	Scalars []string // dt first, then the spacings and parameters

	dim     int
	size    int      // entries of the state
	ops     []op     // make all coefficients, each from those before it
	rows    []row    // what a step computes, in its order
	entries []entry  // of the state
	terms   []term   // rows add up
	adds    [][2]int // of {term, coefficient}: what is summed up for a term
	offsets [][]int  // of terms
	reach   int      // greatest offset along an axis
}

// entry is one level of a function.
type entry struct {
	row int // that computes the function
	age int // levels before the newest one
}

type row struct {
	function *symbolic.Function
	from, to int // terms
}

// term is a coefficient times a value at an offset.
type term struct {
	source int // entry of the state or, with ahead, row
	ahead  bool
	offset int
}

// op computes one coefficient.
type op struct {
	of   symbolic.Expr
	args []int
}

// New makes a scheme of a discretised problem. It fails with ErrNonlinear, or
// when updates read what is known only in a run.
func New(p *symbolic.Problem) (*Scheme, error) {
	p = interior(p)
	c := &compiler{Scheme: &Scheme{dim: p.Grid.Dim(), Scalars: p.Scalars()}, problem: p, known: map[uint64]int{},
		row: map[*symbolic.Function]int{}, pure: map[*symbolic.Function]int{}, first: map[*symbolic.Function]int{}}
	for i, name := range c.Scalars {
		c.ops = append(c.ops, op{})
		c.known[symbolic.NewScalar(name).Hash()] = i
	}
	read := map[*symbolic.Function]bool{}
	for _, s := range p.Statements {
		if u, ok := s.(*symbolic.Update); ok {
			symbolic.Visit(u.Value, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok {
					read[a.Func] = true
				}
			})
		}
	}
	for _, f := range p.Functions {
		if f.Role == symbolic.Field && read[f] { // of others, media need no values
			c.known[f.Here().Hash()] = len(c.ops)
			c.ops = append(c.ops, op{})
			c.Fields = append(c.Fields, f.Name)
		}
	}
	c.state()
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role == symbolic.Image || u.Target.Func.Role == symbolic.History {
			continue
		}
		if err := c.update(u); err != nil {
			return nil, err
		}
	}
	for _, e := range c.entries {
		if e.row >= len(c.rows) {
			return nil, fmt.Errorf("a wavefield is not computed")
		}
	}
	return c.Scheme, nil
}

// Size is the number of values of a plane wave that a step starts from.
func (s *Scheme) Size() int { return s.size }

type compiler struct {
	*Scheme
	problem *symbolic.Problem
	known   map[uint64]int              // coefficients by hash
	row     map[*symbolic.Function]int  // that computes it
	pure    map[*symbolic.Function]int  // temporaries that are coefficients
	first   map[*symbolic.Function]int  // entry of the newest level
	slots   map[string]int              // terms of the row at hand
	targets map[*symbolic.Function]bool // what steps compute
}

// state lists the levels that steps read.
func (c *compiler) state() {
	ages := map[*symbolic.Function]int{}
	c.targets = map[*symbolic.Function]bool{}
	var order []*symbolic.Function
	for _, s := range c.problem.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok {
			continue
		}
		if f := u.Target.Func; !c.targets[f] {
			c.targets[f] = true
			if f.Varies() {
				order = append(order, f)
			}
		}
		var visit func(symbolic.Expr)
		visit = func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && a.Func.Varies() {
				ages[a.Func] = max(ages[a.Func], -a.Time*c.problem.Next())
			}
			for _, x := range symbolic.Children(e) {
				visit(x)
			}
		}
		visit(u.Value)
	}
	rows := 0
	for _, s := range c.problem.Statements {
		if u, ok := s.(*symbolic.Update); ok && u.Target.Func.Role != symbolic.Image && u.Target.Func.Role != symbolic.History {
			if _, done := c.row[u.Target.Func]; !done {
				c.row[u.Target.Func] = rows
				rows++
			}
		}
	}
	for _, f := range order {
		c.first[f] = len(c.entries)
		for age := range ages[f] + 1 {
			c.entries = append(c.entries, entry{c.row[f], age})
		}
	}
	c.size = len(c.entries)
}

// update adds a row. Of several updates of a function the first one counts,
// which the others correct in their regions.
func (c *compiler) update(u *symbolic.Update) error {
	f := u.Target.Func
	if slices.ContainsFunc(c.rows, func(r row) bool { return r.function == f }) {
		return nil
	}
	r := row{function: f, from: len(c.terms)}
	c.slots = map[string]int{}
	if !c.linear(u.Value) {
		k, err := c.coefficient(u.Value)
		if err != nil {
			return err
		}
		c.pure[f] = k
	} else if err := c.sum(u.Value, nil); err != nil {
		return err
	}
	r.to = len(c.terms)
	c.rows = append(c.rows, r)
	return nil
}

// linear reports whether the state is in e.
func (c *compiler) linear(e symbolic.Expr) bool {
	if a, ok := e.(*symbolic.Access); ok {
		_, pure := c.pure[a.Func]
		return !pure && a.Func.Role != symbolic.Field
	}
	return slices.ContainsFunc(symbolic.Children(e), c.linear)
}

// sum adds the terms of e times some factors. Terms without the state drive the
// waves and do not change how they grow.
func (c *compiler) sum(e symbolic.Expr, factors []symbolic.Expr) error {
	switch x := e.(type) {
	case *symbolic.Access:
		return c.add(x, factors)
	case *symbolic.Add:
		for _, t := range x.Terms {
			if c.linear(t) {
				if err := c.sum(t, factors); err != nil {
					return err
				}
			}
		}
		return nil
	case *symbolic.Mul:
		var state symbolic.Expr
		with := slices.Clone(factors)
		for _, f := range x.Factors {
			switch {
			case !c.linear(f):
				with = append(with, f)
			case state != nil:
				return ErrNonlinear
			default:
				state = f
			}
		}
		return c.sum(state, with)
	}
	return ErrNonlinear
}

func (c *compiler) add(a *symbolic.Access, factors []symbolic.Expr) error {
	t := term{}
	switch {
	case a.Func.Role == symbolic.Image || a.Func.Role == symbolic.History:
		return fmt.Errorf("%s: its values before the run are not known", a.Func.Name)
	case !c.targets[a.Func]:
		return fmt.Errorf("%w: it depends on %s", ErrNonlinear, a.Func.Name)
	case a.Func.Role == symbolic.Temporary || a.Time == c.problem.Next():
		t.ahead, t.source = true, c.row[a.Func]
	default:
		t.source = c.first[a.Func] - a.Time*c.problem.Next()
	}
	t.offset = slices.IndexFunc(c.offsets, func(o []int) bool { return slices.Equal(o, a.Offset) })
	if t.offset < 0 {
		t.offset = len(c.offsets)
		c.offsets = append(c.offsets, a.Offset)
		for _, o := range a.Offset {
			c.reach = max(c.reach, o, -o)
		}
	}
	slot, ok := c.slots[fmt.Sprint(t)]
	if !ok {
		slot = len(c.terms)
		c.slots[fmt.Sprint(t)] = slot
		c.terms = append(c.terms, t)
	}
	k, err := c.coefficient(symbolic.Product(factors...))
	c.adds = append(c.adds, [2]int{slot, k})
	return err
}

// coefficient is the place of an expression without the state. All places of a
// field have one value.
func (c *compiler) coefficient(e symbolic.Expr) (int, error) {
	if a, ok := e.(*symbolic.Access); ok {
		if k, ok := c.pure[a.Func]; ok {
			return k, nil
		}
		e = a.Func.Here()
	}
	if k, ok := c.known[e.Hash()]; ok {
		return k, nil
	}
	o := op{of: e}
	for _, x := range symbolic.Children(e) {
		k, err := c.coefficient(x)
		if err != nil {
			return 0, err
		}
		o.args = append(o.args, k)
	}
	switch e.(type) {
	case *symbolic.Scalar:
		return 0, fmt.Errorf("no value for scalar %s", e)
	case *symbolic.Access, *symbolic.Deriv, *symbolic.Place:
		return 0, fmt.Errorf("%s has no value", e)
	}
	c.known[e.Hash()] = len(c.ops)
	c.ops = append(c.ops, o)
	return len(c.ops) - 1, nil
}
