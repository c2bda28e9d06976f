package operator

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Limits say what an operator allows on a grid with given parameters, over all
// its points.
type Limits struct {
	// Critical is the largest time step up to which the scheme is stable in the
	// medium of every point, by von Neumann's analysis: infinite when there is
	// none, NaN for operators that are not linear in their wavefields.
	Critical float64
	// IllPosed says that some medium is unstable at every time step; Critical is
	// 0 then.
	IllPosed bool
	// Cause says why a medium is ill-posed, where, and what would cure it.
	Cause string
	// At is the point that sets Critical, an index per axis, and Medium the
	// parameters there.
	At     []int
	Medium []Value
	// Fastest and Slowest are the speeds of the fastest and the slowest wave at
	// long wavelengths over all points, in units of the spacings over the time
	// step; 0 when nothing propagates.
	Fastest, Slowest float64
}

// Value is a parameter's name and value, NaN for one that nothing needs and nobody gave.
type Value struct {
	Name  string
	Value float64
}

// FindLimits finds what a program allows on the grid and with the fields and
// constants of the arguments, of which steps and points are not needed and the
// time step, if any, is only a hint.
//
// The analysis is that of frozen coefficients at every point; mirrors, periodic
// axes and regions do not enter. Errors: BadArguments for what is missing.
func FindLimits(program *codegen.Program, a Arguments) (*Limits, error) {
	b, err := (&Operator{Program: program}).parametrised(a)
	if err != nil {
		return nil, err
	}
	f, err := b.limits()
	if err != nil {
		if errors.Is(err, stability.ErrNonlinear) {
			return &Limits{Critical: math.NaN()}, nil
		}
		return nil, err
	}
	if f.verdict.Dt > 0 {
		if err := f.speeds(); err != nil {
			return nil, err
		}
	}
	return &f.Limits, nil
}

// parametrised is a binder whose grid and parameters are good.
func (op *Operator) parametrised(a Arguments) (*binder, error) {
	b := &binder{op: op, k: op.Program.Signature, a: a, plan: true}
	b.separate()
	for _, check := range []func(){b.grid, b.names, b.defaults, b.fields, b.requirements} {
		check()
		if b.lattice == nil {
			return nil, b.err()
		}
	}
	return b, b.err()
}

// finder finds limits.
type finder struct {
	Limits
	scheme  *stability.Scheme
	scalars []float64
	media   *media
	verdict stability.Verdict // on the worst medium so far
	point   int               // that has it
	waves   [][]float64       // that limit some medium
	hint    float64
	sample  []int // points that stand for all
}

// limits are those of the grid, without the speeds.
func (b *binder) limits() (*finder, error) {
	p := b.op.Program.Discretised
	scheme, err := stability.New(p)
	if err != nil {
		return nil, err
	}
	f := &finder{scheme: scheme, media: b.media(scheme.Fields), hint: b.a.Dt}
	for _, name := range scheme.Scalars {
		f.scalars = append(f.scalars, b.scalar(name))
	}
	if err := f.search(); err != nil {
		return nil, err
	}
	f.Critical, f.IllPosed = f.verdict.Dt, f.verdict.Dt == 0
	f.At = f.media.index(f.point)
	f.Medium = f.named(f.media.at(f.point), p)
	if f.IllPosed {
		f.Cause = f.hopeless(p.Name)
	}
	return f, nil
}

// media are some parameters of the grid.
func (b *binder) media(names []string) *media {
	m := &media{shape: make([]int, len(b.a.Shape)), values: make([]float64, len(names))}
	for axis := range m.shape {
		m.shape[axis] = 1
	}
	for place, name := range names {
		a := b.a.Fields[name]
		if v, ok := b.a.Constants[name]; ok {
			m.values[place] = v
			continue
		}
		if a == nil { // nothing needs it
			m.values[place] = math.NaN()
			continue
		}
		var axes []int
		for _, g := range b.op.Program.Discretised.Functions {
			if g.Name == name {
				axes = g.Axes
			}
		}
		c := newColumn(place, a, axes, len(b.a.Shape))
		if m.values[place] = c.low; c.low == c.high {
			continue
		}
		m.vary = append(m.vary, c)
		for _, axis := range axes {
			m.shape[axis] = b.a.Shape[axis]
		}
	}
	return m
}

