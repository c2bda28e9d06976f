package operator

import (
	"fmt"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// Rounding says what half precision does to a field.
type Rounding struct {
	Field string
	// Error is the greatest relative error of a value other than zero, 2^-11 in
	// general and more for values that are 2^-29 times as large as the greatest or
	// less.
	Error float64
}

// Roundings are those of the parameters that the run's operator stores in half
// precision, and of what it computes of them once.
func (r *Run) Roundings() []Rounding { return r.roundings }

// narrow stores what is prepared and narrow in half precision, and measures what that
// does to it. Interpreted code finds the rounded values where they were.
func (r *Run) narrow() error {
	for _, s := range r.arrays {
		if !s.array.Narrow || s.array.Role == signature.State || s.shared {
			continue
		}
		values := numbers[float32](s, 0)
		s.unit = field.HalfUnit(values)
		r.roundings = append(r.roundings, Rounding{s.array.Name, field.HalfError(s.layout, values, s.unit)})
		half := *s
		half.real = signature.F16
		if err := half.allocate(); err != nil {
			return err
		}
		field.Narrow(numbers[abi.Half](&half, 0), values, s.unit)
		if r.op.Library == nil {
			field.Widen(values, numbers[abi.Half](&half, 0), s.unit)
			half.free()
			continue
		}
		s.free()
		*s = half
	}
	return nil
}

// faint remembers how strong wavefields in half precision are.
func (r *Run) faint() {
	for _, s := range r.arrays {
		if s.array.Narrow && s.array.Role == signature.State {
			if r.strongest == nil {
				r.strongest = map[string]float64{}
			}
			r.strongest[s.array.Name] = max(r.strongest[s.array.Name], s.greatest(s.bufferOf(r.Next)))
		}
	}
}

// A number below leastNormal has fewer than 11 significant bits. Waves that are a
// thousandth of the strongest matter: those of a wavefield below weak are such numbers.
const (
	leastNormal = 1.0 / (1 << 14)
	weak        = 1000 * leastNormal
)

// tellFaint says which wavefields were too weak for half precision, when a run is over.
func (r *Run) tellFaint() {
	for _, name := range sorted(r.strongest) {
		if v := r.strongest[name]; v > 0 && v < weak {
			r.args.Warn(fmt.Sprintf("%s is at most %.2g and stored in half precision, which has fewer digits for numbers below %.2g: make the sources stronger by a factor, such as %.0e, which for a linear operator only scales the results", name, v, leastNormal, 1/v))
		}
	}
}

// round makes the values of a buffer of a narrow wavefield what half precision holds of
// them, where interpreted code stores them in single precision.
func (s *storage) round(buffer int64) {
	if s.array.Narrow && s.array.Role == signature.State && s.real == signature.F32 {
		values := numbers[float32](s, buffer)
		for i, v := range values {
			values[i] = abi.Narrow(v).Widen()
		}
	}
}

// wide are the values of a buffer in half precision.
func (s *storage) wide(buffer int64) []float32 {
	wide := make([]float32, s.layout.Len)
	field.Widen(wide, numbers[abi.Half](s, buffer), s.unit)
	return wide
}

// widened changes the values of a buffer in half precision.
func (s *storage) widened(buffer int64, change func(wide []float32)) {
	wide := s.wide(buffer)
	change(wide)
	field.Narrow(numbers[abi.Half](s, buffer), wide, s.unit)
}
