package dashboard

import (
	"fmt"
	"strings"
)

// String is the status for people.
func (st *Status) String() string {
	out := &strings.Builder{}
	for i, it := range st.Iterations {
		fmt.Fprintf(out, "iteration %3d: misfit %.4f (%.4g)\n", i, it.Misfit, it.Absolute)
	}
	cost := st.Took() + " of tasks"
	if st.Price > 0 {
		cost += fmt.Sprintf(", %.2f at %g an hour", st.Cost(), st.Price)
	}
	if st.Done {
		fmt.Fprintf(out, "done after %d of %d iterations, %s\n", len(st.Iterations)-1, st.Planned, cost)
		return out.String()
	}
	what := fmt.Sprintf("evaluation %d", st.Version)
	if st.Version == 0 {
		what = "illumination"
	}
	fmt.Fprintf(out, "%s, %s: %d of %d tasks, %s\n", what, st.Phase, st.Present, len(st.Tasks), cost)
	counts := map[string][]string{}
	for i, state := range st.Tasks {
		counts[state] = append(counts[state], fmt.Sprint(i))
	}
	for _, state := range []string{"running", "waiting", "again", "failed"} {
		if all := counts[state]; len(all) > 0 {
			const most = 20
			text := strings.Join(all[:min(len(all), most)], " ")
			if len(all) > most {
				text += " ..."
			}
			fmt.Fprintf(out, "  %s: %s\n", state, text)
		}
	}
	for _, why := range st.Failures {
		fmt.Fprintln(out, "  "+why)
	}
	if st.Rate > 0 {
		fmt.Fprintf(out, "  %.3g tasks a second", st.Rate)
		if st.Left > 0 {
			fmt.Fprintf(out, ", at least %s left", st.Remain())
		}
		fmt.Fprintln(out)
	}
	return out.String()
}
