package imaging

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/courant-pde/courant/runtime/inverse/optimize"
)

// State is where an inversion stands: what is looked for is x, where Start +
// Weights*x are the unknowns, or for migration their changes Weights*x. Weights
// are the units of the unknowns and make up for the illumination by the sources, so
// that all count alike.
type State struct {
	Start, Weights []float64       `json:"-"`
	X              []float64       `json:"-"` // the best so far; nil before the first evaluation
	Method         optimize.Method `json:"-"`
	Band           int
	Steps          int  // iterations of the band that are done
	Fresh          bool // the method has been told nothing
	Draws          int  // evaluations that the method was told
	First          float64
	Updates        []Update  // the start first
	Evaluated      int       // tasks since the start
	Spent          float64   // seconds that they took
	Work           int       // tasks of the next evaluation
	Steepest       []float64 `json:"-"` // what the first gradient says of the image; nil later

	// Plan is the number of iterations of a band; whoever reads a state says it.
	Plan int `json:"-"`
}

// Update is one iteration of an inversion.
type Update struct {
	Iteration int     `json:"iteration"`
	Band      int     `json:"band"`
	Misfit    float64 `json:"misfit"`   // by that of the start, of the band
	Absolute  float64 `json:"absolute"` // as it is, of all shots
	Tasks     int     `json:"tasks"`    // evaluated since the start
	Seconds   float64 `json:"seconds"`  // that they took
}

// Over implements workflow.State.
func (s *State) Over() bool { return !s.Fresh && (s.Steps >= s.Plan || s.Method.Converged()) }

// Tasks implements workflow.State.
func (s *State) Tasks() int { return s.Work }

// Seconds implements workflow.State.
func (s *State) Seconds() float64 { return s.Spent }

// newMethod is an empty method of a kind, by the name that states have for it.
func newMethod(kind string) (optimize.Method, error) {
	switch kind {
	case "lbfgs":
		return &optimize.LBFGS{}, nil
	case "cg":
		return &optimize.CG{}, nil
	case "stochastic":
		return &optimize.Stochastic{}, nil
	}
	return nil, fmt.Errorf("there is no method %.40q", kind)
}

// kindOf is the name of a method's kind.
func kindOf(m optimize.Method) string {
	switch m.(type) {
	case *optimize.LBFGS:
		return "lbfgs"
	case *optimize.CG:
		return "cg"
	}
	return "stochastic"
}

// scalars are what of a state is no array.
type scalars State

// MarshalJSON implements json.Marshaler, without arrays.
func (s *State) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		*scalars
		Kind  string
		State optimize.Method
	}{(*scalars)(s), kindOf(s.Method), s.Method})
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *State) UnmarshalJSON(text []byte) error {
	var about struct {
		Kind  string
		State json.RawMessage
	}
	err := json.Unmarshal(text, (*scalars)(s))
	if err == nil {
		err = json.Unmarshal(text, &about)
	}
	if err == nil {
		s.Method, err = newMethod(about.Kind)
	}
	if err == nil {
		err = json.Unmarshal(about.State, s.Method)
	}
	return err
}

// Arrays implements workflow.State.
func (s *State) Arrays() []*[]float64 {
	all := []*[]float64{&s.Start, &s.Weights, &s.X, &s.Steepest}
	if s.Method != nil {
		all = append(all, s.Method.Arrays()...)
	}
	return all
}

// mostCount is greater than any count of tasks or iterations.
const mostCount = 1 << 31

// Check implements workflow.State.
func (s *State) Check() error {
	n := len(s.Start)
	for _, a := range [][]float64{s.Start, s.Weights, s.X, s.Steepest} {
		if len(a) != n && a != nil {
			return fmt.Errorf("an array of %d numbers for %d points", len(a), n)
		}
		for _, v := range a {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%g in an array", v)
			}
		}
	}
	if n == 0 || s.Weights == nil || (s.X == nil) != (len(s.Updates) == 0) || !s.Fresh && s.X == nil {
		return errors.New("arrays are missing")
	}
	for _, count := range []int{s.Band, s.Steps, s.Draws, s.Evaluated, s.Work - 1} {
		if count < 0 || count > mostCount {
			return fmt.Errorf("the count %d", count)
		}
	}
	for i, u := range s.Updates {
		if u.Iteration != i || u.Band < 0 || u.Band > s.Band || u.Tasks < 0 || !(u.Seconds >= 0) || math.IsInf(u.Seconds, 0) {
			return fmt.Errorf("iteration %d is told as %+v", i, u)
		}
	}
	if !(s.Spent >= 0) || math.IsInf(s.Spent, 0) || !s.Fresh && !(s.First > 0) || s.Fresh && s.Steps > 0 {
		return fmt.Errorf("%d steps in %g s from the misfit %g", s.Steps, s.Spent, s.First)
	}
	if s.Method == nil {
		return errors.New("no method")
	}
	if asked := s.Method.Ask(); len(asked) != n {
		return fmt.Errorf("a trial of %d variables for %d points", len(asked), n)
	}
	return s.Method.Check(n)
}
