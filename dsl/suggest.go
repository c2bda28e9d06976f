package dsl

import "strings"

// Suggest returns the candidate nearest to name when it is near enough to be
// a slip: at most a third of the letters, and never more than three, changed,
// inserted, dropped or swapped. It returns "" when there is none.
func Suggest(name string, candidates []string) string {
	best, least := "", min(3, (len(name)+2)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < least && c != name && d < len(c) {
			best, least = c, d
		}
	}
	return best
}

// DidYouMean is the hint for a wrong name, "" when nothing is near.
func DidYouMean(name string, candidates []string) string {
	if s := Suggest(name, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}

// distance is the optimal string alignment distance: Levenshtein's with
// swaps of neighbours.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := last[j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
