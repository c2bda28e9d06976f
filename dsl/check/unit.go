package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/scanner"

	"github.com/courant-pde/courant/dsl"
)

// unit is a physical unit: a factor times powers of base units. What was
// declared without a unit counts as a base unit of its own, so that the parts
// of a sum can still be compared.
type unit struct {
	factor float64
	power  map[string]float64
}

// dimensionless is the unit of plain numbers.
var dimensionless = unit{factor: 1}

// atoms are the units that can be written, in terms of kg, m, s, A, K, mol, rad.
var atoms = map[string]unit{
	"m": base("m", 1), "km": base("m", 1e3), "cm": base("m", 1e-2), "mm": base("m", 1e-3), "um": base("m", 1e-6), "nm": base("m", 1e-9), "ft": base("m", 0.3048),
	"s": base("s", 1), "ms": base("s", 1e-3), "us": base("s", 1e-6), "ns": base("s", 1e-9), "min": base("s", 60), "h": base("s", 3600),
	"kg": base("kg", 1), "g": base("kg", 1e-3), "t": base("kg", 1e3),
	"K": base("K", 1), "A": base("A", 1), "mol": base("mol", 1),
	"rad": {factor: 1}, "deg": {factor: math.Pi / 180}, "percent": {factor: 0.01},
	"Hz": {1, map[string]float64{"s": -1}}, "kHz": {1e3, map[string]float64{"s": -1}}, "MHz": {1e6, map[string]float64{"s": -1}}, "GHz": {1e9, map[string]float64{"s": -1}},
	"N":  {1, map[string]float64{"kg": 1, "m": 1, "s": -2}},
	"Pa": {1, map[string]float64{"kg": 1, "m": -1, "s": -2}}, "kPa": {1e3, map[string]float64{"kg": 1, "m": -1, "s": -2}}, "MPa": {1e6, map[string]float64{"kg": 1, "m": -1, "s": -2}}, "GPa": {1e9, map[string]float64{"kg": 1, "m": -1, "s": -2}},
	"J": {1, map[string]float64{"kg": 1, "m": 2, "s": -2}}, "W": {1, map[string]float64{"kg": 1, "m": 2, "s": -3}},
	"V": {1, map[string]float64{"kg": 1, "m": 2, "s": -3, "A": -1}}, "F": {1, map[string]float64{"kg": -1, "m": -2, "s": 4, "A": 2}},
	"H": {1, map[string]float64{"kg": 1, "m": 2, "s": -2, "A": -2}}, "S": {1, map[string]float64{"kg": -1, "m": -2, "s": 3, "A": 2}}, "T": {1, map[string]float64{"kg": 1, "s": -2, "A": -1}},
}

func base(name string, factor float64) unit {
	return unit{factor, map[string]float64{name: 1}}
}

// parseUnit reads products, quotients and integer powers of atoms: s^2/km^2.
func parseUnit(text string) (unit, error) {
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanInts
	s.Error = func(*scanner.Scanner, string) {}
	out, sign := dimensionless, 1.0
	for first := true; ; first = false {
		tok := s.Scan()
		var u unit
		switch {
		case tok == scanner.EOF && first:
			return out, fmt.Errorf("empty unit: write [1] for a number without one")
		case tok == scanner.Int && s.TokenText() == "1":
			u = dimensionless
		case tok == scanner.Ident:
			var ok bool
			if u, ok = atoms[s.TokenText()]; !ok {
				names := make([]string, 0, len(atoms))
				for n := range atoms {
					names = append(names, n)
				}
				slices.Sort(names)
				err := fmt.Errorf("unknown unit %s", s.TokenText())
				if hint := dsl.DidYouMean(s.TokenText(), names); hint != "" {
					err = fmt.Errorf("%w: %s", err, hint)
				}
				return out, err
			}
		default:
			return out, fmt.Errorf("unexpected %q in unit %s", s.TokenText(), text)
		}
		power := 1.0
		tok = s.Scan()
		if tok == '^' {
			negative := 1.0
			if tok = s.Scan(); tok == '-' {
				negative, tok = -1, s.Scan()
			}
			n, err := strconv.Atoi(s.TokenText())
			if tok != scanner.Int || err != nil || n > 20 {
				return out, fmt.Errorf("unit %s: expected a small integer power", text)
			}
			power = negative * float64(n)
			tok = s.Scan()
		}
		out = out.times(u.to(sign * power))
		switch tok {
		case scanner.EOF:
			return out, nil
		case '*':
			sign = 1
		case '/':
			sign = -1
		default:
			return out, fmt.Errorf("unexpected %q in unit %s: join units with * and /", s.TokenText(), text)
		}
	}
}

func (u unit) times(v unit) unit {
	out := unit{u.factor * v.factor, map[string]float64{}}
	for _, m := range []map[string]float64{u.power, v.power} {
		for k, p := range m {
			if out.power[k] += p; math.Abs(out.power[k]) < 1e-9 {
				delete(out.power, k)
			}
		}
	}
	return out
}

func (u unit) to(n float64) unit {
	out := unit{math.Pow(u.factor, n), map[string]float64{}}
	for k, p := range u.power {
		if p*n != 0 {
			out.power[k] = p * n
		}
	}
	return out
}

// sameDimension reports whether u and v may be added, as far as the declared
// units tell: when they involve different undeclared units nothing is known.
func (u unit) sameDimension(v unit) bool {
	q := u.times(v.to(-1))
	for k := range q.power {
		if strings.HasPrefix(k, undeclared) {
			return true
		}
	}
	return len(q.power) == 0
}

// sameScale reports whether two units of one dimension have the same factor.
func (u unit) sameScale(v unit) bool {
	q := u.times(v.to(-1))
	return len(q.power) > 0 || math.Abs(q.factor-1) < 1e-9
}

// undeclared begins the name of the base unit of something without a unit.
const undeclared = "unit of "

// unknownUnit is the unit of something that was declared without one.
func unknownUnit(of string) unit { return base(undeclared+of, 1) }

func (u unit) String() string {
	var names []string
	for k := range u.power {
		names = append(names, k)
	}
	slices.Sort(names)
	var parts []string
	if math.Abs(u.factor-1) > 1e-9 {
		parts = append(parts, strconv.FormatFloat(u.factor, 'g', 4, 64))
	}
	for _, k := range names {
		text := k
		if strings.HasPrefix(k, undeclared) {
			text = "(" + k + ")"
		}
		if u.power[k] != 1 {
			text += "^" + strconv.FormatFloat(u.power[k], 'g', 4, 64)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "[1]"
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// Speed is what 1 of a unit is in m/s; 0 when the unit is no length over a time.
func Speed(text string) float64 {
	u, err := parseUnit(text)
	if err != nil || !u.sameDimension(atoms["m"].times(atoms["s"].to(-1))) {
		return 0
	}
	return u.factor
}

// SquaredSlowness reports whether a unit is that of one over a squared velocity.
func SquaredSlowness(text string) bool {
	u, err := parseUnit(text)
	return err == nil && u.sameDimension(atoms["s"].times(atoms["m"].to(-1)).to(2))
}
