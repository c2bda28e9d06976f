package imaging

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/places"
	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// openLine reads the headers of the records of all shots, which tell the geometry,
// and leaves out what is outside of the model. The shots of s.line are those of
// the survey.
func (s *Survey) openLine() ([]*survey.Geometry, error) {
	c := s.Config
	var err error
	if s.line, err = s.openRecords(c.Resolve(c.Inversion.Observed), false); err != nil {
		return nil, c.Fault("inversion.observed", err)
	}
	place, told, err := s.placing(s.line)
	if err != nil {
		return nil, c.Fault("inversion.observed", err)
	}
	if told != "" {
		s.note("%s", told)
	}
	return s.within(place)
}

// openRecords opens records in SEG-Y as the configuration says, and tells what is
// doubtful in their headers.
func (s *Survey) openRecords(path string, unplaced bool) (*segy.File, error) {
	how, err := s.Config.SEGY.Reading()
	if err != nil {
		return nil, err
	}
	how.Unplaced = unplaced
	f, err := segy.Inspect(path, how)
	if err != nil {
		return nil, err
	}
	if err := f.Report.Refusal(); err != nil {
		return nil, fmt.Errorf("%w\n(keys are those of the section [segy], see docs/segy.md)", err)
	}
	for _, n := range f.Report.Of(segy.Doubtful) {
		s.note("%v", n)
	}
	return f, nil
}

// note tells of something doubtful.
func (s *Survey) note(format string, args ...any) {
	s.noting.Lock()
	defer s.noting.Unlock()
	const most = 50 // of a folder with a thousand shots
	switch n := len(s.Notes); {
	case n < most:
		s.Notes = append(s.Notes, fmt.Sprintf(format, args...))
	case n == most:
		s.Notes = append(s.Notes, "and more like these")
	}
}

// within are the shots whose sources and receivers are in the model.
func (s *Survey) within(place func(segy.Place) []float64) ([]*survey.Geometry, error) {
	var out []*survey.Geometry
	var kept []segy.Shot
	outside, all, example := 0, s.line.Traces(), ""
	leave := func(what string, at []float64, traces int) {
		if outside += traces; example == "" {
			example = fmt.Sprintf("the first is a %s at %s", what, coordinates(at))
		}
	}
	for _, g := range s.line.Shots {
		source := place(g.Source)
		if !s.inside(source) {
			leave("source", source, len(g.Traces))
			continue
		}
		// In one order for all shots, whatever that of the file.
		slices.SortStableFunc(g.Traces, func(a, b segy.Trace) int {
			return slices.Compare(place(a.Receiver), place(b.Receiver))
		})
		var traces []segy.Trace
		var receivers [][]float64
		for _, t := range g.Traces {
			at := place(t.Receiver)
			if !s.inside(at) {
				leave("receiver", at, 1)
				continue
			}
			traces, receivers = append(traces, t), append(receivers, at)
		}
		if len(traces) == 0 {
			continue
		}
		g.Traces = traces
		kept = append(kept, g)
		out = append(out, &survey.Geometry{Sources: points([][]float64{source}), Receivers: points(receivers)})
	}
	end := s.Model.End()
	where := fmt.Sprintf("%d of %d traces have their source or receiver outside of the model, which extends from %s to %s; %s", outside, all, coordinates(s.Model.Origin), coordinates(end), example)
	switch {
	case len(out) == 0:
		return nil, s.Config.Fault("inversion.observed", fmt.Errorf("%s: where the model begins is origin in [model], where a line begins line_origin in [segy]", where))
	case outside > 0 && s.Config.SEGY.Outside == "refuse":
		return nil, s.Config.Fault("inversion.observed", fmt.Errorf("%s", where))
	case outside > 0:
		s.note("%s; they are left out", where)
	}
	s.line.Shots = kept
	return out, nil
}

// inside reports whether a place is in the model. Headers are rounded, so that one
// beyond its end by a twentieth of a cell is moved there.
func (s *Survey) inside(at []float64) bool {
	end := s.Model.End()
	for a, v := range at {
		slack := 0.05 * s.Model.Spacing[a]
		if !(v >= s.Model.Origin[a]-slack && v <= end[a]+slack) {
			return false
		}
		at[a] = min(max(v, s.Model.Origin[a]), end[a])
	}
	return true
}

