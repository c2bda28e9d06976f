package expr

import "testing"

type read string

func (r read) Key() string { return string(r) }
func (r read) IsExpr()     {}

// Products with 1 and sums with 0 go; all else stays as it is.
func TestUsual(t *testing.T) {
	one, zero := 1.0, 0.0
	known := func(r Read) *float64 {
		return map[string]*float64{"one": &one, "zero": &zero}[r.Key()]
	}
	a, b := read("a"), read("b")
	for _, v := range []struct{ e, want Expr }{
		{Sum(a, Product(read("zero"), b)), a},
		{Sum(a, Subtract(Product(read("zero"), b)), b), Sum(a, b)},
		{Product(a, Const(0.25), Sum(read("one"), read("one"), read("one"), read("one"))), a},
		{Product(a, Const(0.5), read("one")), Product(a, Const(0.5), Const(1))},
		{&Div{X: read("zero"), Y: a}, Const(0)},
		{&Div{X: a, Y: read("one")}, a},
		{Sum(a, Product(Const(3), b)), Sum(a, Product(Const(3), b))},
	} {
		if got := Usual(v.e, known); Key(got) != Key(v.want) {
			t.Errorf("%s became %s, want %s", Key(v.e), Key(got), Key(v.want))
		}
	}
}
