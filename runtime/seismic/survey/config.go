package survey

// Config is the file of `courant shot` and `courant invert`: one seismic shot, or
// a survey of many and what to make of it, in TOML. Paths are relative to the
// file.
type Config struct {
	// Operator is the path of the operator file. Required.
	Operator string `toml:"operator"`
	// OperatorName chooses among several operators of the file.
	OperatorName string `toml:"operator_name"`
	// SpaceOrder is the order of the space derivatives, even, 2 to 32;
	// 0, the default, is the order that the operator file says.
	SpaceOrder int `toml:"space_order"`
	// Dtype is the precision of the wavefields, "f32" (default) or "f64".
	Precision string `toml:"precision"`
	// Time is the length of the record, in the operator's unit of time, such as ms.
	// Required.
	Time float64 `toml:"time"`
	// Dt is the time step. Default: below the limit of the operator in the model.
	Dt float64 `toml:"dt"`
	// Nbl is the width of the absorbing border, grid points. Default: 20 for
	// perfectly matched layers, 40 for a sponge, none where nothing absorbs.
	Border *int `toml:"border"`
	// Interpolation between grid points, "linear" (default) or "sinc".
	Interpolation string `toml:"interpolation"`
	// ModelSection is the grid and one parameter on it, as a rule the velocity of P
	// waves. Required.
	ModelSection ModelConfig `toml:"model"`
	// FieldSection has further fields and scalars of the operator by name: each is a
	// number, or the path of a .npy file of the model's shape along the axes that the
	// field spans, or of that with the border.
	FieldSection map[string]any `toml:"fields"`
	// WaveletSection is the source time function.
	WaveletSection WaveletConfig `toml:"wavelet"`
	// Source is where the shot is fired. Required for one shot.
	Source SourceConfig `toml:"source"`
	// Sources are where the shots of a survey are fired. Required for inversion.
	Sources SourcesConfig `toml:"sources"`
	// Inversion is what to make of a survey.
	Inversion InversionConfig `toml:"inversion"`
	// SEGY says how SEG-Y files are read.
	SEGY SEGYConfig `toml:"segy"`
	// Receivers are where it is recorded. Required.
	Receivers ReceiverConfig `toml:"receivers"`
	// ReceiverSets have places of their own for sets of receivers of the operator, by
	// name; others have those of Receivers.
	ReceiverSets map[string]ReceiverConfig `toml:"receiver_sets"`
	// Unknowns say more of what an inversion looks for, by the names of the fields.
	Unknowns map[string]UnknownConfig `toml:"unknowns"`
	// Snapshots are pictures of the wavefield. Default: none.
	Snapshots SnapshotConfig `toml:"snapshots"`
	// Picture says how records and wavefields are drawn.
	Picture PictureConfig `toml:"picture"`

	path   string    // of the file
	text   []byte    // of the file
	lines  positions // of its keys
	inputs *inputs
}

// ModelConfig is a model, either read from a file or computed.
type ModelConfig struct {
	// Field is the field of the operator that the model gives. Default: the first
	// whose unit is a velocity.
	Field string `toml:"field"`
	// File is a .npy file, or raw little-endian float32 when Shape is given, of
	// velocities in km/s, depth fastest; or a SEG-Y file, which tells the grid.
	File string `toml:"file"`
	// Synthetic is the kind of a computed model, see SyntheticNames.
	Synthetic string `toml:"synthetic"`
	// Shape is the number of grid points per axis, depth last, without border.
	Shape []int `toml:"shape"`
	// Spacing is the distance of grid points, m: one per axis, or one for all. Default 10.
	Spacing []float64 `toml:"spacing"`
	// Origin is the coordinates of the first grid point, m. Default 0.
	Origin []float64 `toml:"origin"`
	// Seed chooses among the synthetic models of a kind. Default 0.
	Seed uint64 `toml:"seed"`
	// From is the synthetic velocity at the top, km/s.
	From float64 `toml:"from"`
	// To is the synthetic velocity at the bottom, km/s.
	To float64 `toml:"to"`
	// Layers is the number of layers of "layers". Default 3.
	Layers int `toml:"layers"`
	// Water is the depth of the sea of "marmousi-like", m. Default 0.
	Water float64 `toml:"water"`
	// Salt adds a salt body to "marmousi-like".
	Salt bool `toml:"salt"`
}

