package survey

import (
	"image/color"
	"math"
)

// colourMap gives a colour for 0 .. 1, by linear interpolation between
// anchors at equal distances.
type colourMap []color.RGBA

func hex(colours ...uint32) colourMap {
	var m colourMap
	for _, c := range colours {
		m = append(m, color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255})
	}
	return m
}

var (
	// viridis, by van der Walt and Smith (2015): lightness grows evenly, so
	// that equal steps of velocity look equal.
	viridis = hex(0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725)
	// seismic runs from blue through white at 0 to red: Brewer's RdBu, reversed.
	seismic = hex(0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f)
	// grey has peaks black, troughs white.
	grey = hex(0xffffff, 0x808080, 0x000000)
)

func (m colourMap) at(v float64) color.RGBA {
	if !(v > 0) { // also NaN
		return m[0]
	}
	if v >= 1 {
		return m[len(m)-1]
	}
	place := v * float64(len(m)-1)
	i := int(place)
	return mix(m[i], m[i+1], place-float64(i))
}

// mix goes from a to b by the share t.
func mix(a, b color.RGBA, t float64) color.RGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round((1-t)*float64(x) + t*float64(y))) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
}
