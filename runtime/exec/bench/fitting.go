package bench

import (
	"fmt"
	"math"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// fitting chooses three grids, as wide along each axis, on which what a step reads
// and writes stays in L2, in L3 and in memory, as far as the machine has these.
func fitting(o Options) ([][]int, error) {
	file, err := dsl.ParseFile(o.File)
	if err != nil {
		return nil, err
	}
	o.Compile.SpaceOrder = o.SpaceOrders[0]
	program, err := codegen.Compile(file, o.Compile)
	if err != nil {
		return nil, err
	}
	bytes := cost.Total(program.Stencil, program.Schedule).Bytes
	grids := gridsOf(machine.Describe().Sets(o.Threads), bytes, len(program.Signature.Axes), o.Pad)
	if len(grids) == 0 {
		return nil, operator.BadArguments{fmt.Sprintf("no grid with %d points of layer fits a cache or the free memory; give --pad 0 or the sizes", o.Pad)}
	}
	return grids, nil
}

// leastExtent is the number of interior points along an axis below which loops are
// too short to tell anything.
const leastExtent = 16

func gridsOf(s machine.Sets, bytesPerPoint, dim, layer int) (grids [][]int) {
	for _, set := range []int64{s.L2, s.L3, s.Memory} {
		points := float64(set) / float64(max(bytesPerPoint, 1))
		extent := int(math.Pow(points, 1/float64(dim))) - 2*layer
		if dim > 1 {
			extent -= extent % 4
		}
		if extent < leastExtent {
			continue
		}
		grid := make([]int, dim)
		for axis := range grid {
			grid[axis] = extent
		}
		grids = append(grids, grid)
	}
	return grids
}
