package modelling

import (
	"context"
	"errors"
	"fmt"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Shot is the one shot of a configuration, ready to be run:
// Operator.Apply(ctx, Arguments). Every source emits the wavelet, or its own, and all
// receivers record.
type Shot struct {
	*Setup
	Geometry  *survey.Geometry
	Operator  *operator.Operator
	Arguments operator.Arguments
}

// OpenShot reads what a configuration names, compiles the operator, finds the time step
// and makes the arguments; threads are 0 for one per core, and warn, which may be nil, is
// told what is allowed but unwise. Errors: all that is wrong with the configuration and
// the operator's file, and those of compiling.
func OpenShot(ctx context.Context, c *survey.Config, backend backends.Target, threads int, warn func(string)) (*Shot, error) {
	setup, err := Open(c, backend)
	if setup.Model == nil {
		return nil, err
	}
	s := &Shot{Setup: setup}
	s.Threads = threads
	var misplaced error
	if s.Geometry, misplaced = c.Geometry(s.Model); err != nil || misplaced != nil {
		return nil, errors.Join(err, misplaced)
	}
	if n, sources := s.Wavelet.Shots(), s.Geometry.Sources.Shape[0]; n > 0 && n != sources {
		return nil, c.Fault("wavelet.file", fmt.Errorf("it has %d wavelets, and the shot %d sources: give one wavelet, or one for each", n, sources))
	}
	if warn != nil {
		for _, w := range s.Warnings(s.Geometry) {
			warn(w)
		}
	}
	if s.Operator, err = operator.CompileProblem(ctx, s.Problem, s.Options); err != nil {
		return nil, err
	}
	if err := s.Discretise(ctx, s.Operator, operator.Margin, s.Geometry.Receivers.Shape[0]); err != nil {
		return nil, err
	}
	if s.Arguments, err = s.Setup.Arguments(s.Whole()); err != nil {
		return nil, err
	}
	s.Arguments.Warn = warn
	s.Place(&s.Arguments, s.Geometry, func(source int, times []float64) []float64 {
		w, out := s.Wavelet.For(source), make([]float64, len(times))
		for i, t := range times {
			out[i] = w.At(t)
		}
		return out
	})
	return s, nil
}
