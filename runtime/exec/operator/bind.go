package operator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/symbolic"
)

// Bind checks the arguments, takes the memory and makes everything ready for
// the first step. Errors: BadArguments with all faults, or an engine's.
func (op *Operator) Bind(a Arguments) (*Run, error) {
	b, err := op.checked(a, false)
	if err != nil {
		return nil, err
	}
	run, err := b.layout()
	if err != nil {
		return nil, err
	}
	if err := b.fits(run); err != nil {
		return nil, err
	}
	if err := b.load(run); err != nil {
		run.Close()
		return nil, err
	}
	return run, nil
}

// checked is a binder whose arguments are good. Those that plan leave levels out
// that are shared later.
func (op *Operator) checked(a Arguments, plan bool) (*binder, error) {
	b := &binder{op: op, k: op.Program.Signature, a: a, machine: machine.Describe(), plan: plan}
	b.separate()
	for _, check := range []func(){b.grid, b.sizes, b.steps, b.slabs, b.names, b.defaults, b.fields, b.rhythms, b.regions, b.layers, b.requirements} {
		check()
		// What follows needs a grid to speak of.
		if b.lattice == nil {
			return nil, b.err()
		}
	}
	// The limit of the time step needs the medium and no points; both are said at once.
	medium := b.err()
	b.points()
	if medium != nil {
		return nil, b.err()
	}
	limits, unstable := b.stability()
	if unstable != nil {
		if b.err() == nil {
			return nil, Unstable{unstable}
		}
		b.add("%s", unstable)
	}
	if err := b.err(); err != nil {
		return nil, err
	}
	return b, b.warn(limits)
}

// Check finds what is wrong with the arguments of a run, as Bind does, of a program
// that need not be built yet. Errors: BadArguments with all faults.
func Check(p *codegen.Program, a Arguments) error {
	a.Warn = nil
	_, err := (&Operator{Program: p}).checked(a, false)
	return err
}

// binder checks one set of arguments.
type binder struct {
	faults
	op      *Operator
	k       *signature.Operator
	a       Arguments
	machine machine.Machine
	lattice *lattice
	plan    bool // levels may be missing
}

// separate takes arrays without axes for the numbers that they are.
func (b *binder) separate() {
	fields, constants := map[string]*field.Array{}, maps.Clone(b.a.Constants)
	if constants == nil {
		constants = map[string]float64{}
	}
	for _, name := range sorted(b.a.Fields) {
		a := b.a.Fields[name]
		_, twice := constants[name]
		if a != nil && len(a.Shape) == 0 && a.Len() == 1 && !twice {
			constants[name] = a.At(0)
		} else {
			fields[name] = a
		}
	}
	b.a.Fields, b.a.Constants = fields, constants
}

// grid checks shape, spacing and origin.
func (b *binder) grid() {
	axes := b.k.Axes
	dim := len(axes)
	names := strings.Join(axes, ", ")
	if len(b.a.Shape) != dim {
		b.add("the operator has %d axes (%s), but the shape has %d numbers", dim, names, len(b.a.Shape))
		return
	}
	if len(b.a.Spacing) != dim {
		b.add("the operator has %d axes (%s), but %d spacings were given", dim, names, len(b.a.Spacing))
		return
	}
	if b.a.Origin == nil {
		b.a.Origin = make([]float64, dim)
	}
	if len(b.a.Origin) != dim {
		b.add("the operator has %d axes (%s), but the origin has %d numbers", dim, names, len(b.a.Origin))
		return
	}
	for i, x := range axes {
		if b.a.Shape[i] < 1 {
			b.add("axis %s has %d points; it needs at least 1", x, b.a.Shape[i])
		}
		if h := b.a.Spacing[i]; !(h > 0) || math.IsInf(h, 0) {
			b.add("axis %s has spacing %g; it must be a positive number", x, h)
		}
		if o := b.a.Origin[i]; !finite(o) {
			b.add("axis %s has origin %g; it must be a finite number", x, o)
		}
	}
	if h := b.a.Spacing; b.op.Program.Problem.Grid.Uniform && slices.Max(h) != slices.Min(h) {
		b.add("the operator was compiled for one spacing along all axes, not for %v; compile it without Uniform", h)
	}
	p := b.op.Program.Problem
	for axis, ends := range p.Absorbs() {
		layers := 0
		for _, absorbs := range ends {
			if absorbs {
				layers += p.Border
			}
		}
		if n := b.a.Shape[axis]; layers >= n && layers > 0 {
			b.add("axis %s has %d points, and %d of them would be absorbing layers; use more points, or layers of fewer", axes[axis], n, layers)
		}
	}
	if len(b.list) == 0 {
		b.lattice = &lattice{axes, b.a.Shape, b.a.Origin, b.a.Spacing, b.op.Program.Problem.Grid.Periodic}
	}
}

