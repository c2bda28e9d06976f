// Package dsl reads and writes operator files: grammar, parser, formatter.
//
// A file is parsed into a File, the syntax tree, which package dsl/check then
// gives its meaning. docs/language.md describes the language.
package dsl

import "github.com/alecthomas/participle/v2/lexer"

// Pos is a place in a file: line and column count from 1.
type Pos = lexer.Position

// File is the syntax of one operator file.
type File struct {
	Name   string
	Source string

	Items []*Item `parser:"@@*"`
}

// Item is a top-level part of a file; exactly one pointer is set.
type Item struct {
	Pos    Pos
	EndPos Pos

	Import   *Import   `parser:"  @@"`
	Operator *Operator `parser:"| @@"`
	Dim      string    `parser:"| @Dim? ("` // grids that it exists on: 1D, 2D, 3D; "" for all
	Let      *Let      `parser:"    @@"`
	Def      *Def      `parser:"  | @@ )"`
}

// Import brings the definitions of another file, named relative to this one.
type Import struct {
	Path string `parser:"'import' @String"`
}

// Operator is a named set of declarations and the statements of a time step.
type Operator struct {
	Pos    Pos
	EndPos Pos

	Name       string       `parser:"'operator' @Ident"`
	Doc        string       `parser:"@String?"`
	Statements []*Statement `parser:"'{' @@* '}'"`
}

// Statement is one line of an operator; exactly one pointer is set.
type Statement struct {
	Pos    Pos
	EndPos Pos

	Dim      string    `parser:"@Dim? ("` // grids that it exists on: 1D, 2D, 3D; "" for all
	Order    *Order    `parser:"  @@"`
	Axes     *Axes     `parser:"| @@"`
	Units    *Units    `parser:"| @@"`
	Declare  *Declare  `parser:"| @@"`
	Region   *Region   `parser:"| @@"`
	Boundary *Boundary `parser:"| @@"`
	Periodic *Periodic `parser:"| @@"`
	Let      *Let      `parser:"| @@"`
	Def      *Def      `parser:"| @@"`
	Solve    *Solve    `parser:"| @@"`
	Inject   *Inject   `parser:"| @@"`
	Sample   *Sample   `parser:"| @@"`
	Save     *Save     `parser:"| @@"`
	Reduce   *Reduce   `parser:"| @@"`
	Assign   *Assign   `parser:"| @@ )"`
}

// Order sets the orders of accuracy: order space 8, time 2.
type Order struct {
	Terms []*OrderTerm `parser:"'order' @@ (',' @@)*"`
}

// OrderTerm is the order along space or time.
type OrderTerm struct {
	Pos   Pos
	Along string `parser:"@Ident"`
	Value string `parser:"@Number"`
}

// Axes names the space axes, slowest first: axes x, z.
type Axes struct {
	Names []*Ident `parser:"'axes' @@ (',' @@)*"`
}

// Units names the units of coordinates and of time: units m, ms.
type Units struct {
	Length *Ident `parser:"'units' @@"`
	Time   *Ident `parser:"',' @@"`
}

// Ident is a name with its place.
type Ident struct {
	Pos  Pos
	Name string `parser:"@Ident"`
}

// Declare introduces a field, wavefield, image, history, scalar or set of
// points, or a vector or tensor of such.
type Declare struct {
	Rank      string   `parser:"@('vector' | 'tensor')?"`
	Kind      string   `parser:"@('field' | 'wavefield' | 'image' | 'history' | 'scalar' | 'points')"`
	Name      *Ident   `parser:"@@"`
	Doc       string   `parser:"@String?"`
	Unit      *Unit    `parser:"@@?"`
	OnOwn     bool     `parser:"('on' ( @'its' 'axis'"` // each component varies along its own axis
	On        []*Ident `parser:"  | @@ (',' @@)* ))?"`
	Staggered bool     `parser:"(@'staggered'"`
	Faces     bool     `parser:"  ( 'on' @'faces'"`
	Along     []*Ident `parser:"  | 'along' @@ (',' @@)* )? )?"`
	Harmonic  bool     `parser:"@'harmonic'?"`
	Every     *Every   `parser:"@@?"`
	Default   *Node    `parser:"('=' @@)?"`
}

// Every is a condition on the step: a number of steps, or a scalar.
type Every struct {
	Pos    Pos
	Number string `parser:"'every' ( @Number"`
	Name   *Ident `parser:"| @@ )"`
}

// Region names a box of grid points, the intersection of its spans.
type Region struct {
	Name  *Ident  `parser:"'region' @@ '='"`
	Spans []*Span `parser:"@@ (',' @@)*"`
}

// Span is a range of points along an axis: first 4 along z, all but last 2
// along x, inner 3 along y.
type Span struct {
	Pos    Pos
	AllBut bool   `parser:"@('all' 'but')?"`
	Which  string `parser:"@('first' | 'last' | 'inner')"`
	Points string `parser:"@Number"`
	Axis   *Ident `parser:"'along' @@"`
}

// Boundary says what lies beyond the end of an axis, or of all axes: boundary
// u odd at first z.
type Boundary struct {
	Of   []*Part `parser:"'boundary' @@ (',' @@)*"`
	Kind string  `parser:"@('odd' | 'even' | 'zero')"`
	End  string  `parser:"('at' @('first' | 'last' | 'both')"`
	Axis *Ident  `parser:"@@)?"`
}

// Part is a function or one of its components.
type Part struct {
	Name      *Ident `parser:"@@"`
	Component *Ident `parser:"('.' @@)?"`
}

