package explain

import (
	"fmt"
	"html/template"
	"math"
)

// roofline draws how fast the machine can compute at each operational
// intensity, and where the operator stands: the memory sets the limit up to
// the corner, the processor behind it.
func (r *Report) roofline() template.HTML {
	const width, height = 300., 130.
	b := r.Bound
	corner := b.Peak / b.Bandwidth
	here := max(r.Step.Intensity, 1e-3)
	// Powers of two around both, and as many of speed.
	lo, hi := math.Floor(math.Log2(min(here, corner)))-1, math.Ceil(math.Log2(max(here, corner)))+1
	roof := func(intensity float64) float64 { return min(b.Peak, intensity*b.Bandwidth) }
	top := math.Log2(b.Peak)
	bottom := math.Log2(roof(math.Pow(2, lo)))
	at := func(intensity, speed float64) [2]float64 {
		return [2]float64{width * (math.Log2(intensity) - lo) / (hi - lo), height * (top - math.Log2(speed)) / (top - bottom)}
	}
	d := &drawing{}
	floor := math.Pow(2, bottom)
	left, right := math.Pow(2, lo), math.Pow(2, hi)
	d.shape("under", at(left, floor), at(corner, b.Peak), at(right, b.Peak), at(right, floor))
	d.line(at(left, roof(left)), at(corner, b.Peak), "roof")
	d.line(at(corner, b.Peak), at(right, b.Peak), "roof")
	d.line(at(left, floor), at(right, floor), "cell")
	for e := lo; e <= hi; e++ {
		x := at(math.Pow(2, e), floor)
		label := fmt.Sprintf("%g", math.Pow(2, e))
		if e < 0 {
			label = fmt.Sprintf("1/%g", math.Pow(2, -e))
		}
		d.line(x, [2]float64{x[0], x[1] + 4}, "cell")
		d.text([2]float64{x[0], x[1] + 14}, "middle", "axis small", label)
	}
	d.text([2]float64{width / 2, height + 32}, "middle", "axis small", "flops per byte")
	d.text([2]float64{at(right, b.Peak)[0], -10}, "end", "axis small", fmt.Sprintf("%.3g GFLOP/s", b.Peak))
	foot, head := at(here, floor), at(here, roof(here))
	d.line(foot, head, "drop")
	d.dot(head, 5, "read", fmt.Sprintf("%.3g GFLOP/s at %.2f flops per byte", roof(here), here))
	return d.svg("the machine's limit over the flops per byte")
}