func finite(v float64) bool { return v-v == 0 }

// steps checks what concerns time and threads.
func (b *binder) steps() {
	if least := b.k.FirstStep + b.k.LastStep + 1; b.a.Steps < least {
		b.add("%d time levels leave no step to take; an equation of this order in time needs at least %d", b.a.Steps, least)
	}
	if !(b.a.Dt > 0) || math.IsInf(b.a.Dt, 0) {
		b.add("the time step is %g; it must be a positive number", b.a.Dt)
	}
	if b.a.Threads < 0 || b.a.Threads > 4096 {
		b.add("%d threads were asked for; give 1 to 4096, or 0 for one per core", b.a.Threads)
	}
	if b.a.Threads == 0 {
		b.a.Threads = b.machine.Cores
	}
	if b.a.Block != nil && len(b.a.Block) != len(b.k.Axes) {
		b.add("the block has %d numbers; the operator has %d axes", len(b.a.Block), len(b.k.Axes))
	}
	for i, n := range b.a.Block {
		if n < 1 {
			b.add("the block has %d points along %s; it needs at least 1", n, b.k.Axes[min(i, len(b.k.Axes)-1)])
		}
	}
	if b.a.Interpolation < Linear || b.a.Interpolation > Nearest {
		b.add("there is no interpolation %d", b.a.Interpolation)
	}
	if b.a.Outside < Refuse || b.a.Outside > Clamp {
		b.add("there is no rule %d for points outside of the grid", b.a.Outside)
	}
}

// names finds arguments that the operator does not have, and says what was
// meant.
func (b *binder) names() {
	var fields, constants []string
	for _, x := range b.k.Arrays {
		if f := functionOf(b.op.Program.Problem, x.Name); isGiven(x) && (f == nil || !f.Local) {
			fields = append(fields, x.Name)
		}
	}
	for _, f := range b.op.Program.Problem.Functions {
		if f.Role == symbolic.Field && !slices.Contains(fields, f.Name) {
			fields = append(fields, f.Name) // others may follow from it
		}
	}
	constants = append(slices.Clone(fields), "peak_frequency")
	for _, q := range b.op.Program.Problem.Parameters {
		constants = append(constants, q.Name)
	}
	for _, name := range sorted(b.a.Fields) {
		b.known("field", name, fields)
	}
	for _, name := range sorted(b.a.Constants) {
		b.known("field or scalar", name, constants)
		if b.a.Fields[name] != nil {
			b.add("%s is set twice: to an array and to the number %g", name, b.a.Constants[name])
		}
		if v := b.a.Constants[name]; !finite(v) {
			b.add("%s is set to %g; it must be a finite number", name, v)
		}
	}
	for _, q := range b.op.Program.Problem.Parameters {
		if _, ok := b.a.Constants[q.Name]; !ok && q.Default == nil {
			b.add("scalar %s%s has no value and no default", q.Name, described(q.Doc))
		}
	}
}

// known finds a name that the operator does not have.
func (b *binder) known(kind, name string, known []string) {
	if !slices.Contains(known, name) {
		b.add("operator %s has no %s %q; %s", b.k.Name, kind, name, alternatives(name, known))
	}
}

// alternatives helps with a misspelt name.
func alternatives(name string, known []string) string {
	if len(known) == 0 {
		return "it has none"
	}
	if s := dsl.Suggest(name, known); s != "" {
		return fmt.Sprintf("did you mean %s?", s)
	}
	return "it has " + strings.Join(known, ", ")
}

