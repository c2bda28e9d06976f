// Package survey describes seismic shots: the velocity model and its absorbing border,
// the wavelet, where sources and receivers are, how long and how finely to step, and
// pictures of all of these.
//
// In: a TOML file, see docs/shot.md and docs/invert.md, and the files that it names.
// Out: a Config, and from it a Model, a Geometry for each shot, a Wavelet. The operator
// file is read by package modelling. Start at LoadConfig and its example.
//
// Axes: x first, depth z last and fastest in memory; models have the axes (z), (x, z) or
// (x, y, z), and z grows downwards. Units: m, ms and km/s, so frequencies are in kHz and
// squared slowness in s^2/km^2 (the same number as ms^2/m^2).
package survey
