package survey

import (
	"slices"

	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// InversionConfig says what to make of a survey.
type InversionConfig struct {
	// Method is "fwi" (default), full-waveform inversion for the model, "lsrtm",
	// least-squares migration for its rough part, or "rtm", its first gradient.
	Method string `toml:"method"`
	// Unknowns are the fields of the operator that are looked for. Default: that which
	// the model gives.
	Unknowns []string `toml:"unknowns"`
	// Records are the sets of receivers whose records are compared. Default: the first
	// of the operator.
	Records []string `toml:"records"`
	// Condition makes the image of "rtm": "gradient" (default), the derivative of the
	// misfit, or "inverse-scattering", without what waves leave along their way.
	Condition string `toml:"condition"`
	// Laplacian writes the negative Laplacian of images, which takes out what varies
	// slowly.
	Laplacian bool `toml:"laplacian"`
	// Iterations is the number of model updates, of every band. Default 10.
	Iterations int `toml:"iterations"`
	// Start is a .npy file of the velocities to begin with, km/s, such as the model
	// of another inversion. Default: the model, smoothed.
	Start string `toml:"start"`
	// Smooth is the width of that smoothing, a standard deviation in m. Default
	// 100.
	Smooth float64 `toml:"smooth"`
	// Water is the depth below the top of the model above which the model is known
	// and stays, m. Default 0.
	Water float64 `toml:"water"`
	// Observed is a folder with the records shot_0000.npy or .sgy and so on, or one
	// SEG-Y file of all shots, or a pattern of several such as line/*.sgy, whose headers
	// tell the places of sources and receivers. Default: they are modelled.
	Observed string `toml:"observed"`
	// Aperture is the distance from source and receivers beyond which the model is
	// cut off for a shot, m, along all axes but depth. Default 0: it is not.
	Aperture float64 `toml:"aperture"`

	// Misfit is what records are judged by, one of Misfits: for fwi. Default "l2".
	Misfit string `toml:"misfit"`
	// Threshold is the residual above which "huber" is linear, as a part of the
	// greatest observed sample of the shot. Default 0.1.
	Threshold float64 `toml:"threshold"`
	// MuteVelocity takes out what arrives before the direct wave of that velocity,
	// km/s, and MuteDelay behind it; weights rise over MuteTaper. 0 mutes nothing.
	// Default: nothing for fwi; for migration the velocity at the sources, and 2.5 and
	// 1 periods.
	MuteVelocity *float64 `toml:"mute_velocity"`
	MuteDelay    float64  `toml:"mute_delay"`
	MuteTaper    float64  `toml:"mute_taper"`

	// Optimiser is one of Optimisers. Default "lbfgs".
	Optimiser string `toml:"optimiser"`
	// Step is the largest change of the squared slowness by the first step, as a
	// part of its greatest value. Default 0.002 for fwi, 0.03 for lsrtm.
	Step float64 `toml:"step"`
	// Decay makes step k of a stochastic optimiser shorter by 1 + decay*k. Default 0.
	Decay float64 `toml:"decay"`
	// Batch is the number of shots of an evaluation, drawn anew for each. Default 0:
	// all.
	Batch int `toml:"batch"`
	// Supershots is the number of sums of all shots with random signs that are
	// evaluated in place of the shots. Default 0: shots are.
	Supershots int `toml:"supershots"`
	// Seed chooses among the draws. Default 0.
	Seed uint64 `toml:"seed"`
	// Bands are corner frequencies of low-pass filters, Hz, rising: an inversion for
	// each, from where the one before ended. Default: one, unfiltered.
	Bands []float64 `toml:"bands"`
	// Precondition weighs the unknowns by their "illumination" (default), their
	// "depth", or not, "none".
	Precondition string `toml:"precondition"`
	// Mask is a .npy file of weights from 0 to 1 of the unknowns. Default: all 1.
	Mask string `toml:"mask"`
	// Least and Greatest bound the velocities, km/s. Default: half of the least of
	// the start, and what the time step leaves room for.
	Least    float64 `toml:"least"`
	Greatest float64 `toml:"greatest"`

	// Single keeps gradients in single precision; they are summed in double.
	Single bool `toml:"single"`
	// Compress keeps them compressed.
	Compress bool `toml:"compress"`
}

// Optimisers are the names of the ways to the minimum.
var Optimisers = []string{"lbfgs", "descent", "cg", "sgd", "momentum", "adam"}

// Misfits are the names of what records are judged by: half the square of the
// residuals; the same up to a threshold and linear beyond; one minus the normalised
// correlation of traces; half the square of the difference of their envelopes.
var Misfits = []string{"l2", "huber", "correlation", "envelope"}

// Stochastic reports whether steps are taken without looking whether they lead
// down.
func (i *InversionConfig) Stochastic() bool {
	return i.Optimiser == "sgd" || i.Optimiser == "momentum" || i.Optimiser == "adam"
}

// Line reports whether the records of all shots are in SEG-Y files, one or those
// that a pattern fits, which tell the geometry.
func (i *InversionConfig) Line() bool { return segy.Named(i.Observed) }

// validateInversion checks what can be checked of the values alone.
func (c *Config) validateInversion(must func(ok bool, key, format string, args ...any)) {
	i := &c.Inversion
	within := func(v, least, greatest float64) bool { return v >= least && v <= greatest }
	choice := func(key, v string, possible []string) {
		must(slices.Contains(possible, v), "inversion."+key, "there is no %s %q; %s", key, v, didYouMean(v, possible))
	}
	choice("method", i.Method, []string{"fwi", "lsrtm", "rtm"})
	if i.Condition != "" {
		choice("condition", i.Condition, []string{"gradient", "inverse-scattering"})
		must(i.Condition == "gradient" || i.Method == "rtm", "inversion.condition", "inverse scattering makes the image of rtm; %s needs derivatives", i.Method)
	}
	must(!i.Laplacian || i.Method != "fwi", "inversion.laplacian", "the Laplacian sharpens images; fwi makes models")
	must(i.Unknowns == nil || len(i.Unknowns) > 0, "inversion.unknowns", "name a field of the operator, or leave it out for that which [model] gives")
	must(i.Records == nil || len(i.Records) > 0, "inversion.records", "name a set of receivers of the operator, or leave it out for the first")
	choice("optimiser", i.Optimiser, Optimisers)
	choice("misfit", i.Misfit, Misfits)
	must(i.Misfit == "l2" || i.Method == "fwi", "inversion.misfit", "%s is least squares; other misfits are for fwi", i.Method)
	must(within(i.Threshold, 1e-6, 1), "inversion.threshold", "%g of the greatest sample is no threshold; give a part, such as 0.1", i.Threshold)
	mute := 0.0
	if i.MuteVelocity != nil {
		mute = *i.MuteVelocity
	}
	must(mute == 0 || within(mute, 0.01, 20), "inversion.mute_velocity", "%g km/s is no velocity", mute)
	must(within(i.MuteDelay, 0, 1e6) && within(i.MuteTaper, 0, 1e6), "inversion.mute_delay", "%g and %g ms are no times", i.MuteDelay, i.MuteTaper)
	must(mute > 0 || i.MuteDelay == 0 && i.MuteTaper == 0, "inversion.mute_delay", "give mute_velocity too: what is muted moves out from the source with it")
	must(mute == 0 || i.Supershots == 0, "inversion.mute_velocity", "in a sum of shots no direct wave can be muted")
	choice("precondition", i.Precondition, []string{"illumination", "depth", "none"})
	must(i.Iterations >= 1 && i.Iterations <= 10000, "inversion.iterations", "%d iterations are not possible; 1 to 10000 are", i.Iterations)
	must(within(i.Smooth, 0, 1e6), "inversion.smooth", "%g m is no width of a smoothing", i.Smooth)
	must(within(i.Water, 0, 1e6), "inversion.water", "%g m is no depth", i.Water)
	must(within(i.Aperture, 0, 1e9), "inversion.aperture", "%g m is no distance", i.Aperture)
	must(within(i.Step, 0, 1), "inversion.step", "a step of %g of the squared slowness is not possible; 0.001 to 0.05 are usual", i.Step)
	must(within(i.Decay, 0, 1e6), "inversion.decay", "%g is no decay; give a number from 0, such as 0.1", i.Decay)
	must(i.Decay == 0 || i.Stochastic(), "inversion.decay", "only sgd, momentum and adam have steps of given length")
	must(i.Optimiser != "cg" || i.Method != "fwi", "inversion.optimiser", "cg needs a misfit that is quadratic, as that of lsrtm is; for fwi, lbfgs is best")
	must(i.Batch >= 0, "inversion.batch", "%d shots are no batch", i.Batch)
	must(i.Batch == 0 || i.Stochastic() || !slices.Contains(Optimisers, i.Optimiser), "inversion.batch", "%s compares evaluations, which must be of all shots; sgd, momentum and adam take batches", i.Optimiser)
	must(i.Supershots >= 0 && i.Supershots <= 1<<16, "inversion.supershots", "%d sums of shots are not possible", i.Supershots)
	must(i.Supershots == 0 || i.Batch == 0, "inversion.supershots", "give either batch or supershots, not both")
	must(i.Supershots == 0 || !c.Receivers.Moving, "inversion.supershots", "shots can be summed only where all have the same receivers")
	must(i.Supershots == 0 || i.Aperture == 0, "inversion.supershots", "a sum of all shots sees the whole model: leave out aperture")
	must(i.Supershots == 0 || i.Method != "rtm", "inversion.supershots", "rtm makes one image of all shots; lsrtm and fwi take sums")
	must(i.Batch == 0 || i.Method != "rtm", "inversion.batch", "rtm makes one image of all shots; lsrtm and fwi take batches")
	must(len(i.Bands) == 0 || i.Method != "lsrtm" && i.Method != "rtm", "inversion.bands", "bands are for fwi; %s is linear, and needs none", i.Method)
	must(len(i.Bands) <= 100, "inversion.bands", "%d bands are too many", len(i.Bands))
	for k, f := range i.Bands {
		must(within(f, 1e-3, 500), "inversion.bands", "%g Hz is no corner frequency of seismic records", f)
		must(k == 0 || f > i.Bands[k-1], "inversion.bands", "%g Hz does not follow on %g Hz: give rising frequencies", f, i.Bands[max(k-1, 0)])
	}
	must(i.Least == 0 || within(i.Least, 0.01, 20), "inversion.least", "%g km/s is no velocity", i.Least)
	must(i.Greatest == 0 || within(i.Greatest, 0.01, 20), "inversion.greatest", "%g km/s is no velocity", i.Greatest)
	must(i.Least == 0 || i.Greatest == 0 || i.Least < i.Greatest, "inversion.greatest", "%g km/s is not above the least velocity, %g km/s", i.Greatest, i.Least)
}
