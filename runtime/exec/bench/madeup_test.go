package bench

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/machine"
)

// madeUp is a result of an acoustic operator whose rate nobody measured.
func madeUp(order, extent int, rate float64) *Result {
	loop := Spread{rate / 2, rate / 3, rate}
	return &Result{
		Operator: "acoustic", Target: "c", Shape: []int{extent, extent}, Pad: 4, SpaceOrder: order, Precision: "f32", Threads: 2, Steps: 20, Repeat: 3,
		Rate: Spread{rate, 0.9 * rate, 1.2 * rate}, LoopRate: &loop, GFlops: 20 * rate, CPU: "abacus", Compiler: "cc 1",
		Bounds: &Bounds{FlopsPerPoint: 20, BytesPerPoint: 20, Home: "L3", Bandwidth: 40, Peak: 200, Bound: 2, BoundBy: "L3", Fraction: rate / 2},
	}
}

func madeUpResults() *Results {
	return &Results{
		Machine: machine.Figures{Threads: 2, Triad: 15, InPlace: 20, L3: 40, L2: 160, FMA32: 200, FMA64: 100},
		Cases:   []*Result{madeUp(4, 64, 1), madeUp(4, 128, 0.5), madeUp(8, 64, 0.8)},
	}
}

func TestSpread(t *testing.T) {
	for _, v := range []struct {
		values []float64
		want   Spread
		text   string
	}{
		{[]float64{3, 1, 2}, Spread{2, 1, 3}, "2.00 (1.00 to 3.00)"},
		{[]float64{4, 1, 2, 3}, Spread{2.5, 1, 4}, "2.50 (1.00 to 4.00)"},
		{[]float64{0.01234}, Spread{0.01234, 0.01234, 0.01234}, "0.0123 (0.0123 to 0.0123)"},
	} {
		if got := spreadOf(v.values); got != v.want || got.String() != v.text {
			t.Errorf("%v: %+v, %v", v.values, got, got)
		}
	}
	a := Spread{2, 1, 3}
	if !a.overlaps(Spread{4, 3, 5}) || a.overlaps(Spread{4, 3.5, 5}) || a.overlaps(Spread{0.5, 0.5, 0.5}) {
		t.Error("ranges")
	}
}

