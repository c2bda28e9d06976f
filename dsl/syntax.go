// Package dsl reads and writes operator files: grammar, parser, formatter.
//
// In: the text of a file; docs/language.md describes the language. Out: a File, the
// syntax tree, or Errors, which are all faults of the text with their places; and the
// canonical text of a File. Package dsl/check then gives the tree its meaning.
//
// Start at Parse and Format, which the example calls. This file is the grammar, as types
// with tags; expr.go parses expressions.
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
	Dim      string    `parser:"| @Dim?"` // grids that the definition exists on: 1D, 2D or 3D; all when empty
	Let      *Let      `parser:"( @@"`
	Def      *Def      `parser:"| @@ )"`
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

	Dim string `parser:"@Dim?"` // grids that the statement exists on: 1D, 2D or 3D; all when empty

	Order    *Order    `parser:"( @@"`
	Axes     *Axes     `parser:"| @@"`
	Units    *Units    `parser:"| @@"`
	Declare  *Declare  `parser:"| @@"`
	Let      *Let      `parser:"| @@"`
	Def      *Def      `parser:"| @@"`
	Region   *Region   `parser:"| @@"`
	Boundary *Boundary `parser:"| @@"`
	Periodic *Periodic `parser:"| @@"`
	Require  *Require  `parser:"| @@"`
	Absorb   *Absorb   `parser:"| @@"`
	Solve    *Solve    `parser:"| @@"`
	Inject   *Inject   `parser:"| @@"`
	Sample   *Sample   `parser:"| @@"`
	Save     *Save     `parser:"| @@"`
	Reduce   *Reduce   `parser:"| @@"`
	Assign   *Assign   `parser:"| @@ )"`

	In    *Ident `parser:"('in' @@)?"`    // region that it is limited to
	Every *Node  `parser:"('every' @@)?"` // steps from one time to the next
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

// Declare introduces a field, a wavefield, an image, a scalar, a set of points
// or a history.
type Declare struct {
	Rank      string     `parser:"@('vector' | 'tensor')?"`
	Kind      string     `parser:"@('field' | 'wavefield' | 'image' | 'scalar' | 'points' | 'history')"`
	Name      *Ident     `parser:"@@"`
	Doc       string     `parser:"@String?"`
	Unit      *Unit      `parser:"@@?"`
	On        *On        `parser:"@@?"`
	Staggered *Staggered `parser:"@@?"`
	Harmonic  *Harmonic  `parser:"@@?"`
	Saved     *Saved     `parser:"@@?"`
	Folded    *Folded    `parser:"@@?"`
	Local     *Local     `parser:"@@?"`
	At        *Shift     `parser:"@@?"`
	Default   *Node      `parser:"('=' @@)?"`
}

// On names the axes that a function spans; Its: each component its own.
type On struct {
	Pos  Pos
	Its  bool     `parser:"'on' ( @'its' 'axis'"`
	Axes []*Ident `parser:"| @@ (',' @@)* )"`
}

// Staggered says where the values lie between the nodes. A name with a dot
// behind it is no axis, but begins the next statement.
type Staggered struct {
	Pos   Pos
	Faces bool     `parser:"'staggered' ( (?! Ident '.' | Ident '+=') ( @'faces'"`
	Axes  []*Ident `parser:"| @@ (',' @@)* ) )?"`
}

// Harmonic asks for harmonic means.
type Harmonic struct {
	Pos  Pos
	Mean bool `parser:"@'harmonic'"`
}

// Saved keeps all time levels of a wavefield.
type Saved struct {
	Pos  Pos
	Kept bool `parser:"@'saved'"`
}

// Folded turns edges around.
type Folded struct {
	Pos  Pos
	Edge bool `parser:"@'folded'"`
}

// Local leaves a wavefield zero wherever it is not computed.
type Local struct {
	Pos Pos
	Is  bool `parser:"@'local'"`
}

// Shift moves the times of traces by a part of a time step: at 1/2.
type Shift struct {
	Pos   Pos
	Steps *Node `parser:"'at' @@"`
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

// Region names a box of grid points: where all its spans meet.
type Region struct {
	Name  *Ident  `parser:"'region' @@ '='"`
	Spans []*Span `parser:"@@ (',' @@)*"`
}

// Span is a range of points along an axis: first N along z.
type Span struct {
	Pos    Pos
	AllBut bool    `parser:"(@'all' 'but')?"`
	Part   string  `parser:"@('first' | 'last' | 'inner')"`
	Points *Number `parser:"@@"`
	Axis   *Ident  `parser:"'along' @@"`
}

// Boundary says what lies beyond the ends of an axis, or of all axes: mirror
// images, or zero.
type Boundary struct {
	Of   []*Part `parser:"'boundary' @@ (',' @@)*"`
	Kind string  `parser:"@('odd' | 'even' | 'zero')"`
	End  string  `parser:"('at' @('first' | 'last' | 'both')"`
	Axis *Ident  `parser:"@@)?"`
}

// Part is a function or one component of it.
type Part struct {
	Name      *Ident `parser:"@@"`
	Component *Ident `parser:"('.' @@)?"`
}

// Periodic joins the ends of axes.
type Periodic struct {
	Axes []*Ident `parser:"'periodic' @@ (',' @@)*"`
}

// Require states what parameters must fulfil at every point; Doc says why.
type Require struct {
	Left  *Node  `parser:"'require' @@"`
	Op    string `parser:"@('>=' | '>' | '<=' | '<')"`
	Right *Node  `parser:"@@"`
	Doc   string `parser:"@String?"`
}

// Absorb surrounds the grid with absorbing layers that damp by Damping, shift the
// frequency by Shift, and let the part Leak of the damping act along the other axes.
type Absorb struct {
	Damping *Node `parser:"'absorb' @@"`
	Shift   *Node `parser:"(',' @@"`
	Leak    *Node `parser:"(',' @@)?)?"`
}

// Solve isolates Target in Left = Right.
type Solve struct {
	Left   *Node `parser:"'solve' @@"`
	Right  *Node `parser:"'=' @@"`
	Target *Node `parser:"'for' @@"`
}

// Inject adds Value, a multiple of some points' traces, to Target.
type Inject struct {
	Value  *Node `parser:"'inject' @@"`
	Target *Node `parser:"'into' @@"`
}

// Sample records Value at Points.
type Sample struct {
	Points *Ident `parser:"'sample' @@"`
	Value  *Node  `parser:"'from' @@"`
}

// Save writes a frame of a history.
type Save struct {
	History *Ident `parser:"'save' @@"`
	Value   *Node  `parser:"'from' @@"`
}

// Reduce makes one number a step: Value is a call such as sum(u^2).
type Reduce struct {
	Series *Ident `parser:"'reduce' @@"`
	Value  *Node  `parser:"'from' @@"`
}

// Assign is an explicit update, Op = or +=.
type Assign struct {
	Target *Node  `parser:"@@"`
	Op     string `parser:"@('=' | '+=')"`
	Value  *Node  `parser:"@@"`
}
