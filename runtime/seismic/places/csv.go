package places

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
)

// column is what a column of a table holds.
type column int

const (
	ignored column = iota
	east
	north
	depth
	elevation
	weight
)

var columns = map[string]column{
	"x": east, "easting": east, "east": east, "y": north, "northing": north, "north": north,
	"z": depth, "depth": depth, "elevation": elevation, "elev": elevation, "height": elevation, "weight": weight,
}

var lengths = map[string]float64{"": 1, "m": 1, "km": 1000, "ft": 0.3048}

// ReadCSV reads a table with a point on each line, separated by semicolons, commas,
// tabs or blanks. The first line names the columns: x (or easting), y (northing),
// depth (z) or elevation, and weight, a length with a unit if it is not m, such as
// "x [km]" (m, km or ft); other columns are passed. Without that line, two numbers
// are x and depth, three x, y and depth. Text behind # is a remark. Errors: all
// that is wrong, each with its line.
func ReadCSV(path string) (*Points, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{faults: faults{path: path}, Points: new(Points)}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	n := 0
	for in.Scan() {
		n++
		text, _, _ := strings.Cut(strings.TrimPrefix(in.Text(), "\ufeff"), "#")
		if text = strings.TrimSpace(text); text != "" && !t.line(n, text) {
			break
		}
	}
	if err := in.Err(); err != nil {
		t.add(n+1, "%v", err)
	}
	if len(t.Places) == 0 && len(t.found) == 0 {
		t.add(max(n, 1), "there are no points")
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	return t.Points, nil
}

// table is one that is being read.
type table struct {
	faults
	*Points
	separator string // "" for blanks
	columns   []column
	units     []float64
}

// line reads one; false when there is no use in going on.
func (t *table) line(n int, text string) bool {
	if t.columns == nil {
		for _, s := range []string{";", ",", "\t"} {
			if strings.Contains(text, s) {
				t.separator = s
				break
			}
		}
		words := t.split(text)
		if _, err := strconv.ParseFloat(words[0], 64); err != nil {
			return t.header(n, words)
		}
		switch len(words) {
		case 2:
			t.columns = []column{east, depth}
		case 3:
			t.columns = []column{east, north, depth}
		default:
			t.add(n, "%d numbers are not x and depth, nor x, y and depth; name the columns on a first line, such as x,y,depth,weight", len(words))
			return false
		}
		t.units = []float64{1, 1, 1}
	}
	words := t.split(text)
	if len(words) != len(t.columns) {
		t.add(n, "there are %d values, and %d columns", len(words), len(t.columns))
		return true
	}
	var p Place
	w, bad := 1.0, false
	for i, c := range t.columns {
		if c == ignored {
			continue
		}
		v, err := strconv.ParseFloat(words[i], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e12 {
			t.add(n, "column %d: %q is no number that a coordinate or a weight could be", i+1, words[i])
			bad = true
			continue
		}
		v *= t.units[i]
		switch c {
		case east:
			p.X = v
		case north:
			p.Y = v
		case depth:
			p.Depth = v
		case elevation:
			p.Depth = 0 - v // not -0
		case weight:
			if w = v; v < 0 {
				t.add(n, "column %d: the weight %g is negative", i+1, v)
				bad = true
			}
		}
	}
	if bad {
		return true
	}
	t.Places = append(t.Places, p)
	if t.has(weight) {
		t.Weights = append(t.Weights, w)
	}
	return true
}

func (t *table) split(text string) []string {
	if t.separator == "" {
		return strings.Fields(text)
	}
	words := strings.Split(text, t.separator)
	for i, w := range words {
		words[i] = strings.TrimSpace(strings.Trim(strings.TrimSpace(w), `"`))
	}
	return words
}

func (t *table) has(c column) bool {
	for _, other := range t.columns {
		if other == c {
			return true
		}
	}
	return false
}

// header reads the names of the columns.
func (t *table) header(n int, words []string) bool {
	for i, word := range words {
		name, unit := word, ""
		if at := strings.IndexAny(word, "[("); at >= 0 {
			name, unit = word[:at], strings.Trim(word[at:], "[]() ")
		}
		c := columns[strings.ToLower(strings.TrimSpace(name))]
		factor, known := lengths[strings.ToLower(unit)]
		switch {
		case c == ignored:
			t.Ignored = append(t.Ignored, word)
			factor = 1
		case c == weight:
			factor = 1
		case !known:
			t.add(n, "column %d: %q is no unit; m, km and ft are", i+1, unit)
		}
		if c != ignored && t.has(c) {
			t.add(n, "there are two columns of %q", strings.TrimSpace(name))
		}
		t.columns, t.units = append(t.columns, c), append(t.units, factor)
	}
	say := func(what string) {
		t.add(n, "no column is %s: the columns are %s", what, strings.Join(words, ", "))
	}
	if !t.has(east) {
		say("x or easting")
	}
	switch {
	case t.has(depth) && t.has(elevation):
		t.add(n, "give depth or elevation, not both")
	case !t.has(depth) && !t.has(elevation):
		say("depth, z or elevation")
	}
	return len(t.found) == 0
}
