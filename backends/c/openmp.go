package c

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/backends/cfamily"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
)

// dialect is C with the directives of OpenMP.
type dialect struct {
	inTeam bool
	apart  bool     // each nest of a step has a function of its own
	parts  []string // those functions
	memory bool     // threads have memory from the heap
	// vectors says that some loops are written in vectors; line is the number of
	// elements of a cache line.
	vectors bool
	line    int
}

// team says how the step is printed.
func (d *dialect) team(k *loop.Kernel, f facts.Target) {
	nests := 0
	d.line = cacheLine / k.Real.Size()
	loop.Visit(k.Run, func(s loop.Stmt) {
		if l, ok := s.(*loop.For); ok {
			d.vectors = d.vectors || l.Lanes > 1
		}
		if l, ok := s.(*loop.For); ok && l.Var == "t" && l.Axis < 0 {
			for _, s := range l.Body {
				if isNest(s) {
					nests++
				}
			}
		}
	})
	d.memory = len(heap(k)) > 0
	d.apart = nests > f.NestsTogether && !d.memory
}

// isNest reports whether a statement is a nest that computes rows in lanes:
// those take compilers their time.
func isNest(s loop.Stmt) bool {
	_, found := s.(*loop.For)
	lanes := false
	loop.Visit([]loop.Stmt{s}, func(s loop.Stmt) {
		l, ok := s.(*loop.For)
		lanes = lanes || ok && l.Lanes > 0
	})
	return found && lanes
}

func (d *dialect) Loop(p *cfamily.Printer, l *loop.For, inside bool) {
	simd := l.Lanes > 0 && l.Rest == nil
	switch {
	case inside && l.Kind != loop.Sequential:
	case l.Kind == loop.Threads:
		pragma := "#pragma omp for"
		if !d.inTeam {
			pragma = "#pragma omp parallel for"
		}
		if simd {
			pragma += " simd"
		}
		if !d.inTeam {
			pragma += " num_threads((int)args->threads)"
		}
		if l.Collapse > 1 {
			pragma += fmt.Sprintf(" collapse(%d)", l.Collapse)
		}
		if l.Dynamic {
			pragma += " schedule(dynamic)"
		}
		p.Line("%s", pragma)
		return
	case l.Kind == loop.Single && d.inTeam:
		p.Line("#pragma omp single")
		return
	}
	if simd && l.Lanes == 1 {
		p.Line("#pragma omp simd")
	}
}

func (d *dialect) Rows(p *cfamily.Printer, inside bool) {
	if !inside {
		p.Line("#pragma omp for")
	}
}

func (d *dialect) Share(loop.Kind) (first, step string) { return "", "" }

func (d *dialect) Head(*cfamily.Printer, *loop.For, bool) bool { return false }

func (d *dialect) Once(p *cfamily.Printer) { p.Line("#pragma omp single") }

func (d *dialect) Other(p *cfamily.Printer, s loop.Stmt) {
	switch x := s.(type) {
	case *loop.Team:
		d.inTeam = true
		d.printTeam(p, x)
		d.inTeam = false
	case *loop.Barrier:
		p.Line("#pragma omp barrier")
	case *loop.Exchange:
		d.exchange(p, x)
	}
}

func (d *dialect) printTeam(p *cfamily.Printer, x *loop.Team) {
	d.allocate(p)
	p.Line("#pragma omp parallel num_threads((int)args->threads)")
	p.Open("{")
	p.Line("const courant_mode mode = courant_flush_denormals();")
	d.own(p, func() { d.body(p, x) })
	p.Line("courant_restore(mode);")
	p.Shut()
	for _, b := range heap(p.K) {
		p.Line("free(%s);", ofAll(p, b))
	}
}

func (d *dialect) body(p *cfamily.Printer, x *loop.Team) {
	for _, s := range x.Body {
		l, ok := s.(*loop.For)
		if !ok || l.Var != "t" {
			p.Stmt(s)
			continue
		}
		p.Head(l)
		p.In(func() {
			p.Levels(func() {
				for i, s := range l.Body {
					if d.apart && isNest(s) {
						d.part(p, i, s.(*loop.For))
					} else {
						p.Stmt(s)
					}
				}
			})
		})
	}
}

