package signature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/text"
)

// Declarations is the text form of a signature, with the word for what follows it:
//
//	program acoustic f32 "constant density"
//	axes x halo 1, z halo 1
//	time 1 .. steps-1
//	scalar dt
//	param m[x, z] "squared slowness"
//	state u[t, x, z] levels 3 buffers 2 "pressure"
//	points src inject
func (o *Operator) Declarations(word string) string {
	var p printer
	p.writef("%s %s %s", word, o.Name, o.Real)
	p.quoted(o.Doc)
	p.WriteString("\naxes ")
	for a, name := range o.Axes {
		if a > 0 {
			p.WriteString(", ")
		}
		p.WriteString(name)
		if a < len(o.Halo) {
			p.writef(" halo %d", o.Halo[a])
		}
	}
	p.writef("\ntime %d .. steps-%d", o.FirstStep, o.LastStep)
	if o.Backward {
		p.WriteString(" backward")
	}
	p.WriteString("\n")
	for _, s := range o.Scalars {
		p.writef("scalar %s\n", s)
	}
	for _, a := range o.Arrays {
		p.array(o, a)
	}
	for _, q := range o.Points {
		verb := "sample"
		if q.Inject {
			verb = "inject"
		}
		p.writef("points %s %s", q.Name, verb)
		if q.Traces != q.Name {
			p.writef(" traces %s", q.Traces)
		}
		p.half(o, q.Stagger)
		if q.Staged > 0 {
			p.writef(" staged %d", q.Staged)
		}
		if q.Tiled {
			p.writef(" tiled")
		}
		p.quoted(q.Doc)
		p.WriteString("\n")
	}
	for _, s := range o.Series {
		p.writef("series %s", s.Name)
		p.quoted(s.Doc)
		p.WriteString("\n")
	}
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) writef(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func (p *printer) quoted(text string) {
	if text != "" {
		p.writef(" %q", text)
	}
}

// AxisName names an axis, also one that does not exist: a faulty program must
// print too.
func (o *Operator) AxisName(i int) string {
	if i < 0 || i >= len(o.Axes) {
		return fmt.Sprint("axis", i)
	}
	return o.Axes[i]
}

func (p *printer) array(o *Operator, a *Array) {
	var spans []string
	if a.Role == State {
		spans = append(spans, "t")
	}
	for _, x := range a.Axes {
		spans = append(spans, o.AxisName(x))
	}
	p.writef("%s %s[%s]", a.Role, a.Name, strings.Join(spans, ", "))
	if a.Levels != 1 || a.Buffers != 1 {
		p.writef(" levels %d buffers %d", a.Levels, a.Buffers)
	}
	if a.Storage != Rotating {
		p.writef(" %s", a.Storage)
	}
	if a.Local {
		p.writef(" local")
	}
	if !a.Every.IsZero() {
		p.writef(" every %s", a.Every)
	}
	if a.Usual != nil {
		p.writef(" usual %g", *a.Usual)
	}
	if a.Narrow {
		p.writef(" f16")
	}
	p.half(o, a.Stagger)
	for axis, e := range a.Edges {
		if e != [2]Edge{} {
			p.writef(" edge %s %s %s", o.AxisName(axis), e[0], e[1])
		}
	}
	for axis, h := range a.Halo {
		p.writef(" halo %s %d %d", o.AxisName(axis), h[0], h[1])
	}
	for axis, s := range a.Slabs {
		if !s.Whole() {
			p.writef(" slabs %s %d %d gap %d", o.AxisName(axis), s.First, s.Last, s.Gap)
		}
	}
	p.quoted(a.Doc)
	p.WriteString("\n")
}

// half names the axes along which something lies between the nodes.
func (p *printer) half(o *Operator, half []bool) {
	for axis, h := range half {
		if h {
			p.writef(" half %s", o.AxisName(axis))
		}
	}
}

func (s Steps) String() string {
	if s.Scalar != "" {
		return "$" + s.Scalar
	}
	return fmt.Sprint(s.Number)
}

// Read reads a signature in its text form.
func Read(p *text.Parser, word string) *Operator {
	r := reader{p, &Operator{}}
	r.head(word)
	for r.declaration() {
	}
	return r.o
}

type reader struct {
	*text.Parser
	o *Operator
}

func (r reader) head(word string) {
	o := r.o
	r.Expect(word)
	o.Name = r.Name("the operator")
	switch t := r.Take(); t.String() {
	case "f32":
		o.Real = F32
	case "f64":
		o.Real = F64
	default:
		r.Fail(t, "expected f32 or f64, found %s", t)
	}
	o.Doc = r.Quoted()
	r.Expect("axes")
	r.List(func() {
		t := r.Peek()
		a := r.Name("an axis")
		if a == "t" || slices.Contains(o.Axes, a) {
			r.Fail(t, "the name %s is taken", a)
		}
		r.Expect("halo")
		o.Axes, o.Halo = append(o.Axes, a), append(o.Halo, r.Integer())
	})
	r.Expect("time")
	o.FirstStep = r.Integer()
	r.Expect("..")
	r.Expect("steps")
	r.Expect("-")
	o.LastStep = r.Integer()
	o.Backward = r.Accept("backward")
}

// declaration reads a scalar, an array or a set of points, if there is one.
func (r reader) declaration() bool {
	for role := Param; role <= Temporary; role++ {
		if r.Accept(role.String()) {
			r.array(role)
			return true
		}
	}
	switch {
	case r.Accept("scalar"):
		r.o.Scalars = append(r.o.Scalars, r.Name("a scalar"))
	case r.Accept("points"):
		q := &Points{Name: r.Name("points")}
		q.Traces = q.Name
		if q.Inject = r.Accept("inject"); !q.Inject {
			r.Expect("sample")
		}
		if r.Accept("traces") {
			q.Traces = r.Name("points")
		}
		q.Stagger = r.half()
		if r.Accept("staged") {
			q.Staged = r.Integer()
		}
		q.Tiled = r.Accept("tiled")
		q.Doc = r.Quoted()
		r.o.Points = append(r.o.Points, q)
	case r.Accept("series"):
		r.o.Series = append(r.o.Series, &Series{Name: r.Name("a series"), Doc: r.Quoted()})
	default:
		return false
	}
	return true
}

func (r reader) array(role Role) {
	a := &Array{Role: role, Levels: 1, Buffers: 1, Name: r.Name("an array")}
	r.Expect("[")
	separator := ""
	if role == State {
		r.Expect("t")
		separator = ","
	}
	for !r.Accept("]") {
		if separator != "" {
			r.Expect(separator)
		}
		separator = ","
		a.Axes = append(a.Axes, r.axis())
	}
	if r.Accept("levels") {
		a.Levels = r.Integer()
		r.Expect("buffers")
		a.Buffers = r.Integer()
	}
	switch {
	case r.Accept("saved"):
		a.Storage = Saved
	case r.Accept("input"):
		a.Storage = Input
	}
	a.Local = r.Accept("local")
	if r.Accept("every") {
		a.Every = ReadSteps(r.Parser)
	}
	if r.Accept("usual") {
		v := float64(r.Integer())
		a.Usual = &v
	}
	a.Narrow = r.Accept("f16")
	a.Stagger = r.half()
	for r.Accept("edge") {
		if a.Edges == nil {
			a.Edges = make([][2]Edge, len(r.o.Axes))
		}
		axis := r.axis()
		a.Edges[axis] = [2]Edge{ReadEdge(r.Parser), ReadEdge(r.Parser)}
	}
	for r.Accept("halo") {
		if a.Halo == nil {
			a.Halo = make([][2]int, len(r.o.Axes))
		}
		a.Halo[r.axis()] = [2]int{r.Integer(), r.Integer()}
	}
	for r.Accept("slabs") {
		if a.Slabs == nil {
			a.Slabs = make([]Slabs, len(r.o.Axes))
		}
		axis := r.axis()
		a.Slabs[axis] = Slabs{First: r.Integer(), Last: r.Integer()}
		r.Expect("gap")
		a.Slabs[axis].Gap = r.Integer()
	}
	a.Doc = r.Quoted()
	r.o.Arrays = append(r.o.Arrays, a)
}

func (r reader) half() []bool {
	var out []bool
	for r.Accept("half") {
		if out == nil {
			out = make([]bool, len(r.o.Axes))
		}
		out[r.axis()] = true
	}
	return out
}

func (r reader) axis() int { return r.o.ReadAxis(r.Parser) }

// ReadAxis reads the name of an axis and gives its number.
func (o *Operator) ReadAxis(p *text.Parser) int {
	t := p.Peek()
	axis := slices.Index(o.Axes, p.Name("an axis"))
	if axis < 0 {
		p.Fail(t, "there is no axis %s", t)
	}
	return axis
}

// ReadEdge reads the name of an edge.
func ReadEdge(p *text.Parser) Edge {
	t := p.Take()
	for e := Open; e <= Last; e++ {
		if t.Text == e.String() {
			return e
		}
	}
	p.Fail(t, "expected open, even, odd, zero, wrap or last, found %s", t)
	return Open
}

// ReadSteps reads a number of steps.
func ReadSteps(p *text.Parser) Steps {
	if p.Accept("$") {
		return Steps{Scalar: p.Name("a scalar")}
	}
	return Steps{Number: p.Integer()}
}

// ReadBound reads an end of a box.
func ReadBound(p *text.Parser) Bound {
	if p.Accept("size") {
		return Bound{End: true, At: p.Shift()}
	}
	return Bound{At: p.Signed()}
}

// ReadSpan reads a range of an axis.
func ReadSpan(p *text.Parser) Span {
	s := Span{Lo: ReadBound(p)}
	p.Expect("..")
	s.Hi = ReadBound(p)
	return s
}
