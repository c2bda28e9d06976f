package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// randomProgram makes a small program: one or two wavefields that are updated
// in turns, temporaries between them, a boundary that is filled, an image, a
// source and a receiver.
func randomProgram(seed uint64) *stencil.Program {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7))}
	dim := 1 + r.IntN(3)
	axes := []string{"x", "y", "z"}[3-dim:]
	p := &stencil.Program{Operator: signature.Operator{Name: "random", Real: signature.F64, Axes: axes, Halo: slices.Repeat([]int{8}, dim),
		Scalars: []string{"dt"}, FirstStep: 1, LastStep: 1, Backward: r.IntN(4) == 0,
		Points: []*signature.Points{{Name: "src", Traces: "src", Inject: true}, {Name: "rec", Traces: "rec"}}}}
	r.p = p
	all := make([]int, dim)
	for i := range all {
		all[i] = i
	}
	array := func(name string, role signature.Role, levels int) *signature.Array {
		a := &signature.Array{Name: name, Role: role, Axes: all, Levels: levels, Buffers: levels}
		p.Arrays = append(p.Arrays, a)
		return a
	}
	array("m", signature.Param, 1)
	p.Arrays = append(p.Arrays, &signature.Array{Name: "d", Axes: []int{r.IntN(dim)}, Levels: 1, Buffers: 1})
	array("u", signature.State, 2+r.IntN(2))
	if r.IntN(3) > 0 {
		array("v", signature.State, 2+r.IntN(2))
	}
	if r.IntN(6) == 0 {
		p.Arrays[2].Storage = signature.Saved
	}
	r.reach = 1 + r.IntN(2)
	v := p.Array("v") != nil
	now := []string{"u", "m"}
	if v {
		now = append(now, "v")
	}
	r.compute("u", now, map[string]int{}, 0)
	if r.IntN(2) == 0 {
		p.Step = append(p.Step, &stencil.Inject{Points: "src", Target: r.at("u", 1, false), Value: r.at("m", 0, false), Note: "inject src", Ahead: r.IntN(2)})
	}
	var filled *stencil.Fill
	if axis := dim - 1; r.IntN(3) == 0 {
		edges := make([][2]signature.Edge, dim)
		edges[axis] = [2]signature.Edge{signature.Edge(r.IntN(3)), signature.Even}
		width := slices.Repeat([][2]int{{8, 8}}, dim)
		filled = &stencil.Fill{Field: "u", Time: 1, Width: width, Edges: edges}
		p.Array("u").Edges = edges
		p.Step = append(p.Step, filled)
	}
	if v {
		r.compute("v", []string{"v", "m"}, map[string]int{"u": 1}, 1)
	}
	if r.IntN(3) == 0 {
		p.Arrays = append(p.Arrays, &signature.Array{Name: "g", Role: signature.Image, Axes: all, Levels: 1, Buffers: 1})
		c := &stencil.Compute{Axes: all, Box: slices.Repeat([]signature.Span{signature.Whole}, dim), Body: []stencil.Assignment{
			&stencil.Assign{Target: r.at("g", 0, false), Value: expr.Sum(r.at("g", 0, false), expr.Product(r.at("u", 0, true), r.at("u", 0, false))), Note: "image g"}}}
		if r.IntN(2) == 0 {
			c.When = &stencil.When{Every: signature.Steps{Number: 2}}
		}
		p.Step = append(p.Step, c)
	}
	if r.IntN(2) == 0 {
		s := &stencil.Sample{Points: "rec", Value: r.at("u", 0, false), Note: "sample rec"}
		if r.IntN(3) == 0 {
			s.When = &stencil.When{Last: true}
		}
		p.Step = append(p.Step, s)
	}
	if err := pass.Run(p, facts.CPU, pass.Options{Disable: []string{"zerosum"}}); err != nil {
		panic(err)
	}
	p.Require()
	return p
}

type random struct {
	*rand.Rand
	p     *stencil.Program
	reach int
	temps int
}

