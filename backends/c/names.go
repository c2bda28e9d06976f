package c

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/ir"
)

// printer spells the parts of one kernel.
type printer struct {
	k      *ir.Kernel
	names  map[string]string // name in the kernel -> name in C
	taken  map[string]bool
	out    strings.Builder
	parts  []string // functions of single nests
	indent int
	depth  int             // loops around the statement being printed
	writes map[string]bool // rows that the current loop writes
}

func newPrinter(k *ir.Kernel) *printer {
	p := &printer{k: k, names: map[string]string{}, taken: map[string]bool{}}
	for _, a := range k.Axes {
		p.name("axis "+a, a)
		p.name("block "+a, a+"b")
	}
	for _, a := range k.Arrays {
		p.name("array "+a.Name, a.Name)
	}
	for _, s := range k.Scalars {
		p.name("scalar "+s, s)
	}
	for _, s := range k.Points {
		p.name("points "+s.Name, s.Name)
	}
	for _, s := range k.Series {
		p.name("series "+s.Name, s.Name)
	}
	return p
}

// name gives the C name of a thing, which stays the same: the wish, or the
// wish with underscores when that is taken. No name reaches C by another way.
func (p *printer) name(thing, wish string) string {
	if n, ok := p.names[thing]; ok {
		return n
	}
	n := identifier(wish)
	for p.taken[n] {
		n += "_"
	}
	p.taken[n] = true
	p.names[thing] = n
	return n
}

func (p *printer) axisList(a *ir.Array) string {
	var names []string
	for _, x := range a.Axes {
		names = append(names, p.k.Axes[x])
	}
	return strings.Join(names, ", ")
}

func (p *printer) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.out.WriteString(strings.Repeat("  ", p.indent))
	p.out.WriteString(text + "\n")
}

func (p *printer) size(axis int) string {
	return p.name(fmt.Sprint("size ", axis), "n_"+p.k.Axes[axis])
}

func (p *printer) blockLen(axis int) string {
	return p.name(fmt.Sprint("blocklen ", axis), "block_"+p.k.Axes[axis])
}

// count is the number of time buffers of an array that keeps its levels.
func (p *printer) count(a *ir.Array) string { return p.name("count "+a.Name, a.Name+"_levels") }

func (p *printer) bufferLen(a *ir.Array) string {
	return p.name("buffer "+a.Name, a.Name+"_buffer")
}

// stride is the name of a stride: of full arrays when a is nil or full.
func (p *printer) stride(a *ir.Array, axis int) string {
	if a == nil || len(a.Axes) == len(p.k.Axes) {
		return p.name(fmt.Sprint("stride ", axis), "s_"+p.k.Axes[axis])
	}
	return p.name(fmt.Sprint("stride ", a.Name, axis), a.Name+"_s_"+p.k.Axes[axis])
}

func (p *printer) local(name string) string { return p.name("local "+name, name) }

// level is the name of the buffer that holds time level t+k.
func (p *printer) level(a *ir.Array, time int) string {
	if a.Role == ir.History {
		return p.name("frame "+a.Name, a.Name+"_t")
	}
	if a.Keeps() {
		name := a.Name + "_t"
		if time != 0 {
			name += map[bool]string{true: "p", false: "m"}[time > 0] + strconv.Itoa(max(time, -time))
		}
		return p.name(fmt.Sprint("level ", a.Name, time), name)
	}
	if a.Buffers == 1 {
		return p.name("array "+a.Name, a.Name)
	}
	b := ((time % a.Buffers) + a.Buffers) % a.Buffers
	return p.name(fmt.Sprint("level ", a.Name, b), fmt.Sprintf("%s_t%d", a.Name, b))
}

func plus(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s%+d", name, n)
}

func (p *printer) axis(i int) string { return p.name("axis "+p.k.Axes[i], p.k.Axes[i]) }
