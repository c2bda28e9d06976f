package field

import "testing"

// Offset is the inverse of Index.
func TestOffset(t *testing.T) {
	a := New32(2, 3, 4)
	for i := range a.Len() {
		if got := a.Offset(a.Index(i)...); got != i {
			t.Errorf("%v is at %d, not %d", a.Index(i), i, got)
		}
	}
	for _, wrong := range [][]int{{1, 2}, {2, 0, 0}, {0, -1, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is taken", wrong)
				}
			}()
			a.Offset(wrong...)
		}()
	}
}
