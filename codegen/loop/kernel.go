// Package loop says how an operator is carried out: loops with bounds and kinds, the
// time loop among them, buffers with places in memory, values. It is what backends print
// and what the interpreter runs; nothing in it has to be decided any more.
//
// In: a stencil program and its schedule, of which schedule.Apply makes a kernel, or
// text, by Parse. Out: a Kernel. Start at Kernel; text.go has the text form with an
// example, and Verify, which runs at every compilation, says what a right kernel is.
//
// It has: counted loops with affine bounds, conditions on steps and on affine forms,
// loads and stores at affine indices, locals, sparse statements, reductions, exchanges
// between ranks and barriers. It has not: other control flow, pointers into the middle
// of things, integer data, aliasing between buffers, calls.
package loop

import (
	"strconv"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
)

// Kernel is one operator, ready to be printed for a target.
type Kernel struct {
	signature.Operator
	// Buffers are memory beside the arrays of the signature.
	Buffers []*Buffer
	Setup   []Stmt // once per run
	Run     []Stmt // a call for some steps
}

// Space is where a buffer lies.
type Space int

// The spaces.
const (
	Thread Space = iota // one for each thread
	Shared              // one for each block of threads of a device
)

func (s Space) String() string { return [...]string{"thread", "shared"}[s] }

// Buffer is memory of the kernel's own. Its values do not outlive the tile, or
// with a ring the row of tiles, that computes them.
type Buffer struct {
	Name  string
	Space Space
	Dims  []Dim // slowest first
	Doc   string
}

// Dim is one dimension of a buffer.
type Dim struct {
	Extent Affine // of numbers and sizes
	Ring   bool   // indices count modulo the extent, a number
}

// Stmt is a statement.
type Stmt interface{ stmt() }

// Team is carried out by all threads together. Within it a loop of kind
// Threads is shared, and what is not in such a loop every thread does for
// itself.
type Team struct{ Body []Stmt }

// Kind says how iterations of a loop follow each other.
type Kind int

// The kinds of loops. After a loop of kind Threads or Single, threads wait for
// each other; outside of a Team such a loop makes a team of its own.
const (
	Sequential Kind = iota
	Threads         // shared among the threads
	Single          // by one thread, for all of them
	Grid            // one iteration for each block of threads of a device
	InBlock         // one iteration for each thread of a block of a device
)

var kindWords = map[Kind]string{Threads: "threads", Single: "single", Grid: "grid", InBlock: "block"}

// For counts Var from the greatest of Lo to the least of Hi, exclusive.
type For struct {
	Var    string
	Axis   int // of the grid that it runs along, or -1
	Lo, Hi []Affine
	Step   Affine // a number or a Block
	Kind   Kind
	// Collapse is the number of loops, this one and those in it that stand
	// alone, whose iterations threads share together; 0 and 1 for this one.
	Collapse int
	Dynamic  bool // threads take iterations as they come
	Down     bool // from the last iteration to the first
	// Lanes allows iterations to run side by side: 1 as the target sees fit, n
	// in vectors of n numbers. The last vector of a row may read up to n-1 elements
	// further than the last iteration does, and uses none of them.
	Lanes int
	// Aligned lets the second vector of a row begin at a multiple of Lanes, so that
	// points of the first one are computed again: the body reads nothing that it
	// writes, and Lo is one number.
	Aligned bool
	// Prefetch lists elements that a target may bring into the cache, as later
	// iterations will want them. They may lie anywhere.
	Prefetch []*Ref
	Notes    []string // what the loop is for, for readers of the source
	Body     []Stmt
	// Usual has the effect of Body at points of the box in which the coefficients that
	// the signature names have their usual values, and reads less. A target may carry
	// it out there.
	Usual []Stmt
	// Rest is carried out, for single iterations, where fewer than Step are left;
	// without it the last iteration is as the others.
	Rest []Stmt
}

// If carries out its body when all of its conditions hold.
type If struct {
	Every signature.Steps // a number of steps that divides the step at hand; zero for none
	Last  bool            // the step is the last one of the run
	Step  int             // the step at hand is so many behind t
	// AtLeastZero must not be negative; nil for none.
	AtLeastZero []Affine
	Body        []Stmt
}

// Let names a value. In front of all loops, in Setup, it is a number computed
// once per run in double precision and rounded.
type Let struct {
	Name  string
	Value expr.Expr
}

// Store writes one element.
type Store struct {
	To    *Ref
	Value expr.Expr
}

// Pointer names the address of a buffer's row: of the element whose last index
// is 0. Refs that go through it are cheaper.
type Pointer struct {
	Name   string
	Buffer string
	Level  int
	Index  []Affine // of all dimensions but the last
	Write  bool
}