func described(doc string) string {
	if doc == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", doc)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// fields checks the arrays.
func (b *binder) fields() {
	for _, x := range b.k.Arrays {
		if !isGiven(x) {
			continue
		}
		a, given := b.a.Fields[x.Name]
		if _, constant := b.a.Constants[x.Name]; constant {
			continue
		}
		if !given || a == nil {
			switch {
			case x.Given():
				if b.plan || b.a.Levels[x.Name] != nil {
					continue
				}
				b.add("wavefield %s%s has no values; give its levels, an array of shape %s", x.Name, described(x.Doc), field.ShapeString(append([]int{b.a.Steps}, b.shapeOf(x)...)))
			case x.Role == signature.Param:
				if f := functionOf(b.op.Program.Problem, x.Name); f != nil && f.Default != nil {
					continue // defaults says what it lacks, or waits for other faults to be mended
				}
				b.add("field %s%s has no values; give an array of shape %s or a number", x.Name, described(x.Doc), field.ShapeString(b.shapeOf(x)))
			}
			continue
		}
		want := b.shapeOf(x)
		levels := append([]int{b.k.FirstStep + 1}, want...)
		if x.Given() {
			want = append([]int{b.a.Steps}, want...)
		}
		switch {
		case slices.Equal(a.Shape, want), x.Computed() && slices.Equal(a.Shape, levels):
			if i := a.FirstNotFinite(); i != nil {
				b.add("%s has a NaN or an infinity at index %s", x.Name, field.ShapeString(i))
			}
		case x.Computed():
			b.add("%s has shape %s; its initial state has shape %s, or %s for one array per level", x.Name, field.ShapeString(a.Shape), field.ShapeString(want), field.ShapeString(levels))
		default:
			b.add("%s has shape %s; on this grid it has shape %s", x.Name, field.ShapeString(a.Shape), field.ShapeString(want))
		}
	}
}

// isGiven reports whether the caller may give an array values.
func isGiven(x *signature.Array) bool {
	return x.Role == signature.Param || x.Computed() || x.Role == signature.Image || x.Given()
}

// rhythms checks the numbers of steps of conditions and histories.
func (b *binder) rhythms() {
	for _, s := range b.k.Rhythms {
		if s.Scalar == "" {
			continue
		}
		if v := b.scalar(s.Scalar); finite(v) && (v < 1 || v != math.Trunc(v) || v > 1<<31) {
			b.add("scalar %s is a number of steps, so it must be a whole number, at least 1, not %g", s.Scalar, v)
		}
	}
}

// regions checks that the grid holds what the statements run over.
func (b *binder) regions() {
	seen := map[string]bool{}
	for _, box := range b.k.Boxes {
		for axis, s := range box.Span {
			n := b.a.Shape[axis]
			at := func(e signature.Bound) int {
				// The halo holds what is computed beyond the ends.
				if e.End {
					return n + min(e.At, 0)
				}
				return max(e.At, 0)
			}
			if lo, hi := at(s.Lo), at(s.Hi); lo < 0 || hi > n || lo > hi {
				if text := fmt.Sprintf("axis %s has %d points, too few for a region of the statement at %s", b.k.Axes[axis], n, box.Note); !seen[text] {
					seen[text] = true
					b.add("%s", text)
				}
			}
		}
	}
}

// layers refuses grids on which what the layers of both ends of an axis add would
// overlap: there it would be added twice.
func (b *binder) layers() {
	p := b.op.Program.Discretised
	if p.Border == 0 {
		return
	}
	least := make([]int, len(b.k.Axes))
	reach := make([][2]int, len(b.k.Axes))
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Region == nil {
			continue
		}
		local := u.Target.Func.Local
		symbolic.Visit(u.Value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			local = local || ok && a.Func.Local
		})
		if !local {
			continue
		}
		for axis, span := range u.Region.Span {
			if !span.Hi.End {
				reach[axis][0] = max(reach[axis][0], span.Hi.At)
			}
			if span.Lo.End {
				reach[axis][1] = max(reach[axis][1], -span.Lo.At)
			}
		}
	}
	for axis, x := range b.k.Axes {
		if least[axis] = reach[axis][0] + reach[axis][1]; b.a.Shape[axis] < least[axis] {
			b.add("axis %s has %d points; with layers of %d at its ends, whose stencils reach inward, it needs at least %d: take more points, or fewer of layers", x, b.a.Shape[axis], p.Border, least[axis])
		}
	}
}

// steps64 is the number of steps of a history.
func (b *binder) steps64(s signature.Steps) int64 {
	if s.Scalar != "" {
		return int64(b.scalar(s.Scalar))
	}
	return int64(s.Number)
}

