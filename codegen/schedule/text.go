package schedule

import (
	"fmt"
	"os"
	"strings"

	"github.com/courant-pde/courant/codegen/text"
)

// The text form of a schedule, with all that it can say:
//
//	schedule tti
//	halo u 4 4 4 4 4 4
//	slabs psi_x
//	ranks x
//	group w0 u src rec steps 2 {
//	  tile y 16 overlap
//	  tile x 1 skew 0 2 2 2 slope 4
//	  tile z auto
//	  local w0 ring x 4
//	  threads tiles dynamic
//	  jam 4
//	  lanes 16
//	  prefetch 192
//	  fission s0 strip 1024
//	  overlap exchange
//	}
//	group e

// String prints a schedule in its text form.
func (s *Schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "schedule %s\n", s.Operator)
	for _, h := range s.Halos {
		fmt.Fprintf(&b, "halo %s", h.Field)
		for _, w := range h.Width {
			fmt.Fprintf(&b, " %d %d", w[0], w[1])
		}
		b.WriteString("\n")
	}
	for _, f := range s.Slabs {
		fmt.Fprintf(&b, "slabs %s\n", f)
	}
	for _, a := range s.Ranks {
		fmt.Fprintf(&b, "ranks %s\n", a)
	}
	for i := range s.Groups {
		s.Groups[i].print(&b)
	}
	return b.String()
}

func (g *Group) print(b *strings.Builder) {
	fmt.Fprintf(b, "group %s", strings.Join(g.Of, " "))
	if g.Steps > 1 {
		fmt.Fprintf(b, " steps %d", g.Steps)
	}
	var lines []string
	line := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, t := range g.Tiles {
		size := "auto"
		if t.Size > 0 {
			size = fmt.Sprint(t.Size)
		}
		text := fmt.Sprintf("tile %s %s", t.Axis, size)
		switch t.Mode {
		case Overlap:
			text += " overlap"
		case Skew:
			text += " skew"
			for _, n := range t.Skew {
				text += fmt.Sprintf(" %d", n)
			}
			if t.Slope != 0 {
				text += fmt.Sprintf(" slope %d", t.Slope)
			}
		}
		line("%s", text)
	}
	for _, l := range g.Local {
		text := "local " + l.Field
		if l.Ring != "" {
			text += " ring " + l.Ring
			if l.Planes > 0 {
				text += fmt.Sprintf(" %d", l.Planes)
			}
		}
		line("%s", text)
	}
	if g.Threads != None {
		text := "threads " + threadWords[g.Threads]
		if g.Dynamic {
			text += " dynamic"
		}
		line("%s", text)
	}
	if g.Jam > 1 {
		line("jam %d", g.Jam)
	}
	switch {
	case g.Lanes == 1:
		line("lanes auto")
	case g.Lanes > 1:
		line("lanes %d", g.Lanes)
	}
	if g.Prefetch > 0 {
		line("prefetch %d", g.Prefetch)
	}
	if g.Usual {
		line("usual")
	}
	for _, f := range g.Fission {
		line("fission %s strip %d", f, g.Strip)
	}
	if g.OverlapExchange {
		line("overlap exchange")
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, " {\n  %s\n}", strings.Join(lines, "\n  "))
	}
	b.WriteString("\n")
}

// ReadFile reads the schedule of a file. Errors: the file cannot be read, and those of
// Parse with the file's name.
func ReadFile(path string) (*Schedule, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := Parse(string(source))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return s, nil
}

// Parse reads a schedule in its text form. It checks the syntax only; Apply
// checks the rest. The error is a *text.SyntaxError.
func Parse(source string) (*Schedule, error) {
	s := &Schedule{}
	err := text.Parse(source, func(p *text.Parser) {
		p.Expect("schedule")
		s.Operator = p.Name("the operator")
		for p.Peek().Kind != text.End {
			s.read(p)
		}
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Schedule) read(p *text.Parser) {
	switch {
	case p.Accept("halo"):
		h := Halo{Field: p.Name("a field")}
		for p.Peek().Kind == text.Number {
			h.Width = append(h.Width, [2]int{p.Integer(), p.Integer()})
		}
		s.Halos = append(s.Halos, h)
	case p.Accept("slabs"):
		s.Slabs = append(s.Slabs, p.Name("a field"))
	case p.Accept("ranks"):
		s.Ranks = append(s.Ranks, p.Name("an axis"))
	case p.Accept("group"):
		s.Groups = append(s.Groups, readGroup(p))
	default:
		p.Fail(p.Peek(), "expected halo, slabs, ranks or group, found %s", p.Peek())
	}
}

func readGroup(p *text.Parser) Group {
	g := Group{}
	// A label may be any name: group begins the next group, unless it is the
	// first label.
	for len(g.Of) == 0 || p.Peek().Kind == text.Name && !p.At("group") && !p.At("steps") && !p.At("halo") && !p.At("slabs") && !p.At("ranks") {
		g.Of = append(g.Of, p.Name("a statement"))
	}
	if p.Accept("steps") {
		g.Steps = p.Integer()
	}
	if p.At("{") {
		p.Block(func() { g.read(p) })
	}
	return g
}

func (g *Group) read(p *text.Parser) {
	switch {
	case p.Accept("tile"):
		t := Tile{Axis: p.Name("an axis")}
		if !p.Accept("auto") {
			n := p.Peek()
			if t.Size = p.Integer(); t.Size == 0 {
				p.Fail(n, "a tile has at least one point")
			}
		}
		switch {
		case p.Accept("overlap"):
			t.Mode = Overlap
		case p.Accept("skew"):
			t.Mode = Skew
			for p.Peek().Kind == text.Number {
				t.Skew = append(t.Skew, p.Integer())
			}
			if p.Accept("slope") {
				t.Slope = p.Integer()
			}
		}
		g.Tiles = append(g.Tiles, t)
	case p.Accept("local"):
		l := Local{Field: p.Name("a field")}
		if p.Accept("ring") {
			l.Ring = p.Name("an axis")
			if p.Peek().Kind == text.Number {
				l.Planes = p.Integer()
			}
		}
		g.Local = append(g.Local, l)
	case p.Accept("threads"):
		t := p.Take()
		known := false
		for threads, word := range threadWords {
			if t.Text == word {
				g.Threads, known = threads, true
			}
		}
		if !known {
			p.Fail(t, "expected none, tiles, points, parts or device, found %s", t)
		}
		g.Dynamic = p.Accept("dynamic")
	case p.Accept("jam"):
		g.Jam = p.Integer()
	case p.Accept("lanes"):
		if g.Lanes = 1; !p.Accept("auto") {
			g.Lanes = p.Integer()
		}
	case p.Accept("prefetch"):
		g.Prefetch = p.Integer()
	case p.Accept("usual"):
		g.Usual = true
	case p.Accept("fission"):
		g.Fission = append(g.Fission, p.Name("a local"))
		p.Expect("strip")
		g.Strip = p.Integer()
	case p.Accept("overlap"):
		p.Expect("exchange")
		g.OverlapExchange = true
	default:
		p.Fail(p.Peek(), "expected tile, local, threads, jam, lanes, prefetch, usual, fission or overlap exchange, found %s", p.Peek())
	}
}
