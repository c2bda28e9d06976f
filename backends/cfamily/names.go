// Package cfamily prints kernels in languages of the C family. It knows values,
// indices, loops and sparse statements; what a language adds of its own
// (directives, entry points, kinds of functions) is a Dialect's.
package cfamily

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// Dialect is what tells languages of the family apart.
type Dialect interface {
	// Loop prints the directives in front of a loop; inside says that threads
	// already share a loop around it.
	Loop(p *Printer, l *loop.For, inside bool)
	// Rows prints the directives in front of a loop over the rows of a sparse
	// statement or of a reduction.
	Rows(p *Printer, inside bool)
	// Share is the first row of a thread, counted from the first of all, and how
	// far its next one is, within a loop that threads share in one way, or in none,
	// which is Sequential; "" for all rows, or where directives say it.
	Share(around loop.Kind) (first, step string)
	// Head prints the head of a loop that is not one of C's, and what follows its
	// body; false leaves it to the family.
	Head(p *Printer, l *loop.For, inside bool) bool
	// Prefetch prints the wish to have an element in the cache soon.
	Prefetch(p *Printer, element string)
	// Pitch is the number that the length of a buffer's row is a multiple of, so
	// that all rows begin at a good place; 1 for any length.
	Pitch(b *loop.Buffer) int
	// Once prints the directives in front of a block for one thread.
	Once(p *Printer)
	// Other prints a statement that the family does not know.
	Other(p *Printer, s loop.Stmt)
}

// Printer prints the parts of one kernel.
type Printer struct {
	K        *loop.Kernel
	dialect  Dialect
	names    map[string]string // thing of the kernel -> name in C
	taken    map[string]bool
	used     map[string]bool  // things whose names have been printed
	levelsOf map[string][]int // levels of arrays, or their buffers, that have names
	out      strings.Builder
	indent   int
	around   loop.Kind // how threads share a loop around, Sequential where they share none
	depth    int       // of loops
	lane     string    // the variable that runs in vectors, or ""
	vectors  map[string]bool
	buffers  map[string]string // of pointers
	spot     string            // the element of the node at hand, or ""
	rest     string            // how many numbers of a vector are stored, "" for all
	Casts    bool              // the language does not convert addresses by itself
	// Preparing says that what is printed runs before the first step.
	Preparing bool
	Half      bool // widen, and put_half to store, are used
	Math      bool // functions of math.h are used
	Least     bool // least is used
	Most      bool // most is used
	Vector    int  // numbers in the vectors that are used, 0 for none
	Partial   bool // put is used
	// UsualPart says that usual_part is used.
	UsualPart bool
	Nodes     bool     // the functions of NodeSearch are used
	repeats   bool     // rows are functions of their own
	rowTexts  []string // those functions, without their names
}

// inside reports whether threads share a loop around.
func (p *Printer) inside() bool { return p.around != loop.Sequential }

// New makes a printer.
func New(k *loop.Kernel, d Dialect) *Printer {
	p := &Printer{K: k, dialect: d, names: map[string]string{}, taken: map[string]bool{}, used: map[string]bool{}, levelsOf: map[string][]int{}, buffers: map[string]string{}, repeats: repeats(k)}
	p.names["var t"], p.names["own step"] = "t", "n" // words of the printer's own, which no other name takes
	for _, a := range k.Axes {
		p.reserve("var "+a, a)
		p.reserve("var "+a+"b", a+"b")
	}
	if _, axis := p.names["var k"]; !axis { // counts planes of a halo
		p.names["var k"] = "k"
	}
	for _, a := range k.Arrays {
		p.reserve("array "+a.Name, a.Name)
	}
	for _, s := range k.Scalars {
		p.reserve("scalar "+s, s)
	}
	for _, s := range k.Points {
		p.reserve("points "+s.Name, s.Name)
	}
	for _, s := range k.Series {
		p.reserve("series "+s.Name, s.Name)
	}
	return p
}

