package optimize

// CGLS solves a linear least-squares problem, the minimum of |J x - d|^2/2, by
// conjugate gradients (Hestenes and Stiefel 1952). With a diagonal
// preconditioner W the gradient W J'r takes the place of J'r. It is used in
// turns with the products by J and J' that the caller computes:
//
//	c := optimize.NewCGLS(g, weights)    g = J'd, from x = 0
//	for ... {
//		jp := J c.Direction()
//		length := c.Length(norm2(jp))    x += length p, r -= length jp
//		c.Next(J'r)
//	}
type CGLS struct {
	X         []float64
	direction []float64
	weights   []float64
	gamma     float64 // <J'r, W J'r>
}

// NewCGLS begins at x = 0, where J'r is g; weights may be nil.
func NewCGLS(g, weights []float64) *CGLS {
	c := &CGLS{X: make([]float64, len(g)), weights: weights}
	c.direction = c.weighted(g)
	c.gamma = dot(g, c.direction)
	return c
}

func (c *CGLS) weighted(g []float64) []float64 {
	out := append([]float64(nil), g...)
	for i, w := range c.weights {
		out[i] *= w
	}
	return out
}

// Direction is where the next step goes.
func (c *CGLS) Direction() []float64 { return c.direction }

// Length moves X along the direction p, when the square of the norm of J p is
// given, and says how far: 0 when there is nowhere to go.
func (c *CGLS) Length(jp2 float64) float64 {
	if jp2 == 0 {
		return 0
	}
	length := c.gamma / jp2
	add(c.X, length, c.direction)
	return length
}

// Next turns the direction by the new J'r.
func (c *CGLS) Next(g []float64) {
	w := c.weighted(g)
	gamma := dot(g, w)
	beta := 0.0
	if c.gamma > 0 {
		beta = gamma / c.gamma
	}
	add(w, beta, c.direction)
	c.direction, c.gamma = w, gamma
}
