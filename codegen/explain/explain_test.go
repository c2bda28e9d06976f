package explain

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

var update = flag.Bool("update", false, "write the golden files anew")

// report explains an operator of a source, nil when it does not exist with so
// many axes. Its limit of the time step is that for values of 1.
func report(t *testing.T, file *dsl.File, dim, order int) *Report {
	t.Helper()
	p, err := codegen.Compile(file, codegen.Options{Dim: dim, SpaceOrder: order, Precision: signature.F32})
	if err != nil {
		return nil
	}
	m := stability.Medium{Fields: map[string]float64{}, Scalars: map[string]float64{}}
	for _, f := range p.Problem.Functions {
		if f.Role == symbolic.Field {
			m.Fields[f.Name] = 1
		}
	}
	for _, s := range p.Problem.Scalars() {
		m.Scalars[s] = 1
	}
	r, err := Program(p, m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func operator(t *testing.T, source string, dim, order int) *Report {
	t.Helper()
	file, err := dsl.Parse("test.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	r := report(t, file, dim, order)
	if r == nil {
		t.Fatalf("%d axes, order %d: cannot be compiled\n%s", dim, order, source)
	}
	return r
}

const wave = `operator wave "sound in a moving plane" {
    order time 1
    field rho "density" [kg/m^3]
    wavefield p "pressure"
    vector wavefield v "velocity" staggered
    image g "energy"
    region top = first 2 along z
    v.forward = v - dt/rho*grad(p)
    p.forward = p - dt*div(v.forward)
    p.forward = 0 in top
    g += p^2 every 4
    reduce e from norm(p.forward)
    inject src*dt into p.forward
    sample rec from v.x
}`

// The text and the LaTeX of a small operator stay as they are, and stay
// pleasant to read.
func TestGolden(t *testing.T) {
	r := operator(t, wave, 2, 4)
	r.Bound = &Bound{Points: 1.5e9, By: "memory", Bandwidth: 50, Peak: 200, Threads: 2}
	for name, got := range map[string]string{"wave.txt": r.String(), "wave.tex": r.LaTeX()} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is now\n%s\ngo test ./codegen/explain -update accepts it", name, got)
		}
	}
}

// Every operator of the library can be explained in every way.
func TestAllOperators(t *testing.T) {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal("no operators", err)
	}
	for _, name := range files {
		file, err := dsl.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		reports := 0
		for dim := 1; dim <= 3; dim++ {
			r := report(t, file, dim, 4)
			if r == nil {
				continue
			}
			reports++
			r.Bound = &Bound{Points: 1e9, By: "memory", Bandwidth: 50, Peak: 200, Threads: 2}
			checkText(t, r)
			checkPage(t, r.HTML())
			if tex := r.LaTeX(); strings.Count(tex, "{") != strings.Count(tex, "}") || strings.Count(tex, "$")%2 != 0 {
				t.Errorf("%s in %d dimensions: braces of\n%s", name, dim, tex)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			checkWork(t, r)
		}
		if reports == 0 {
			t.Errorf("%s exists on no grid", name)
		}
	}
}

// checkText fails for lines that are too long to read, but for the machine's
// figures and the source's own lines.
func checkText(t *testing.T, r *Report) {
	t.Helper()
	for line := range strings.Lines(r.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns+6 && !strings.HasPrefix(line, "this machine") {
			t.Errorf("%s: %d characters: %s", r.Operator, n, line)
		}
		if strings.HasSuffix(line, " \n") {
			t.Errorf("%s: blanks at the end of %q", r.Operator, line)
		}
	}
}

// checkPage fails for a page that is not well-formed, or that asks for
// something from elsewhere.
func checkPage(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v near %s", err, page[max(0, int(d.InputOffset())-200):d.InputOffset()])
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if n := a.Name.Local; n == "href" || n == "src" || strings.HasPrefix(n, "on") {
					t.Errorf("attribute %s of %s", n, e.Name.Local)
				}
			}
			if n := e.Name.Local; n == "script" || n == "link" || n == "iframe" || n == "img" {
				t.Errorf("element %s", n)
			}
		}
	}
	if found := regexp.MustCompile(`https?:|\burl\(|@import|ZgotmplZ|NaN|\bInf`).FindString(page); found != "" {
		t.Errorf("the page holds %s", found)
	}
}

// checkWork adds up the operations of the statements.
func checkWork(t *testing.T, r *Report) {
	t.Helper()
	before, after, always := 0, 0, true
	for _, n := range r.Nests {
		sum := 0
		for _, s := range n.statements {
			e := r.equationOf(s)
			before, after, sum = before+e.Flops.Before, after+e.Flops.After, sum+e.Flops.After
			always = always && e.Every == "" && !n.Layer
		}
		if sum > n.Flops {
			t.Errorf("%s: statements of %d operations in a nest of %d", r.Operator, sum, n.Flops)
		}
	}
	if always && (before != r.Step.Flops.Before || after != r.Step.Flops.After) {
		t.Errorf("%s: statements have %d and %d operations, the step %+v", r.Operator, before, after, r.Step.Flops)
	}
}
