package verify

import (
	"fmt"
	"math"
	"strings"
)

// Products are the dot products of one operator.
type Products []DotProduct

// String is a table of the products.
func (all Products) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %22s %22s %9s\n", "", "<y, F x>", "<F' y, x>", "error")
	for _, d := range all {
		fmt.Fprintf(&b, "%-14s %22.15e %22.15e %9.1e\n", d.Of, d.Left, d.Right, d.Error)
	}
	return b.String()
}

// Err says which product is off by more than a tolerance; nil for none.
func (all Products) Err(tolerance float64) error {
	for _, d := range all {
		if !(d.Error <= tolerance) {
			return fmt.Errorf("the adjoint is not the transpose by its %s: the error is above %.0e", d.Of, tolerance)
		}
	}
	return nil
}

// String is the table.
func (t Taylor) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "by %s\n%10s %12s %12s %8s\n", t.Of, "h", "|dJ|", "remainder", "slope")
	for i, r := range t.Remainders {
		slope := ""
		if i > 0 {
			slope = fmt.Sprintf("%.4f", r.Slope)
		}
		fmt.Fprintf(&b, "%10.3e %12.4e %12.4e %8s\n", r.Step, r.Zeroth, r.First, slope)
	}
	if len(t.Remainders) < 3 {
		fmt.Fprintf(&b, "the records are so little nonlinear in %s that rounding hides what remains\n", t.Of)
	}
	return b.String()
}

// slopes may be that far from 2.
const slopes = 0.02

// Err says that the remainder does not fall with the square of the step; nil when it
// does.
func (t Taylor) Err() error {
	if s := t.Slope(); !(math.Abs(s-2) <= slopes) {
		return fmt.Errorf("by %s the remainder does not fall with the square of the step: a slope is %.3f", t.Of, s)
	}
	return nil
}