// placing gives the coordinates in the model of places in a file: in two
// dimensions the position along a straight line, and depth. It tells how well that
// line fits, but for one along x.
func (s *Survey) placing(f *segy.File) (place func(segy.Place) []float64, told string, err error) {
	switch s.Model.Dim() {
	case 1:
		return func(p segy.Place) []float64 { return []float64{p.Depth} }, "", nil
	case 3:
		return func(p segy.Place) []float64 { return []float64{p.X, p.Y, p.Depth} }, "", nil
	}
	l := f.Fit()
	c := s.Config.SEGY
	if c.Azimuth != nil || c.LineOrigin != nil {
		x, y, azimuth := l.X, l.Y, l.Azimuth
		if c.Azimuth != nil {
			azimuth = *c.Azimuth
		}
		if c.LineOrigin != nil {
			x, y = c.LineOrigin[0], c.LineOrigin[1]
		}
		l = places.Through(x, y, azimuth)
		l.Measure(f.All(), f.Pairs())
	}
	told = fmt.Sprintf("sources and receivers are projected on the line of azimuth %.4g degrees through x = %.10g, y = %.10g: they are up to %.4g m from it (root mean square %.4g m), distances change by up to %.4g m, and positions run from %.8g to %.8g m", l.Azimuth, l.X, l.Y, l.Off, l.Root, l.Stretch, l.From, l.To)
	limit := c.Across
	if limit == 0 {
		limit = max(0.1*(l.To-l.From), s.Model.Spacing[0])
	}
	switch {
	case l.Off > limit:
		return nil, "", fmt.Errorf("%s; the limit is %.4g m: take a model of three axes, or give azimuth and line_origin, or across in [segy]", told, limit)
	case l.Stretch > 0.5*s.Model.Spacing[0]:
		told += "; distances change by more than half a cell"
	case math.Abs(l.Azimuth-90) < 0.01 && l.Off < 0.01: // along x, to a centimetre
		told = ""
	}
	return func(p segy.Place) []float64 { return []float64{l.Along(p), p.Depth} }, told, nil
}

// matched are the traces of a file of one shot in the order of the receivers that
// the configuration gives them, -1 where there is none.
func (s *Survey) matched(f *segy.File, shot int) ([]int, error) {
	g := s.Shots[shot]
	dim, n := s.Model.Dim(), g.Of(s.records[0]).Shape[0]
	if len(f.Shots) != 1 {
		return nil, fmt.Errorf("it has %d shots, and should have the one of its name; observed = \"*.sgy\" reads files of several", len(f.Shots))
	}
	traces := f.Shots[0].Traces
	out := slices.Repeat([]int{-1}, n)
	if s.Config.SEGY.Match == "order" {
		if len(traces) != n {
			return nil, fmt.Errorf("it has %d traces, and there are %d receivers, so that their order does not tell which is which", len(traces), n)
		}
		for k := range out {
			out[k] = k
		}
		return out, nil
	}
	place, _, err := s.placing(f)
	if err != nil {
		return nil, err
	}
	// Headers may hold whole metres only; half a cell is a place of its own.
	limit := 0.5 * slices.Min(s.Model.Spacing)
	apart := func(a []float64, b *field.Array, i int) float64 {
		square := 0.0
		for k, v := range a {
			square += (v - b.At(i*dim+k)) * (v - b.At(i*dim+k))
		}
		return math.Sqrt(square)
	}
	const way = "; leave out [sources] and [receivers] and give observed as folder/*.sgy to take places from headers, or say match = \"order\" in [segy] if the headers are wrong"
	source := place(f.Shots[0].Source)
	if d := apart(source, g.Sources, 0); !(d <= limit) {
		return nil, fmt.Errorf("the headers have the source at %s, %.4g m from where the configuration has that of shot %d%s", coordinates(source), d, shot, way)
	}
	for k, t := range traces {
		if t.Dead {
			continue
		}
		at := place(t.Receiver)
		nearest, least := -1, math.Inf(1)
		for i := range n {
			if d := apart(at, g.Of(s.records[0]), i); d < least {
				nearest, least = i, d
			}
		}
		switch {
		case !(least <= limit):
			return nil, fmt.Errorf("trace %d stands at %s by its header, and the next receiver of the configuration is %.4g m away%s", k+1, coordinates(at), least, way)
		case out[nearest] >= 0:
			return nil, fmt.Errorf("traces %d and %d stand both at receiver %d, %s%s", out[nearest]+1, k+1, nearest, coordinates(at), way)
		}
		out[nearest] = k
	}
	return out, nil
}

// points are coordinates as an array (number, axes).
func points(at [][]float64) *field.Array {
	out := field.New64(len(at), len(at[0]))
	for i, p := range at {
		copy(out.F64[i*len(p):], p)
	}
	return out
}

// coordinates prints a place.
func coordinates(at []float64) string {
	names := []string{"x", "y", "z"}
	if len(at) < 3 { // depth is last
		names = []string{"x", "z"}[2-len(at):]
	}
	var words []string
	for i, v := range at {
		words = append(words, fmt.Sprintf("%s = %.8g", names[i], v))
	}
	return strings.Join(words, ", ")
}
