package cuda

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/backends/cfamily"
	"github.com/courant-pde/courant/codegen/loop"
)

// dialect is CUDA C.
type dialect struct {
	k         *loop.Kernel
	functions []string // of the device
}

func (d *dialect) Loop(p *cfamily.Printer, l *loop.For, inside bool) {}
func (d *dialect) Rows(p *cfamily.Printer, inside bool)              {}
func (d *dialect) Prefetch(*cfamily.Printer, string)                 {}
func (d *dialect) Pitch(*loop.Buffer) int                            { return 1 }
func (d *dialect) Once(p *cfamily.Printer)                           { p.Line("if (my_index() == 0)") }

// Head prints loops that threads of the device share: tiles are blocks, lanes
// are the threads of a block, the last axis along x; what threads of a
// processor share, all threads of the device share.
func (d *dialect) Head(p *cfamily.Printer, l *loop.For, inside bool) bool {
	v := p.Name("var "+l.Var, l.Var)
	lo, hi := p.Bounds(l)
	switch {
	case l.Kind == loop.Grid:
		index := "blockIdx." + string("xyz"[len(gridOf(l))-1])
		p.Line("const int64_t %s = %s + (int64_t)%s*%s; /* the tile of this block */", v, lo, index, p.Affine(l.Step))
		p.Line("{")
	case l.Kind == loop.InBlock:
		first, step := "0", "1"
		switch n := lanesIn(l); n {
		case 0:
			first, step = "threadIdx.x", "blockDim.x"
		case 1:
			first, step = "threadIdx.y", "blockDim.y"
		}
		p.Line("for (int64_t %s = %s + %s; %s < %s; %s += %s) {", v, lo, first, v, hi, v, step)
	case l.Kind == loop.Threads && !inside:
		p.Line("for (int64_t %s = %s + my_index()*%s; %s < %s; %s += all_indices()*%s) {", v, lo, p.Affine(l.Step), v, hi, v, p.Affine(l.Step))
	case l.Kind == loop.Single && !inside:
		p.Line("if (my_index() == 0) for (int64_t %s = %s; %s < %s; %s += %s) {", v, lo, v, hi, v, p.Affine(l.Step))
	default:
		return false
	}
	return true
}

// lanesIn is the number of loops of lanes within one.
func lanesIn(l *loop.For) int {
	for _, s := range l.Body {
		if inner, ok := s.(*loop.For); ok && inner.Kind == loop.InBlock {
			return 1 + lanesIn(inner)
		}
	}
	return 0
}

// Share gives each thread of the device, or within a tile of a block each of the
// block's, its part of the rows of a sparse statement. In a loop that threads share
// otherwise, one of them does all.
func (d *dialect) Share(around loop.Kind) (first, step string) {
	switch around {
	case loop.Sequential:
		return "my_index()", "all_indices()"
	case loop.Grid:
		return "threadIdx.y*blockDim.x + threadIdx.x", "blockDim.x*blockDim.y"
	}
	return "", ""
}

// Other prints what CUDA has of its own: the time loop on the host, and
// barriers of a block.
func (d *dialect) Other(p *cfamily.Printer, s loop.Stmt) {
	switch x := s.(type) {
	case *loop.Team:
		for _, s := range x.Body {
			if l, ok := s.(*loop.For); ok && l.Var == "t" {
				p.Head(l)
				p.In(func() { d.launches(p, "step", l.Body, true) })
			}
		}
	case *loop.Barrier:
		p.Line("__syncthreads();")
	}
}

// launches makes a function of the device of each statement, and launches it.
func (d *dialect) launches(p *cfamily.Printer, name string, body []loop.Stmt, step bool) {
	for i, s := range body {
		if _, number := s.(*loop.Let); number {
			continue
		}
		d.launch(p, fmt.Sprintf("%s%d", name, i), s, step)
	}
}

func (d *dialect) launch(p *cfamily.Printer, name string, s loop.Stmt, step bool) {
	name = p.Name("function "+name, d.k.Name+"_"+name)
	t, now := "", ""
	if step {
		t, now = ", int64_t t", ", t"
	}
	body := p.Function(1, func() {
		d.buffers(p, s)
		if step {
			p.Levels(func() { p.Bare(s) })
		} else {
			p.Bare(s)
		}
	})
	d.functions = append(d.functions, fmt.Sprintf("static __global__ void %s(const struct courant_args *args%s)\n{\n%s}\n", name, t, body))
	grid, block := "dim3(256)", "dim3(32, 8)"
	if tiles := gridOf(s); len(tiles) > 0 {
		var sizes []string
		for i := len(tiles) - 1; i >= 0; i-- { // the last axis is x of the device
			l := tiles[i]
			sizes = append(sizes, fmt.Sprintf("(unsigned)((%s - (%s) + %s - 1)/%s)", p.Affine(l.Hi[0]), p.Affine(l.Lo[0]), p.Affine(l.Step), p.Affine(l.Step)))
		}
		grid = "dim3(" + strings.Join(sizes, ", ") + ")"
	}
	if _, reduce := s.(*loop.Reduce); reduce { // what its threads find is added up in the same function
		grid, block = "dim3(1)", "dim3(1)"
	}
	p.Line("%s<<<%s, %s>>>(args%s);", name, grid, block, now)
}

// gridOf are the loops over tiles that blocks of the device take.
func gridOf(s loop.Stmt) []*loop.For {
	var out []*loop.For
	for {
		l, ok := s.(*loop.For)
		if !ok || l.Kind != loop.Grid || len(l.Body) == 0 {
			return out
		}
		out = append(out, l)
		s = l.Body[0]
	}
}

// buffers declares the memory of a block and of a thread.
func (d *dialect) buffers(p *cfamily.Printer, s loop.Stmt) {
	used := map[string]bool{}
	loop.Visit([]loop.Stmt{s}, func(s loop.Stmt) {
		if r := loop.TargetOf(s); r != nil {
			used[r.Buffer] = true
		}
	})
	for _, b := range d.k.Buffers {
		if used[b.Name] {
			space := ""
			if b.Space == loop.Shared {
				space = "__shared__ "
			}
			p.Line("%sreal %s[%s];", space, p.Memory(b), p.Length(b))
		}
	}
}
