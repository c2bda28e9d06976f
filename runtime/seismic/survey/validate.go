package survey

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// complaint is a fault of one key's value.
type complaint struct{ key, text string }

// Receivers of a shot, and of all shots of a survey together. Each takes some
// 200 bytes where a shot is modelled, and 24 where it waits.
const (
	mostReceivers = 1 << 20
	mostSpots     = 1 << 25
)

// validate checks every value that can be checked without opening a file.
func (c *Config) validate() []complaint {
	var all []complaint
	must := func(ok bool, key, format string, args ...any) {
		if !ok {
			all = append(all, complaint{key, key + ": " + fmt.Sprintf(format, args...)})
		}
	}
	within := func(v, least, greatest float64) bool { return v >= least && v <= greatest } // false for NaN

	must(c.Operator != "", "operator", "give the path of the operator file")
	must(c.SpaceOrder == 0 || checkOrder(c.SpaceOrder) == nil, "space_order", "%v", checkOrder(c.SpaceOrder))
	must(c.Precision == "f32" || c.Precision == "f64", "precision", "%q is no precision; f32 and f64 are possible", c.Precision)
	must(within(c.Time, 1e-15, 1e15), "time", "%g is no length of a record; give it in the operator's unit of time, such as 2000 ms", c.Time)
	must(c.Dt == 0 || within(c.Dt, 1e-18, 1e15), "dt", "%g is no time step; leave it out for the critical one", c.Dt)
	must(!(c.Dt > c.Time), "dt", "%g is longer than the record, %g", c.Dt, c.Time)
	must(c.Dt <= 0 || c.Time/c.Dt < 1<<31, "dt", "%g makes more than 2^31 steps up to %g", c.Dt, c.Time)
	if n := c.Border; n != nil {
		must(*n >= 0 && *n <= 1000, "border", "a border of %d points is not possible; 10 to 60 are usual, 0 means none", *n)
	}
	must(c.Interpolation == "linear" || c.Interpolation == "sinc", "interpolation", "there is no interpolation %q; %s", c.Interpolation, didYouMean(c.Interpolation, []string{"linear", "sinc"}))

	if c.WaveletSection.File == "" {
		_, err := c.Wavelet(Milliseconds)
		must(err == nil, waveletKey(c), "%v", err)
		must(c.WaveletSection.Interval == 0, "wavelet.interval", "a wavelet without a file has no interval between samples")
	} else {
		must(c.WaveletSection.PeakHz >= 0, "wavelet.peak_hz", "%g Hz is no frequency", c.WaveletSection.PeakHz)
		must(c.WaveletSection.Interval >= 0, "wavelet.interval", "%g is no interval between samples", c.WaveletSection.Interval)
	}

	dim := c.validateModel(must)
	s := c.Sources
	spots := float64(max(s.Count, 1)) * float64(max(c.Receivers.Count, 1))
	must(spots <= mostSpots, "sources.count", "%d shots with %d receivers each are %.3g places, and at most %d are kept; work on a part of the survey", s.Count, c.Receivers.Count, spots, mostSpots)
	row := len(s.From) > 0 || len(s.To) > 0 || s.Count != 0
	many := row || s.File != ""
	line := c.Inversion.Line()
	single := len(c.Source.Position) > 0 || len(c.Source.Positions) > 0
	must(len(c.Source.Position) == 0 || len(c.Source.Positions) == 0, "source.positions", "give either position or positions, not both")
	must(!line || !many && !single, "sources", "the headers of %s tell the places of the shots: leave them out here", c.Inversion.Observed)
	must(single || many || line, "source.position", "give the coordinates of the source in m, such as [500.0, 20.0], or [sources] with from, to and count, or with file")
	must(!row || s.File == "", "sources.file", "give either file, or from, to and count, not both")
	if row && s.File == "" {
		must(len(s.From) > 0, "sources.from", "give the first shot's coordinates in m")
		must(len(s.To) > 0, "sources.to", "give the last shot's coordinates in m")
		must(s.Count >= 1 && s.Count <= 1<<20, "sources.count", "%d shots are not possible; give a number from 1", s.Count)
	}
	c.validateInversion(must)
	c.validateSEGY(must)
	c.validateReceivers(must, "receivers", c.Receivers, line)
	sets := slices.Sorted(maps.Keys(c.ReceiverSets))
	for _, name := range sets {
		key := "receiver_sets." + name
		c.validateReceivers(must, key, c.ReceiverSets[name], line)
	}
	type place struct {
		key string
		at  []float64
	}
	spotsOf := []place{{"source.position", c.Source.Position}, {"sources.from", s.From}, {"sources.to", s.To}, {"receivers.from", c.Receivers.From}, {"receivers.to", c.Receivers.To}}
	for _, name := range sets {
		key, r := "receiver_sets."+name, c.ReceiverSets[name]
		spotsOf = append(spotsOf, place{key + ".from", r.From}, place{key + ".to", r.To})
	}
	for _, at := range c.Source.Positions {
		spotsOf = append(spotsOf, place{"source.positions", at})
	}
	for _, p := range spotsOf {
		for _, v := range p.at {
			must(within(v, -1e9, 1e9), p.key, "%g m is no coordinate", v)
		}
		must(len(p.at) == 0 || dim == 0 && len(p.at) <= 3 || len(p.at) == dim, p.key, "%d coordinates are given, the model has %d axes", len(p.at), dim)
	}

	snaps := c.Snapshots
	must(snaps.EveryMs == 0 || within(snaps.EveryMs, 1e-6, 1e9), "snapshots.every_ms", "%g ms between snapshots is not possible", snaps.EveryMs)
	must(snaps.Count >= 0 && snaps.Count <= 10000, "snapshots.count", "%d snapshots are not possible; 0 to 10000 are", snaps.Count)
	must(snaps.Count == 0 || snaps.EveryMs == 0, "snapshots.count", "give either count or every_ms, not both")
	must(!(snaps.EveryMs > 0) || c.Time/snaps.EveryMs <= 10000, "snapshots.every_ms", "%g ms makes more than 10000 snapshots", snaps.EveryMs)
	must(c.Picture.Clip > 0 && c.Picture.Clip <= 100, "picture.clip", "percentile %g is not possible; give a number above 0 and up to 100, such as 99", c.Picture.Clip)
	must(within(c.Picture.Gain, 0, 10), "picture.gain", "t^%g is not possible; give a power from 0 to 10", c.Picture.Gain)
	if into := c.Source.Into; into != nil {
		must(len(into) > 0, "source.into", "name a set of sources of the operator, or leave it out for the first")
		for i, name := range into {
			must(!slices.Contains(into[:i], name), "source.into", "%s is named twice", name)
		}
	}
	for name, u := range c.Unknowns {
		key := "unknowns." + name
		finite := func(v *float64) bool { return v == nil || within(*v, -1e300, 1e300) }
		must(u.Scale == 0 || within(u.Scale, 1e-12, 1e12), key+".scale", "%g is no scale; give a positive number, such as 0.5 for half the changes", u.Scale)
		must(u.Smooth == nil || within(*u.Smooth, 0, 1e6), key+".smooth", "%g is no width of a smoothing", deref(u.Smooth))
		must(finite(u.Least), key+".least", "%g is no bound", deref(u.Least))
		must(finite(u.Greatest), key+".greatest", "%g is no bound", deref(u.Greatest))
		must(u.Least == nil || u.Greatest == nil || *u.Least < *u.Greatest, key+".greatest", "%g is not above the least value, %g", deref(u.Greatest), deref(u.Least))
	}
	for name, v := range c.FieldSection {
		switch v := v.(type) {
		case string, int64:
		case float64:
			must(!math.IsNaN(v) && !math.IsInf(v, 0), "fields."+name, "%g is no value of a field", v)
		default:
			must(false, "fields."+name, "give a number or the path of a .npy file")
		}
	}
	return all
}

