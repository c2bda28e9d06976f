package check

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// value is what an expression means: one part, or one per axis for a vector.
type value struct {
	part []symbolic.Expr
	vec  bool
	unit unit
	zero bool // the number 0, which has any unit
}

func (v *value) vector() bool          { return v.vec }
func (v *value) scalar() symbolic.Expr { return v.part[0] }

// operators are the differential operators that are written like functions.
var operators = []string{"laplace", "biharmonic", "div", "grad", "curl"}

// maxParts bounds the size of an expression after definitions are expanded.
const maxParts = 200_000

func one(e symbolic.Expr, u unit) *value { return &value{part: []symbolic.Expr{e}, unit: u} }

// eval gives an expression its meaning, nil when it has a fault.
func (c *checker) eval(e dsl.Expr) *value {
	switch x := e.(type) {
	case *dsl.Number:
		return c.number(x)
	case *dsl.Name:
		return c.name(x)
	case *dsl.Paren:
		return c.eval(x.X)
	case *dsl.Unary:
		v := c.eval(x.X)
		if v == nil || x.Op == "+" {
			return v
		}
		return v.each(v.unit, symbolic.Neg)
	case *dsl.Binary:
		return c.binary(x)
	case *dsl.Call:
		return c.call(x)
	case *dsl.Member:
		return c.member(x)
	}
	return nil
}

func (v *value) each(u unit, f func(symbolic.Expr) symbolic.Expr) *value {
	out := &value{vec: v.vec, unit: u, zero: v.zero}
	for _, p := range v.part {
		out.part = append(out.part, f(p))
	}
	return out
}

func (c *checker) number(x *dsl.Number) *value {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(x.Text), "e")
	if len(mantissa) > 60 || len(strings.TrimLeft(exponent, "+-0")) > 3 || (len(strings.TrimLeft(exponent, "+-0")) == 3 && strings.TrimLeft(exponent, "+-0") > "300") {
		c.fail(x, "numbers must lie within 1e-300 and 1e300", "the number %s is out of range", x.Text)
		return nil
	}
	r, ok := new(big.Rat).SetString(x.Text)
	if !ok {
		c.fail(x, "", "%s is not a number", x.Text)
		return nil
	}
	v := one(symbolic.Rational(r), dimensionless)
	v.zero = r.Sign() == 0
	return v
}

func (c *checker) unknown(x *dsl.Name) {
	var have []string
	for n := range c.names {
		have = append(have, n)
	}
	for f := range symbolic.Functions {
		have = append(have, f)
	}
	have = append(append(have, operators...), "dt", "pi")
	if len(c.args) > 0 {
		for n := range c.args[len(c.args)-1] {
			have = append(have, n)
		}
	}
	for _, a := range c.axes() {
		have = append(have, "h_"+a)
	}
	slices.Sort(have)
	hint := dsl.DidYouMean(x.Name, have)
	if hint == "" {
		hint = "declare it with field, wavefield, scalar, let or def"
	}
	c.fail(x, hint, "unknown name %s", x.Name)
}

func (c *checker) name(x *dsl.Name) *value {
	if len(c.args) > 0 {
		if v, ok := c.args[len(c.args)-1][x.Name]; ok {
			return v
		}
	}
	if x.Name == "dt" {
		return one(symbolic.TimeStep(), c.time)
	}
	if x.Name == "pi" {
		r := new(big.Rat)
		r.SetFloat64(math.Pi)
		return one(symbolic.Rational(r), dimensionless)
	}
	for a, axis := range c.axes() {
		if x.Name == "h_"+axis {
			return one(c.problem.Grid.Spacing(a), c.length)
		}
	}
	e := c.names[x.Name]
	if e == nil {
		switch {
		case symbolic.Functions[x.Name].Name != "" || slices.Contains(operators, x.Name):
			c.fail(x, "write "+x.Name+"(...)", "%s needs an argument", x.Name)
		case slices.Contains(c.axes(), x.Name) || x.Name == "t":
			c.fail(x, "bind a field that holds the coordinate", "the coordinate %s cannot be used as a value", x.Name)
		default:
			c.unknown(x)
		}
		return nil
	}
	switch e.kind {
	case function:
		return one(e.function.Here(), e.unit)
	case scalar:
		return one(e.scalar, e.unit)
	case let:
		return c.letValue(e, x.Name)
	case points:
		if !c.inject {
			c.fail(x, "traces can be used only in inject", "%s stands for traces at points, not for a value on the grid", x.Name)
			return nil
		}
		return one(symbolic.NewScalar(traceName(x.Name)), e.unit)
	case def:
		c.fail(x, "write "+x.Name+"("+strings.Join(e.params, ", ")+")", "%s is a def and needs arguments", x.Name)
	}
	return nil
}

