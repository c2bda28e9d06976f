package optimize

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// squares is half the square of A x - b, of rows with random numbers.
type squares struct {
	a [][]float64
	b []float64
}

func newSquares(rows, n int) squares {
	r := rand.New(rand.NewPCG(1, 2))
	var s squares
	for range rows {
		row := make([]float64, n)
		for i := range row {
			row[i] = r.NormFloat64() * (1 + float64(i)/float64(n))
		}
		s.a, s.b = append(s.a, row), append(s.b, r.NormFloat64())
	}
	return s
}

func (s squares) at(x []float64, rows []int) (value float64, g []float64) {
	g = make([]float64, len(x))
	for _, i := range rows {
		left := dot(s.a[i], x) - s.b[i]
		value += left * left / 2
		add(g, left, s.a[i])
	}
	return value, g
}

func all(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// In as many steps as there are variables, conjugate gradients are at the
// minimum, where the gradient is 0 to rounding, one evaluation a step; the value
// and gradient that it carries along are those of the function, to rounding.
func TestCGEndsInNSteps(t *testing.T) {
	const n = 12
	s := newSquares(30, n)
	o := NewCG(make([]float64, n))
	_, g := s.at(o.Ask(), all(30))
	begin := size(g)
	evaluations := 0
	for evaluations <= n && !o.Converged() {
		o.Tell(s.at(o.Ask(), all(30)))
		evaluations++
		value, g := s.at(o.Solution(), all(30))
		for i := range g {
			if math.Abs(g[i]-o.Gradient[i]) > 1e-10*begin {
				t.Fatalf("evaluation %d: component %d of the gradient is %g, not %g", evaluations, i, o.Gradient[i], g[i])
			}
		}
		if math.Abs(value-o.Objective()) > 1e-10*value {
			t.Fatalf("evaluation %d: the value is %g, not %g", evaluations, o.Objective(), value)
		}
	}
	if _, g := s.at(o.Solution(), all(30)); size(g) > 1e-9*begin || o.Steps > n {
		t.Errorf("after %d steps the gradient is %g of that of the start", o.Steps, size(g)/begin)
	}
	if o.Tell(math.NaN(), make([]float64, n)); !o.Converged() {
		t.Error("it goes on from what is no number")
	}
}

// Every stochastic rule gets near the least square with batches of a fifth of the
// rows: to within a tenth of what the start had above it.
func TestStochasticRules(t *testing.T) {
	const n, rows = 6, 30
	s := newSquares(rows, n)
	exact := NewCG(make([]float64, n))
	for range n + 1 {
		exact.Tell(s.at(exact.Ask(), all(rows)))
	}
	begin, _ := s.at(make([]float64, n), all(rows))
	for _, rule := range []Rule{Plain, Momentum, Adam} {
		o := NewStochastic(rule, make([]float64, n), 0.05, 0.02)
		for k := range 300 {
			if !o.Tell(s.at(o.Ask(), Batch(7, rows, rows/5, k))) {
				t.Fatal("no step")
			}
		}
		if value, _ := s.at(o.Solution(), all(rows)); value-exact.Value > 0.1*(begin-exact.Value) {
			t.Errorf("rule %d: the value is %g, of %g at the start and %g at the minimum", rule, value, begin, exact.Value)
		}
	}
	o := NewStochastic(Plain, []float64{0, 0}, 5, 0)
	o.Lower, o.Upper = []float64{-1, -1}, []float64{1, 1}
	if o.Tell(1, []float64{3, -3}); o.X[0] != -1 || o.X[1] != 1 {
		t.Errorf("out of bounds: %v", o.X)
	}
}

// Descent alone reaches the minimum too, in more steps.
func TestDescent(t *testing.T) {
	s := newSquares(30, 6)
	o := NewLBFGS(make([]float64, 6))
	o.Descent = true
	for range 200 {
		if o.Converged() {
			break
		}
		o.Tell(s.at(o.Ask(), all(30)))
	}
	exact := NewCG(make([]float64, 6))
	for range 7 {
		exact.Tell(s.at(exact.Ask(), all(30)))
	}
	if o.Value > exact.Value*(1+1e-6) {
		t.Errorf("%g, not %g", o.Value, exact.Value)
	}
}

// reread is a method as it is after it was written and read back.
func reread(t *testing.T, m Method) Method {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back := reflect.New(reflect.TypeOf(m).Elem()).Interface().(Method)
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	from, to := m.Arrays(), back.Arrays()
	if len(from) != len(to) {
		t.Fatalf("%d arrays became %d", len(from), len(to))
	}
	for i := range from {
		*to[i] = slices.Clone(*from[i])
	}
	return back
}

// Written and read back between any two evaluations, every method asks for the
// same points, bit by bit.
func TestMethodsAreTheirFields(t *testing.T) {
	begin := func() []Method {
		x := []float64{0.5, -0.25, 0, 1}
		d := NewLBFGS(x)
		d.Descent = true
		return []Method{NewLBFGS(x), d, NewCG(x), NewStochastic(Plain, x, 0.1, 0.1), NewStochastic(Momentum, x, 0.1, 0), NewStochastic(Adam, x, 0.1, 0)}
	}
	s := newSquares(10, 4)
	straight, written := begin(), begin()
	for i := range straight {
		for k := range 6 {
			written[i] = reread(t, written[i])
			if err := written[i].Check(4); err != nil {
				t.Fatalf("%T after %d steps: %v", written[i], k, err)
			}
			if !slices.Equal(straight[i].Ask(), written[i].Ask()) {
				t.Fatalf("%T: question %d: %v and %v", straight[i], k, straight[i].Ask(), written[i].Ask())
			}
			straight[i].Tell(s.at(straight[i].Ask(), all(10)))
			written[i].Tell(s.at(written[i].Ask(), all(10)))
		}
	}
}

// Batches are the same each time, draw everyone once before anyone twice, and
// differ from epoch to epoch; signs are fair.
func TestDraws(t *testing.T) {
	var first, second []int
	for k := range 5 {
		once := Batch(3, 10, 2, k)
		if again := Batch(3, 10, 2, k); !slices.Equal(once, again) {
			t.Fatal("another draw")
		}
		first, second = append(first, Batch(3, 10, 2, k)...), append(second, Batch(3, 10, 2, k+5)...)
	}
	if slices.Equal(first, second) {
		t.Error("the epochs are the same")
	}
	slices.Sort(first)
	slices.Sort(second)
	if !slices.Equal(first, all(10)) || !slices.Equal(second, all(10)) {
		t.Errorf("%v, %v", first, second)
	}
	sum := 0.0
	for k := range 1000 {
		a := Signs(1, 2, k, 0)
		sum += a[0] * a[1]
	}
	// Of 1000 products of fair signs the sum has the standard deviation 32.
	if math.Abs(sum) > 130 {
		t.Errorf("the signs' products sum to %g", sum)
	}
}
