package optimize

import "math/rand/v2"

// Batch draws the members of the k-th batch out of n, without replacement until
// all have been drawn: a function of its arguments alone, in rising order of the
// draw. Size is at most n.
func Batch(seed uint64, n, size, k int) []int {
	var out []int
	for i := k * size; i < (k+1)*size; i++ {
		out = append(out, order(seed, n, i/n)[i%n])
	}
	return out
}

// order is the order in which all n are drawn for the epoch-th time.
func order(seed uint64, n, epoch int) []int {
	return rand.New(rand.NewPCG(seed, uint64(epoch))).Perm(n)
}

// Signs draws n signs, the ones of the k-th evaluation's place-th sum: whose
// crossed products have the mean zero (Krebs et al. 2009).
func Signs(seed uint64, n, k, place int) []float64 {
	r := rand.New(rand.NewPCG(seed, uint64(k)<<32|uint64(place)|1<<63))
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(2*r.IntN(2) - 1)
	}
	return out
}
