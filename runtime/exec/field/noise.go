package field

// Noise makes arrays of numbers between -1 and 1, the same in every process.
type Noise struct{ state uint64 }

// NewNoise begins with the first number.
func NewNoise() *Noise { return &Noise{1} }

// Array has the next numbers, of a shape, in single precision.
func (n *Noise) Array(shape ...int) *Array {
	a := New32(shape...)
	for i := range a.F32 {
		n.state = n.state*6364136223846793005 + 1442695040888963407 // Knuth, MMIX
		a.F32[i] = float32(int64(n.state)>>40) * 0x1p-23
	}
	return a
}
