package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/operator"
)

// ParseSweep reads the sizes of grids with as many points along each of so many axes,
// such as "64,128,256"; "auto" gives none, which stands for a choice by the machine.
// Error: operator.BadArguments.
func ParseSweep(text string, dim int) (grids [][]int, err error) {
	if text == "auto" {
		return nil, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, operator.BadArguments{fmt.Sprintf("--sweep %s: %q is no number of grid points; write for example 64,128,256 or auto", text, word)}
		}
		grids = append(grids, slices.Repeat([]int{n}, max(dim, 0)))
	}
	return grids, nil
}
