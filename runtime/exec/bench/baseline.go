package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Comparison is that of the results with saved ones.
type Comparison struct {
	File        string     `json:"file"`
	Differences []string   `json:"differences,omitempty"` // of machine, compiler or threads: what the ratios may come from
	Cases       []Compared `json:"cases"`
	Missing     []string   `json:"missing,omitempty"` // cases that the file does not have
}

// Compared is one case now and before.
type Compared struct {
	Case   string  `json:"case"`
	Before Spread  `json:"before_gpts_per_s"`
	Now    Spread  `json:"now_gpts_per_s"`
	Ratio  float64 `json:"ratio"`  // of the medians, above 1 when it is faster now
	Within bool    `json:"within"` // the ranges of both overlap
}

// Save writes the results to a file, for ReadBaseline.
func (all *Results) Save(path string) error {
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// Baseline is a file of saved results.
type Baseline struct {
	path string
	Results
}

// ReadBaseline reads what Save wrote.
func ReadBaseline(path string) (*Baseline, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b := &Baseline{path: path}
	if err := json.Unmarshal(text, &b.Results); err != nil {
		return nil, fmt.Errorf("%s holds no saved results: %w; courant bench --save writes such files", path, err)
	}
	if len(b.Cases) == 0 {
		return nil, fmt.Errorf("%s holds no saved results; courant bench --save writes such files", path)
	}
	for _, c := range b.Cases {
		if c == nil || !(c.Rate.Median > 0) {
			return nil, fmt.Errorf("%s is damaged: a case has no rate; save it again", path)
		}
	}
	return b, nil
}

// Compare sets the comparison with saved results.
func (all *Results) Compare(b *Baseline) {
	c := &Comparison{File: b.path, Cases: []Compared{}}
	for _, now := range all.Cases {
		i := slices.IndexFunc(b.Cases, func(r *Result) bool { return r.Case() == now.Case() })
		if i < 0 {
			c.Missing = append(c.Missing, now.Case())
			continue
		}
		before := b.Cases[i]
		for _, d := range []struct{ what, before, now string }{
			{"processor", before.CPU, now.CPU},
			{"compiler", before.Compiler, now.Compiler},
			{"threads", fmt.Sprint(before.Threads), fmt.Sprint(now.Threads)},
		} {
			if text := fmt.Sprintf("another %s: %s before, %s now", d.what, d.before, d.now); d.before != d.now && !slices.Contains(c.Differences, text) {
				c.Differences = append(c.Differences, strings.Replace(text, "another threads", "another number of threads", 1))
			}
		}
		c.Cases = append(c.Cases, Compared{Case: now.Case(), Before: before.Rate, Now: now.Rate, Ratio: now.Rate.Median / before.Rate.Median, Within: now.Rate.overlaps(before.Rate)})
	}
	all.Baseline = c
}

// SlowerThan lists the cases whose median is that many percent or more below the one
// before. Error: there is no case in common, so nothing is known.
func (c *Comparison) SlowerThan(percent float64) (slower []string, err error) {
	if len(c.Cases) == 0 {
		return nil, fmt.Errorf("%s has none of the measured cases, so nothing can be said about their speed", c.File)
	}
	for _, k := range c.Cases {
		if k.Ratio <= 1-percent/100 {
			slower = append(slower, fmt.Sprintf("%s: %.1f %% slower than in %s", k.Case, 100*(1-k.Ratio), c.File))
		}
	}
	return slower, nil
}

func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "compared with %s\n", c.File)
	for _, k := range c.Cases {
		note := ""
		if k.Within {
			note = "; the ranges overlap"
		}
		fmt.Fprintf(&b, "  %.3f times as fast: %s, %v before%s\n", k.Ratio, k.Case, k.Before, note)
	}
	for _, name := range c.Missing {
		fmt.Fprintf(&b, "  not there: %s\n", name)
	}
	for _, d := range c.Differences {
		fmt.Fprintf(&b, "  note: %s\n", d)
	}
	return b.String()
}