// shapeOf is the shape of an array on the grid, without halo.
func (b *binder) shapeOf(x *signature.Array) []int {
	shape := []int{}
	for _, axis := range x.Axes {
		shape = append(shape, b.a.Shape[axis])
	}
	return shape
}

// points checks sources and receivers.
func (b *binder) points() {
	var silent, names []string // sources that are not given, and all points
	sources := 0
	for _, p := range b.op.Program.Problem.Points {
		names = append(names, p.Name)
	}
	for _, name := range sorted(b.a.Points) {
		b.known("points", name, names)
	}
	for _, p := range b.op.Program.Problem.Points {
		given, ok := b.a.Points[p.Name]
		if p.Inject {
			sources++
		}
		if !ok {
			if p.Inject {
				silent = append(silent, p.Name)
			}
			continue
		}
		if !b.placed(p.Name, given) {
			continue
		}
		switch want := []int{b.a.Steps, given.Count()}; {
		case !p.Inject && given.Traces != nil:
			b.add("%s is recorded, so it takes no traces", p.Name)
		case p.Inject && given.Traces == nil:
			b.add("source %s has no traces; give an array of shape %s", p.Name, field.ShapeString(want))
		case p.Inject && !slices.Equal(given.Traces.Shape, want):
			b.add("the traces of %s have shape %s; %d time levels and %d points need %s", p.Name, field.ShapeString(given.Traces.Shape), want[0], want[1], field.ShapeString(want))
		case p.Inject:
			if i := given.Traces.FirstNotFinite(); i != nil {
				b.add("the traces of %s have a NaN or an infinity at index %s", p.Name, field.ShapeString(i))
			}
		}
	}
	// Of several kinds of sources a run may use some.
	if len(silent) == sources && sources == 1 {
		b.add("source %s has no coordinates and no traces", silent[0])
	} else if len(silent) == sources && sources > 1 {
		b.add("none of the sources %s has coordinates and traces", strings.Join(silent, ", "))
	}
}

// placed checks where points are.
func (b *binder) placed(name string, p Points) bool {
	dim := len(b.k.Axes)
	if p.Weights != nil || p.Nodes != nil {
		return b.tied(name, p)
	}
	at := p.At
	static := at != nil && len(at.Shape) == 2 && at.Shape[1] == dim
	moving := at != nil && len(at.Shape) == 3 && at.Shape[0] == b.a.Steps && at.Shape[2] == dim
	if !static && !moving {
		shape := "none"
		if at != nil {
			shape = "shape " + field.ShapeString(at.Shape)
		}
		b.add("%s needs coordinates of shape (points, %d), one row (%s) a point, or (%d, points, %d) when it moves; it has %s", name, dim, strings.Join(b.k.Axes, ", "), b.a.Steps, dim, shape)
		return false
	}
	if i := at.FirstNotFinite(); i != nil {
		b.add("the coordinates of %s have a NaN or an infinity at index %s", name, field.ShapeString(i))
		return false
	}
	if outside := b.lattice.outside(name, at); outside != "" && b.a.Outside == Refuse {
		b.add("%s", outside)
	}
	return true
}

// tied checks points that are tied to given nodes.
func (b *binder) tied(name string, p Points) bool {
	dim := len(b.k.Axes)
	switch {
	case p.At != nil:
		b.add("%s has both coordinates and nodes; give one of them", name)
	case p.Nodes == nil || p.Weights == nil || len(p.Weights.Shape) != 2 || !slices.Equal(p.Nodes.Shape, []int{p.Weights.Shape[0], p.Weights.Shape[1], dim}):
		b.add("%s needs nodes of shape (points, k, %d) and weights of shape (points, k)", name, dim)
	case p.Weights.FirstNotFinite() != nil || p.Nodes.FirstNotFinite() != nil:
		b.add("the nodes or weights of %s have a NaN or an infinity", name)
	default:
		for i := range p.Nodes.Len() {
			if v := p.Nodes.At(i); v != math.Trunc(v) || v < 0 || v >= float64(b.a.Shape[i%dim]) {
				b.add("%s is tied to node %g along %s, which has the nodes 0 to %d", name, v, b.k.Axes[i%dim], b.a.Shape[i%dim]-1)
				return false
			}
		}
		return true
	}
	return false
}

