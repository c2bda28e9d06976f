package cfamily

import "github.com/courant-pde/courant/codegen/loop"

// What tests need to see of the guard of names.
var (
	Identifier   = identifier
	Protected    = protected
	FirstOfNames = firstOfNames
	NotOfNames   = notOfNames
	Capitals     = capitals
)

// Spelt prints all of a kernel without any directives, and gives the words that
// stand for its things.
func Spelt(k *loop.Kernel) (text string, names map[string]bool) {
	p := New(k, plain{})
	text = p.Function(1, func() { p.Stmts(k.Setup) }) + p.Function(1, func() { p.Stmts(k.Run) })
	names = map[string]bool{}
	for _, n := range p.names {
		names[n] = true
	}
	return text, names
}

// plain is a dialect that adds nothing.
type plain struct{}

func (plain) Loop(*Printer, *loop.For, bool)       {}
func (plain) Rows(*Printer, bool)                  {}
func (plain) Share(loop.Kind) (first, step string) { return "", "" }
func (plain) Head(*Printer, *loop.For, bool) bool  { return false }
func (plain) Once(*Printer)                        {}
func (plain) Prefetch(*Printer, string)            {}
func (plain) Pitch(*loop.Buffer) int               { return 1 }

func (plain) Other(p *Printer, s loop.Stmt) {
	team, ok := s.(*loop.Team)
	if !ok {
		return
	}
	for _, b := range p.K.Buffers {
		p.Line("real %s[%s];", p.Memory(b), p.Length(b))
	}
	for _, s := range team.Body {
		if l, ok := s.(*loop.For); ok {
			p.Head(l)
			p.In(func() { p.Levels(func() { p.Stmts(l.Body) }) })
		}
	}
}
