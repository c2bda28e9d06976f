package codegen

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
)

// List is a text on the passes in their order, with the reasons for it, and on the choices
// of the default schedule: all that Options.LeaveOut takes.
func List() string {
	var b strings.Builder
	for _, p := range pass.Table {
		fmt.Fprintf(&b, "%-13s %s\n", p.Name, p.Doc)
		for _, o := range pass.Order {
			if o.First == p.Name {
				fmt.Fprintf(&b, "%-13s   before %s: %s\n", "", o.Second, o.Why)
			}
		}
	}
	fmt.Fprintln(&b, "\nThe default schedule then chooses:")
	for _, c := range schedule.Choices {
		fmt.Fprintf(&b, "%-13s %s\n", c.Name, c.Doc)
	}
	fmt.Fprintln(&b, "\n--disable leaves out any of these names.")
	return b.String()
}
