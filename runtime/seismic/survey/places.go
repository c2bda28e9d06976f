package survey

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/places"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// readPlaces reads coordinates (number, dim) and, where a file has them, weights
// (number): a .npy file, a table or an SPS file, in which places of a model of two
// axes have one y.
func readPlaces(path string, dim int) (at, weights *field.Array, err error) {
	if strings.ToLower(filepath.Ext(path)) == ".npy" {
		at, err = ReadPoints(path)
		return at, nil, err
	}
	if segy.Named(path) {
		return nil, nil, fmt.Errorf("%s is SEG-Y: its headers tell the places when observed names it", path)
	}
	p, err := places.Read(path)
	if err != nil {
		return nil, nil, err
	}
	if at, err = p.Coordinates(dim, nil); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if p.Weights != nil {
		weights = field.Vector(p.Weights)
	}
	return at, weights, nil
}

// sources are the places of all shots, (number, dim).
func (c *Config) sources(dim int) (*field.Array, error) {
	s := c.Sources
	if s.File == "" {
		return Line(s.Count, s.From, s.To)
	}
	at, weights, err := readPlaces(c.Resolve(s.File), dim)
	if err == nil && weights != nil {
		err = fmt.Errorf("%s has weights, which are for receivers", s.File)
	}
	return at, err
}

// readSEGYModel reads velocities from a SEG-Y file, which tells the grid. Values
// above 100 are m/s, or ft/s where the file's lengths are feet; others are km/s.
func readSEGYModel(path string, origin []float64) (*Model, error) {
	m, err := segy.ReadModel(path, segy.Reading{})
	if err != nil {
		return nil, err
	}
	if g := m.Geographic; g != nil {
		return nil, fmt.Errorf("%s: units (89): places are in degrees about longitude %.6f, latitude %.6f, which those of records are not counted from: convert coordinates to lengths", path, g[0], g[1])
	}
	if _, greatest := m.Values.Range(); greatest > 100 {
		for i := range m.Values.Len() {
			m.Values.Set(i, m.Values.At(i)*m.Unit/1000)
		}
	}
	if origin == nil {
		origin = m.Origin
	}
	model, err := NewModel(m.Values, origin, m.Spacing)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return model, nil
}