// scalar is the value of a run-time scalar of the kernel.
func (b *binder) scalar(name string) float64 {
	if name == "dt" {
		return b.a.Dt
	}
	for i, x := range b.k.Axes {
		if name == "h_"+x {
			return b.a.Spacing[i]
		}
	}
	if v, ok := b.a.Constants[name]; ok {
		return v
	}
	for _, q := range b.op.Program.Problem.Parameters {
		if v, number := q.Number(); number && q.Name == name {
			return v
		}
	}
	return math.NaN()
}

// layout makes a run with everything placed but nothing allocated.
func (b *binder) layout() (*Run, error) {
	r := &Run{op: b.op, args: b.a, Next: b.k.FirstStep, checked: b.k.FirstStep, First: b.k.FirstStep, Last: b.a.Steps - 1 - b.k.LastStep}
	r.mirror = r.First + r.Last
	for i, x := range b.k.Arrays {
		frames, every := 0, 0
		if x.Role == signature.History {
			every = int(b.steps64(x.Every))
			frames = (b.a.Steps + every - 1) / every
		}
		if x.Keeps() {
			frames = b.a.Steps
			if b.a.Kept > 0 {
				frames = max(min(b.a.Kept, b.a.Steps), b.k.FirstStep+2)
			}
		}
		s, err := newStorage(b.k, x, b.a.Shape, i, frames, every, b.op.Library != nil)
		if err != nil {
			return nil, BadArguments{err.Error()}
		}
		if l := b.a.Levels[x.Name]; l != nil && x.Given() {
			if !l.fitsInto(s) {
				return nil, BadArguments{fmt.Sprintf("the levels of %s are laid out for another grid or halo; compile both operators with the same halo", x.Name)}
			}
			c := *l.storage
			c.array, c.shared = x, true
			s = &c
		}
		if o := b.beside(x); o != nil && (&Levels{o}).fitsInto(s) {
			c := *o
			c.array, c.shared = x, true
			s = &c
		}
		r.arrays = append(r.arrays, s)
	}
	for _, s := range b.k.Scalars {
		r.scalars = append(r.scalars, b.scalar(s))
	}
	return r, nil
}

// beside is the storage that an array shares with the run beside this one, nil when
// it has its own.
func (b *binder) beside(x *signature.Array) *storage {
	other := b.a.Beside
	if other == nil || x.Role != signature.Param && x.Role != signature.Precomputed || x.Given() {
		return nil
	}
	if x.Role == signature.Precomputed && b.op.Program.Stencil.SetupText() != other.op.Program.Stencil.SetupText() {
		return nil
	}
	i := slices.IndexFunc(other.arrays, func(s *storage) bool { return s.array.Name == x.Name && s.array.Role == x.Role })
	if i < 0 {
		return nil
	}
	return other.arrays[i]
}

// load allocates and fills.
func (b *binder) load(r *Run) error {
	for range b.k.Series {
		r.series = append(r.series, make([]float64, b.a.Steps))
	}
	for _, s := range r.arrays {
		if s.shared {
			continue
		}
		x := s.array
		if !r.reusable(s) || !r.op.spares.take(s, min(b.k.FirstStep+1, int(s.count))) {
			if err := s.allocate(); err != nil {
				return err
			}
		}
		if v := b.a.Constants[x.Name]; v != 0 { // fresh memory is zero
			levels := min(b.k.FirstStep+1, x.Buffers)
			if x.Given() {
				levels = int(s.count)
			}
			for level := range levels {
				s.fill(s.bufferOf(level), v)
			}
		}
		if a := b.a.Fields[x.Name]; a != nil {
			n := int(s.layout.Points())
			levels := min(b.k.FirstStep+1, x.Buffers)
			if x.Given() {
				levels = b.a.Steps
			}
			for level := range levels {
				s.write(s.bufferOf(level), a, level*n%max(a.Len(), 1))
			}
		}
	}
	traces := map[string]*field.Array{}
	for _, p := range b.k.Points {
		given, ok := b.a.Points[p.Traces]
		if !ok {
			given.At = field.New64(0, len(b.k.Axes))
		}
		if traces[p.Traces] == nil && b.a.Beside != nil && !p.Inject {
			traces[p.Traces] = b.a.Beside.traces(p.Traces)
		}
		if traces[p.Traces] == nil {
			traces[p.Traces] = b.traces(p, given)
		}
		r.points = append(r.points, b.pointData(p, given, traces[p.Traces]))
	}
	r.growth = b.watch(r)
	return r.begin()
}
