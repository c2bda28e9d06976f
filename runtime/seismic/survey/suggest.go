package survey

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/dsl"
)

// didYouMean says which of the known names is meant by a misspelt one, or
// lists them all when none is near.
func didYouMean(name string, known []string) string {
	if s := dsl.Suggest(name, known); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return "known are " + strings.Join(known, ", ")
}