// named are the values of fields and then of parameters.
func (f *finder) named(fields []float64, p *symbolic.Problem) []Value {
	var out []Value
	for i, name := range f.scheme.Fields {
		out = append(out, Value{name, fields[i]})
	}
	first := len(f.scheme.Scalars) - len(p.Parameters)
	for i, name := range f.scheme.Scalars[first:] {
		out = append(out, Value{name, f.scalars[first+i]})
	}
	return out
}

// search finds the worst medium. Cells that might hold a worse one than the
// worst that is known are looked at again, told apart better.
func (f *finder) search() error {
	// A judgement takes about as long as the eigenvalues of a matrix.
	few := 4096 * 100 / max(100, f.scheme.Size()*f.scheme.Size())
	all, p := f.media.tell(few)
	f.sample = all.points()
	if err := f.train(f.sample); err != nil || f.verdict.Dt == 0 {
		return err
	}
	left, err := f.sift(f.sample, f.slack(p))
	if err != nil || f.verdict.Dt == 0 {
		return err
	}
	var points []int
	for p != whole && len(left) > 0 {
		some := newCells(1024)
		for _, point := range left {
			some.add(f.media.key(p, point), point)
		}
		if points == nil {
			points = f.media.within(some, p)
		} else {
			points = slices.DeleteFunc(points, func(i int) bool { return !some.has(f.media.key(p, i)) })
		}
		finer, q := f.media.tellSome(points, 8*few)
		if q <= p { // too many media that are too much alike
			f.verdict.Dt *= math.Exp(-f.slack(p))
			break
		}
		p = q
		if left, err = f.sift(finer.points(), f.slack(p)); err != nil || f.verdict.Dt == 0 {
			return err
		}
	}
	return f.settle()
}

// judge makes a judge of the scheme.
func (f *finder) judge() *stability.Judge { return f.scheme.Judge(f.scalars) }

// train judges some media with all waves: the first, those where a parameter is
// extreme, and a few between.
func (f *finder) train(points []int) error {
	some := []int{0, len(points) / 3, 2 * len(points) / 3, len(points) - 1}
	for _, c := range f.media.vary {
		low, high := 0, 0
		value := func(i int) float64 { return f.media.at(points[i])[c.place] }
		for i := range points {
			if v := value(i); v < value(low) {
				low = i
			} else if v > value(high) {
				high = i
			}
		}
		some = append(some, low, high)
	}
	slices.Sort(some)
	j := f.judge()
	for i, k := range slices.Compact(some) {
		j.Set(f.media.at(points[k]))
		v, err := j.Limit(f.hint)
		if err != nil {
			return err
		}
		f.meet(v)
		if i == 0 || v.Dt < f.verdict.Dt {
			v.Rate = max(v.Rate, f.verdict.Rate)
			f.verdict, f.point = v, points[k]
		}
		if v.Dt == 0 {
			return nil
		}
		if !math.IsInf(v.Dt, 0) {
			f.hint = v.Dt
		}
	}
	return nil
}

// meet remembers the wave that limits a medium.
func (f *finder) meet(v stability.Verdict) {
	if v.Phase == nil || slices.ContainsFunc(f.waves, func(w []float64) bool {
		far := 0.0
		for i, x := range w {
			far = max(far, math.Abs(math.Remainder(x-v.Phase[i], 2*math.Pi)))
		}
		return far < 1e-2
	}) {
		return
	}
	f.waves = append(f.waves, v.Phase)
}

// slack is by how much the limits of media within one cell may differ, as a
// part of the worst one: seen where that arises, and half as much again.
func (f *finder) slack(p precision) float64 {
	if p == whole || math.IsInf(f.verdict.Dt, 0) {
		return 0
	}
	sum := 0.0
	j := f.judge()
	for _, c := range f.media.vary {
		most := 0.0
		for _, sign := range []float64{-1, 1} {
			v := f.media.at(f.point)
			v[c.place] = min(max(v[c.place]+sign*c.width(p, v[c.place]), c.low), c.high)
			j.Set(v)
			w, err := j.LimitOf(f.verdict.Dt, f.waves)
			if err != nil || !(w.Dt > 0) || math.IsInf(w.Dt, 0) {
				continue // no point has this medium
			}
			most = max(most, math.Log(f.verdict.Dt/w.Dt))
		}
		sum += most
	}
	return min(1.5*sum, 2)
}