// validateReceivers checks one set of receivers; line says that headers of records
// tell the places.
func (c *Config) validateReceivers(must func(ok bool, key, format string, args ...any), key string, r ReceiverConfig, line bool) {
	spread := len(r.From) > 0 || len(r.To) > 0 || r.Count != 0 || len(r.Carpet) > 0
	must(!line || r.File == "" && !spread, key, "the headers of %s tell the places of the receivers: leave them out here", c.Inversion.Observed)
	must(r.File != "" || spread || line, key, "give either file, or from, to and count")
	must(r.File == "" || !spread, key+".file", "give either file, or from, to and count, not both")
	if r.File != "" || !spread {
		return
	}
	must(len(r.From) > 0, key+".from", "give the first receiver's coordinates in m")
	must(len(r.To) > 0, key+".to", "give the last receiver's coordinates in m")
	must(r.Count == 0 || len(r.Carpet) == 0, key+".carpet", "give either count or carpet, not both")
	if len(r.Carpet) > 0 {
		must(len(r.Carpet) == 2 && slices.Min(r.Carpet) >= 1 && slices.Max(r.Carpet) <= mostReceivers && r.Carpet[0]*r.Carpet[1] <= mostReceivers, key+".carpet", "%v: give the numbers along x and y, from 1, with a product of at most %d", r.Carpet, mostReceivers)
		must(len(r.From) == 3, key+".carpet", "a carpet lies in 3 dimensions; give count for a line")
	} else {
		must(r.Count >= 1 && r.Count <= mostReceivers, key+".count", "%d receivers are not possible; give a number from 1 to %d", r.Count, mostReceivers)
	}
}

