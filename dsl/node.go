package dsl

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
	Text string `parser:"@Number"`
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

// Member is a dotted suffix: u.dt2, v.forward, grad(p).x, u.dx(order 4).
type Member struct {
	Of      Expr
	Dot     Pos
	Suffix  string
	Options []*Option
	Close   Pos // after the suffix or its parenthesis
}

// Option is what a derivative asks of its stencil: order N, at 1/2 or
// weights W, W, ...
type Option struct {
	Pos    Pos
	Name   string
	Values []Expr
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

// Tuple is a vector of its parts: (a, b).
type Tuple struct {
	Pos   Pos
	Parts []Expr
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
// function is not a part, nor are the options of a derivative.
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
	case *Member:
		Walk(x.Of, f)
	case *Tuple:
		for _, p := range x.Parts {
			Walk(p, f)
		}
	case *Call:
		for _, a := range x.Args {
			Walk(a, f)
		}
	}
}
