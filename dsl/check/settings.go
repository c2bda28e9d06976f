package check

import (
	"slices"
	"strconv"

	"github.com/courant-pde/courant/dsl"
)

// settings reads order, axes and units. It reports whether the axes are known.
func (c *checker) settings(op *dsl.Operator, o Options) bool {
	good := true
	g := c.problem.Grid
	seen := map[string]bool{}
	twice := func(pos dsl.Pos, what string) bool {
		if seen[what] {
			c.failAt(pos, 1, "keep one of them", "%s is given twice", what)
			return true
		}
		seen[what] = true
		return false
	}
	for _, s := range c.present {
		switch {
		case s.Order != nil:
			for _, t := range s.Order.Terms {
				if twice(t.Pos, "order "+t.Along) {
					continue
				}
				n, err := strconv.Atoi(t.Value)
				switch t.Along {
				case "space":
					if err != nil || !validSpaceOrder(n) {
						c.failAt(t.Pos, len(t.Along)+1+len(t.Value), "use 2, 4, 6, 8, ...", "space order %s: it must be even, from 2 to %d", t.Value, MaxSpaceOrder)
						continue
					}
					g.SpaceOrder = n
				case "time":
					if err != nil || n < 1 || n > maxTimeOrder {
						c.failAt(t.Pos, len(t.Along)+1+len(t.Value), "use 1 when the step needs only the level before it, 2 when it needs two, and so on", "time order %s: it must be from 1 to %d", t.Value, maxTimeOrder)
						continue
					}
					g.TimeOrder = n
				default:
					c.failAt(t.Pos, len(t.Along), dsl.DidYouMean(t.Along, []string{"space", "time"}), "unknown order %s: expected space or time", t.Along)
				}
			}
		case s.Axes != nil:
			if twice(s.Pos, "axes") {
				continue
			}
			if len(s.Axes.Names) != o.Dim {
				c.failAt(s.Pos, len("axes"), "run it on a grid with as many axes as it names, or remove this line", "the operator names %s, but the grid has %d", count(len(s.Axes.Names), "axis"), o.Dim)
				good = false
				continue
			}
			g.Axes = nil
			for _, a := range s.Axes.Names {
				if slices.Contains(g.Axes, a.Name) {
					c.failIdent(a, "give each axis its own name", "axis %s is named twice", a.Name)
					good = false
				}
				if old := c.names[a.Name]; old != nil {
					c.failIdent(a, "choose another name", "%s is already declared at %s:%d", a.Name, old.pos.Filename, old.pos.Line)
					good = false
				}
				if why := builtin(a.Name); why != "" {
					c.failIdent(a, "choose another name for the axis", "%s is %s", a.Name, why)
					good = false
				}
				g.Axes = append(g.Axes, a.Name)
			}
		case s.Units != nil:
			if twice(s.Pos, "units") {
				continue
			}
			c.length = c.axisUnit(s.Units.Length, "m")
			c.time = c.axisUnit(s.Units.Time, "s")
			c.problem.Metre, c.problem.Second = c.length.factor, c.time.factor
			c.problem.Units = [2]string{s.Units.Length.Name, s.Units.Time.Name}
		}
	}
	if o.SpaceOrder != 0 {
		if !validSpaceOrder(o.SpaceOrder) {
			c.failAt(op.Pos, len("operator"), "use 2, 4, 6, 8, ...", "space order %d was asked for: it must be even, from 2 to %d", o.SpaceOrder, MaxSpaceOrder)
			return good
		}
		g.SpaceOrder = o.SpaceOrder
	}
	return good
}

// maxTimeOrder is the largest number of levels that are stored.
const maxTimeOrder = 4

// declaresUnits reports whether an operator names any unit. When it does not,
// units are not checked at all.
func declaresUnits(statements []*dsl.Statement) bool {
	return slices.ContainsFunc(statements, func(s *dsl.Statement) bool {
		return s.Units != nil || s.Declare != nil && s.Declare.Unit != nil
	})
}

func validSpaceOrder(n int) bool { return n >= 2 && n <= MaxSpaceOrder && n%2 == 0 }

func (c *report) axisUnit(id *dsl.Ident, baseUnit string) unit {
	u, ok := atoms[id.Name]
	if !ok || u.power[baseUnit] != 1 || len(u.power) != 1 {
		c.failIdent(id, "write for example: units m, ms", "%s is not a unit of %s", id.Name, map[string]string{"m": "length", "s": "time"}[baseUnit])
		return atoms[baseUnit]
	}
	return u
}
