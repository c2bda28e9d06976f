package c

import "fmt"

// conversions are the instructions of a processor that convert n numbers between half
// and single precision, and what a compiler defines where it may use them. gcc makes no
// vectors of conversions by itself.
var conversions = map[int]struct{ defined, widen, narrow string }{
	8:  {"__F16C__", "__builtin_ia32_vcvtph2ps256(h)", "__builtin_ia32_vcvtps2ph256(v, 0)"},
	16: {"__AVX512F__", "__builtin_ia32_vcvtph2ps512_mask(h, (lanes){0}, (unsigned short)-1, 4)", "__builtin_ia32_vcvtps2ph512_mask(v, 0, (halves){0}, (unsigned short)-1)"},
}

// halves are the functions that convert vectors of n numbers.
func halves(n int) string {
	widen := fmt.Sprintf("  lanes v;\n  for (int64_t i = 0; i < %d; ++i) v[i] = courant_widen(from[i]);\n  return v;\n", n)
	narrow := "  for (int64_t i = 0; i < n; ++i) to[i] = courant_narrow(v[i]);\n"
	kind := ""
	if c, ok := conversions[n]; ok {
		kind = fmt.Sprintf("typedef short halves __attribute__((vector_size(%d)));\n\n", 2*n)
		widen = fmt.Sprintf("#ifdef %s\n  halves h;\n  memcpy(&h, from, sizeof h);\n  return (lanes)%s;\n#else\n%s#endif\n", c.defined, c.widen, widen)
		narrow = fmt.Sprintf("#ifdef %s\n  const halves h = (halves)%s;\n  memcpy(to, &h, (size_t)n*sizeof(courant_half));\n#else\n%s#endif\n", c.defined, c.narrow, narrow)
	}
	return kind + "/* a vector of numbers in half precision */\nstatic inline lanes widen(const courant_half *from)\n{\n" + widen + "}\n\n" +
		"/* stores the first n numbers of a vector in half precision */\nstatic inline void put_half(courant_half *to, lanes v, int64_t n)\n{\n" + narrow + "}\n\n"
}
