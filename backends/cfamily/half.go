package cfamily

import "github.com/courant-pde/courant/codegen/signature"

// Arrays in half precision: the header converts single numbers, and the prologue of a
// source vectors of them. What is prepared before the first step is not narrow yet.

// narrow reports whether the code at hand finds an array in half precision.
func (p *Printer) narrow(buffer string) bool {
	a := p.K.Array(buffer)
	return a != nil && a.Narrow && (!p.Preparing || a.Role == signature.State)
}

// numberType is the type of a buffer's numbers in C.
func (p *Printer) numberType(buffer string) string {
	if p.narrow(buffer) {
		return "courant_half"
	}
	return "real"
}

// unit is the name of the unit of an array's values.
func (p *Printer) unit(array string) string { return p.name("unit "+array, array+"_unit") }
