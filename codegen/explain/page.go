package explain

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic/typeset"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is a report as the template wants it.
type page struct {
	*Report
	Style    template.CSS
	Stated   []statedGroup
	Cell     template.HTML
	Legend   []legendRow
	Updates  []article
	Notes    []string
	Work     []workRow
	Peak     int // flops of the costliest statement
	Roofline template.HTML
	Medium   []string
	Names    []nameRow
}

// statedGroup is a statement of the file, one equation for each component.
type statedGroup struct {
	Where, Text string
	Equations   []template.HTML
}

type legendRow struct {
	Mark, Name, Where string
	Number            int
	Functions         []template.HTML
}

// article is one equation of a step.
type article struct {
	Target, Maths template.HTML
	Badges        []string
	Here          []template.HTML // read at the place of the result alone
	Stencils      []pictured
}

type pictured struct {
	Names   []template.HTML
	Picture template.HTML
	Caption string
}

type workRow struct {
	Target               template.HTML
	Seldom               string
	Before, After        int
	BeforeBar, AfterBar  int // percent of the costliest statement
	Loads, Stores, Bytes string
	Last                 bool // of its nest
}

type nameRow struct {
	Symbol, Powers template.HTML // the name, and its unit
	Name
}

func maths(f *typeset.Formula) template.HTML { return template.HTML(f.MathML()) }

// powers raises the exponents of a unit.
func powers(unit string) template.HTML {
	return template.HTML(exponent.ReplaceAllString(template.HTMLEscapeString(unit), "<sup>$1</sup>"))
}

var exponent = regexp.MustCompile(`\^(-?[0-9]+)`)

// HTML is the report as one page that needs nothing else.
func (r *Report) HTML() string {
	p := page{Report: r, Style: template.CSS(pageStyle), Notes: r.notes(), Medium: r.Stability.medium()}
	for _, e := range r.Equations {
		p.add(e)
	}
	if r.staggered() {
		p.Cell = r.cellPicture()
		for _, q := range r.Places {
			row := legendRow{Mark: q.Mark, Name: q.Name, Where: q.where(r.Axes), Number: q.number()}
			for _, f := range q.Functions {
				row.Functions = append(row.Functions, maths(typeset.Name(f)))
			}
			p.Legend = append(p.Legend, row)
		}
	}
	p.addWork()
	if r.Bound != nil {
		p.Roofline = r.roofline()
	}
	for _, n := range r.Names {
		p.Names = append(p.Names, nameRow{maths(typeset.Name(n.Name)), powers(n.Unit), n})
	}
	var b strings.Builder
	if err := pageTemplate.Execute(&b, p); err != nil {
		panic(fmt.Sprintf("explain: the page's template: %v", err)) // it fails for no report or for all
	}
	return b.String()
}

// add puts an equation on the page: as it is stated, under its statement, and
// as a step carries it out.
func (p *page) add(e Equation) {
	if !e.Temporary {
		where, text, _ := strings.Cut(e.Source, ": ")
		if n := len(p.Stated); n == 0 || p.Stated[n-1].Where != where || p.Stated[n-1].Text != text {
			p.Stated = append(p.Stated, statedGroup{Where: where, Text: text})
		}
		last := &p.Stated[len(p.Stated)-1]
		last.Equations = append(last.Equations, maths(e.stated))
	}
	u := article{Target: maths(e.target), Maths: maths(e.discrete)}
	if e.Temporary {
		u.Badges = append(u.Badges, "temporary of the compiler")
	}
	for _, badge := range []string{e.Region, e.Every} {
		if badge != "" {
			u.Badges = append(u.Badges, badge)
		}
	}
	for _, group := range alike(e.Reads) {
		var names []template.HTML
		for _, read := range group {
			names = append(names, maths(read.formula))
		}
		if group[0].isHere() {
			u.Here = append(u.Here, names...)
			continue
		}
		u.Stencils = append(u.Stencils, pictured{names, group[0].picture(p.Axes), group[0].caption(p.Axes)})
	}
	p.Updates = append(p.Updates, u)
}

func (p *page) addWork() {
	for _, n := range p.Nests {
		for i, s := range n.statements {
			e := p.equationOf(s)
			row := workRow{Target: maths(e.target), Seldom: strings.TrimPrefix(e.seldom(n), ", "), Before: e.Flops.Before, After: e.Flops.After}
			if i == len(n.statements)-1 {
				row.Last = true
				row.Loads, row.Stores, row.Bytes = fmt.Sprint(n.Loads), fmt.Sprint(n.Stores), fmt.Sprint(n.Bytes)
			}
			p.Peak = max(p.Peak, row.Before, row.After)
			p.Work = append(p.Work, row)
		}
	}
	for i := range p.Work {
		w := &p.Work[i]
		w.BeforeBar, w.AfterBar = 100*w.Before/max(1, p.Peak), 100*w.After/max(1, p.Peak)
	}
}

// medium lists the values for which the limit of the time step holds.
func (s *Stability) medium() []string {
	var out []string
	for _, m := range []map[string]float64{s.Fields, s.Scalar} {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			out = append(out, fmt.Sprintf("%s = %g", name, m[name]))
		}
	}
	return out
}
