package kubernetes

import (
	"maps"
	"slices"
	"testing"
)

func TestMark(t *testing.T) {
	for list, want := range map[string][]int{
		"": nil, "0": {0}, "3-5": {3, 4, 5}, "0,2-3,9": {0, 2, 3, 9}, "0-9": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	} {
		ended := map[int]string{}
		if err := mark(ended, list, 10, "completed"); err != nil {
			t.Errorf("%q: %v", list, err)
		}
		if got := slices.Sorted(maps.Keys(ended)); !slices.Equal(got, want) {
			t.Errorf("%q: %v instead of %v", list, got, want)
		}
	}
	for _, list := range []string{"10", "-1", "5-3", "2-x", "0-4000000000", "a", "1 2"} {
		if err := mark(map[int]string{}, list, 10, "completed"); err == nil {
			t.Errorf("%q is taken for a list", list)
		}
	}
}
