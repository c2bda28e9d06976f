package verify

import (
	"fmt"
	"math"
	"strings"

	"github.com/courant-pde/courant/symbolic"
)

// Products are the dot products of one operator.
type Products struct {
	Operator  string       `json:"operator"`
	Precision string       `json:"precision"`
	Tolerance float64      `json:"tolerance"` // of the errors, see Tolerance
	Products  []DotProduct `json:"products"`
}

// NewProducts are those that Adjoint finds for a problem with some options.
func NewProducts(p *symbolic.Problem, o Options, all []DotProduct) Products {
	return Products{p.Name, o.Compile.Precision.String(), Tolerance(o.Compile.Precision), all}
}

// String is a table of the products.
func (all Products) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n%-14s %22s %22s %9s\n", all.Operator, all.Precision, "", "<y, F x>", "<F' y, x>", "error")
	for _, d := range all.Products {
		fmt.Fprintf(&b, "%-14s %22.15e %22.15e %9.1e\n", d.Of, d.Left, d.Right, d.Error)
	}
	return b.String()
}

// Err says which product is off by more than the tolerance, or that there is none; nil
// when all are right.
func (all Products) Err() error {
	if len(all.Products) == 0 {
		return fmt.Errorf("operator %s has no fields and no sources, and no initial state in which it is linear: there is nothing to compare", all.Operator)
	}
	for _, d := range all.Products {
		if !(d.Error <= all.Tolerance) {
			return fmt.Errorf("operator %s: the adjoint is not the transpose by its %s: the error is above %.0e", all.Operator, d.Of, all.Tolerance)
		}
	}
	return nil
}

// Tables are the remainders by several fields of one operator.
type Tables struct {
	Operator string   `json:"operator"`
	Tables   []Taylor `json:"tables"`
}

// String is the tables, one after the other.
func (all Tables) String() string {
	var b strings.Builder
	for _, t := range all.Tables {
		fmt.Fprintf(&b, "%s %v", all.Operator, t)
	}
	return b.String()
}

// Err is that of the first table that has one.
func (all Tables) Err() error {
	for _, t := range all.Tables {
		if err := t.Err(); err != nil {
			return err
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