// sift keeps the media that grow at the worst one's limit, raised by slack, and
// finds the worst of them.
func (f *finder) sift(points []int, slack float64) ([]int, error) {
	left, err := f.growing(points, f.verdict.Dt*math.Exp(slack))
	if err != nil {
		return nil, err
	}
	j := f.judge()
	for worse := left; ; {
		if worse, err = f.growing(worse, f.verdict.Dt); err != nil || len(worse) == 0 {
			break
		}
		// Any of them will do; the one in the middle halves their number, as a rule.
		point := worse[len(worse)/2]
		j.Set(f.media.at(point))
		v, err := j.LimitOf(f.verdict.Dt, f.waves)
		if err != nil {
			return nil, err
		}
		if !(v.Dt < f.verdict.Dt) { // grows as the equations do
			worse = slices.DeleteFunc(slices.Clone(worse), func(i int) bool { return i == point })
			continue
		}
		f.verdict, f.point = v, point
		if v.Dt == 0 {
			return nil, nil
		}
		if left, err = f.growing(left, v.Dt*math.Exp(slack)); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(left, f.point) && slices.Contains(points, f.point) {
		left = append(left, f.point) // it is stable at its own limit
	}
	return left, err
}

// growing are the points in whose media some wave grows.
func (f *finder) growing(points []int, dt float64) ([]int, error) {
	if math.IsInf(dt, 0) {
		dt = f.hint * 0x1p60
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), len(points)/16))
	parts, faults := make([][]int, workers), make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			j := f.judge()
			for _, point := range points[len(points)*w/workers : len(points)*(w+1)/workers] {
				j.Set(f.media.at(point))
				ok, err := j.Stable(f.verdict, dt, f.waves)
				if err != nil {
					faults[w] = err
					return
				}
				if !ok {
					parts[w] = append(parts[w], point)
				}
			}
		})
	}
	wait.Wait()
	return slices.Concat(parts...), cmp.Or(faults...)
}

// settle judges the worst medium with all waves.
func (f *finder) settle() error {
	j := f.judge()
	j.Set(f.media.at(f.point))
	v, err := j.Limit(f.verdict.Dt)
	if err == nil && v.Dt < f.verdict.Dt {
		f.verdict = v
	}
	return err
}

// speeds finds the fastest and the slowest wave: where, along the diagonal, the
// frequency of a branch is extreme, all directions are looked at.
func (f *finder) speeds() error {
	dt := f.verdict.Dt / 2
	if math.IsInf(dt, 0) {
		return nil // what is stable at any time step is no wave
	}
	j := f.judge()
	extreme := map[int]bool{}
	var least, most []float64
	var low, high []int
	for _, point := range f.sample {
		j.Set(f.media.at(point))
		c, err := j.Branches(dt)
		if err != nil {
			return err
		}
		for i, v := range c {
			if i == len(least) {
				least, most, low, high = append(least, v), append(most, v), append(low, point), append(high, point)
			}
			if v < least[i] {
				least[i], low[i] = v, point
			}
			if v > most[i] {
				most[i], high[i] = v, point
			}
		}
	}
	for i := range low {
		extreme[low[i]], extreme[high[i]] = true, true
	}
	for point := range extreme {
		j.Set(f.media.at(point))
		fast, slow, err := j.Speeds(dt)
		if err != nil {
			return err
		}
		f.Fastest = max(f.Fastest, fast)
		if slow > 0 && (f.Slowest == 0 || slow < f.Slowest) {
			f.Slowest = slow
		}
	}
	return nil
}

// Step is the time step to take: below the limit by a margin, such as Margin, and
// rounded down to a number that is easily read: three significant digits, or
// whole thousandths where that is finer. It is 0 when there is no limit to go
// by.
func (l *Limits) Step(margin float64) float64 {
	dt := l.Critical * (1 - margin)
	if !(dt > 0) || math.IsInf(dt, 0) {
		return 0
	}
	return floor(dt, max(3, int(math.Floor(math.Log10(dt)))+4))
}

// floor rounds down to some significant digits.
func floor(v float64, digits int) float64 {
	text := fmt.Sprintf("%.*e", digits-1, v)
	var out float64
	if _, err := fmt.Sscan(text, &out); err != nil {
		return v
	}
	for out > v {
		unit := math.Pow(10, math.Floor(math.Log10(v))-float64(digits-1))
		if _, err := fmt.Sscan(fmt.Sprintf("%.*e", digits-1, out-unit), &out); err != nil {
			return v
		}
	}
	return out
}
