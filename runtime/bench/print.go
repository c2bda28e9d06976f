package bench

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/runtime/field"
)

// String is the result for people.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, order %d in space, %s, %s on %d threads\n", r.Operator, r.Order, r.DType, r.Target, r.Threads)
	fmt.Fprintf(&b, "grid              %s and %d points of layer on every side, tile %v\n", field.ShapeString(r.Shape), r.Layer, r.Block)
	fmt.Fprintf(&b, "stencil           %.3f billion points/s, %.1f GFLOP/s\n", r.Rate, r.GFlops)
	fmt.Fprintf(&b, "with points       %.3f billion points/s\n", r.LoopRate)
	fmt.Fprintf(&b, "bound             %.3f billion points/s by %s: %d bytes a point at %.1f GB/s, %d flops at %.0f GFLOP/s; reached %.0f %%\n",
		r.Bound, r.BoundBy, r.BytesPerPoint, r.Bandwidth, r.FlopsPerPoint, r.Peak, 100*r.Fraction)
	fmt.Fprintf(&b, "to the first step %.2f s with an empty cache, %.3f s with a full one; file to C %.0f ms\n", r.FirstStep, r.WarmStep, 1000*r.FrontEnd)
	if d := r.Devito; d != nil {
		fmt.Fprintf(&b, "devito %-10s %.3f billion points/s, with points %.3f, to the first step %.2f s\n", d.Version, d.Rate, d.LoopRate, d.FirstStep)
		fmt.Fprintf(&b, "ratio             %.2f in the middle; turn by turn %.2f\n", r.Speedup, d.Rounds)
	}
	if r.Missing != "" {
		fmt.Fprintln(&b, r.Missing)
	}
	return b.String()
}
