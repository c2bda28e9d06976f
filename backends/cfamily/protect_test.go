package cfamily_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/cfamily"
	"github.com/courant-pde/courant/backends/cuda"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// Whatever a text holds, as a comment it neither ends the comment nor begins
// one, and holds nothing by which a compiler joins lines.
func FuzzCommentText(f *testing.F) {
	for _, s := range []string{"", "plain, with a ? and a * b/c", "*/", "*\\\r/", "*\\\n/", "*??/\n/", "*??/\r\n/", "/*", "**//", "???/", "\x00\u202e\u2028", "end \\", "*\xff/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := cfamily.CommentText(text)
		for _, bad := range []string{"*/", "/*", "\\", "??", "\ufffd"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q became %q, with %q", text, got, bad)
			}
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
			t.Errorf("%q became %q, with %q", text, got, got[i:])
		}
		if plain := !strings.ContainsAny(text, "*/?\\") && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }); plain && got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// Names come out as identifiers that are not protected, and such names stay.
func FuzzIdentifier(f *testing.F) {
	for _, s := range []string{"u", "_Pragma", "__FILE__", "__asm__", "asm", "M_PI", "I", "EOF", "stdin", "errno", "NULL", "INFINITY", "courant_run", "sqrtf", "a-b", "", "_", "9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := cfamily.Identifier(name)
		if !cfamily.FirstOfNames.MatchString(got) || cfamily.NotOfNames.MatchString(got) || cfamily.Protected[got] {
			t.Errorf("%q became %q", name, got)
		}
		if again := cfamily.Identifier(got); again != got && !strings.HasPrefix(got, "courant") && !cfamily.Capitals.MatchString(got) {
			t.Errorf("%q became %q, and that %q", name, got, again)
		}
	})
}

// kernels gives the kernels of all operators of the library in all numbers of
// dimensions that they have, as a target has them scheduled.
func kernels(t *testing.T, target backends.Target) []*codegen.Program {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatalf("no operators: %v", err)
	}
	var out []*codegen.Program
	for _, name := range files {
		file, err := dsl.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for dim := 1; dim <= 3; dim++ {
			p, err := codegen.Compile(file, codegen.Options{Dim: dim, SpaceOrder: 8, Target: target})
			if err == nil { // an operator may name its axes
				out = append(out, p)
			}
		}
	}
	return out
}

// identifiers is the set of words of a piece of C, outside of comments.
func identifiers(text string) map[string]bool {
	words := map[string]bool{}
	for text != "" {
		code, rest, _ := strings.Cut(text, "/*")
		for _, word := range strings.FieldsFunc(code, func(r rune) bool {
			return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			words[word] = true
		}
		_, text, _ = strings.Cut(rest, "*/")
	}
	return words
}

// Every word that the family writes of its own accord is protected: no name of
// a user's can be one.
func TestOwnWordsAreProtected(t *testing.T) {
	missing := map[string]bool{}
	look := func(text string, names map[string]bool) {
		for w := range identifiers(text) {
			if !names[w] && !unicode.IsDigit([]rune(w)[0]) && cfamily.Identifier(w) == w {
				missing[w] = true
			}
		}
	}
	for _, p := range kernels(t, c.Target{}) {
		text, names := cfamily.Spelt(p.Kernel)
		look(text, names)
		// The directives of C stand behind the head of the file. A nest of its own
		// has a function part with a number, whose name gives way to others; those
		// of CUDA have the operator's name in front.
		_, body, _ := strings.Cut(p.Source.Text, "int courant_abi(void) {")
		look(partName.ReplaceAllString(body, "0"), names)
	}
	for _, p := range kernels(t, cuda.Target{}) {
		_, names := cfamily.Spelt(p.Kernel)
		_, body, _ := strings.Cut(p.Source.Text, "int64_t all_indices(void) {")
		look(kernelName.ReplaceAllString(body, " 0 "), names)
	}
	k, err := loop.Parse(rare)
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatal(err)
	}
	look(cfamily.Spelt(k))
	if len(missing) > 0 {
		t.Errorf("a user may give the name of these words: %v", slices.Sorted(maps.Keys(missing)))
	}
}

var (
	partName   = regexp.MustCompile(`\bpart[0-9]+_*\b`)
	kernelName = regexp.MustCompile(`\b[a-z0-9_]+_(step|prepare)[0-9]+_*\b|\.[xyz]\b|"C"`)
)

// CUDA is C++, whose words a name cannot be either.
func TestWordsOfCPlusPlusAreProtected(t *testing.T) {
	var missing []string
	for _, w := range strings.Fields(`alignas alignof asm bool catch char16_t char32_t char8_t class concept consteval constexpr constinit const_cast
		co_await co_return co_yield decltype delete dynamic_cast explicit export false friend mutable namespace new noexcept nullptr operator private
		protected public reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename using virtual wchar_t`) {
		if !cfamily.Protected[w] {
			missing = append(missing, w)
		}
	}
	if len(missing) > 0 {
		t.Errorf("a user may give the name of these words: %v", missing)
	}
}

