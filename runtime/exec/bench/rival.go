package bench

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Rival is another program that is measured in turns with Courant, and the Python
// that has it.
type Rival struct {
	Name   string
	Python string

	variable string // of the environment, which names the Python
	script   string // in the folder rivals
	cases    []comparable
	environment
}

// environment is what a rival's process needs besides that of this one.
type environment []string

// comparable is what of a rival is the same computation as an operator of ours.
type comparable struct {
	operator string
	dims     []int
	points   []string // the sets of points that both have
	steps    bool     // steps can be compared
	gradient []string // fields: gradients by one of them can be compared
	most     int      // order in space; 0 for any
}

var rivals = []Rival{
	{
		Name: "devito", variable: "COURANT_DEVITO_PYTHON", script: "devito_bench.py",
		// Devito gets its arrays from malloc, which asks for huge pages when told to.
		environment: environment{"GLIBC_TUNABLES=glibc.malloc.hugetlb=1"},
		cases: []comparable{
			{operator: "acoustic", dims: []int{1, 2, 3}, points: []string{"src", "rec"}, steps: true, gradient: []string{"m"}},
			{operator: "tti", dims: []int{2, 3}, points: []string{"src", "rec"}, steps: true, gradient: []string{"m"}},
			{operator: "elastic", dims: []int{2, 3}, points: []string{"src", "rec1", "rec2"}, steps: true},
			{operator: "viscoelastic", dims: []int{2, 3}, points: []string{"src", "rec1", "rec2"}, steps: true},
		},
	},
	{
		Name: "deepwave", variable: "COURANT_DEEPWAVE_PYTHON", script: "deepwave_bench.py",
		cases: []comparable{
			{operator: "acoustic", dims: []int{1, 2, 3}, points: []string{"src", "rec"}, gradient: []string{"vp", "m"}, most: 8},
		},
	},
}

// FindRival takes the Python that the rival's variable names, $COURANT_DEVITO_PYTHON
// or $COURANT_DEEPWAVE_PYTHON, or else python3. Error: there is no such rival.
func FindRival(name string) (*Rival, error) {
	for _, r := range rivals {
		if r.Name == name {
			r.Python = cmp.Or(os.Getenv(r.variable), "python3")
			return &r, nil
		}
	}
	return nil, fmt.Errorf("only devito and deepwave can be measured against, not %q", name)
}

// points are the sets of points that an operator and the rival both have.
func (r *Rival) points(operator string) []string {
	for _, c := range r.cases {
		if c.operator == operator {
			return c.points
		}
	}
	return nil
}

// comparable is an error when the rival has nothing that is the same computation as
// the case at hand.
func (b *bench) comparable() error {
	if b.Against == nil {
		return nil
	}
	refuse := func(format string, args ...any) error {
		return operator.BadArguments{b.Against.Name + " " + fmt.Sprintf(format, args...)}
	}
	r := b.result
	i := slices.IndexFunc(b.Against.cases, func(c comparable) bool { return c.operator == r.Operator })
	if i < 0 {
		var names []string
		for _, c := range b.Against.cases {
			names = append(names, c.operator)
		}
		return refuse("has no counterpart of the operator %s; operators of these names can be compared: %s", r.Operator, strings.Join(names, ", "))
	}
	c := b.Against.cases[i]
	switch {
	case !slices.Contains(c.dims, len(r.Shape)):
		return refuse("is compared on %s along %s axes, not %d", c.operator, among(c.dims), len(r.Shape))
	case c.most > 0 && r.SpaceOrder > c.most:
		return refuse("has orders up to %d in space, not %d", c.most, r.SpaceOrder)
	case r.Gradient == nil && !c.steps:
		return refuse("is compared by whole gradients; add --gradient %s", c.gradient[0])
	case r.Gradient != nil && c.gradient == nil:
		return refuse("is compared by the steps of %s, not by gradients", c.operator)
	case r.Gradient != nil && !(len(r.Gradient) == 1 && slices.Contains(c.gradient, r.Gradient[0])):
		return refuse("is compared by the gradient of %s by %s, not by %s", c.operator, strings.Join(c.gradient, " or "), strings.Join(r.Gradient, ", "))
	}
	return nil
}

// among lists numbers: 2 or 3.
func among(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, " or ")
}

// Rivalry is what the rival reached on the same grid in the same turns.
type Rivalry struct {
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Used      []string `json:"used"` // what was done to make it fast, and what it does otherwise than Courant
	Rate      Spread   `json:"gpts_per_s"`
	LoopRate  *Spread  `json:"loop_gpts_per_s,omitempty"`
	FirstStep float64  `json:"time_to_first_step_s"` // from the start of its Python
	Block     any      `json:"block,omitempty"`
	// Ratio is that of Courant's rate to the rival's, turn by turn.
	Ratio     Spread    `json:"ratio"`
	LoopRatio *Spread   `json:"loop_ratio,omitempty"` // the same with points
	Rounds    []float64 `json:"ratio_per_turn"`
}

// rivalry puts the turns of both beside one another.
func (a *answer) rivalry(name string, ours, theirs []turn) *Rivalry {
	r := &Rivalry{Name: name, Version: a.Version, Used: a.Used, FirstStep: a.FirstStep, Block: a.Block}
	r.Rate, r.LoopRate = spreadsOf(theirs)
	var ratios []turn
	for i := range theirs {
		ratio := turn{Rate: ours[i].Rate / theirs[i].Rate}
		if theirs[i].Loop > 0 {
			ratio.Loop = ours[i].Loop / theirs[i].Loop
		}
		ratios = append(ratios, ratio)
		r.Rounds = append(r.Rounds, ratio.Rate)
	}
	r.Ratio, r.LoopRatio = spreadsOf(ratios)
	return r
}
