package check

import (
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// source is a statement's place, and its text on one line.
func (c *checker) source(s *dsl.Statement) symbolic.Source {
	var words []string
	for line := range strings.Lines(c.file.Source[s.Pos.Offset:s.EndPos.Offset]) {
		code, _, _ := strings.Cut(line, "#")
		words = append(words, strings.Fields(code)...)
	}
	return symbolic.Source{File: filepath.Base(c.file.Name), Line: s.Pos.Line, Text: strings.Join(words, " ")}
}

func (c *checker) sample(s *dsl.Statement) {
	e := c.names[s.Sample.Points.Name]
	v := c.eval(s.Sample.Value.Expr)
	if e == nil || v == nil {
		return
	}
	switch {
	case e.kind != points:
		c.failIdent(s.Sample.Points, "choose another name for the receivers", "%s is already declared at line %d", s.Sample.Points.Name, e.pos.Line)
		return
	case e.points.Inject:
		c.failIdent(s.Sample.Points, "use another set of points to record", "%s is injected, so it cannot be recorded too", s.Sample.Points.Name)
		return
	case v.rank > 0:
		c.fail(s.Sample.Value.Expr, "sample one component, for example grad(u)."+c.axes()[0], "%s cannot be sampled", ranks[v.rank])
		return
	case e.sampled:
		c.failIdent(s.Sample.Points, "use another set of points", "%s is sampled twice", s.Sample.Points.Name)
		return
	}
	e.sampled = true
	if e.points.Unit != "" && !c.alike(s.Sample.Value.Expr, "what is sampled and the points", &value{part: []symbolic.Expr{symbolic.Int(1)}, unit: e.unit}, v) {
		return
	}
	if !c.fits(s.Sample.Value.Expr, v) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Sample{Points: e.points, Value: v.scalar(), Half: common(v.scalar(), c.problem.Grid), Every: c.when(s.Sample.Every), Source: c.source(s)})
}
