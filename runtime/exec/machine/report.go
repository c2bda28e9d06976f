package machine

import (
	"context"
	"fmt"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Report is what a user wants to know of a machine before running on it.
type Report struct {
	Machine  Machine  `json:"machine"`
	Compiler string   `json:"compiler"` // "" for none
	OpenMP   bool     `json:"openmp"`
	Cache    string   `json:"cache"` // folder of compiled kernels
	Measured *Figures `json:"measured,omitempty"`
}

// Examine looks at this machine and measures it on that many threads, 0 for one per core.
// Errors: those of jit.NewBuilder and Measure; the report has what was found before.
func Examine(ctx context.Context, threads int, quick bool) (*Report, error) {
	r := &Report{Machine: Describe()}
	builder, err := jit.NewBuilder()
	if err != nil {
		return r, err
	}
	r.Compiler, r.OpenMP, r.Cache = builder.Toolchain.String(), builder.Toolchain.OpenMP, builder.Cache.Dir()
	if threads == 0 {
		threads = r.Machine.Cores
	}
	f, err := Measure(ctx, threads, quick)
	if err == nil {
		r.Measured = &f
	}
	return r, err
}

// String is the report for a terminal.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprint(&b, r.Machine)
	if r.Compiler != "" {
		openmp := "with OpenMP"
		if !r.OpenMP {
			openmp = "without OpenMP: kernels run on one thread"
		}
		fmt.Fprintf(&b, "%-12s %s, %s\n%-12s %s\n", "compiler", r.Compiler, openmp, "cache", r.Cache)
	}
	if r.Measured != nil {
		fmt.Fprintf(&b, "%-12s %s\n", "measured", r.Measured)
	}
	return b.String()
}
