package cfamily

import (
	"regexp"
	"strings"
	"unicode"
)

// A name of an operator file must never be a word that C, a header, a
// compiler or this printer gives a meaning to, whatever name that is. So the
// names that pass as they are, are few in kind, and all others are changed:
//
//   - A name begins with a letter. What begins with _ belongs to the compiler:
//     _Pragma, __FILE__, __asm__, __SSE__.
//   - A name of several capitals, such as M_PI or EOF, gets an underscore at
//     its end: that is how headers spell macros, and no header ends one so.
//   - So does a word of the list of protected ones, and all that begins with
//     courant, which is how courant_abi.h names things.

// identifier is a name of the operator file as C may read it.
func identifier(name string) string {
	name = notOfNames.ReplaceAllString(name, "_")
	switch {
	case !firstOfNames.MatchString(name):
		return "v" + name
	case capitals.MatchString(name), strings.HasPrefix(name, "courant"), protected[name]:
		return name + "_"
	}
	return name
}

var (
	notOfNames   = regexp.MustCompile(`[^A-Za-z0-9_]`)
	firstOfNames = regexp.MustCompile(`^[A-Za-z]`)
	capitals     = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)
)

// protected are the words of C, C++ and CUDA, of what compilers add to them, of
// headers where they are macros in small letters, and of this printer.
var protected = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`
		auto break case char const continue default do double else enum extern float for goto if inline int long register restrict
		return short signed sizeof static struct switch typedef union unsigned void volatile while
		alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual
		asm fortran near far huge pascal cdecl interface small vector pixel
		I and and_eq bitand bitor compl not not_eq or or_eq xor xor_eq assert complex imaginary noreturn offsetof setjmp
		errno stdin stdout stderr environ math_errhandling signgam L_tmpnam L_ctermid L_cuserid P_tmpdir
		linux unix i386 mips sparc sun sgi hpux arm bsd m68k ppc
		args array block buffer count data e end entry first kth k last least main mirror mode n node omp partial place point points r real row rows scalar
		series size start stride sum t threads total trace traces values value version weight
		entries exchange global lanes most put origin ranks staged thread unit usual usual_part widen halves put_half
		begin column columns order first_plane end_plane node_behind
		all_indices blockDim blockIdx dim3 gridDim my_index threadIdx warpSize
		num_threads parallel simd single collapse schedule dynamic pragma
		max min abs y0 y1 yn j0 j1 jn gamma lgamma tgamma
		int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t size_t ptrdiff_t
		alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept bitand bitor catch char8_t char16_t char32_t class compl
		concept consteval constexpr constinit const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export friend
		mutable namespace new noexcept not not_eq operator or or_eq private protected public reflexpr reinterpret_cast requires
		static_assert static_cast synchronized template this thread_local throw try typeid typename using virtual wchar_t xor xor_eq final override
		include define undef ifdef ifndef elif endif line error`) {
		out[w] = true
	}
	for _, w := range strings.Fields("sqrt exp log sin cos tan asin acos atan sinh cosh tanh fabs fmin fmax atan2 pow") {
		out[w], out[w+"f"] = true, true
	}
	return out
}()

// CommentText is a text as it may stand within a comment: on one line, and
// without the pairs that begin and end comments. A compiler joins lines at a
// backslash, for which it also takes ??/, before it looks for the end of a
// comment, so neither is left. No text reaches C by another way.
func CommentText(text string) string {
	var b strings.Builder
	last := ' '
	for _, r := range text {
		switch {
		case r == '\\':
			r = '|'
		case r != ' ' && !unicode.IsGraphic(r), r == unicode.ReplacementChar:
			r = ' '
		}
		if last == '*' && r == '/' || last == '/' && r == '*' || last == '?' && r == '?' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}