// Within limits a sparse statement to nodes of a box: Lo <= index < Hi along an
// axis.
type Within struct {
	Axis   int
	Lo, Hi []Affine
}

// Inject adds weight * trace[n+Ahead] * Value to an element for each node
// around points. Indices count from the node.
type Inject struct {
	Points string
	Ahead  int // rows of the traces behind that of the step t
	To     *Ref
	Value  expr.Expr
	Within []Within
	Note   string
}

// Sample takes Value at the nodes around points. Stage says where they go:
// with Whole the weighted sum is the trace of the step; Take keeps the values
// apart for step Step of a group, as tiles meet the nodes in another order than
// points have them, and Sum adds them up.
type Sample struct {
	Points string
	Stage  Stage
	Step   int
	Value  expr.Expr // not of Sum
	Within []Within  // of Take
	Note   string
}

// Stage is a part of sampling.
type Stage int

// The stages of samples.
const (
	Whole Stage = iota
	Take
	Sum
)

var stageWords = map[Stage]string{Whole: "sample", Take: "take", Sum: "sum"}

// Reduce makes one number out of the values at the points of a box; see
// stencil.Reduce.
type Reduce struct {
	Series string
	Op     string
	Step   int
	Lo, Hi [][]Affine // per axis
	Value  expr.Expr
	Note   string
}

// Exchange brings the halo of an array up to date that other ranks compute,
// Width points on either side along an axis: Begin sends and returns, Wait
// receives.
type Exchange struct {
	Buffer string
	Level  int
	Axis   int
	Width  [2]int
	Phase  Phase
}

// Phase is a part of an exchange.
type Phase int

// The phases of exchanges.
const (
	Begin Phase = iota
	Wait
)

var phaseWords = map[Phase]string{Begin: "begin", Wait: "wait"}

// Barrier makes the threads of a team, or of a block of a device, wait for each
// other.
type Barrier struct{}

func (*Team) stmt()     {}
func (*For) stmt()      {}
func (*If) stmt()       {}
func (*Let) stmt()      {}
func (*Store) stmt()    {}
func (*Pointer) stmt()  {}
func (*Inject) stmt()   {}
func (*Sample) stmt()   {}
func (*Reduce) stmt()   {}
func (*Exchange) stmt() {}
func (*Barrier) stmt()  {}

// Ref is an element of an array or of a buffer. Level is its time level,
// counted from t; from n for arrays that the caller gives and for frames.
type Ref struct {
	Buffer  string
	Level   int
	Index   []Affine // one for each dimension
	Pointer string   // that it goes through, or ""
}

// IsExpr makes a ref an expression.
func (*Ref) IsExpr() {}

// Key tells refs apart.
func (r *Ref) Key() string { return r.String() }

func (r *Ref) String() string {
	b := ""
	if r.Pointer != "" {
		b = r.Pointer + ":"
	}
	b += r.Buffer + "["
	separator := ""
	if r.Level != 0 {
		b += "@" + strconv.Itoa(r.Level)
		separator = ", "
	}
	for _, i := range r.Index {
		b += separator + i.String()
		separator = ", "
	}
	return b + "]"
}

// Buffer finds a buffer of the kernel's own by name, nil when there is none.
func (k *Kernel) Buffer(name string) *Buffer {
	for _, b := range k.Buffers {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// Visit calls f for every statement, outermost first.
func Visit(body []Stmt, f func(Stmt)) {
	for _, s := range body {
		f(s)
		switch x := s.(type) {
		case *Team:
			Visit(x.Body, f)
		case *For:
			Visit(x.Body, f)
			Visit(x.Usual, f)
			Visit(x.Rest, f)
		case *If:
			Visit(x.Body, f)
		}
	}
}

// ValueOf is the expression that a statement evaluates, nil if none.
func ValueOf(s Stmt) expr.Expr {
	switch x := s.(type) {
	case *Let:
		return x.Value
	case *Store:
		return x.Value
	case *Inject:
		return x.Value
	case *Sample:
		return x.Value
	case *Reduce:
		return x.Value
	}
	return nil
}

// TargetOf is the element that a statement writes, nil if none.
func TargetOf(s Stmt) *Ref {
	switch x := s.(type) {
	case *Store:
		return x.To
	case *Inject:
		return x.To
	}
	return nil
}

// visitRefs calls f for every ref in an expression.
func visitRefs(e expr.Expr, f func(*Ref)) {
	expr.Visit(e, func(e expr.Expr) {
		if r, ok := e.(*Ref); ok {
			f(r)
		}
	})
}