// reserve gives the C name of a thing, which stays the same: the wish, or the
// wish with underscores when that is taken. No name reaches C by another way.
func (p *Printer) reserve(thing, wish string) string {
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

// name is the C name of a thing that is used.
func (p *Printer) name(thing, wish string) string {
	p.used[thing] = true
	return p.reserve(thing, wish)
}

// Line prints a line.
func (p *Printer) Line(format string, args ...any) {
	p.out.WriteString(strings.Repeat("  ", p.indent))
	fmt.Fprintf(&p.out, format, args...)
	p.out.WriteString("\n")
}

// open prints a line that begins a block, shut one that ends it.
func (p *Printer) open(format string, args ...any) {
	p.Line(format, args...)
	p.indent++
}

func (p *Printer) shut() {
	p.indent--
	p.Line("}")
}

func (p *Printer) blank() { p.out.WriteString("\n") }

// apart prints what f prints into a text of its own.
func (p *Printer) apart(f func()) string {
	outer := p.out.String()
	p.out.Reset()
	f()
	text := p.out.String()
	p.out.Reset()
	p.out.WriteString(outer)
	return text
}

// AxisList names the axes of an array.
func (p *Printer) AxisList(a *signature.Array) string {
	var names []string
	for _, x := range a.Axes {
		names = append(names, p.K.Axes[x])
	}
	return strings.Join(names, ", ")
}

func (p *Printer) variable(name string) string { return p.name("var "+name, name) }

func (p *Printer) axis(i int) string { return p.variable(p.K.Axes[i]) }

func (p *Printer) array(a *signature.Array) string { return p.name("array "+a.Name, a.Name) }

func (p *Printer) size(axis string) string { return p.name("size "+axis, "n_"+axis) }

func (p *Printer) points(name string) string { return p.name("points "+name, name) }

func (p *Printer) local(name string) string { return p.name("local "+name, name) }

// count is the number of time buffers of an array that keeps its levels.
func (p *Printer) count(a *signature.Array) string { return p.name("count "+a.Name, a.Name+"_levels") }

func (p *Printer) bufferLen(a *signature.Array) string {
	return p.name("buffer "+a.Name, a.Name+"_buffer")
}

// stride is the name of an array's stride along an axis, "" for 1.
func (p *Printer) stride(a *signature.Array, axis int) string {
	x := p.K.Axes[axis]
	switch {
	case len(a.Axes) == len(p.K.Axes) && axis == len(p.K.Axes)-1:
		return ""
	case p.K.CommonStrides(a):
		return p.name("stride "+x, "s_"+x)
	}
	return p.name("stride "+a.Name+" "+x, a.Name+"_s_"+x)
}

// level is the name of the buffer that holds a level.
func (p *Printer) level(a *signature.Array, level int) string {
	kept := a.Role == signature.History || a.Keeps()
	if a.Buffers == 1 && !kept {
		return p.array(a)
	}
	wish := a.Name + "_t" + signature.Relative(level)
	if !kept {
		level = a.Buffer(level)
		wish = fmt.Sprintf("%s_t%d", a.Name, level)
	}
	if !slices.Contains(p.levelsOf[a.Name], level) {
		p.levelsOf[a.Name] = append(p.levelsOf[a.Name], level)
	}
	return p.name(fmt.Sprint("level ", a.Name, " ", level), wish)
}

func plus(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s%+d", name, n)
}

// shifted is a length plus a number of points.
func shifted(length string, n int) string {
	switch {
	case n > 0:
		return fmt.Sprintf("%s + %d", length, n)
	case n < 0:
		return fmt.Sprintf("%s - %d", length, -n)
	}
	return length
}

// Step is the number of the operator's own step, so many after that at hand.
func (p *Printer) Step(later int) string {
	if p.K.Backward {
		return shifted(p.name("own step", "n"), -later)
	}
	return shifted(p.name("var t", "t"), later)
}

// steps is the number of steps of a condition or of a history.
func (p *Printer) steps(s signature.Steps) string {
	if s.Scalar != "" {
		return "(int64_t)" + p.name("scalar "+s.Scalar, s.Scalar)
	}
	return strconv.Itoa(s.Number)
}

// Open prints a line that begins a block.
func (p *Printer) Open(format string, args ...any) { p.open(format, args...) }

// Shut prints the line that ends a block.
func (p *Printer) Shut() { p.shut() }

// In prints what f prints, one level deeper, and the end of the block.
func (p *Printer) In(f func()) {
	p.indent++
	f()
	p.shut()
}

// Name is the C name of a thing of the dialect.
func (p *Printer) Name(thing, wish string) string { return p.name(thing, wish) }

// Uses reports whether a thing has been printed in the function at hand.
func (p *Printer) Uses(thing string) bool { return p.used[thing] }

// Memory is the name of a buffer of the kernel's own.
func (p *Printer) Memory(b *loop.Buffer) string { return p.name("memory "+b.Name, b.Name) }

// Length is the number of elements of a buffer.
func (p *Printer) Length(b *loop.Buffer) string { return p.product(b, 0) }

// pitch is the number of elements from a row of a buffer to the next.
func (p *Printer) pitch(b *loop.Buffer) string {
	extent, n := b.Dims[len(b.Dims)-1].Extent, p.dialect.Pitch(b)
	switch {
	case extent.IsConst():
		return strconv.Itoa((extent.Const + n - 1) / n * n)
	case n == 1:
		return "(" + p.Affine(extent) + ")"
	}
	return p.name("pitch "+b.Name, b.Name+"_pitch")
}

// Halo prints the number of an array, and the buffer of one of its levels.
func (p *Printer) Halo(x *loop.Exchange) string {
	for i, a := range p.K.Arrays {
		if a.Name == x.Buffer {
			buffer := "0"
			if a.Buffers > 1 {
				buffer = fmt.Sprintf("(%s) %% %d", plus(p.variable("t"), a.Buffer(x.Level)), a.Buffers)
				if a.Buffer(x.Level) == 0 {
					buffer = fmt.Sprintf("t %% %d", a.Buffers)
				}
			}
			return fmt.Sprintf("%d, %s", i, buffer)
		}
	}
	return "0, 0"
}

// Apart prints what f prints into a text of its own, Text prints a text.
func (p *Printer) Apart(f func()) string { return p.apart(f) }

// Text prints a text as it is.
func (p *Printer) Text(text string) { p.out.WriteString(text) }

// Bounds prints the ends of a loop.
func (p *Printer) Bounds(l *loop.For) (lo, hi string) { return p.lo(l.Lo), p.hi(l.Hi) }
