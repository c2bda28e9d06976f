package bench

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// String is the results for people: lines for one case, a table for several.
func (all *Results) String() string {
	var b strings.Builder
	if len(all.Cases) == 1 {
		b.WriteString(all.Cases[0].String())
	} else if len(all.Cases) > 1 {
		b.WriteString(all.table())
	}
	if all.Baseline != nil {
		b.WriteString(all.Baseline.String())
	}
	return b.String()
}

// String is the result for people.
func (r *Result) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-17s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s, order %d in space, %s, %s on %d threads\n", r.Operator, r.SpaceOrder, r.Precision, r.Target, r.Threads)
	grid := r.grid() + " points"
	if r.Pad > 0 {
		grid = fmt.Sprintf("%s of layer on every side", grid)
	}
	if r.Block != nil {
		grid += fmt.Sprintf(", tile %v", r.Block)
	}
	line("grid", "%s", grid)
	runs := fmt.Sprintf("middle and range of %d", r.Repeat)
	if g := r.Cost; g != nil {
		line("gradient", "by %s of %d steps: %v s, forward %v s, backward %v s; %s", strings.Join(r.Gradient, ", "), r.Steps, g.Seconds, g.Forward, g.Backward, runs)
		line("", "%v billion points/s; %.2f forward steps a step, %.0f MiB", r.Rate, g.Recompute, float64(g.Bytes)/(1<<20))
		line("wavefields", "%s", g.Kept)
	} else {
		line("stencil", "%v billion points/s, %.1f GFLOP/s; %s", r.Rate, r.GFlops, runs)
	}
	if r.Half != nil {
		line("half precision", "%v", r.Half)
	}
	for _, t := range r.Tuning {
		line("tried", "%s", t)
	}
	if r.LoopRate != nil {
		line("with points", "%v billion points/s", r.LoopRate)
	}
	if m := r.Bounds; m != nil {
		line("bound", "%.3f billion points/s by %s: %d bytes a point at %.1f GB/s (%s), %d flops at %.0f GFLOP/s; reached %.0f %%",
			m.Bound, m.BoundBy, m.BytesPerPoint, m.Bandwidth, m.Home, m.FlopsPerPoint, m.Peak, 100*m.Fraction)
	}
	if r.FirstStep > 0 {
		line("to the first step", "%.2f s with an empty cache, %.3f s with a full one; file to C %.0f ms", r.FirstStep, r.WarmStep, 1000*r.FrontEnd)
	}
	if v := r.Rival; v != nil {
		text := fmt.Sprintf("%v billion points/s", v.Rate)
		if v.LoopRate != nil {
			text += fmt.Sprintf(", with points %v", v.LoopRate)
		}
		line(v.Name+" "+v.Version, "%s, to the first step %.2f s", text, v.FirstStep)
		line("", "%s", strings.Join(v.Used, "; "))
		text = fmt.Sprintf("%v", v.Ratio)
		if v.LoopRatio != nil {
			text += fmt.Sprintf(", with points %v", v.LoopRatio)
		}
		line("ratio", "%s; turn by turn %.2f", text, v.Rounds)
	}
	for _, w := range r.warnings() {
		line("warning", "%s", w)
	}
	return b.String()
}

// warnings say what a reader must know before quoting the result.
func (r *Result) warnings() (list []string) {
	if r.Load != nil && r.Load.Disturbed {
		list = append(list, fmt.Sprintf("%v meanwhile; figures may be too low, so measure again on a quiet machine", r.Load))
	}
	if r.Missing != "" {
		list = append(list, r.Missing)
	}
	return list
}

// table has a row for each case.
func (all *Results) table() string {
	var b strings.Builder
	first := all.Cases[0]
	what := first.Operator
	if first.Gradient != nil {
		what = fmt.Sprintf("gradient of %s by %s, %d steps", what, strings.Join(first.Gradient, ", "), first.Steps)
	}
	fmt.Fprintf(&b, "%s, %s, %s on %d threads; billion points/s, middle and range of %d\n", what, first.Precision, first.Target, first.Threads, first.Repeat)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	header := []string{"grid", "order"}
	if first.Gradient != nil {
		header = append(header, "gradient", "seconds", "forward steps a step")
	} else {
		header = append(header, "stays in", "stencil", "GFLOP/s", "of bound", "with points")
	}
	rival := ""
	for _, r := range all.Cases {
		if r.Rival != nil {
			rival = r.Rival.Name
		}
	}
	if rival != "" {
		header = append(header, rival, "ratio")
	}
	fmt.Fprintln(w, strings.Join(header, "\t"))
	var below []string
	for _, r := range all.Cases {
		row := []string{r.grid(), fmt.Sprint(r.SpaceOrder)}
		if r.Cost != nil {
			row = append(row, r.Rate.String(), r.Cost.Seconds.String(), fmt.Sprintf("%.2f", r.Cost.Recompute))
		} else if r.Bounds != nil {
			row = append(row, r.Home, r.Rate.String(), fmt.Sprintf("%.1f", r.GFlops), fmt.Sprintf("%.0f %%", 100*r.Fraction), short(r.LoopRate.Median))
		}
		if v := r.Rival; v != nil {
			row = append(row, v.Rate.String(), v.Ratio.String())
			if used := fmt.Sprintf("%s %s: %s", v.Name, v.Version, strings.Join(v.Used, "; ")); !slices.Contains(below, used) {
				below = append(below, used)
			}
		} else if rival != "" {
			row = append(row, "none", "")
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	for _, text := range below {
		fmt.Fprintln(&b, text)
	}
	if all.Machine.Threads > 0 {
		fmt.Fprintf(&b, "machine: %v\n", all.Machine)
	}
	for _, r := range all.Cases {
		if r.Half != nil {
			fmt.Fprintf(&b, "half precision, %s, order %d: %v\n", r.grid(), r.SpaceOrder, r.Half)
		}
		for _, text := range r.warnings() {
			fmt.Fprintf(&b, "warning: %s, order %d: %s\n", r.grid(), r.SpaceOrder, text)
		}
	}
	return b.String()
}
