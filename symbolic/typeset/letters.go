package typeset

import (
	"strings"
	"unicode"
)

// greek gives the characters of the letters that names spell out. LaTeX knows
// them by the same names.
var greek = map[string]rune{
	"alpha": 'α', "beta": 'β', "gamma": 'γ', "delta": 'δ', "epsilon": 'ϵ', "zeta": 'ζ', "eta": 'η', "theta": 'θ', "iota": 'ι', "kappa": 'κ', "lambda": 'λ',
	"mu": 'μ', "nu": 'ν', "xi": 'ξ', "pi": 'π', "rho": 'ρ', "sigma": 'σ', "tau": 'τ', "upsilon": 'υ', "phi": 'ϕ', "chi": 'χ', "psi": 'ψ', "omega": 'ω',
	"Gamma": 'Γ', "Delta": 'Δ', "Theta": 'Θ', "Lambda": 'Λ', "Xi": 'Ξ', "Pi": 'Π', "Sigma": 'Σ', "Upsilon": 'Υ', "Phi": 'Φ', "Psi": 'Ψ', "Omega": 'Ω',
}

// Name lays a name out: letters as letters, digits at its end and what follows
// an underscore as a lower index, longer words upright.
func Name(name string) *Formula {
	base, index := nameParts(name)
	return indexed(base, index, nil)
}

// nameParts is the letter or word of a name and its lower index, nil for none.
func nameParts(name string) (base, index *Formula) {
	if name == "dt" {
		return line(glyph(letter, "Delta"), glyph(letter, "t")), nil
	}
	if bare := strings.Trim(name, "_"); bare != "" {
		name = bare
	}
	head, tail, _ := strings.Cut(name, "_")
	stem := strings.TrimRightFunc(head, unicode.IsDigit)
	if stem == "" {
		stem = name // nothing but an underscore, or a digit
	}
	var indices []*Formula
	if digits := head[len(stem):]; digits != "" {
		indices = append(indices, glyph(number, digits))
	}
	for _, part := range strings.FieldsFunc(tail, func(r rune) bool { return r == '_' }) {
		indices = append(indices, indexPart(part))
	}
	if indices == nil {
		return symbol(stem), nil
	}
	return symbol(stem), list(indices)
}

// indexPart lays out one part of a name behind an underscore: axes as letters,
// side by side.
func indexPart(part string) *Formula {
	if strings.Trim(part, "0123456789") == "" {
		return glyph(number, part)
	}
	if strings.Trim(part, "xyz") != "" {
		return symbol(part)
	}
	var letters []*Formula
	for _, r := range part {
		letters = append(letters, glyph(letter, string(r)))
	}
	return line(letters...)
}

// symbol is a name without an index.
func symbol(stem string) *Formula {
	if stem == "lam" {
		stem = "lambda"
	}
	if greek[stem] != 0 || len([]rune(stem)) == 1 {
		return glyph(letter, stem)
	}
	return glyph(word, stem)
}