// Periodic names axes whose last point is followed by the first.
type Periodic struct {
	Axes []*Ident `parser:"'periodic' @@ (',' @@)*"`
}

// Let names a sub-expression.
type Let struct {
	Name  *Ident `parser:"'let' @@ '='"`
	Value *Node  `parser:"@@"`
}

// Def names an expression with parameters.
type Def struct {
	Name   *Ident   `parser:"'def' @@"`
	Params []*Ident `parser:"'(' (@@ (',' @@)*)? ')' '='"`
	Value  *Node    `parser:"@@"`
}

// Solve isolates Target in Left = Right.
type Solve struct {
	Left   *Node  `parser:"'solve' @@"`
	Right  *Node  `parser:"'=' @@"`
	Target *Node  `parser:"'for' @@"`
	In     *Ident `parser:"('in' @@)?"`
}

// Inject adds Value, a multiple of some points' traces, to Target.
type Inject struct {
	Value  *Node  `parser:"'inject' @@"`
	Target *Node  `parser:"'into' @@"`
	Every  *Every `parser:"@@?"`
}

// Sample records Value at Points.
type Sample struct {
	Points *Ident `parser:"'sample' @@"`
	Value  *Node  `parser:"'from' @@"`
	Every  *Every `parser:"@@?"`
}

// Save keeps Value as a frame of a history.
type Save struct {
	History *Ident `parser:"'save' @@"`
	Value   *Node  `parser:"'from' @@"`
	Every   *Every `parser:"@@?"`
}

// Reduce makes one number of Value at all points.
type Reduce struct {
	Series *Ident `parser:"'reduce' @@"`
	Op     string `parser:"'from' @('sum' | 'min' | 'max' | 'norm')"`
	Value  *Node  `parser:"'(' @@ ')'"`
	In     *Ident `parser:"('in' @@)?"`
	Every  *Every `parser:"@@?"`
}

// Assign is an explicit update, or with += an addition to an image.
type Assign struct {
	Target *Node  `parser:"@@"`
	Op     string `parser:"@('=' | '+=')"`
	Value  *Node  `parser:"@@"`
	In     *Ident `parser:"('in' @@)?"`
	Every  *Every `parser:"@@?"`
}

// Node holds an expression, which is parsed by precedence climbing.
type Node struct{ Expr Expr }

// Expr is an expression's syntax: Number, Name, Call, Member, Unary, Binary,
// Paren or Tuple.
type Expr interface {
	Start() Pos
	End() Pos // just after the last character
}

// Number is a literal, kept as written.
type Number struct {
	Pos  Pos
	Text string
}

// Name refers to something declared.
type Name struct {
	Pos  Pos
	Name string
}

// Call applies a function, a def, or an operator such as laplace.
type Call struct {
	Fn    *Name
	Args  []Expr
	Close Pos // after the closing parenthesis
}

// Member is a dotted suffix: u.dt2, v.forward, grad(p).x, u.dx(order 4, at 1/2).
type Member struct {
	Of      Expr
	Dot     Pos
	Suffix  string
	Options []*Option
	Close   Pos // after the suffix or its parenthesis
}

// Option is what a derivative asks of its stencil: order 4, at 1/2, weights
// 1, -2, 1.
type Option struct {
	Pos  Pos
	Name string
	Args []Expr
}

// Tuple is a vector by its components: (a, b).
type Tuple struct {
	Pos   Pos
	Items []Expr
	Close Pos
}

// Unary is a signed expression.
type Unary struct {
	Pos Pos
	Op  string
	X   Expr
}

// Binary is X Op Y, Op one of + - * / ^.
type Binary struct {
	X, Y  Expr
	Op    string
	OpPos Pos
}

// Paren is an expression in parentheses, kept for the formatter.
type Paren struct {
	Pos   Pos
	X     Expr
	Close Pos
}

func (e *Number) Start() Pos { return e.Pos }
func (e *Name) Start() Pos   { return e.Pos }
func (e *Call) Start() Pos   { return e.Fn.Pos }
func (e *Member) Start() Pos { return e.Of.Start() }
func (e *Unary) Start() Pos  { return e.Pos }
func (e *Binary) Start() Pos { return e.X.Start() }
func (e *Paren) Start() Pos  { return e.Pos }
func (e *Tuple) Start() Pos  { return e.Pos }

func (e *Number) End() Pos { return after(e.Pos, e.Text) }
func (e *Name) End() Pos   { return after(e.Pos, e.Name) }
func (e *Call) End() Pos   { return e.Close }
func (e *Member) End() Pos { return e.Close }
func (e *Unary) End() Pos  { return e.X.End() }
func (e *Binary) End() Pos { return e.Y.End() }
func (e *Paren) End() Pos  { return e.Close }
func (e *Tuple) End() Pos  { return e.Close }

func after(p Pos, text string) Pos {
	p.Column += len([]rune(text))
	p.Offset += len(text)
	return p
}

// Walk calls f for e and all its parts, outermost first. The name of a called
// function is not a part.
func Walk(e Expr, f func(Expr)) {
	f(e)
	switch x := e.(type) {
	case *Binary:
		Walk(x.X, f)
		Walk(x.Y, f)
	case *Unary:
		Walk(x.X, f)
	case *Paren:
		Walk(x.X, f)
	case *Tuple:
		for _, i := range x.Items {
			Walk(i, f)
		}
	case *Member:
		Walk(x.Of, f)
	case *Call:
		for _, a := range x.Args {
			Walk(a, f)
		}
	}
}
