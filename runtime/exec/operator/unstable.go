package operator

// Unstable is the error of parameters for which the time step is too long: a search
// for parameters may take others. It unwraps to BadArguments.
type Unstable struct{ error }

// Unwrap gives the reason.
func (e Unstable) Unwrap() error { return e.error }
