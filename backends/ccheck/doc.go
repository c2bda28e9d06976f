// Package ccheck gives a verdict on generated C without a C compiler, so that
// a fault in a backend shows on any machine, and shows as what it is.
//
// Three parties look at a text:
//
//   - the C front end modernc.org/cc, for syntax, names and expressions,
//     against the small headers of the folder include and nothing of the
//     machine;
//   - rules.go, for constraints of C that the front end leaves to others
//     (undeclared functions, numbers of arguments, writes to constants,
//     pointers taken for numbers), and for the one rule of this project: no
//     32-bit index, because grids are larger than that;
//   - pragma.go, for OpenMP directives, which a C front end skips.
//
// A C compiler judges better where there is one; no verdict here says that the
// code computes the right thing.
package ccheck
