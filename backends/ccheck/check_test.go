package ccheck

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/signature"
)

// Every operator of the library, spelt in C, is accepted.
func TestAcceptsWhatTheBackendEmits(t *testing.T) {
	emitted(t, func(t *testing.T, s *backends.Source) {
		if err := Check(s.File, s.Text, s.Headers); err != nil {
			t.Error(err)
		}
	})
}

// A backend's output, damaged, is refused at the line of the damage.
func TestRefusesDamagedOutput(t *testing.T) {
	whole, err := emit("../../testdata/operators/acoustic.pde", 3, 8, signature.F32)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []struct{ before, after, want string }{
		{"const int64_t n_x = ", "const int64_t n_w = ", "n_x"},
		{"return COURANT_ABI_VERSION;", "return COURANT_ABI_VERSION", "expected ';'"},
		{"#pragma omp for", "#pragma omp fro", "omp fro"},
		{"for (int64_t x ", "for (int x ", "loop variable x has 32 bits"},
		{"u_row1[z] = ", "u_row0[z] = ", "const"},
		{"args->size[", "args->sizes[", "sizes"},
		{"#include \"courant_abi.h\"", "#include \"courant_api.h\"", "courant_api.h"},
		{"courant_restore(mode)", "courant_restore()", "arguments"},
		{"courant_restore(mode)", "courant_reset(mode)", "not declared"},
		{"\n}\n", "\n\n", "ends too early"},
	} {
		t.Run(damage.after, func(t *testing.T) {
			text := strings.Replace(whole.Text, damage.before, damage.after, 1)
			if text == whole.Text {
				t.Skipf("the output has no %q", damage.before)
			}
			err := Check(whole.File, text, whole.Headers)
			if err == nil || !strings.Contains(err.Error(), damage.want) {
				t.Errorf("%q for %q gave %v", damage.after, damage.before, err)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	for _, test := range []struct {
		name, text string
		line       int
		want       string
	}{
		{"undeclared variable", "int f(void) { return y; }", 1, "undefined: y"},
		{"undeclared function", "int f(void) { return g(1); }", 1, "function g is not declared"},
		{"undeclared mathematics", "float f(float x) {\n  return sqrtf(x);\n}", 2, "function sqrtf is not declared"},
		{"too many arguments", "#include <math.h>\nfloat f(float x) { return sqrtf(x, x); }", 2, "takes 1 arguments, not 2"},
		{"too few arguments", "#include <math.h>\nfloat f(void) { return sqrtf(); }", 2, "takes 1 arguments, not 0"},
		{"missing semicolon", "int f(int x) {\n  return x\n}", 3, "unexpected '}', expected ';'"},
		{"missing brace", "int f(int x) {\n  return x;\n", 2, "ends too early"},
		{"system header", "#include <stdio.h>", 1, "include file not found"},
		{"file of the machine", "#include \"/etc/hostname\"", 1, "include file not found"},
		{"unknown field", "struct s { int a; };\nint f(struct s *p) { return p->b; }", 2, "no member named b"},
		{"dot for arrow", "struct s { int a; };\nint f(struct s *p) { return p.a; }", 2, "expected a struct"},
		{"pointer for number", "double f(double *p) { double x = p; return x; }", 1, "a pointer is no number"},
		{"number for pointer", "double *f(void) { return 3; }", 1, "a number is no pointer"},
		{"other pointer", "struct a { int x; };\nstruct b { int y; };\nvoid g(struct a *p);\nvoid f(struct b *q) { g(q); }", 4, "points to another type"},
		{"write through const", "void f(const float *p) { p[0] = 1; }", 1, "p[0] is const"},
		{"write to const", "void f(const int n) { n = 1; }", 1, "n is const"},
		{"increment of const", "void f(void) { const long n = 0; ++n; }", 1, "n is const"},
		{"const lost", "void f(const float *p) { float *q = p; q[0] = 1; }", 1, "writable"},
		{"fractional index", "float f(float *p) { return p[1.5]; }", 1, "integer type"},
		{"product of pointers", "float f(float *p) { return p*p; }", 1, "arithmetic type"},
		{"remainder of floats", "float f(float p) { return p%2; }", 1, "integer type"},
		{"second declaration", "int f(void) { int a = 0; int a = 1; return a; }", 1, "multiple definitions"},
		{"second parameter", "int f(int a, int a) { return a; }", 1, "a"},
		{"second definition", "int f(void) { return 0; }\nint f(void) { return 1; }", 2, "defined twice"},
		{"result of void", "void f(void) { return 1; }", 1, "without a result"},
		{"no result", "int f(void) { return; }", 1, "returns none"},
		{"bad octal", "int f(void) { return 08; }", 1, "08"},
		{"bad number", "double f(void) { return 1.5.2; }", 0, ""},
		{"lost label", "void f(void) { goto l; }", 1, "label undefined"},
		{"open comment", "/* x", 1, "comment not terminated"},
		{"open condition", "#if 1\nint x;\n", 0, "expected #endif"},
		{"failed assertion", "_Static_assert(sizeof(long) == 4, \"no\");", 1, "assertion failed: no"},
		{"macro bomb", bomb(), 0, "expansion limit"},
		{"narrow loop", "void f(float *p, int n) {\n  for (int i = 0; i < n; ++i) p[i] = 0;\n}", 2, "32 bits"},
		{"narrow index", "float f(float *p, int i) { return p[i]; }", 1, "the index i has 32 bits"},
		{"narrow index sum", "float f(float *p, int i) { return p[i + 1]; }", 1, "the index i + 1 has 32 bits"},
		{"misspelt directive", "#pragma omp paralel for\nint x;", 1, "no OpenMP directive"},
		{"misspelt clause", "void f(long n) {\n#pragma omp parallel for colapse(2)\nfor (long i = 0; i < n; ++i) {}\n}", 2, "no clause colapse"},
		{"clause of another", "void f(void) {\n#pragma omp single collapse(2)\n{}\n}", 2, "no clause collapse"},
		{"bad argument", "void f(long n) {\n#pragma omp for schedule(quick)\nfor (long i = 0; i < n; ++i) {}\n}", 2, "not a form of the clause schedule"},
		{"open bracket", "void f(long n) {\n#pragma omp for collapse(2\nfor (long i = 0; i < n; ++i) {}\n}", 2, "no OpenMP directive"},
		{"no loop", "void f(long n) {\n#pragma omp for\nn = 1;\n}", 2, "no for loop follows"},
		{"foreign pragma", "#pragma acc kernels\nint x;", 1, "#pragma acc kernels"},
		{"half an expression", "int x = 1 +\n", 1, "ends too early"},
		{"no end in sight", "struct s { struct s *\xc3; }", 1, "expected type qualifier"},
		{"depth", strings.Repeat("(", 1_000_000), 1, "too deeply nested"},
		{"length", strings.Repeat("int x;\n", 1_000_000), 1, "too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Check("kernel.c", test.text, nil)
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("accepted:\n%s", test.text)
			}
			for _, d := range e.Diagnostics {
				if (test.line == 0 || d.Line == test.line) && strings.Contains(d.Message, test.want) {
					return
				}
			}
			t.Errorf("want line %d, %q; got\n%v", test.line, test.want, err)
		})
	}
}

// bomb doubles forty times.
func bomb() string {
	var b strings.Builder
	b.WriteString("#define M0 1\n")
	for i := range 40 {
		fmt.Fprintf(&b, "#define M%d M%d+M%d\n", i+1, i, i)
	}
	return b.String() + "int x = M40;\n"
}

func TestAccepts(t *testing.T) {
	for _, text := range []string{
		"",
		"#include \"courant_abi.h\"\nlong f(const struct courant_args *args) { return args->first; }",
		"#include <math.h>\n#include <omp.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\ndouble f(double x) { return fma(x, sqrt(x), omp_get_wtime()); }",
		"void f(void *p) { float *q = p; q[0] = 0; float *none = 0; (void)none; (void)q; }",
		"#include <stddef.h>\nvoid *f(void) { return NULL; }",
		"float f(const float *p) { const float *q = p + 1; ++q; return q[-1]; }",
		"typedef float v8 __attribute__((vector_size(32)));\nv8 f(v8 a, v8 b, float c) { v8 x = a*b + c*a; x[0] = 1; return -x; }",
		"typedef float v8 __attribute__((vector_size(32), aligned(4)));\nv8 f(const float *p) { return *(const v8 *)p; }",
		"static inline __attribute__((always_inline)) long a(long x) { return x; }\nlong f(float *restrict p) { __builtin_prefetch(p + 1, 0, 3); return a(1); }",
		"_Alignas(64) static float buffer[8];\nfloat f(void) { return buffer[0]; }",
		"void f(float *p, long n) {\n#pragma omp parallel for collapse(2) schedule(dynamic, 4) num_threads((int)n)\n  /* a note */\n  for (long i = 0; i < n; ++i)\n    for (long j = 0; j < n; ++j) {\n#pragma omp simd\n      for (long k = 0; k < n; ++k) p[i*n + j*n + k] = 0;\n    }\n}",
		"void f(void) {\n#pragma omp parallel\n{\n#pragma omp single nowait\n{}\n#pragma omp barrier\n}\n}",
		"void f(float *p, long n) {\n#pragma GCC ivdep\nfor (long i = 0; i < n; ++i) p[i] = 1;\n}",
	} {
		if err := Check("kernel.c", text, map[string]string{abi.HeaderName: abi.Header}); err != nil {
			t.Error(err)
		}
	}
}

// All that is wrong is told in one go, without the front end's own places.
func TestTellsAll(t *testing.T) {
	const text = "int f(void) {\n  return a;\n}\nint g(void) {\n  return 2*b;\n}\n"
	err := Check("kernel.c", text, nil)
	const want = `kernel.c is not the C that it should be:
kernel.c:2:10: undefined: a
    return a;
kernel.c:5:12: undefined: b
    return 2*b;`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A fault in a header is placed there.
func TestHeaders(t *testing.T) {
	err := Check("kernel.c", "#include \"a.h\"\n", map[string]string{"a.h": "typedef int number;\nnumber f(void) { return y; }\n"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Diagnostics[0].File != "a.h" || e.Diagnostics[0].Line != 2 || !strings.Contains(e.Diagnostics[0].Source, "return y") {
		t.Errorf("got %v", err)
	}
	for name, text := range map[string]string{"../a.h": "", "": "", "a.h": "#include \"a.h\"\n"} {
		if err := Check("kernel.c", "#include \"a.h\"\n", map[string]string{name: text}); err == nil {
			t.Errorf("header %q with %q was accepted", name, text)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"int f(int n) { return n*2; }",
		"#pragma omp parallel for collapse(2)\nfor(;;){}",
		"#define A(x) x##x\nA(a) A(A)(",
		"typedef float v __attribute__((vector_size(32))); v f(v a) { return (v){1,2} + a[0]; }",
		"struct s { struct s *if; }",
		"struct s { struct s *p; } x = { .p = &x };",
		"int a[3] = {[2] = 1}; enum { A, B = sizeof(a) }; int f() { switch (A) { case B: ; } }",
		"#include \"courant_abi.h\"\n#if defined(X) || 1 / 0\n#endif",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := Check("fuzz.c", text, map[string]string{abi.HeaderName: abi.Header})
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*Error](err); !ok || len(e.Diagnostics) == 0 {
			t.Errorf("%q gave %v, which tells nothing", text, err)
		}
	})
}
