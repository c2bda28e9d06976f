package stability

import (
	"math"
	"math/cmplx"
)

// matrix is square and complex, row after row.
type matrix struct {
	n int
	a []complex128
}

func newMatrix(n int) *matrix { return &matrix{n, make([]complex128, n*n)} }

func (m *matrix) row(i int) []complex128 { return m.a[i*m.n : (i+1)*m.n] }

// eigenvalues destroys the matrix. The second result is false when the
// iteration does not end, which rounding alone can cause.
//
// It balances, eliminates to Hessenberg form and takes QR steps with
// Wilkinson's shifts (Golub and Van Loan, Matrix Computations, chapter 7; the
// elimination is elmhes of Wilkinson and Reinsch).
func (m *matrix) eigenvalues(out []complex128) ([]complex128, bool) {
	m.balance()
	m.hessenberg()
	out = out[:0]
	for high, steps := m.n-1, 0; high >= 0; steps++ {
		low := m.split(high)
		if low == high {
			out = append(out, m.a[high*m.n+high])
			high, steps = high-1, -1
			continue
		}
		if steps > 60 {
			return out, false
		}
		m.step(low, high, m.shift(high, steps))
	}
	return out, true
}

func size(z complex128) float64 { return math.Abs(real(z)) + math.Abs(imag(z)) }

// balance scales rows and columns by powers of two until they are of like
// size: the units of the wavefields differ by many orders of magnitude.
func (m *matrix) balance() {
	n := m.n
	for range 20 {
		done := true
		for i := range n {
			r, c := 0.0, 0.0
			for j := range n {
				if j != i {
					r += size(m.a[i*n+j])
					c += size(m.a[j*n+i])
				}
			}
			if r == 0 || c == 0 {
				continue
			}
			if q := r / c; q < 0.5 || q > 2 {
				done = false
				e := math.Round(math.Log2(q) / 2)
				f := complex(math.Exp2(e), 0)
				g := complex(math.Exp2(-e), 0)
				for j := range n {
					m.a[i*n+j] *= g
					m.a[j*n+i] *= f
				}
			}
		}
		if done {
			return
		}
	}
}

// hessenberg makes all zero below the first subdiagonal.
func (m *matrix) hessenberg() {
	n := m.n
	for k := 1; k < n-1; k++ {
		pivot := k
		for i := k + 1; i < n; i++ {
			if size(m.a[i*n+k-1]) > size(m.a[pivot*n+k-1]) {
				pivot = i
			}
		}
		x := m.a[pivot*n+k-1]
		if x == 0 {
			continue
		}
		if pivot != k {
			for j := range n {
				m.a[pivot*n+j], m.a[k*n+j] = m.a[k*n+j], m.a[pivot*n+j]
			}
			for i := range n {
				m.a[i*n+pivot], m.a[i*n+k] = m.a[i*n+k], m.a[i*n+pivot]
			}
		}
		for i := k + 1; i < n; i++ {
			if m.a[i*n+k-1] == 0 {
				continue
			}
			f := m.a[i*n+k-1] / x
			into, from := m.row(i), m.row(k)
			for j := k - 1; j < n; j++ {
				into[j] -= f * from[j]
			}
			into[k-1] = 0
			for r := range n {
				m.a[r*n+k] += f * m.a[r*n+i]
			}
		}
	}
}

// split is the start of the block that ends at high: above it the subdiagonal
// is zero but for rounding.
func (m *matrix) split(high int) int {
	n := m.n
	for l := high; l > 0; l-- {
		near := size(m.a[(l-1)*n+l-1]) + size(m.a[l*n+l])
		if size(m.a[l*n+l-1]) <= 0x1p-52*near {
			m.a[l*n+l-1] = 0
			return l
		}
	}
	return 0
}

// shift is the eigenvalue of the last two rows of a block that is nearer to
// its end; now and then another number, to leave a circle of iterations.
func (m *matrix) shift(high, steps int) complex128 {
	n := m.n
	p, q := m.a[(high-1)*n+high-1], m.a[(high-1)*n+high]
	r, s := m.a[high*n+high-1], m.a[high*n+high]
	if steps%11 == 10 {
		return s + complex(size(r), 0)
	}
	d := (p - s) / 2
	root := cmplx.Sqrt(d*d + q*r)
	if size(d-root) > size(d+root) {
		root = -root
	}
	if d+root == 0 {
		return s
	}
	return s - q*r/(d+root)
}

// step is one QR step of the block from low to high.
func (m *matrix) step(low, high int, shift complex128) {
	n := m.n
	for i := low; i <= high; i++ {
		m.a[i*n+i] -= shift
	}
	// While rotation k is made, that before it is applied from the right: the
	// rows that it changes are not needed any more.
	var c, s complex128
	for k := low; k < high; k++ {
		x, y := m.a[k*n+k], m.a[(k+1)*n+k]
		oc, os := c, s
		c, s = 1, 0
		if r := math.Sqrt(real(x)*real(x) + imag(x)*imag(x) + real(y)*real(y) + imag(y)*imag(y)); r > 0 {
			inv := complex(1/r, 0)
			c, s = x*inv, y*inv
		}
		cc, sc := cmplx.Conj(c), cmplx.Conj(s)
		up, down := m.row(k), m.row(k+1)
		for j := k; j <= high; j++ {
			a, b := up[j], down[j]
			up[j] = cc*a + sc*b
			down[j] = c*b - s*a
		}
		if k > low {
			m.right(low, k-1, oc, os)
		}
	}
	m.right(low, high-1, c, s)
	for i := low; i <= high; i++ {
		m.a[i*n+i] += shift
	}
}

// right applies a rotation to columns k and k+1 of the rows from low to k+1.
func (m *matrix) right(low, k int, c, s complex128) {
	cc, sc := cmplx.Conj(c), cmplx.Conj(s)
	for i := low; i <= k+1; i++ {
		a, b := m.a[i*m.n+k], m.a[i*m.n+k+1]
		m.a[i*m.n+k] = a*c + b*s
		m.a[i*m.n+k+1] = b*cc - a*sc
	}
}
