// Package segy reads and writes seismic records in SEG-Y, revisions 0 to 2.1 (SEG
// Technical Standards Committee 1975, 2002, 2017, 2023). Every header word that changes
// what samples mean, where they stand or when they were taken is heeded, or the file is
// refused with the word's name; a Report says which. docs/segy.md lists the words.
//
// In: files, and a Reading where their headers are silent or wrong; or a Gather to be
// written. Out: a File with its shots, places and samples; or a Model. Start at Open and
// Write, which the example calls, and at ReadModel.
//
// Lengths are in m, depth positive downwards from the vertical datum, times in ms from
// the firing of the source.
package segy

import (
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/runtime/seismic/places"
)

// Place is where a source or a receiver is.
type Place = places.Place

// Line is a straight line on the map, along which a survey is seen in two
// dimensions.
type Line = places.Line

// Named reports whether a path ends as those of SEG-Y files do, in any case.
func Named(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".sgy", ".segy":
		return true
	}
	return false
}

const (
	textBytes, binaryBytes, headerBytes = 3200, 400, 240

	foot = 0.3048 // m, the international one
)