// at is a read at an offset along one axis or none.
func (r *random) at(field string, time int, away bool) *stencil.Access {
	a := &stencil.Access{Field: field, Time: time, Offset: make([]int, len(r.p.Axes))}
	if away {
		axis := r.IntN(len(r.p.Axes))
		if r.p.Array(field).Spans(axis) {
			a.Offset[axis] = r.IntN(2*r.reach+1) - r.reach
		}
	}
	return a
}

// compute updates a wavefield out of others, at levels that are there, and
// sometimes through temporaries.
func (r *random) compute(field string, now []string, next map[string]int, turn int) {
	dim := len(r.p.Axes)
	all := r.p.Array(field).Axes
	var reads []expr.Expr
	term := func(name string, time int) {
		w := expr.Const(float64(1+r.IntN(9)) / 64)
		reads = append(reads, expr.Product(w, r.at(name, time, r.IntN(4) > 0)))
	}
	for range r.IntN(3) {
		name := fmt.Sprintf("w%d", r.temps)
		r.temps++
		r.p.Arrays = append(r.p.Arrays, &signature.Array{Name: name, Role: signature.Temporary, Axes: all, Levels: 1, Buffers: 1})
		var sum []expr.Expr
		for range 1 + r.IntN(3) {
			from := now[r.IntN(len(now))]
			sum = append(sum, expr.Product(expr.Const(float64(1+r.IntN(9))/32), r.at(from, 0, true)))
		}
		if r.IntN(3) == 0 && r.temps > 1 && turn == 0 {
			// Its own margin is wider below, so that another temporary may be read.
			sum = append(sum, r.at(fmt.Sprintf("w%d", r.temps-2), 0, true))
		}
		box := make([]signature.Span, dim)
		n := r.reach * (4 - min(r.temps, 3))
		for axis := range box {
			box[axis] = signature.Span{Lo: signature.Bound{At: -n}, Hi: signature.Bound{End: true, At: n}}
		}
		r.p.Step = append(r.p.Step, &stencil.Compute{Axes: all, Box: box, Body: []stencil.Assignment{&stencil.Assign{Target: r.at(name, 0, false), Value: expr.Sum(sum...), Note: "temporary " + name}}})
		for range 1 + r.IntN(2) {
			term(name, 0)
		}
	}
	for range 1 + r.IntN(4) {
		term(now[r.IntN(len(now))], 0)
	}
	for name, time := range next {
		for range 1 + r.IntN(3) {
			term(name, time)
		}
	}
	a := r.p.Array(field)
	if a.Levels > 2 {
		reads = append(reads, expr.Subtract(r.at(field, -1, false)))
	}
	if r.IntN(2) == 0 {
		reads = append(reads, expr.Product(expr.Scalar("dt"), r.at("d", 0, false)))
	}
	box := slices.Repeat([]signature.Span{signature.Whole}, dim)
	if r.IntN(4) == 0 {
		axis := r.IntN(dim)
		box[axis] = signature.Span{Lo: signature.Bound{At: r.IntN(2)}, Hi: signature.Bound{End: true, At: -r.IntN(2)}}
	}
	r.p.Step = append(r.p.Step, &stencil.Compute{Axes: all, Box: box, Body: []stencil.Assignment{&stencil.Assign{Target: r.at(field, 1, false), Value: expr.Sum(reads...), Note: "update " + field}}})
}

// randomSchedule makes a schedule that may be legal or not.
func randomSchedule(p *stencil.Program, seed uint64) *Schedule {
	r := rand.New(rand.NewPCG(seed, 11))
	s := &Schedule{Operator: p.Name}
	labels := p.Labels()
	steps := 1
	if r.IntN(2) == 0 {
		steps = 1 + r.IntN(4)
	}
	for i := 0; i < len(labels); {
		n := 1 + r.IntN(len(labels)-i)
		if steps > 1 || i == 0 && r.IntN(3) == 0 {
			n = len(labels)
		}
		g := Group{Of: labels[i : i+n], Steps: steps}
		randomGroup(p, &g, i, r)
		s.Groups = append(s.Groups, g)
		i += n
	}
	for _, a := range p.Arrays {
		if inLayers(p, a) && r.IntN(2) == 0 {
			s.Slabs = append(s.Slabs, a.Name)
		}
	}
	if r.IntN(3) == 0 {
		for _, a := range p.Arrays {
			if a.Role != signature.State || slices.Contains(s.Slabs, a.Name) {
				continue
			}
			h := Halo{Field: a.Name}
			for axis := range p.Axes {
				h.Width = append(h.Width, [2]int{p.Halo[axis] + r.IntN(2), p.Halo[axis] + r.IntN(2)})
			}
			s.Halos = append(s.Halos, h)
			break
		}
	}
	return s
}

