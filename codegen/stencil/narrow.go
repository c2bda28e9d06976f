package stencil

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
)

// Words for all fields of a kind that may be stored in half precision.
const (
	AllParameters = "parameters"
	AllWavefields = "wavefields"
)

// NotNarrow is the error of a name of nothing that may be stored in half precision.
type NotNarrow struct {
	Name string
	Able []string // what may be
}

func (e *NotNarrow) Error() string {
	return fmt.Sprintf("%q cannot be stored in half precision: say %s; wavefields that keep all their levels, images and histories stay as they are", e.Name, strings.Join(e.Able[:2], ", ")+" or some of "+strings.Join(e.Able[2:], ", "))
}

// Narrow says that steps find some fields in half precision: parameters and
// wavefields by their names, a vector or a tensor by its own or by those of its
// components, or all of a kind. What is computed once, of narrow parameters alone, is
// narrow too. Errors: an operator in double precision, a name of nothing that may be
// narrow.
func (p *Program) Narrow(names []string) error {
	if len(names) == 0 {
		return nil
	}
	if p.Real != signature.F32 {
		return fmt.Errorf("half precision is a storage for operators in single precision, and this one computes in %s: leave out one of the two", p.Real)
	}
	var able []string
	for _, a := range p.Arrays {
		if a.CanNarrow() && a.Role != signature.Precomputed {
			able = append(able, a.Name)
		}
	}
	for _, name := range names {
		found := name == AllParameters || name == AllWavefields
		for _, a := range p.Arrays {
			if !slices.Contains(able, a.Name) {
				continue
			}
			if name == AllParameters && a.Role == signature.Param || name == AllWavefields && a.Role == signature.State || p.partOf(a, name) {
				a.Narrow, found = true, true
			}
		}
		if !found {
			return &NotNarrow{name, append([]string{AllParameters, AllWavefields}, able...)}
		}
	}
	for _, s := range p.Setup {
		c, ok := s.(*Compute)
		if !ok {
			continue
		}
		wide := map[string]bool{} // names of values of other fields, too
		for _, b := range c.Body {
			narrow := true
			expr.Visit(ValueOf(b), func(e expr.Expr) {
				switch x := e.(type) {
				case *Access:
					narrow = narrow && p.Array(x.Field).Narrow
				case expr.Local:
					narrow = narrow && !wide[string(x)]
				}
			})
			switch x := b.(type) {
			case *Let:
				wide[x.Name] = !narrow
			case *Assign:
				if a := p.Array(x.Target.Field); a.Role == signature.Precomputed {
					a.Narrow = narrow
				}
			}
		}
	}
	return nil
}

// partOf reports whether an array is a field of a name, or a component of one:
// v_x of v, tau_xz of tau.
func (p *Program) partOf(a *signature.Array, name string) bool {
	rest, ok := strings.CutPrefix(a.Name, name)
	if !ok || rest == "" {
		return ok
	}
	rest, ok = strings.CutPrefix(rest, "_")
	axes := strings.Join(p.Axes, "")
	return ok && rest != "" && len(rest) <= 2 && strings.Trim(rest, axes) == ""
}