func (c *checker) letValue(e *entity, name string) *value {
	if e.value != nil {
		return e.value
	}
	if e.busy {
		c.failAt(e.pos, len(name), "break the circle", "let %s is defined by itself", name)
		return nil
	}
	e.busy = true
	saved := c.args
	c.args = nil
	e.value = c.eval(e.body)
	c.args = saved
	e.busy = e.value == nil // a faulty let is reported once
	return e.value
}

func (c *checker) binary(x *dsl.Binary) *value {
	a, b := c.eval(x.X), c.eval(x.Y)
	if a == nil || b == nil {
		return nil
	}
	switch x.Op {
	case "+", "-":
		if !c.alike(x, "the two terms", a, b) {
			return nil
		}
		out := &value{vec: a.vec, unit: a.unit, zero: a.zero && b.zero}
		if a.zero {
			out.unit = b.unit
		}
		for i := range a.part {
			if x.Op == "+" {
				out.part = append(out.part, symbolic.Sum(a.part[i], b.part[i]))
			} else {
				out.part = append(out.part, symbolic.Sub(a.part[i], b.part[i]))
			}
		}
		return out
	case "*":
		u := a.unit.times(b.unit)
		switch {
		case a.vec && b.vec:
			c.fail(x, "multiply a component with .x, .y or .z", "a vector cannot be multiplied by a vector")
			return nil
		case a.vec:
			return a.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(p, b.scalar()) })
		}
		out := b.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(a.scalar(), p) })
		out.zero = a.zero || b.zero
		return out
	case "/":
		switch {
		case b.vec:
			c.fail(x.Y, "divide by a component", "nothing can be divided by a vector")
			return nil
		case symbolic.IsZero(b.scalar()):
			c.fail(x.Y, "", "division by zero")
			return nil
		}
		return a.each(a.unit.times(b.unit.to(-1)), func(p symbolic.Expr) symbolic.Expr { return symbolic.Quotient(p, b.scalar()) })
	}
	return c.power(x, a, b)
}

func (c *checker) power(x *dsl.Binary, a, b *value) *value {
	if a.vec || b.vec {
		c.fail(x, "raise a component", "a vector cannot be raised to a power, nor be one")
		return nil
	}
	n, isNumber := b.scalar().(*symbolic.Num)
	if !isNumber {
		if !b.unit.sameDimension(dimensionless) {
			c.fail(x.Y, "make it dimensionless", "an exponent must be without unit; this one is in %s", b.unit)
			return nil
		}
		return one(symbolic.Power(a.scalar(), b.scalar()), dimensionless)
	}
	if f := n.Float(); math.Abs(f) > 64 {
		c.fail(x.Y, "exponents lie between -64 and 64", "the exponent %s is too large", dsl.FormatExpr(x.Y))
		return nil
	}
	if symbolic.IsZero(a.scalar()) && n.Float() <= 0 {
		c.fail(x, "", "zero to the power %s has no value", dsl.FormatExpr(x.Y))
		return nil
	}
	if v, ok := a.scalar().(*symbolic.Num); ok && v.Float() < 0 {
		if _, isInt := n.IsInt(); !isInt {
			c.fail(x, "", "a broken power of a negative number is not real")
			return nil
		}
	}
	return one(symbolic.Power(a.scalar(), n), a.unit.to(n.Float()))
}

// alike checks that two values may be added, compared or assigned.
func (c *checker) alike(at dsl.Expr, what string, a, b *value) bool {
	if a.vec != b.vec {
		if a.zero || b.zero {
			return true
		}
		c.fail(at, "take a component of the vector, or make both vectors", "%s are a vector and a scalar", what)
		return false
	}
	if a.zero || b.zero {
		return true
	}
	if !a.unit.sameDimension(b.unit) {
		c.fail(at, "check the units where the names are declared, and the powers in this expression", "%s differ in dimension: %s and %s", what, a.unit, b.unit)
		return false
	}
	if !a.unit.sameScale(b.unit) {
		c.fail(at, "coordinates and dt are in m and ms unless the operator says, for example, units m, s", "%s differ by the factor %.4g: %s and %s", what, a.unit.times(b.unit.to(-1)).factor, a.unit, b.unit)
		return false
	}
	return true
}