// part prints a nest of loops as a function that carries out its share of step
// t, and calls it.
func (d *dialect) part(p *cfamily.Printer, i int, nest *loop.For) {
	name := p.Name(fmt.Sprintf("part %d", i), fmt.Sprintf("part%d", i))
	step, now := "", "" // the step, if the nest wants to know
	body := p.Function(1, func() {
		d.own(p, func() { p.Levels(func() { p.Loop(nest) }) })
		if p.Uses("var t") || p.Uses("own step") {
			step, now = ", int64_t t", ", t"
		}
	})
	d.parts = append(d.parts, fmt.Sprintf("static __attribute__((noinline)) void %s(const struct courant_args *args%s)\n{\n%s}\n\n", name, step, body))
	p.Line("%s(args%s);", name, now)
}

// Prefetch asks for memory.
func (d *dialect) Prefetch(p *cfamily.Printer, element string) {
	p.Line("__builtin_prefetch(&%s);", element)
}

// Pitch makes the rows of a buffer begin at cache lines where they are computed
// in vectors, of which an unaligned one would lie in two lines.
func (d *dialect) Pitch(b *loop.Buffer) int {
	if d.vectors && len(b.Dims) > 1 {
		return d.line
	}
	return 1
}

// exchange calls the run-time library, from one thread.
func (d *dialect) exchange(p *cfamily.Printer, x *loop.Exchange) {
	phase := map[loop.Phase]string{loop.Begin: "begin", loop.Wait: "wait"}[x.Phase]
	p.Line("#pragma omp single")
	p.Line("args->exchange(args->ranks, COURANT_%s, %s, %d, %d, %d);", map[string]string{"begin": "BEGIN", "wait": "WAIT"}[phase], p.Halo(x), x.Axis, x.Width[0], x.Width[1])
}

const cacheLine = 64 // bytes

// small is the number of elements up to which a thread's buffer lies on its
// stack.
const small = 4096

// heap lists the buffers that are too large for the stacks of threads, or
// whose size is known at run time only.
func heap(k *loop.Kernel) []*loop.Buffer {
	var out []*loop.Buffer
	for _, b := range k.Buffers {
		n := 1
		for _, d := range b.Dims {
			if !d.Extent.IsConst() {
				n = small + 1
			} else {
				n *= d.Extent.Const
			}
		}
		if n > small {
			out = append(out, b)
		}
	}
	return out
}

// ofThread is the length of a buffer of one thread, ofAll the memory of those of
// all threads.
func ofThread(p *cfamily.Printer, b *loop.Buffer) string {
	return p.Name("length "+b.Name, b.Name+"_length")
}

func ofAll(p *cfamily.Printer, b *loop.Buffer) string { return p.Name("all "+b.Name, b.Name+"_all") }

// allocate takes memory for all threads.
func (d *dialect) allocate(p *cfamily.Printer) {
	for i, b := range heap(p.K) {
		length, all := ofThread(p, b), ofAll(p, b)
		p.Line("const int64_t %s = (%s + %d)/%d*%d; /* numbers of one thread */", length, p.Length(b), 2*d.line-1, d.line, d.line)
		p.Line("real *const %s = aligned_alloc(%d, (size_t)(args->threads*%s)*sizeof(real));", all, cacheLine, length)
		free := ""
		for _, before := range heap(p.K)[:i] {
			free += "free(" + ofAll(p, before) + "); "
		}
		p.Line("if (%s == NULL) { %sreturn COURANT_NO_MEMORY; }", all, free)
	}
}

// own prints what body prints and, in front of it, the buffers of a thread that
// it uses.
func (d *dialect) own(p *cfamily.Printer, body func()) {
	text := p.Apart(body)
	large := heap(p.K)
	if len(large) > 0 {
		p.Line("#ifdef _OPENMP")
		p.Line("const int64_t thread = omp_get_thread_num();")
		p.Line("#else")
		p.Line("const int64_t thread = 0;")
		p.Line("#endif")
	}
	for _, b := range large {
		p.Line("real *const %s = %s + thread*%s;", p.Memory(b), ofAll(p, b), ofThread(p, b))
	}
	for _, b := range p.K.Buffers {
		if !slices.Contains(large, b) && p.Uses("memory "+b.Name) {
			if d.vectors {
				p.Line("_Alignas(%d) real %s[%s + %d];", cacheLine, p.Memory(b), p.Length(b), d.line)
			} else {
				p.Line("real %s[%s];", p.Memory(b), p.Length(b))
			}
		}
	}
	p.Text(text)
}