// rare is what no operator of the library is made into.
const rare = `kernel k f32
axes x halo 2, z halo 2
time 1 .. steps-1 backward
param m[x, z]
state u[t, x, z] levels 2 buffers 2
state s[t, x, z] levels 2 buffers 2 saved
state f[t, x, z] input
history us[x, z] every 4
points src inject
points rec sample staged 2
series e
buffer w[4 ring, size(x)+2] thread
setup { }
run {
  team {
    for t = first(t) .. last(t)+1 {
      for x = max(0, -origin(x)) .. min(size(x), global(x)) step 2 threads {
        for z = 0 .. size(z) lanes 4 {
          u[@1, x, z] = pow(u[x, z], 2)
        }
      } rest {
        for z = 0 .. size(z) {
          w[z+8, 0] = 2
          u[@1, x, z] = w[z+8, 0] + f[@-1, x, z]
        }
      }
      if last, every 2, step 1, 0 <= last(t)-t-1 {
        for x = 0 .. size(x) single down {
          us[x, 0] = s[@1, x, 0]
        }
      }
      inject src ahead 1 into u[@1, x, z] times m[x, z] within x = 0 .. 4
      take rec step 1 from u[x, z] within x = 0 .. 4
      sum rec step 1
      reduce e step 1 from norm of u[x, z] over 0 .. size(x); 0 .. size(z)
      reduce e from min of u[x, z] over 0 .. size(x); 0 .. size(z)
      reduce e from max of u[x, z] over 0 .. size(x); 0 .. size(z)
    }
  }
}
`

func compiler(t *testing.T) string {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler")
	}
	return cc
}

// No macro that stands for something by its name alone can be a user's name.
func TestMacrosAreProtected(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, abi.HeaderName), []byte(abi.Header), 0o600); err != nil {
		t.Fatal(err)
	}
	// More headers than generated code includes: those of other systems
	// include one another.
	cmd := exec.Command(compiler(t), "-std=gnu11", "-fopenmp", "-dM", "-E", "-x", "c", "-I", dir, "-")
	cmd.Stdin = strings.NewReader(`#include <math.h>
#include <complex.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stddef.h>
#include <stdint.h>
#include "` + abi.HeaderName + `"
`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "#define "), " ")
		if strings.Contains(name, "(") {
			continue // means something only in front of a parenthesis
		}
		n++
		if name = strings.TrimSpace(name); cfamily.Identifier(name) == name {
			t.Errorf("a user's name may be the macro %s", name)
		}
	}
	if n < 100 {
		t.Errorf("%d macros: the compiler was not understood", n)
	}
}

// Names that C or its headers know compile as fields, wavefields, scalars,
// points and axes.
func TestForeignNamesCompile(t *testing.T) {
	cc := compiler(t)
	taken := []string{"_Pragma", "__FILE__", "__LINE__", "__asm__", "_Bool", "_Atomic", "_x", "__", "_", "M_PI", "I", "EOF", "NULL", "INFINITY",
		"INT64_MAX", "COURANT_ABI_VERSION", "COURANT_ABI_H", "SIZE_MAX", "int64_t", "size_t", "real", "value", "mode", "courant_mode", "courant_restore",
		"courant_args", "courant_abi", "sqrtf", "fminf", "isnan", "least", "kth", "trace", "row", "sum_", "total", "auto", "typeof", "asm", "linux", "errno", "stdin", "int64"}
	for w := range cfamily.Protected {
		taken = append(taken, w)
	}
	slices.Sort(taken)
	var sources []string
	skip := slices.Concat(dsl.Keywords, check.Builtin(), []string{"t", "n"})
	for _, w := range slices.Compact(taken) {
		if slices.Contains(skip, w) {
			continue
		}
		for _, source := range []string{
			`operator NAME { field NAME wavefield u solve u.dt2 = NAME*laplace(u) for u.forward sample rec from u*NAME reduce e from norm(u*NAME) }`,
			`operator k { wavefield NAME scalar c = 1 solve NAME.dt2 = c*laplace(NAME)*max(c, sqrt(abs(NAME))) for NAME.forward inject src into NAME.forward reduce NAME_ from max(NAME) boundary NAME odd }`,
			`operator k { wavefield u scalar NAME = 1 solve u.dt2 = NAME*laplace(u) for u.forward inject src*NAME into u.forward }`,
			`operator k { wavefield u solve u.dt2 = laplace(u) for u.forward inject NAME*dt into u.forward save us from u every 2 }`,
			`operator k { axes z, NAME wavefield u solve u.dt2 = laplace(u) for u.forward sample rec from u }`,
		} {
			file, err := dsl.Parse("taken.pde", strings.ReplaceAll(source, "NAME", w))
			if err != nil {
				t.Errorf("%s: %v", w, err)
				continue
			}
			p, err := codegen.Compile(file, codegen.Options{Dim: 2, Target: c.Target{}})
			if err != nil {
				if !dsl.IsUser(err) {
					t.Errorf("%s: %v", w, err)
				}
				continue
			}
			sources = append(sources, p.Source.Text)
		}
	}
	// One file with all of them, which is compiled in a second.
	const least = "static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }\n"
	var all strings.Builder
	all.WriteString(least)
	for i, text := range sources {
		text = strings.ReplaceAll(text, least, "")
		for _, f := range []string{"courant_abi(", "courant_prepare(", "courant_run("} {
			text = strings.ReplaceAll(text, "int "+f, fmt.Sprintf("int f%d_%s", i, f))
		}
		all.WriteString(text)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, abi.HeaderName), []byte(abi.Header), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cc, "-std=c11", "-fopenmp", "-fsyntax-only", "-Wall", "-Werror", "-Wno-unused", "-x", "c", "-I", dir, "-")
	cmd.Stdin = strings.NewReader("#include <stdint.h>\n" + all.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
	if len(sources) < 4*len(cfamily.Protected) {
		t.Errorf("%d sources of %d names: too few are operators", len(sources), len(taken))
	}
}