// WaveletConfig is a source time function.
type WaveletConfig struct {
	// Name is one of WaveletNames. Default "ricker".
	Name string `toml:"name"`
	// PeakHz is the peak frequency, Hz. Default 10, or that of the file.
	PeakHz float64 `toml:"peak_hz"`
	// File has samples in place of a name: .npy of shape (samples) or (samples, shots),
	// SEG-Y with a trace for all shots or one for each, or text with a number a line.
	File string `toml:"file"`
	// Interval is the time between the samples of a .npy or text file.
	Interval float64 `toml:"interval"`
	// Delay is the time of the wavelet's centre, ms. Default: 1/peak for Ricker.
	Delay *float64 `toml:"delay"`
}

// SourceConfig is the place of the shot.
type SourceConfig struct {
	// Position is one coordinate per axis, m, depth last. Required, or Positions.
	Position []float64 `toml:"position"`
	// Positions are those of several sources of one shot.
	Positions [][]float64 `toml:"positions"`
	// Into names the sets of sources of the operator that act. Default: the first.
	Into []string `toml:"into"`
}

// SourcesConfig is a line of shots, or a file of their places.
type SourcesConfig struct {
	// File has the places: .npy, coordinates in m, shape (number, axes), a table or an
	// SPS file.
	File string `toml:"file"`
	// From is the first shot's place, m.
	From []float64 `toml:"from"`
	// To is the last shot's place, m.
	To []float64 `toml:"to"`
	// Count is the number of shots.
	Count int `toml:"count"`
}

// ReceiverConfig is either a line or a carpet of receivers, or a file.
type ReceiverConfig struct {
	// File has the places: .npy, coordinates in m, shape (number, axes), a table, which
	// may have weights, or an SPS file.
	File string `toml:"file"`
	// From is one end of the line, or one corner of the carpet, m.
	From []float64 `toml:"from"`
	// To is the other end or corner, m.
	To []float64 `toml:"to"`
	// Count is the number of receivers on the line.
	Count int `toml:"count"`
	// Carpet is the numbers along x and y of a carpet, in place of Count.
	Carpet []int `toml:"carpet"`
	// Moving receivers move with the source: their coordinates, but for the depth,
	// are counted from it, and those outside the model are left out.
	Moving bool `toml:"moving"`
}

// SnapshotConfig says when the wavefield is drawn; give one of the two.
type SnapshotConfig struct {
	// EveryMs is the time between snapshots, ms.
	EveryMs float64 `toml:"every_ms"`
	// Count is the number of snapshots, evenly over the time.
	Count int `toml:"count"`
}

// PictureConfig is the look of records and snapshots.
type PictureConfig struct {
	// Clip is the percentile of the absolute values at which colours end. Default 99.
	Clip float64 `toml:"clip"`
	// Gain multiplies records by t^gain. Default 0.
	Gain float64 `toml:"gain"`
	// Colour draws records in blue, white and red. Default false: grey.
	Colour bool `toml:"colour"`
}

// defaults are the values of keys that are left out.
func defaults() *Config {
	return &Config{
		Precision: "f32", Interpolation: "linear",
		ModelSection:   ModelConfig{Spacing: []float64{10}, Layers: 3},
		WaveletSection: WaveletConfig{Name: "ricker"},
		Picture:        PictureConfig{Clip: 99},
		Inversion:      InversionConfig{Method: "fwi", Iterations: 10, Smooth: 100, Misfit: "l2", Threshold: 0.1, Optimiser: "lbfgs", Precondition: "illumination"},
	}
}

// UnknownConfig says how a field is looked for.
type UnknownConfig struct {
	// Start is a .npy file to begin with. Default: the field, smoothed.
	Start string `toml:"start"`
	// Smooth is the width of that smoothing, a standard deviation in m. Default: that of
	// the inversion.
	Smooth *float64 `toml:"smooth"`
	// Least and Greatest bound the field. Default: none but what the time step allows.
	Least    *float64 `toml:"least"`
	Greatest *float64 `toml:"greatest"`
	// Scale is a typical size of its changes relative to those of the others: fields
	// are looked for in units of their greatest value times this. Default 1.
	Scale float64 `toml:"scale"`
	// Mask is a .npy file of weights from 0 to 1. Default: that of the inversion.
	Mask string `toml:"mask"`
}