func (c *checker) call(x *dsl.Call) *value {
	if f, ok := symbolic.Functions[x.Fn.Name]; ok {
		return c.elementary(x, f)
	}
	if slices.Contains(operators, x.Fn.Name) {
		return c.differential(x)
	}
	e := c.names[x.Fn.Name]
	if e == nil {
		if len(c.args) > 0 && c.args[len(c.args)-1][x.Fn.Name] != nil {
			c.fail(x, "write it without parentheses, or with * before them", "the parameter %s is not a function", x.Fn.Name)
			return nil
		}
		c.unknown(x.Fn)
		return nil
	}
	if e.kind != def {
		c.fail(x, "write "+x.Fn.Name+" alone: it stands for the value at the current point; use * to multiply", "%s is not a function", x.Fn.Name)
		return nil
	}
	if len(x.Args) != len(e.params) {
		c.fail(x, fmt.Sprintf("it is defined as %s(%s)", x.Fn.Name, strings.Join(e.params, ", ")), "%s takes %s, not %d", x.Fn.Name, count(len(e.params), "argument"), len(x.Args))
		return nil
	}
	args := map[string]*value{}
	for i, a := range x.Args {
		v := c.eval(a)
		if v == nil {
			return nil
		}
		args[e.params[i]] = v
	}
	if e.busy {
		c.fail(x, "definitions cannot be recursive", "def %s calls itself", x.Fn.Name)
		return nil
	}
	e.busy = true
	c.args = append(c.args, args)
	c.within = append(c.within, fmt.Sprintf("in %s, called at %s:%d:%d", x.Fn.Name, x.Fn.Pos.Filename, x.Fn.Pos.Line, x.Fn.Pos.Column))
	v := c.eval(e.body)
	c.within = c.within[:len(c.within)-1]
	c.args = c.args[:len(c.args)-1]
	e.busy = false
	if v != nil && !c.bounded(x, v) {
		return nil
	}
	return v
}

// bounded stops definitions that expand without reason: doubled again and
// again, thirty lines would fill the memory.
func (c *checker) bounded(at dsl.Expr, v *value) bool {
	n := 0
	for _, p := range v.part {
		n += size(p, maxParts)
	}
	if n > maxParts {
		c.fail(at, "use fewer nested definitions", "this expands to more than %d operations", maxParts)
		return false
	}
	return true
}

func size(e symbolic.Expr, limit int) int {
	n := 1
	for _, p := range symbolic.Children(e) {
		if n > limit {
			return n
		}
		n += size(p, limit-n)
	}
	return n
}

func (c *checker) elementary(x *dsl.Call, f symbolic.Elementary) *value {
	if len(x.Args) != f.Args {
		c.fail(x, "", "%s takes %s, not %d", f.Name, count(f.Args, "argument"), len(x.Args))
		return nil
	}
	var args []symbolic.Expr
	var first *value
	for _, a := range x.Args {
		v := c.eval(a)
		if v == nil {
			return nil
		}
		if v.vec {
			c.fail(a, "take a component", "%s does not apply to a vector", f.Name)
			return nil
		}
		if first != nil && !c.alike(x, "the two arguments", first, v) {
			return nil
		}
		if first == nil {
			first = v
		}
		args = append(args, v.scalar())
	}
	u := dimensionless
	switch f.Name {
	case "sqrt":
		u = first.unit.to(0.5)
		if n, ok := args[0].(*symbolic.Num); ok && n.Float() < 0 {
			c.fail(x, "", "the square root of a negative number is not real")
			return nil
		}
	case "abs", "min", "max":
		u = first.unit
	case "atan2":
	default:
		if !first.unit.sameDimension(dimensionless) {
			c.fail(x.Args[0], "divide it by a reference value", "%s needs a number without unit, not one in %s", f.Name, first.unit)
			return nil
		}
	}
	return one(symbolic.Apply(f.Name, args...), u)
}

