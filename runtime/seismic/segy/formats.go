package segy

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Format is how samples are stored.
type Format int

// The formats that are read, by their codes in the file; IBM and IEEE are written
// too.
const (
	IBM    Format = 1 // IBM floating point, four bytes
	Whole4 Format = 2 // whole numbers of four bytes
	Whole2 Format = 3 // of two
	IEEE   Format = 5 // IEEE 754 floating point, four bytes
	Double Format = 6 // of eight
	Whole1 Format = 8 // whole numbers of one byte
)

// formatNames are those of all formats of the standard.
var formatNames = map[Format]string{
	IBM: "IBM floating point", Whole4: "whole numbers of 4 bytes", Whole2: "whole numbers of 2 bytes",
	4: "fixed point with gain (obsolete)", IEEE: "IEEE floating point", Double: "IEEE floating point of 8 bytes",
	7: "whole numbers of 3 bytes", Whole1: "whole numbers of 1 byte", 9: "whole numbers of 8 bytes",
	10: "unsigned numbers of 4 bytes", 11: "unsigned numbers of 2 bytes", 12: "unsigned numbers of 8 bytes",
	15: "unsigned numbers of 3 bytes", 16: "unsigned numbers of 1 byte",
}

// String names the format with its code.
func (f Format) String() string {
	if name := formatNames[f]; name != "" {
		return fmt.Sprintf("%d, %s", int(f), name)
	}
	return fmt.Sprint(int(f))
}

// Formats are the names of formats in configurations.
var Formats = map[string]Format{"ibm": IBM, "int32": Whole4, "int16": Whole2, "ieee": IEEE, "double": Double, "int8": Whole1}

// bytes of a sample; 0 for a format that is not read.
func (f Format) bytes() int64 {
	switch f {
	case IBM, Whole4, IEEE:
		return 4
	case Whole2:
		return 2
	case Double:
		return 8
	case Whole1:
		return 1
	}
	return 0
}

// whole reports whether samples are whole numbers.
func (f Format) whole() bool { return f == Whole4 || f == Whole2 || f == Whole1 }

// decode appends the samples of data to a slice.
func (f Format) decode(data []byte, o binary.ByteOrder, to []float64) []float64 {
	for n := int(f.bytes()); len(data) >= n; data = data[n:] {
		v := 0.0
		switch f {
		case IBM:
			v = fromIBM(o.Uint32(data))
		case Whole4:
			v = float64(int32(o.Uint32(data)))
		case Whole2:
			v = float64(int16(o.Uint16(data)))
		case IEEE:
			v = float64(math.Float32frombits(o.Uint32(data)))
		case Double:
			v = math.Float64frombits(o.Uint64(data))
		case Whole1:
			v = float64(int8(data[0]))
		}
		to = append(to, v)
	}
	return to
}

// suspects judges four-byte samples by their bits, as some writers call one
// floating point format the other. It gives the format that they look like, and
// why; 0 when nothing speaks against the declared one.
//
// IBM numbers are normalised: the first four bits of the fraction are not all
// zero. In IEEE numbers these bits are the last of the exponent and the first
// three of the fraction, which are all zero in a twentieth of a signal's samples:
// those from 1 to 1.125 times an even power of two. Whole numbers that were
// written as IBM numbers without normalising have one exponent, and are let pass.
func (f Format) suspects(bits []uint32) (Format, string) {
	if f != IBM && f != IEEE && f != Whole4 {
		return 0, ""
	}
	numbers, loose, wild, tiny, large := 0, 0, 0, 0, 0
	different, looseExponents, exponents := map[uint32]bool{}, map[uint32]bool{}, map[uint32]bool{}
	for _, b := range bits {
		if b<<1 == 0 {
			continue
		}
		numbers++
		if len(different) < 1<<12 {
			different[b] = true
		}
		exponents[b>>24&0x7f] = true
		if b>>20&0xf == 0 {
			loose++
			looseExponents[b>>24&0x7f] = true
		}
		if v := math.Abs(float64(math.Float32frombits(b))); !(v < 1e25) {
			wild++
		} else if v < 1e-25 {
			tiny++
		}
		if v := math.Abs(float64(int32(b))); v > 1<<27 {
			large++
		}
	}
	share := 100 * float64(loose) / float64(max(numbers, 1))
	switch {
	case f == IBM && numbers >= 100 && share >= 1 && len(looseExponents) > 1 && wild == 0:
		return IEEE, fmt.Sprintf("%.1f %% of the samples are no normalised IBM numbers, and all are plausible IEEE numbers", share)
	case f == Whole4 && numbers >= 100 && wild == 0 && 100*tiny < numbers && 10*large > 9*numbers:
		return IEEE, "nearly all samples are huge as whole numbers, and plausible as IEEE numbers"
	case f == IEEE && len(different) >= 1000 && loose == 0 && len(exponents) >= 4:
		return IBM, fmt.Sprintf("%d samples are all normalised IBM numbers, which of IEEE numbers one in twenty is not", numbers)
	case f == IEEE && numbers >= 100 && wild*100 > numbers:
		return f, fmt.Sprintf("%.0f %% of the samples are above 1e25 or no numbers; the byte order or the format is another", 100*float64(wild)/float64(numbers))
	}
	return 0, ""
}
