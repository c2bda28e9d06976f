package places

import (
	"iter"
	"math"
)

// Line is a straight line on the map, along which a survey is seen in two
// dimensions.
type Line struct {
	X       float64 `json:"x"` // of the place where positions along it are 0
	Y       float64 `json:"y"`
	Azimuth float64 `json:"azimuth"` // of its direction, degrees clockwise from y, the north
	// Off is the greatest distance of a source or receiver from the line, and Root the
	// root of the mean of its square, m.
	Off  float64 `json:"off"`
	Root float64 `json:"root"`
	// Stretch is the greatest difference, m, of the horizontal distance of a source
	// and a receiver and that of their positions along the line.
	Stretch float64 `json:"stretch"`
	// From and To are the least and the greatest position.
	From float64 `json:"from"`
	To   float64 `json:"to"`

	east, north float64 // direction
}

// Along is the position of a place along the line, m.
func (l *Line) Along(p Place) float64 { return (p.X-l.X)*l.east + (p.Y-l.Y)*l.north }

// Through is the line that starts at a place in a direction.
func Through(x, y, azimuth float64) Line {
	north, east := math.Cos(azimuth*math.Pi/180), math.Sin(azimuth*math.Pi/180)
	// Lines along an axis are so exactly.
	for _, v := range []*float64{&east, &north} {
		if math.Abs(*v) < 1e-15 {
			*v = 0
		}
	}
	return Line{X: x, Y: y, Azimuth: azimuth, east: east, north: north}
}

// Fit is the straight line that the squared distances of all places are least
// from. Positions are counted from the place on it that is next to x = 0, y = 0, so
// that along a line in direction x they are x, and along one in direction y they are
// y; they grow with x, or y where x is constant.
func Fit(all iter.Seq[Place]) Line {
	var n, mx, my, xx, xy, yy float64
	for p := range all {
		n, mx, my = n+1, mx+p.X, my+p.Y
	}
	mx, my = mx/max(n, 1), my/max(n, 1)
	for p := range all {
		x, y := p.X-mx, p.Y-my
		xx, xy, yy = xx+x*x, xy+x*y, yy+y*y
	}
	// The direction is the first principal axis.
	angle := math.Atan2(2*xy, xx-yy) / 2
	east, north := math.Cos(angle), math.Sin(angle)
	switch {
	case xy == 0 && yy > xx:
		east, north = 0, 1
	case xy == 0:
		east, north = 1, 0
	case east < 0 || math.Abs(east) < 1e-9 && north < 0:
		east, north = -east, -north
	}
	away := mx*east + my*north
	return Line{X: mx - away*east, Y: my - away*north, Azimuth: math.Atan2(east, north) * 180 / math.Pi, east: east, north: north}
}

// Measure tells how far places are from the line, and how much the distances of
// pairs, such as sources and receivers, change along it.
func (l *Line) Measure(all iter.Seq[Place], pairs iter.Seq2[Place, Place]) {
	n, square := 0.0, 0.0
	l.From, l.To, l.Off, l.Stretch = math.Inf(1), math.Inf(-1), 0, 0
	for p := range all {
		off := (p.X-l.X)*l.north - (p.Y-l.Y)*l.east
		l.Off, square, n = max(l.Off, math.Abs(off)), square+off*off, n+1
		l.From, l.To = min(l.From, l.Along(p)), max(l.To, l.Along(p))
	}
	if l.Root = math.Sqrt(square / max(n, 1)); n == 0 {
		l.From, l.To = 0, 0
	}
	for a, b := range pairs {
		apart := math.Hypot(a.X-b.X, a.Y-b.Y)
		l.Stretch = max(l.Stretch, math.Abs(apart-math.Abs(l.Along(a)-l.Along(b))))
	}
}
