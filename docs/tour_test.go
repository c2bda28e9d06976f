package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/cuda"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

var update = flag.Bool("update", false, "write what the compiler makes into the tour")

// The tour follows one equation through every form that it takes in the
// compiler. Blocks whose fence ends with a colon and a word are made from the
// two that a person writes: the file, and the schedules.
func TestTour(t *testing.T) {
	const page = "tour.md"
	source, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(source), "```") // text, block, text, block ...
	named := map[string]string{}
	for i := 1; i < len(parts); i += 2 {
		info, text, _ := strings.Cut(parts[i], "\n")
		if _, name, ok := strings.Cut(info, ":"); ok {
			named[name] = text
		}
	}
	made := tour(t, named)
	for i := 1; i < len(parts); i += 2 {
		info, _, _ := strings.Cut(parts[i], "\n")
		_, name, _ := strings.Cut(info, ":")
		if text, ok := made[name]; ok {
			parts[i] = info + "\n" + strings.TrimRight(text, "\n") + "\n"
			delete(made, name)
		}
	}
	for name := range made {
		t.Errorf("the tour does not show %s", name)
	}
	if now := strings.Join(parts, "```"); now != string(source) {
		if *update {
			if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("the tour shows what the compiler no longer makes: go test ./docs -run TestTour -update")
	}
}

// tour makes the blocks of the tour.
func tour(t *testing.T, named map[string]string) map[string]string {
	t.Helper()
	file, err := dsl.Parse("wave.pde", named["file"])
	if err != nil {
		t.Fatal(err)
	}
	o := codegen.Options{Dim: 2, Precision: signature.F32}
	out := map[string]string{}
	compile := func(o codegen.Options, s string) *codegen.Program {
		if s != "" {
			parsed, err := schedule.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			o.Schedule = schedule.Given(parsed)
		}
		p, err := codegen.Compile(file, o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	plain := o
	plain.Passes = pass.Options{Disable: pass.Names()}
	out["stencil"] = steps(compile(plain, "").Stencil.String())
	o.Target = c.Target{}
	p := compile(o, "")
	out["problem"] = statements(p.Problem)
	out["discretised"] = statements(p.Discretised)
	out["passes"] = p.Stencil.String()
	out["schedule"] = p.Schedule.String()
	out["loops"] = after(p.Kernel.String(), "run {")
	out["c"] = after(p.Source.Text, "  #pragma omp parallel num_threads")
	p = compile(o, named["wavefront"])
	out["resolved"] = p.Schedule.String()
	out["wavefront-loops"] = after(p.Kernel.String(), "run {")
	_, err = codegen.Compile(file, withSchedule(t, o, named["illegal"]))
	if err == nil {
		t.Error("the illegal schedule of the tour is accepted")
	}
	out["refused"] = wrapped(fmt.Sprint(err))
	o.Target = cuda.Target{}
	text := compile(o, "").Source.Text
	text = after(text, "static __global__ void wave_step0")
	out["cuda"], _, _ = strings.Cut(text, "\n\nstatic __global__")
	return out
}

func withSchedule(t *testing.T, o codegen.Options, s string) codegen.Options {
	t.Helper()
	parsed, err := schedule.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	o.Schedule = schedule.Given(parsed)
	return o
}

// statements are those of a problem, one a line.
func statements(p *symbolic.Problem) string {
	var b strings.Builder
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			if x.Value == nil {
				fmt.Fprintf(&b, "update %s so that %s = %s\n", x.Target, x.Left, x.Right)
			} else {
				fmt.Fprintf(&b, "update %s = %s\n", x.Target, x.Value)
			}
		case *symbolic.Inject:
			fmt.Fprintf(&b, "inject %s*(%s) into %s\n", x.Points.Name, x.Value, x.Target)
		case *symbolic.Sample:
			fmt.Fprintf(&b, "sample %s from %s\n", x.Points.Name, x.Value)
		}
	}
	return b.String()
}

// steps is the part of a program behind its declarations.
func steps(program string) string { return after(program, "setup {") }

// after is a text from where a mark begins.
func after(text, mark string) string {
	if i := strings.Index(text, mark); i >= 0 {
		return text[i:]
	}
	return text
}

// wrapped breaks a long line at spaces.
func wrapped(text string) string {
	var b strings.Builder
	length := 0
	for _, word := range strings.Fields(text) {
		if length > 0 && length+len(word) > 78 {
			b.WriteString("\n")
			length = 0
		} else if length > 0 {
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return b.String()
}
