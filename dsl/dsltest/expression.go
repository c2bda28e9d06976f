package dsltest

// level is a wavefield at a level that is known.
func (w *writer) level(name string) string {
	switch {
	case w.known[name] && w.IntN(2) == 0:
		return name + "." + w.ahead
	case w.time > 1 && w.IntN(4) == 0:
		return name + "." + w.behind
	}
	return name
}

// early is what can be recorded before anything is computed.
func (w *writer) early(axis string) string {
	all := []string{"u", "u + w", "v." + axis, "(b*u).d" + axis}
	if w.time > 1 {
		all = append(all, "w."+w.toLast)
	}
	return w.pick(all...)
}

// scalar is an expression of wavefields at one point, nested as deep as said.
func (w *writer) scalar(depth int) string {
	axis := w.pick(w.axes...)
	if depth == 0 {
		return w.pick(w.level("u"), w.level("w"), w.level("v")+"."+axis)
	}
	a := w.scalar(depth - 1)
	kinds := 12
	if w.linear {
		kinds = 10 // the last two are not
	}
	switch w.IntN(kinds) {
	case 0:
		return w.pick("m", "b", "p") + "*" + a
	case 1:
		return "div(" + w.vector(depth-1) + ")"
	case 2:
		return "laplace(" + a + ")"
	case 3:
		return "(" + a + ").d" + axis
	case 4:
		return "(" + a + ").d" + axis + w.stencil()
	case 5:
		return w.pick("sin(m)", "sin(b)") + "*" + a
	case 6:
		return "at(" + a + w.pick("", ", "+axis) + ")"
	case 7: // an odd number of weights lies about a point; nested, such means would be too long
		of := w.pick("", "b*", w.scalar(0)+" - b*") + w.scalar(0)
		return "at(at(" + of + ").d" + axis + "(weights " + w.pick("-1/2, 0, 1/2", "-0.25, -0.5, 0.75") + "))"
	case 8:
		return "dot(" + w.vector(depth-1) + ", " + w.direction() + ")"
	case 10:
		return "sin(" + a + ")"
	case 11:
		return a + "*" + w.scalar(0)
	}
	return "(" + a + " - 0.3*" + w.scalar(depth-1) + w.maybe("/(1 + b^2)") + ")"
}

// stencil says how the first derivative before it is taken, or makes it a higher one.
func (w *writer) stencil() string {
	all := []string{"(at 1/2)", "(at -1/2, order 2)", "(order space/2)", "l(order 1)", "r", "c", "2"}
	if w.space > 2 { // 2 has too few points for it
		all = append(all, "3")
	}
	return w.pick(all...)
}

// direction is the vector that others are multiplied by.
func (w *writer) direction() string {
	if w.linear {
		return "grad(m)"
	}
	return w.vector(0)
}

// vector is the same as scalar, with a component for each axis.
func (w *writer) vector(depth int) string {
	if depth == 0 {
		return w.level("v")
	}
	switch n := w.IntN(5); {
	case n == 0:
		return "b*" + w.vector(depth-1)
	case n == 1 && w.profile:
		return "hadamard(d, " + w.vector(depth-1) + ")"
	case n == 2:
		return "div(grad(" + w.vector(0) + ") + transpose(grad(" + w.vector(0) + ")))"
	case n == 3:
		return "(" + w.vector(depth-1) + " + " + w.vector(depth-1) + ")"
	}
	return "grad(" + w.scalar(depth-1) + ")"
}
