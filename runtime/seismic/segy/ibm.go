package segy

import "math"

// IBM floating point is (-1)^s * 16^(e-64) * m/2^24, with a sign s, seven bits e
// and 24 bits m whose first four are not all zero.

// fromIBM is exact.
func fromIBM(bits uint32) float64 {
	m := float64(bits & 0xffffff)
	v := math.Ldexp(m, 4*(int(bits>>24&0x7f)-64)-24)
	if bits>>31 == 1 {
		v = -v
	}
	return v
}

// toIBM is the nearest IBM number, which has 21 to 24 bits.
func toIBM(v float32) uint32 {
	if v == 0 {
		return 0
	}
	f, e := math.Frexp(math.Abs(float64(v))) // f*2^e, f in [1/2, 1)
	quarter := e >> 2
	if e&3 != 0 {
		quarter++
	}
	m := uint32(math.RoundToEven(math.Ldexp(f, e-4*quarter+24)))
	if m == 1<<24 {
		m, quarter = m>>4, quarter+1
	}
	bits := uint32(quarter+64)<<24 | m
	if v < 0 {
		bits |= 1 << 31
	}
	return bits
}
