package abi

import "math"

// Half is courant_half: a number in half precision, IEEE 754 binary16. It has 11
// significant bits between 2^-14 and 65504, and fewer as far as 2^-24.
type Half uint16

// GreatestHalf is the greatest finite number of half precision.
const GreatestHalf = 65504

// Narrow is courant_narrow: the nearest number in half precision, an even one
// between two; an infinity beyond the greatest.
func Narrow(v float32) Half {
	bits := math.Float32bits(v)
	sign := Half(bits >> 16 & 0x8000)
	bits &^= 1 << 31
	switch {
	case bits > 0x7f800000:
		return sign | 0x7e00 // not a number
	case bits >= 0x477ff000:
		return sign | 0x7c00
	case bits < 0x38800000: // the last bit of 0.5 is 2^-24, that of the smallest numbers
		return sign | Half(math.Float32bits(math.Float32frombits(bits)+0.5)-0x3f000000)
	}
	return sign | Half((bits-0x38000000+0xfff+bits>>13&1)>>13)
}

// Widen is courant_widen.
func (h Half) Widen() float32 {
	size := uint32(h &^ 0x8000)
	bits := size << 13
	switch {
	case size < 0x400:
		bits = math.Float32bits(float32(size) * 0x1p-24)
	case size < 0x7c00:
		bits += 0x38000000
	default:
		bits += 0x70000000
	}
	return math.Float32frombits(bits | uint32(h&0x8000)<<16)
}

// IsFinite reports whether the number is neither an infinity nor NaN.
func (h Half) IsFinite() bool { return h&0x7c00 != 0x7c00 }

// Size orders numbers by their absolute values.
func (h Half) Size() Half { return h &^ 0x8000 }

// Times is the number with a sign: 1, -1 or 0.
func (h Half) Times(sign int) Half {
	switch {
	case sign < 0:
		return h ^ 0x8000
	case sign == 0:
		return 0
	}
	return h
}