func TestPrinted(t *testing.T) {
	all := madeUpResults()
	all.Cases[1].Load = &machine.Load{Seconds: 2, Processors: 2, Others: 0.5, Disturbed: true}
	all.Cases[2].Load = &machine.Load{Seconds: 2, Processors: 2, Others: 0.01}
	all.Cases[0].Rival = (&answer{Version: "9", Used: []string{"an engine"}}).rivalry("difference", []turn{{2, 1}, {3, 1}, {8, 4}}, []turn{{1, 1}, {1, 1}, {2, 2}})
	all.Cases[1].Missing = "there is no engine"
	text := all.String()
	for _, want := range []string{
		"acoustic, f32, c on 2 threads; billion points/s, middle and range of 3",
		"grid         order  stays in  stencil", "64 x 64 + 4    4      L3", "128 x 128 + 4  4", "64 x 64 + 4    8",
		"1.00 (0.900 to 1.20)", "50 %", "difference", "3.00 (2.00 to 4.00)", "none", "difference 9: an engine",
		"machine: 2 threads", "warning: 128 x 128 + 4, order 4: other processes kept 0.50 of 2 processors busy", "order 4: there is no engine",
	} {
		if !strings.Contains(strings.ReplaceAll(text, "grid           ", "grid         "), want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	if strings.Contains(text, "0.01") {
		t.Errorf("a warning about little load:\n%s", text)
	}
	all.Cases = all.Cases[:1]
	text = all.String()
	for _, want := range []string{"stencil           1.00 (0.900 to 1.20) billion points/s, 20.0 GFLOP/s; middle and range of 3", "40.0 GB/s (L3)", "reached 50 %",
		"difference 9", "an engine", "ratio             3.00 (2.00 to 4.00), with points 1.00 (1.00 to 2.00); turn by turn [2.00 3.00 4.00]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	all.Cases[0] = &Result{Operator: "tti", Gradient: []string{"m"}, Target: "c", Shape: []int{9}, SpaceOrder: 4, Steps: 50, Rate: Spread{1, 1, 1},
		Cost: &GradientCost{Seconds: Spread{3, 2, 4}, Kept: "keeps all levels", Recompute: 1}}
	if text := all.String(); !strings.Contains(text, "by m of 50 steps: 3.00 (2.00 to 4.00) s") || !strings.Contains(text, "keeps all levels") || strings.Contains(text, "bound") {
		t.Error(text)
	}
}

func TestBaseline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "before.json")
	before := madeUpResults()
	before.Cases[1].Compiler, before.Cases[2].Threads = "cc 0", 1
	if err := before.Save(path); err != nil {
		t.Fatal(err)
	}
	saved, err := ReadBaseline(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(saved.Results, *before) {
		t.Errorf("%+v was read, %+v was saved", saved.Results, *before)
	}
	now := madeUpResults()
	now.Cases[0] = madeUp(4, 64, 0.5)              // half as fast
	now.Cases[2] = madeUp(8, 64, 0.76)             // a little slower
	now.Cases = append(now.Cases, madeUp(8, 9, 1)) // new
	now.Compare(saved)
	c := now.Baseline
	if len(c.Cases) != 3 || c.Cases[0].Ratio != 0.5 || c.Cases[0].Within || c.Cases[1].Ratio != 1 || !c.Cases[1].Within || math.Abs(c.Cases[2].Ratio-0.95) > 1e-12 || !c.Cases[2].Within {
		t.Errorf("%+v", c.Cases)
	}
	if want := []string{"another compiler: cc 0 before, cc 1 now", "another number of threads: 1 before, 2 now"}; !slices.Equal(c.Differences, want) {
		t.Errorf("%q", c.Differences)
	}
	if len(c.Missing) != 1 || !strings.Contains(c.Missing[0], "9 x 9") {
		t.Errorf("%q", c.Missing)
	}
	for _, want := range []string{"0.500 times as fast: acoustic, order 4, f32, 64 x 64 + 4, 1.00 (0.900 to 1.20) before\n", "before; the ranges overlap", "not there: acoustic, order 8, f32, 9 x 9", "note: another compiler"} {
		if !strings.Contains(now.String(), want) {
			t.Errorf("%q is missing from\n%s", want, now)
		}
	}
	for percent, want := range map[float64]int{4: 2, 10: 1, 60: 0} {
		if slower, err := c.SlowerThan(percent); err != nil || len(slower) != want {
			t.Errorf("slower than %g percent: %q, %v", percent, slower, err)
		}
	}
	now.Cases = now.Cases[3:]
	now.Compare(saved)
	if _, err := now.Baseline.SlowerThan(10); err == nil {
		t.Error("no case in common, and nothing was said")
	}
	for _, text := range []string{"", "[]", "{}", `{"cases": [null]}`, `{"cases": [{}]}`, `{"cases": 7}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBaseline(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestRoofline(t *testing.T) {
	all := madeUpResults()
	for _, name := range []string{"roof.svg", "roof.png"} {
		path := filepath.Join(t.TempDir(), name)
		if err := all.Roofline(path); err != nil {
			t.Fatal(err)
		}
		picture, err := os.ReadFile(path)
		if err != nil || len(picture) < 5000 {
			t.Fatalf("%d bytes, %v", len(picture), err)
		}
		if name == "roof.png" {
			continue
		}
		for _, want := range []string{"abacus", "memory, 20 GB/s", "L3, 40 GB/s", "L2, 160 GB/s", "multiply-adds, 200 GFLOP/s", "acoustic, order 8, 64 x 64 + 4", "acoustic, order 4, 128 x 128 + 4", "operations a byte"} {
			if !strings.Contains(string(picture), want) {
				t.Errorf("%q is not in the picture", want)
			}
		}
	}
	if err := all.Roofline(filepath.Join(t.TempDir(), "roof.pdf")); err == nil {
		t.Error("a .pdf was drawn")
	}
	all.Cases = []*Result{{Operator: "acoustic", Gradient: []string{"m"}}}
	if err := all.Roofline(filepath.Join(t.TempDir(), "roof.png")); err == nil {
		t.Error("nothing was drawn without a word")
	}
}

// Names are no nearer than a line of text, and in the order of their marks.
func TestNamesStandApart(t *testing.T) {
	got := apart([]mark{{median: 10}, {median: 1}, {median: 10}, {median: 10.5}}, 1.1)
	for i, want := range []float64{10, 1, 11, 12.1} {
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("name %d stands at %g, want %g", i, got[i], want)
		}
	}
}

func TestGridsThatFit(t *testing.T) {
	s := machine.Sets{L2: 2 << 20, L3: 32 << 20, Memory: 1 << 30}
	if got, want := gridsOf(s, 20, 3, 0), [][]int{{44, 44, 44}, {116, 116, 116}, {376, 376, 376}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := gridsOf(s, 20, 3, 40), [][]int{{36, 36, 36}, {296, 296, 296}}; !reflect.DeepEqual(got, want) {
		t.Errorf("with layers %v, want %v", got, want)
	}
	if got, want := gridsOf(machine.Sets{Memory: 4000}, 20, 1, 0), [][]int{{200}}; !reflect.DeepEqual(got, want) {
		t.Errorf("on one axis %v, want %v", got, want)
	}
	if got := gridsOf(machine.Sets{}, 0, 3, 0); got != nil {
		t.Errorf("out of nothing %v", got)
	}
}

func TestComparable(t *testing.T) {
	for _, v := range []struct {
		rival, operator string
		dim, order      int
		gradient        []string
		want            string // of the error; "" for none
	}{
		{"devito", "acoustic", 3, 8, nil, ""},
		{"devito", "viscoelastic", 2, 8, nil, ""},
		{"devito", "tti", 3, 8, []string{"m"}, ""},
		{"devito", "tti", 1, 8, nil, "along 2 or 3 axes, not 1"},
		{"devito", "vti", 3, 8, nil, "acoustic, tti, elastic, viscoelastic"},
		{"devito", "elastic", 3, 8, []string{"lam"}, "not by gradients"},
		{"devito", "acoustic", 3, 8, []string{"vp"}, "by m, not by vp"},
		{"deepwave", "acoustic", 2, 8, []string{"vp"}, ""},
		{"deepwave", "acoustic", 2, 8, []string{"vp", "m"}, "not by vp, m"},
		{"deepwave", "acoustic", 2, 10, []string{"m"}, "orders up to 8"},
		{"deepwave", "acoustic", 2, 8, nil, "--gradient vp"},
		{"deepwave", "tti", 2, 8, []string{"m"}, "compared: acoustic"},
	} {
		r, err := FindRival(v.rival)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{Options: Options{Against: r}, result: &Result{Operator: v.operator, Shape: make([]int, v.dim), SpaceOrder: v.order, Gradient: v.gradient}}
		if err := b.comparable(); (err == nil) != (v.want == "") || err != nil && !strings.Contains(err.Error(), v.want) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if _, err := FindRival("yask"); err == nil {
		t.Error("a rival that is not known was found")
	}
}

// A script in the place of Python takes turns; what it prints besides is passed over.
func TestTurns(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python")
	serve := func(script string) (*Results, error) {
		if err := os.WriteFile(python, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		o := small()
		o.Against, _ = FindRival("devito")
		o.Against.Python = python
		return run(t, o)
	}
	all, err := serve(`echo noise; echo '{"ready": true, "version": "9", "used": ["an engine"], "block": {"x": 8}}'
while read line; do case $line in run) echo 1; echo '{"gpts_per_s": 0.5, "loop_gpts_per_s": 0.25}';; quit) exit;; esac; done`)
	if err != nil {
		t.Fatal(err)
	}
	r := all.Cases[0]
	if v := r.Rival; v == nil || v.Version != "9" || v.Rate != (Spread{0.5, 0.5, 0.5}) || v.LoopRate.Median != 0.25 || len(v.Rounds) != 2 || v.Ratio.Least != slices.Min(v.Rounds) || v.LoopRatio == nil {
		t.Errorf("%+v", v)
	}
	all, err = serve(`echo '{"error": "no engine", "hint": "buy one"}'`)
	if err != nil || all.Cases[0].Rival != nil || !strings.Contains(all.Cases[0].Missing, "no engine; buy one, or set COURANT_DEVITO_PYTHON") {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err = serve(`echo broken >&2`); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Error(err)
	}
	if _, err = serve(`echo '{"ready": true}'; while read line; do echo '{}'; done`); err == nil {
		t.Error("a turn without a rate")
	}
	var missing *missingError
	if errors.As(err, &missing) {
		t.Error("a fault on the way counts as a missing rival")
	}
}
