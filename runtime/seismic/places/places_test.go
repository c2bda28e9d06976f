package places

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func written(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCSV(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		places  []Place
		weights []float64
		ignored int
	}{
		"x and depth":      {"1 2\n3\t4\n", []Place{{1, 0, 2}, {3, 0, 4}}, nil, 0},
		"three numbers":    {"1,2,3\r\n4,5,6\r\n", []Place{{1, 2, 3}, {4, 5, 6}}, nil, 0},
		"names":            {"# a line\ndepth;x;weight\n2 ; 1 ; 0.5\n\n4;3;0 # the last\n", []Place{{1, 0, 2}, {3, 0, 4}}, []float64{0.5, 0}, 0},
		"units":            {"\ufeffEasting [km],Northing (ft),Elevation [m],\"station\"\n1,1000,-5,A7\n2,0,0,A8\n", []Place{{1000, 304.8, 5}, {2000, 0, 0}}, nil, 1},
		"blanks and names": {"x   z\n1   2e1\n", []Place{{1, 0, 20}}, nil, 0},
	} {
		p, err := Read(written(t, "a.csv", c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(p.Places, c.places) || !slices.Equal(p.Weights, c.weights) || len(p.Ignored) != c.ignored {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for text, want := range map[string][]string{
		"x,depth\n1,2\n1,b\n,3\n5\n":   {":3: column 2: \"b\"", ":4: column 1", ":5: there are 1 values"},
		"x,depth,weight\n1,2,-1\n":     {":2: column 3: the weight -1"},
		"x,dpth\n1,2\n":                {":1: no column is depth"},
		"depth\n1\n":                   {"no column is x"},
		"x,depth,elevation\n":          {"not both"},
		"x,x,depth\n":                  {"two columns"},
		"x [mi],depth\n":               {"\"mi\" is no unit"},
		"1,2,3,4\n":                    {"name the columns"},
		"":                             {"no points"},
		"x,depth\n":                    {"no points"},
		"x,depth\nnan,1\n1e300,2\n":    {":2: ", ":3: "},
		strings.Repeat("a,b\n", 3):     {":1: "},
		strings.Repeat("x 1\n", 1<<19): {"no column is depth"},
	} {
		_, err := ReadCSV(written(t, "a.csv", text))
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%.40q: no %q in %v", text, w, err)
			}
		}
	}
	// Faults are many only up to a page.
	_, err := ReadCSV(written(t, "a.csv", "x,depth\n"+strings.Repeat("1,a\n", 1000)))
	if err == nil || strings.Count(err.Error(), "\n") > 25 || !strings.Contains(err.Error(), "and 980 more") {
		t.Errorf("%v", err)
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.csv")); err == nil {
		t.Error("a file that is not there was read")
	}
}

// record puts texts at columns of a line.
func record(texts map[int]string) string {
	line := []byte(strings.Repeat(" ", 80))
	for column, text := range texts {
		copy(line[column-1:], text)
	}
	return string(line) + "\n"
}

// Points have their numbers in the columns of the two versions.
func TestSPS(t *testing.T) {
	head := "H00 SPS format version num.     SPS 2.1, JAN2006;\n"
	text := head + record(map[int]string{1: "S", 2: "   3762.00", 12: "   3961.00", 24: "1", 31: " 7.2", 47: " 454773.4", 56: " 3008241.9", 66: " 100.5"}) +
		record(map[int]string{1: "S", 2: "   3762.00", 12: "   3963.00", 47: " 454783.4", 56: " 3008241.9"})
	p, err := Read(written(t, "a.s01", text))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Places) != 2 || p.Places[0].X != 454773.4 || p.Places[0].Y != 3008241.9 || math.Abs(p.Places[0].Depth+93.3) > 1e-9 || p.Places[1].Depth != 0 || p.Names[0] != (Name{"3762.00", "3961.00", "1"}) {
		t.Errorf("%+v", p)
	}
	first := "H000SPS format version num.     SPS001,07.17.21;\nH200Description of grid units   American Feet;\nH201Factor to metre             0.30480061;\n" +
		record(map[int]string{1: "R", 2: "LINE A", 18: "     101", 26: "2", 33: " 1.5", 47: "   1000.0", 56: "    2000.0", 66: "  10.0"})
	if p, err = Read(written(t, "a.rps", first)); err != nil {
		t.Fatal(err)
	}
	if at := p.Places[0]; math.Abs(at.X-304.80061) > 1e-9 || math.Abs(at.Y-609.60122) > 1e-9 || math.Abs(at.Depth+8.5*0.30480061) > 1e-9 || p.Names[0] != (Name{"LINE A", "101", "2"}) {
		t.Errorf("%+v", p)
	}
	for text, want := range map[string]string{
		head: "no records of points",
		record(map[int]string{1: "S", 47: "x", 56: "1"}): ":1: columns 47 to 55: the easting",
		record(map[int]string{1: "S", 47: "1"}):          ":1: columns 56 to 65: the northing",
		head + "Q\n":                                     ":2: a record begins with",
		head + record(map[int]string{1: "X"}):            "relation",
		"H20 Description of grid units   Furlongs;\n":    "not known",
		record(map[int]string{1: "S", 47: "1", 56: "1"}) + record(map[int]string{1: "R", 47: "1", 56: "1"}): "both sources",
	} {
		if _, err := ReadSPS(written(t, "a.s", text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	if _, err := Read(written(t, "a.x", head)); err == nil {
		t.Error("relations are places")
	}
}

func TestRelations(t *testing.T) {
	now := record(map[int]string{1: "X", 2: "T00001", 8: "    1234", 16: "1", 18: "   3762.00", 28: "   3961.00", 38: "1", 39: "    1", 44: "   96", 49: "1", 50: "   3765.00", 60: "   2001.00", 70: "   2096.00", 80: "1"})
	before := "H00 SPS format version num.     SPS001;\n" +
		record(map[int]string{1: "X", 2: "T00001", 8: "1234", 14: "3762.00", 30: " 3961.00", 38: "1", 39: "   1", 43: "  96", 47: "1", 48: "3765.00", 64: " 2001.00", 72: " 2096.00", 80: "1"})
	want := Relation{"T00001", 1234, Name{"3762.00", "3961.00", "1"}, 1, 96, 1, "3765.00", 2001, 2096, "1"}
	for _, text := range []string{now, before} {
		if got, err := ReadRelations(written(t, "a.x", text)); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for text, want := range map[string]string{
		strings.Replace(now, "   96", "    0", 1):  "are none",
		strings.Replace(now, "1234", "12.5", 1):    "no whole number",
		strings.Replace(now, "X", "S", 1):          "this is a point",
		strings.Replace(now, "2096.00", "abcd", 1): "last receiver",
		"H00\n": "no records of relations",
	} {
		if _, err := ReadRelations(written(t, "a.x", text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

func TestCoordinates(t *testing.T) {
	p := &Points{Places: []Place{{3, 4, 5}, {6, 8, 7}}}
	l := Fit(slices.Values(p.Places))
	for dim, want := range map[int][]float64{1: {5, 7}, 2: {5, 5, 10, 7}, 3: {3, 4, 5, 6, 8, 7}} {
		a, err := p.Coordinates(dim, &l)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want {
			if math.Abs(a.At(i)-v) > 1e-12 { // rounding of a direction
				t.Errorf("%d axes: %v, not %v", dim, a.F64, want)
			}
		}
	}
	for dim, want := range map[int]Place{1: {0, 0, 5}, 2: {3, 0, 5}, 3: {3, 4, 5}} {
		a, err := p.Coordinates(dim, &Line{east: 1})
		if err != nil || Of(a)[0] != want || len(Of(a)) != 2 {
			t.Errorf("%d axes: %v, %v", dim, Of(a), err)
		}
	}
	if _, err := p.Coordinates(2, nil); err == nil {
		t.Error("points of an area are on an axis")
	}
	if _, err := p.Coordinates(4, nil); err == nil {
		t.Error("four axes")
	}
	if a, err := (&Points{Places: []Place{{1, 9, 2}}}).Coordinates(2, nil); err != nil || a.At(0) != 1 {
		t.Errorf("%v, %v", a, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"x,y,depth,weight\n1,2,3,4\n", "1 2\n", "H00 SPS001\nS   3762.00   3961.00  1A2     7.2   0    64.8 454773.4 3008241.9  -0.2177042821\n", "X\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := written(t, "a", text)
		for _, read := range []func(string) (*Points, error){ReadCSV, ReadSPS} {
			p, err := read(path)
			if err != nil {
				continue
			}
			for _, at := range p.Places {
				if v := at.X + at.Y + at.Depth; math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%v", at)
				}
			}
		}
		_, _ = ReadRelations(path)
	})
}
