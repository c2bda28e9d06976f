package survey

import (
	"fmt"
	"image/color"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// ModelPicture draws a model with the source and the receivers of g,
// which may be nil. 3D models are cut through the first source.
func ModelPicture(m *Model, g *Geometry, title string) (*Picture, error) {
	if err := checkPicture(m, g); err != nil {
		return nil, err
	}
	least, greatest := m.Values.Range()
	span := max(greatest-least, 1e-9)
	return sections(m, g, title, &scale{viridis, least, greatest, m.label()},
		func(s slice, w, h int) func(int) color.RGBA {
			v := s.of(m.Values).resample(w, h)
			return func(i int) color.RGBA { return viridis.at((v[i] - least) / span) }
		})
}

// GeometryPicture draws where the source and the receivers are: a section in
// 2D; two sections and a map in 3D. The model shows faintly.
func GeometryPicture(m *Model, g *Geometry, title string) (*Picture, error) {
	if g == nil {
		return nil, fmt.Errorf("a picture of the geometry needs one")
	}
	if err := checkPicture(m, g); err != nil {
		return nil, err
	}
	least, greatest := m.Values.Range()
	return sections(m, g, title, nil, func(s slice, w, h int) func(int) color.RGBA {
		v := s.of(m.Values).resample(w, h)
		return func(i int) color.RGBA { return ground(v[i], least, greatest) }
	})
}

// SnapshotPicture draws a wavefield over the model, which shows faintly where
// the wave is weak. The wavefield has the model's shape. Its colours end at
// the given percentile of its absolute values: 99.5 is usual.
func SnapshotPicture(wave *field.Array, m *Model, g *Geometry, clip float64, title string) (*Picture, error) {
	if err := checkPicture(m, g); err != nil {
		return nil, err
	}
	if wave == nil || field.ShapeString(wave.Shape) != field.ShapeString(m.Shape()) {
		return nil, fmt.Errorf("the wavefield to draw has another shape than the model, %s; cut off the absorbing border first", field.ShapeString(m.Shape()))
	}
	limit, err := clipAt(wave, clip)
	if err != nil {
		return nil, err
	}
	least, greatest := m.Values.Range()
	return sections(m, g, title, &scale{seismic, -limit, limit, "Amplitude"},
		func(s slice, w, h int) func(int) color.RGBA {
			u, v := s.of(wave).resample(w, h), s.of(m.Values).resample(w, h)
			return func(i int) color.RGBA {
				return tint(ground(v[i], least, greatest), seismic.at((u[i]/limit+1)/2))
			}
		})
}

// label is what the values are called.
func (m *Model) label() string {
	if m.Label == "" {
		return "P velocity [km/s]"
	}
	return m.Label
}

// ImagePicture draws an image of the subsurface on the grid of m, in grey or in
// blue, white and red, which end at the given percentile of its absolute values.
func ImagePicture(image *field.Array, m *Model, clip float64, colour bool, title string) (*Picture, error) {
	if err := checkPicture(m, nil); err != nil {
		return nil, err
	}
	if image == nil || field.ShapeString(image.Shape) != field.ShapeString(m.Shape()) {
		return nil, fmt.Errorf("the image to draw has another shape than the model, %s", field.ShapeString(m.Shape()))
	}
	limit, err := clipAt(image, clip)
	if err != nil {
		return nil, err
	}
	colours := grey
	if colour {
		colours = seismic
	}
	return sections(m, nil, title, &scale{colours, -limit, limit, "Amplitude"}, func(s slice, w, h int) func(int) color.RGBA {
		v := s.of(image).resample(w, h)
		return func(i int) color.RGBA { return colours.at((v[i]/limit + 1) / 2) }
	})
}

// ground is a velocity in light grey, darker for faster rock.
func ground(v, least, greatest float64) color.RGBA {
	return grey.at(0.02 + 0.26*(v-least)/max(greatest-least, 1e-9))
}

// tint lays one colour over another like ink: white leaves the ground as it is.
func tint(ground, ink color.RGBA) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8(int(a) * int(b) / 255) }
	return color.RGBA{part(ground.R, ink.R), part(ground.G, ink.G), part(ground.B, ink.B), 255}
}
