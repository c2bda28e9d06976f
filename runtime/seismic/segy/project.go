package segy

import "math"

// project turns longitudes (X) and latitudes (Y) in degrees into metres east and
// north of the middle of all places, by a transverse Mercator projection of the
// ellipsoid WGS 84 about it with scale 1: lengths are true to (d/R)^2/2, one in a
// million at d = 10 km.
func (s *scan) project() {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	each := func(f func(*Place)) {
		for i := range s.Shots {
			f(&s.Shots[i].Source)
			for k := range s.Shots[i].Traces {
				f(&s.Shots[i].Traces[k].Receiver)
			}
		}
	}
	each(func(p *Place) {
		low = [2]float64{min(low[0], p.X), min(low[1], p.Y)}
		high = [2]float64{max(high[0], p.X), max(high[1], p.Y)}
	})
	if low[0] > high[0] {
		return
	}
	centre := [2]float64{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2}
	if high[0]-low[0] > 20 {
		s.Report.note(Refused, s.called(units), s.Headers[0].Path, 0, "longitudes from %g to %g degrees are too far apart for a plane; or they span the 180th meridian: convert them to lengths", low[0], high[0])
		return
	}
	s.Geographic = &centre
	_, north := mercator(0, centre[1])
	each(func(p *Place) {
		x, y := mercator(p.X-centre[0], p.Y)
		p.X, p.Y = x, y-north
	})
}

// mercator is the transverse Mercator projection of WGS 84 with scale 1: metres
// east of the central meridian and north of the equator, of degrees (Krueger
// 1912; Karney 2011, eqs. 7 to 14 to the third order of n, which is exact to a
// millimetre within 10 degrees).
func mercator(longitude, latitude float64) (x, y float64) {
	const a, f = 6378137.0, 1 / 298.257223563
	const n = f / (2 - f)
	e := math.Sqrt(f * (2 - f))
	radius := a / (1 + n) * (1 + n*n/4 + n*n*n*n/64)
	series := [3]float64{n/2 - 2*n*n/3 + 5*n*n*n/16, 13*n*n/48 - 3*n*n*n/5, 61 * n * n * n / 240}
	lambda, phi := longitude*math.Pi/180, latitude*math.Pi/180
	if math.Abs(latitude) > 89.9999 {
		phi = math.Copysign(89.9999*math.Pi/180, latitude)
	}
	// The tangent of the conformal latitude.
	t := math.Sinh(math.Asinh(math.Tan(phi)) - e*math.Atanh(e*math.Sin(phi)))
	xi, eta := math.Atan2(t, math.Cos(lambda)), math.Asinh(math.Sin(lambda)/math.Hypot(t, math.Cos(lambda)))
	x, y = eta, xi
	for i, c := range series {
		k := 2 * float64(i+1)
		x += c * math.Cos(k*xi) * math.Sinh(k*eta)
		y += c * math.Sin(k*xi) * math.Cosh(k*eta)
	}
	return radius * x, radius * y
}