// deref is the value of a number that may be left out.
func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// waveletKey is the key to blame for a faulty wavelet.
func waveletKey(c *Config) string {
	s := c.WaveletSection
	switch {
	case waveforms[s.Name].value == nil:
		return "wavelet.name"
	case s.PeakHz != 0 && !(s.PeakHz > 1e-12):
		return "wavelet.peak_hz"
	}
	return "wavelet.delay"
}

// validateModel gives the number of axes, 0 when the file does not tell.
func (c *Config) validateModel(must func(ok bool, key, format string, args ...any)) int {
	m := c.ModelSection
	must((m.File == "") != (m.Synthetic == ""), "model", "give either file or synthetic, one of %v", SyntheticNames())
	origin, spacing := m.Origin, m.Spacing
	dim := max(len(m.Shape), len(origin))
	if dim == 0 && len(spacing) > 1 {
		dim = len(spacing)
	}
	if m.Synthetic != "" {
		must(len(m.Shape) > 0, "model.shape", "a synthetic model needs the number of grid points per axis")
	}
	if len(m.Shape) == 0 {
		for _, h := range spacing {
			must(h >= 1e-6 && h <= 1e6, "model.spacing", "%g m is not possible; give metres, such as 10", h)
		}
		must(len(spacing) > 0, "model.spacing", "give the distance of grid points in m")
		return dim
	}
	if origin == nil {
		origin = make([]float64, dim)
	}
	if len(spacing) == 1 {
		spacing = slices.Repeat(spacing, dim)
	}
	err := checkGrid(m.Shape, origin, spacing)
	must(err == nil, "model.shape", "%v", err)
	if m.Synthetic != "" && err == nil {
		_, err := c.synthetic().complete()
		must(err == nil, "model.synthetic", "%v", err)
	}
	return dim
}

func checkOrder(spaceOrder int) error {
	if spaceOrder < 2 || spaceOrder > 32 || spaceOrder%2 != 0 {
		return fmt.Errorf("space order %d is not possible; give an even number from 2 to 32, such as 8", spaceOrder)
	}
	return nil
}
