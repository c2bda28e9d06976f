package unparse

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
)

// Every operator of the library, written back and read again, is the same
// problem, and is then written the same.
func TestWhatIsWrittenIsRead(t *testing.T) {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		for dim := 1; dim <= 3; dim++ {
			t.Run(fmt.Sprintf("%s/%dD", filepath.Base(path), dim), func(t *testing.T) {
				file, err := dsl.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				p, err := check.Problem(file, check.Options{Dim: dim})
				if err != nil {
					t.Skip("not for this grid: ", strings.SplitN(err.Error(), "\n", 2)[0])
				}
				same(t, p)
			})
		}
	}
}

func same(t *testing.T, p *symbolic.Problem) {
	t.Helper()
	text, err := Operator(p, "")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	file, err := dsl.Parse("again.pde", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	q, err := check.Problem(file, check.Options{Dim: p.Grid.Dim()})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if a, b := outline(p), outline(q); a != b {
		t.Errorf("read again, it is\n%s\nnot\n%s\nof the text\n%s", b, a, text)
	}
	if again, err := Operator(q, ""); err != nil || again != text {
		t.Errorf("written again, it is\n%s\nnot\n%s (%v)", again, text, err)
	}
}

// outline is all that a problem says, on many lines.
func outline(p *symbolic.Problem) string {
	var b strings.Builder
	fmt.Fprintln(&b, p.Name, p.Doc, *p.Grid, p.Metre, p.Second)
	for _, f := range p.Functions {
		half := make([]bool, p.Grid.Dim())
		copy(half, f.Stagger)
		edges := make([][2]symbolic.Edge, p.Grid.Dim())
		copy(edges, f.Edges)
		fmt.Fprintln(&b, f.Name, f.Doc, f.Unit, f.Role, f.Axes, half, f.Mean, edges, f.Every, f.Default, f.Local)
	}
	for _, q := range p.Parameters {
		fmt.Fprintln(&b, q.Name, q.Doc, q.Unit, q.Default)
	}
	for _, q := range p.Points {
		fmt.Fprintln(&b, q.Name, q.Doc, q.Unit, q.Inject, q.Shift)
	}
	region := func(r *symbolic.Region) string {
		if r == nil {
			return "everywhere"
		}
		return fmt.Sprint(*r)
	}
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			fmt.Fprintln(&b, x.Target, ":", x.Left, "=", x.Right, ":", x.Value, region(x.Region), x.Every)
		case *symbolic.Inject:
			fmt.Fprintln(&b, x.Points.Name, x.Target, x.Value, x.Every)
		case *symbolic.Sample:
			half := make([]bool, p.Grid.Dim())
			copy(half, x.Half)
			fmt.Fprintln(&b, x.Points.Name, x.Value, half, x.Every)
		case *symbolic.Reduce:
			fmt.Fprintln(&b, x.Series.Name, x.Op, x.Value, region(x.Region), x.Every)
		}
	}
	return b.String()
}