func (c *checker) differential(x *dsl.Call) *value {
	if len(x.Args) != 1 {
		c.fail(x, "", "%s takes 1 argument, not %d", x.Fn.Name, len(x.Args))
		return nil
	}
	v := c.eval(x.Args[0])
	if v == nil {
		return nil
	}
	needsVector := x.Fn.Name == "div" || x.Fn.Name == "curl"
	if needsVector != v.vec {
		want := map[bool]string{true: "a vector", false: "a scalar"}
		hint := "for example div(grad(p))"
		if !needsVector {
			hint = "apply it to a component"
		}
		c.fail(x.Args[0], hint, "%s needs %s, not %s", x.Fn.Name, want[needsVector], want[v.vec])
		return nil
	}
	dim := c.problem.Grid.Dim()
	varies := false
	for _, p := range v.part {
		for a := range dim {
			varies = varies || symbolic.Varies(p, a)
		}
	}
	if !varies {
		c.fail(x.Args[0], "differentiate a field or a wavefield", "%s does not vary in space", dsl.FormatExpr(x.Args[0]))
		return nil
	}
	d := func(e symbolic.Expr, axis, order int) symbolic.Expr {
		if !symbolic.Varies(e, axis) {
			return symbolic.Int(0)
		}
		return symbolic.NewDeriv(e, axis, order, 0, symbolic.Default)
	}
	perLength := c.length.to(-1)
	out := &value{unit: v.unit.times(perLength)}
	switch x.Fn.Name {
	case "grad":
		out.vec = true
		for a := range dim {
			out.part = append(out.part, d(v.scalar(), a, 1))
		}
	case "div":
		var sum []symbolic.Expr
		for a := range dim {
			sum = append(sum, d(v.part[a], a, 1))
		}
		out.part = []symbolic.Expr{symbolic.Sum(sum...)}
	case "laplace", "biharmonic":
		laplace := func(e symbolic.Expr) symbolic.Expr {
			var sum []symbolic.Expr
			for a := range dim {
				sum = append(sum, d(e, a, 2))
			}
			return symbolic.Sum(sum...)
		}
		out.unit = out.unit.times(perLength)
		e := laplace(v.scalar())
		if x.Fn.Name == "biharmonic" {
			e = laplace(e)
			out.unit = out.unit.times(perLength.to(2))
		}
		out.part = []symbolic.Expr{e}
	case "curl":
		if dim != 3 {
			c.fail(x, "write the derivatives out", "curl needs a grid with 3 axes, not %d", dim)
			return nil
		}
		out.vec = true
		for a := range 3 {
			b, e := (a+1)%3, (a+2)%3
			out.part = append(out.part, symbolic.Sub(d(v.part[e], b, 1), d(v.part[b], e, 1)))
		}
	}
	return out
}

func (c *checker) member(x *dsl.Member) *value {
	v := c.eval(x.Of)
	if v == nil {
		return nil
	}
	if axis := slices.Index(c.axes(), x.Suffix); axis >= 0 {
		if !v.vec {
			c.fail(x, "write d"+x.Suffix+" for the derivative", "%s has no component %s: it is not a vector", dsl.FormatExpr(x.Of), x.Suffix)
			return nil
		}
		return one(v.part[axis], v.unit)
	}
	if x.Suffix == "forward" || x.Suffix == "backward" {
		return c.level(x, v)
	}
	return c.derivative(x, v)
}

// level moves to the next or the previous time level.
func (c *checker) level(x *dsl.Member, v *value) *value {
	if x.Order != nil {
		c.fail(x.Order, "remove it", "%s takes no order", x.Suffix)
		return nil
	}
	n := map[string]int{"forward": 1, "backward": -1}[x.Suffix]
	varies := false
	for _, p := range v.part {
		varies = varies || symbolic.Varies(p, symbolic.TimeAxis)
	}
	if !varies {
		c.fail(x, "only wavefields have time levels", "%s does not vary in time", dsl.FormatExpr(x.Of))
		return nil
	}
	out := v.each(v.unit, func(e symbolic.Expr) symbolic.Expr { return symbolic.Shift(e, symbolic.TimeAxis, n) })
	if !c.levels(x, out) {
		return nil
	}
	return out
}

// levels checks that the time levels that v reads exist and are known.
func (c *checker) levels(x dsl.Expr, v *value) bool {
	good := true
	for _, p := range v.part {
		symbolic.Visit(p, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			if !ok || !good {
				return
			}
			switch {
			case a.Time > 1:
				c.fail(x, "a step computes only the next level", "this reads %s two levels ahead", a.Func.Name)
				good = false
			case a.Time < 1-c.problem.Grid.TimeOrder:
				c.fail(x, "raise the order in time: order time 2", "time order %d keeps only %s back from the next level, and this reads %s further back", c.problem.Grid.TimeOrder, count(c.problem.Grid.TimeOrder, "level"), a.Func.Name)
				good = false
			case a.Time == 1 && !c.written[a.Func.Name]:
				c.fail(x, "put the statement that computes it first", "%s.forward is not known here: it is a future value", a.Func.Name)
				good = false
			}
		})
	}
	return good
}

