package bench

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// HalfPrecision says what is stored in half precision and what error that makes: of
// pulses in all wavefields, in a medium that varies by five percent from point to
// point, against the same operator in single precision.
type HalfPrecision struct {
	Stored []string `json:"stored"`
	Shape  []int    `json:"shape"` // of the grid on which the error was measured
	Steps  int      `json:"steps"`
	// Errors are the norms of the differences behind the last step, by those of the
	// wavefields.
	Errors map[string]float64 `json:"errors"`
}

func (h *HalfPrecision) String() string {
	worst := ""
	for _, name := range slices.Sorted(maps.Keys(h.Errors)) {
		if worst == "" || h.Errors[name] > h.Errors[worst] {
			worst = name
		}
	}
	return fmt.Sprintf("%s; error of pulses after %d steps on %s: %.1e of %s, less of others", strings.Join(h.Stored, ", "), h.Steps, field.ShapeString(h.Shape), h.Errors[worst], worst)
}

// halfError measures the error that half precision makes.
func (b *steps) halfError(ctx context.Context) error {
	if len(b.Compile.Half) == 0 {
		return nil
	}
	o := b.Compile
	o.Half = nil
	single, err := operator.Load(ctx, b.File, o)
	if err != nil {
		return err
	}
	args := b.args
	h := &HalfPrecision{Errors: map[string]float64{}}
	// So large that waves go some wavelengths, so small that it takes about a second.
	most := map[int]int{1: 4000, 2: 400, 3: 96}[len(b.args.Shape)]
	args.Shape = nil
	for _, n := range b.args.Shape {
		args.Shape = append(args.Shape, min(n, most))
	}
	h.Shape, h.Steps = args.Shape, 2*slices.Max(args.Shape)
	k := b.op.Program.Signature
	args.Steps = h.Steps + k.FirstStep + k.LastStep
	args.Points = b.op.NoPoints(args.Steps)
	args.Constants, args.Fields = maps.Clone(args.Constants), map[string]*field.Array{}
	for _, a := range k.Arrays {
		if a.Narrow {
			h.Stored = append(h.Stored, a.Name)
		}
		var shape []int
		for _, axis := range a.Axes {
			shape = append(shape, args.Shape[axis])
		}
		switch {
		case a.Role == signature.Param && a.Usual != nil:
			args.Constants[a.Name] = *a.Usual
		case a.Role == signature.Param:
			v := field.NewNoise().Array(shape...) // the same for all, which keeps their order
			for i, x := range v.F32 {
				v.F32[i] = float32(args.Constants[a.Name]) * (1 + 0.05*x)
			}
			delete(args.Constants, a.Name)
			args.Fields[a.Name] = v
		case a.Computed() && !a.Local:
			args.Fields[a.Name] = pulse(shape)
		}
	}
	results := map[*operator.Operator]*operator.Run{}
	for _, op := range []*operator.Operator{b.op, single} {
		run, err := op.Apply(ctx, args)
		if err != nil {
			return fmt.Errorf("the error of half precision cannot be measured: %w", err)
		}
		defer run.Close()
		results[op] = run
	}
	for name := range args.Fields {
		if k.Array(name).Computed() {
			h.Errors[name] = field.Difference(results[b.op].Field(name), results[single].Field(name))
		}
	}
	b.result.Half = h
	return nil
}

// pulse is a Gaussian bell in the middle of a grid, four points wide.
func pulse(shape []int) *field.Array {
	a := field.New32(shape...)
	for i := range a.F32 {
		square := 0.0
		for axis, x := range a.Index(i) {
			square += math.Pow((float64(x)-float64(shape[axis])/2)/4, 2)
		}
		a.F32[i] = float32(math.Exp(-square / 2))
	}
	return a
}