// inLayers reports whether a wavefield is computed near the ends of axes alone,
// and so may be stored there alone.
func inLayers(p *stencil.Program, a *signature.Array) bool {
	if a.Role != signature.State || a.Storage != signature.Rotating || a.Edges != nil {
		return false
	}
	_, err := p.Slabs(a.Name)
	return err == nil
}

func randomGroup(p *stencil.Program, g *Group, first int, r *rand.Rand) {
	compute := false
	var temps []string
	for i := range g.Of {
		if c, ok := p.Step[first+i].(*stencil.Compute); ok {
			compute = true
			for _, t := range c.Targets() {
				if p.Array(t.Field).Role == signature.Temporary {
					temps = append(temps, t.Field)
				}
			}
		}
	}
	if !compute {
		return
	}
	axes := slices.Clone(p.Axes)
	r.Shuffle(len(axes), func(i, j int) { axes[i], axes[j] = axes[j], axes[i] })
	for _, axis := range axes[:r.IntN(len(axes)+1)] {
		mode := Mode(r.IntN(3))
		if g.Steps > 1 || len(g.Of) > 1 && r.IntN(2) == 0 {
			mode = Skew
		}
		t := Tile{Axis: axis, Size: 1 + r.IntN(6), Mode: mode}
		if mode == Free && axis != p.Axes[len(p.Axes)-1] && r.IntN(2) == 0 {
			t.Size = 0
		}
		g.Tiles = append(g.Tiles, t)
	}
	if len(temps) > 0 && g.Steps == 1 && len(axes) > 1 && r.IntN(2) == 0 { // planes of temporaries in a ring
		along := axes[0]
		if along == p.Axes[len(p.Axes)-1] {
			along = axes[1]
		}
		g.Tiles = nil
		for _, axis := range axes {
			if axis != along && r.IntN(2) == 0 {
				g.Tiles = append(g.Tiles, Tile{Axis: axis, Size: 1 + r.IntN(6), Mode: Overlap})
			}
		}
		g.Tiles = append(g.Tiles, Tile{Axis: along, Size: 1 + r.IntN(3), Mode: Skew})
	}
	ring := ""
	for i, t := range g.Tiles {
		if t.Mode == Skew && i == len(g.Tiles)-1 {
			ring = t.Axis
		}
	}
	for _, name := range temps {
		if g.Steps == 1 && len(g.Tiles) > 0 && r.IntN(3) > 0 {
			g.Local = append(g.Local, Local{Field: name, Ring: ring})
		}
	}
	g.Threads = Threads(r.IntN(4))
	if g.Threads == Device { // blocks of a device: shared memory in place of a thread's, no lanes
		for i := range g.Tiles {
			g.Tiles[i].Size = max(1, g.Tiles[i].Size)
		}
		g.Lanes, g.Jam = 0, 0
		return
	}
	if len(g.Local) > 0 && g.Threads == Points {
		g.Threads = None
	}
	if len(g.Tiles) > 0 && g.Tiles[0].Mode == Skew && g.Threads == Tiles {
		g.Threads = None
	}
	g.Dynamic = g.Threads == Tiles && r.IntN(2) == 0
	g.Lanes = []int{0, 1, 4}[r.IntN(3)]
	if g.Lanes > 1 && len(p.Axes) > 1 && r.IntN(2) == 0 {
		g.Prefetch = 5
	}
	if len(p.Axes) > 1 && r.IntN(3) == 0 {
		g.Jam = 2 + r.IntN(3)
	}
}