// derivative reads suffixes such as dx, dy2, dxl, dt2.
func (c *checker) derivative(x *dsl.Member, v *value) *value {
	axis, order, side, ok := c.suffix(x.Suffix)
	if !ok {
		c.fail(x, c.suffixHint(x.Suffix), "unknown suffix .%s", x.Suffix)
		return nil
	}
	if v.vec {
		c.fail(x, "differentiate a component, or use div or curl", "a derivative of a vector")
		return nil
	}
	if !symbolic.Varies(v.scalar(), axis) {
		along := "time"
		if axis != symbolic.TimeAxis {
			along = c.axes()[axis]
		}
		c.fail(x, "the derivative would be zero: remove it", "%s does not vary in %s", dsl.FormatExpr(x.Of), along)
		return nil
	}
	accuracy := 0
	if x.Order != nil {
		n := 0
		if _, err := fmt.Sscanf(x.Order.Text, "%d", &n); err != nil || fmt.Sprint(n) != x.Order.Text || n < 1 || n > MaxSpaceOrder || (n > 1 && n%2 != 0) {
			c.fail(x.Order, "use 1, 2, 4, 6, 8, ...", "order of accuracy %s: it must be 1 or even, up to %d", x.Order.Text, MaxSpaceOrder)
			return nil
		}
		accuracy = n
	}
	step := c.length
	if axis == symbolic.TimeAxis {
		step = c.time
		g := c.problem.Grid
		switch {
		case order > g.TimeOrder:
			c.fail(x, "raise the order in time: order time 2", "a derivative of order %d in time needs time order %d, and this operator has %d", order, order, g.TimeOrder)
			return nil
		case accuracy > g.TimeOrder:
			c.fail(x.Order, "leave the order out", "accuracy %d in time is more than the operator's time order %d", accuracy, g.TimeOrder)
			return nil
		case side == symbolic.RightOf:
			c.fail(x, "use dt or dtl", "the points of .%s reach beyond the next level", x.Suffix)
			return nil
		}
		inner := false
		symbolic.Visit(v.scalar(), func(e symbolic.Expr) {
			if d, ok := e.(*symbolic.Deriv); ok && d.Axis == symbolic.TimeAxis {
				inner = true
			}
			if a, ok := e.(*symbolic.Access); ok && a.Time != 0 {
				inner = true
			}
		})
		if inner {
			c.fail(x, "write dt2 for the second derivative, and apply dt to current levels only", "a time derivative of what is already shifted or differentiated in time")
			return nil
		}
		// What the difference reads ahead must be known, or be the unknown.
		if !c.levels(x, one(symbolic.Shift(v.scalar(), symbolic.TimeAxis, c.reach(side)), v.unit)) {
			return nil
		}
	}
	return one(symbolic.NewDeriv(v.scalar(), axis, order, accuracy, side), v.unit.times(step.to(-float64(order))))
}

// reach is how many levels ahead a time derivative reads.
func (c *checker) reach(side symbolic.Side) int {
	if side == symbolic.LeftOf {
		return 0
	}
	return 1
}

// suffix takes a derivative's suffix apart: d, axis, order, side.
func (c *checker) suffix(s string) (axis, order int, side symbolic.Side, ok bool) {
	rest, found := strings.CutPrefix(s, "d")
	if !found {
		return 0, 0, 0, false
	}
	axis, best := 0, ""
	for a, name := range append(slices.Clone(c.axes()), "t") {
		if r, ok := strings.CutPrefix(rest, name); ok && len(name) > len(best) && (r == "" || strings.Trim(r, "0123456789lrc") == "") {
			axis, best = a, name
		}
	}
	if best == "" {
		return 0, 0, 0, false
	}
	if best == "t" {
		axis = symbolic.TimeAxis
	}
	rest = rest[len(best):]
	order = 1
	if rest != "" && rest[0] >= '1' && rest[0] <= '9' {
		order = int(rest[0] - '0')
		rest = rest[1:]
	}
	switch rest {
	case "":
		return axis, order, symbolic.Default, true
	case "l":
		return axis, order, symbolic.LeftOf, true
	case "r":
		return axis, order, symbolic.RightOf, true
	case "c":
		return axis, order, symbolic.Centred, true
	}
	return 0, 0, 0, false
}

func (c *checker) suffixHint(s string) string {
	names := []string{"forward", "backward"}
	for _, a := range append(slices.Clone(c.axes()), "t") {
		names = append(names, "d"+a, "d"+a+"2", "d"+a+"c", "d"+a+"l", "d"+a+"r")
	}
	if len(s) >= 2 && s[0] == 'd' && strings.Contains("xyzt", s[1:2]) && !slices.Contains(c.axes(), s[1:2]) && s[1] != 't' {
		return "the axes of this grid are " + strings.Join(c.axes(), ", ")
	}
	if hint := dsl.DidYouMean(s, names); hint != "" {
		return hint
	}
	return "derivatives are written dx, dx2, dxl, dxr, dxc, dt, dt2; levels forward, backward"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
