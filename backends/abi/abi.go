// Package abi is the one contract between generated code and whoever calls
// it: the C header that every generated source includes, and the same
// structures in Go.
package abi

import (
	_ "embed"
	"unsafe"
)

// Header is the text of courant_abi.h.
//
//go:embed courant_abi.h
var Header string

// HeaderName is the name under which generated C includes Header.
const HeaderName = "courant_abi.h"

// Version is COURANT_ABI_VERSION. It is part of every cache key.
const Version = 7

// Array is struct courant_array: a grid array with its halo.
type Array struct {
	Data   unsafe.Pointer // first interior element of time buffer 0
	Buffer int64          // elements from one time buffer, or frame, to the next
	Stride *int64         // per axis; 0 along an axis that it does not span
	Count  int64          // time buffers, or frames
	Unit   float64        // of half-precision values; 1 elsewhere
}

// Points is struct courant_points: sparse rows between grid nodes and traces.
type Points struct {
	Rows    int64
	First   *int64
	Count   int64
	Start   *int64
	Node    *int64
	Place   *int64
	Order   *int64
	Column  *int64
	Columns int64
	Point   *int64
	Weight  *float64
	Traces  unsafe.Pointer
	Entries int64
	Staged  unsafe.Pointer
}

// Args is struct courant_args, the single argument of a generated entry point.
type Args struct {
	Version     int64
	Threads     int64
	First, Last int64
	End         int64
	Mirror      int64
	Size        *int64
	Stride      *int64
	Usual       *int64
	Block       *int64
	Scalar      *float64
	Array       *Array
	Points      *Points
	Series      *Series
	Origin      *int64
	Global      *int64
	Exchange    uintptr // of a C function
	Ranks       uintptr // what the function knows them by
}

// Series is struct courant_series: one number per step.
type Series struct {
	Values  *float64
	Partial *float64
}
