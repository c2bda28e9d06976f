package explain

import (
	"fmt"
	"strings"
)

// columns is the width that text is wrapped to.
const columns = 96

// String is the report for a terminal.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "operator %s", r.Operator)
	if r.Doc != "" {
		fmt.Fprintf(&b, ": %s", r.Doc)
	}
	fmt.Fprintf(&b, "\naxes %s; order %d in space, %d in time; %s\n", strings.Join(r.Axes, ", "), r.SpaceOrder, r.TimeOrder, r.Precision)
	if r.grid.Uniform && len(r.Axes) > 1 {
		fmt.Fprintf(&b, "h_%s stands for the spacing along all axes; --spacing with different numbers keeps them apart\n", r.Axes[0])
	}
	if r.staggered() {
		fmt.Fprintf(&b, "\n%s", indent(r.cell(), 2))
	}
	source := ""
	var shown map[string]string
	for _, e := range r.Equations {
		if e.Source != source {
			source, shown = e.Source, map[string]string{}
			fmt.Fprintf(&b, "\n%s\n", wrap(source, columns, 0))
		}
		b.WriteString("\n" + wrap(e.heading()+e.Discretised, columns, 2) + "\n")
		b.WriteString(r.footprint(e, shown))
	}
	b.WriteString("\n" + r.table())
	for i, p := range r.Prepared {
		if i == 0 {
			b.WriteString("\ncomputed once, before the first step\n")
		}
		b.WriteString(wrap(p, columns, 2) + "\n")
	}
	b.WriteString("\n" + r.Stability.String())
	if r.Bound != nil {
		b.WriteString(r.Bound.String())
	}
	return b.String()
}

// heading says what an equation is apart from its formula.
func (e Equation) heading() string {
	var parts []string
	if e.Temporary {
		parts = append(parts, "temporary")
	}
	if e.Region != "" {
		parts = append(parts, "in "+e.Region)
	}
	if e.Every != "" {
		parts = append(parts, e.Every)
	}
	if parts == nil {
		return ""
	}
	return strings.Join(parts, "; ") + ": "
}

// footprint shows what an equation reads: first what it reads at the place of
// the result alone, then a picture of each stencil. Those that are shown
// already are only mentioned.
func (r *Report) footprint(e Equation, shown map[string]string) string {
	var here, known, blocks []string
	for _, group := range alike(e.Reads) {
		read, names := group[0], []string{}
		for _, g := range group {
			names = append(names, g.name())
		}
		if read.isHere() {
			here = append(here, names...)
			continue
		}
		title := strings.Join(names, ", ")
		head := title + ", " + read.count()
		if len(group) > 1 {
			head += " each"
		}
		planes := read.planes(r.Axes)
		at := fmt.Sprint(read.Points)
		if shown[at] != "" && planes[0].down >= 0 {
			known = append(known, head+", as "+shown[at])
			continue
		}
		shown[at] = fmt.Sprintf("%s of %s", read.name(), e.Target)
		for _, p := range planes {
			blocks = append(blocks, head+"\n"+p.caption(r.Axes)+"\n"+p.picture())
			head = ""
		}
	}
	out := ""
	if len(here) > 0 && len(blocks)+len(known) > 0 {
		out = wrap("reads "+strings.Join(here, ", ")+" at the point itself", columns, 4) + "\n"
	}
	for _, k := range known {
		out += wrap("reads "+k, columns, 4) + "\n"
	}
	// Pictures stand side by side, as many as fit.
	for len(blocks) > 0 {
		n, width := 0, 4
		for n < len(blocks) && (n == 0 || width+widthOf(blocks[n]) <= columns) {
			width += widthOf(blocks[n]) + 4
			n++
		}
		out += "\n" + indent(beside(blocks[:n], 4), 4)
		blocks = blocks[n:]
	}
	return out
}

// table is the work at a grid point, a row for each statement. What the
// statements of one nest of loops share stands behind the last of them.
func (r *Report) table() string {
	rows := [][]string{{"work at a grid point", "flops", "after passes", "loads", "stores", "bytes"}}
	for _, n := range r.Nests {
		for i, st := range n.statements {
			e := r.equationOf(st)
			row := []string{"  " + e.Target + e.seldom(n), fmt.Sprint(e.Flops.Before), fmt.Sprint(e.Flops.After), "", "", ""}
			if i == len(n.statements)-1 {
				row[3], row[4], row[5] = fmt.Sprint(n.Loads), fmt.Sprint(n.Stores), fmt.Sprint(n.Bytes)
			}
			rows = append(rows, row)
		}
	}
	rows = append(rows, []string{"  in all", fmt.Sprint(r.Step.Flops.Before), fmt.Sprint(r.Step.Flops.After), "", "", fmt.Sprint(r.Step.Bytes)})
	return aligned(rows) + fmt.Sprintf("  %.2f flops per byte, if each value goes to and from memory once in each nest of loops\n", r.Step.Intensity)
}

// seldom says what keeps a statement from counting in full in the sum.
func (e Equation) seldom(n Nest) string {
	switch {
	case n.Layer:
		return ", in a layer"
	case e.Every != "":
		return ", " + e.Every
	}
	return ""
}

func (s *Stability) String() string {
	return wrap(s.verdict()+" for "+strings.Join(s.medium(), ", "), columns, 0) + "\n"
}

func (s *Stability) verdict() string {
	if s.Note != "" {
		return "stability: " + s.Note + ","
	}
	return fmt.Sprintf("stable up to dt = %.6g", s.Limit)
}

func (b *Bound) String() string {
	return fmt.Sprintf("this machine's bound: %.3g billion points a second, set by %s (%.3g GB/s, %.3g GFLOP/s on %d threads)\n", b.Points/1e9, b.By, b.Bandwidth, b.Peak, b.Threads)
}
