package explain

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// The Laplacian of order n reads n points along each axis and the one that
// they share.
func TestFootprintOfLaplacian(t *testing.T) {
	axes := []string{"x", "y", "z"}
	for dim := 1; dim <= 3; dim++ {
		for order := 2; order <= 8; order += 2 {
			g := &symbolic.Grid{Axes: axes[:dim], SpaceOrder: order, TimeOrder: 2}
			u := &symbolic.Function{Name: "u", Grid: g, Role: symbolic.Wavefield, Axes: []int{0, 1, 2}[:dim]}
			var terms []symbolic.Expr
			for axis := range dim {
				terms = append(terms, symbolic.NewDeriv(u.Here(), axis, 2, symbolic.Scheme{}))
			}
			e, err := fd.Discretise(symbolic.Sum(terms...), g, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := reads(e, nil)
			var want []Point
			for axis := range dim {
				for o := -order / 2; o <= order/2; o++ {
					p := make(Point, dim)
					p[axis] = 2 * o
					if o != 0 || axis == 0 {
						want = append(want, p)
					}
				}
			}
			slices.SortFunc(want, slices.Compare[Point])
			if len(got) != 1 || got[0].name() != "u[t]" || !slices.EqualFunc(got[0].Points, want, slices.Equal[Point]) {
				t.Errorf("order %d in %d dimensions: %v, want %v", order, dim, got, want)
			}
			if planes := got[0].planes(g.Axes); len(planes) != 1 {
				t.Errorf("order %d in %d dimensions: %d pictures of a star", order, dim, len(planes))
			}
		}
	}
}

func TestPictureOfLaplacian(t *testing.T) {
	r := operator(t, "operator o { order time 1 wavefield u u.forward = u + dt*laplace(u) }", 3, 4)
	p := r.Equations[0].Reads[0].planes(r.Axes)[0]
	if want := "    *\n    *\n* * o * *\n    *\n    *\n"; p.picture() != want {
		t.Errorf("got\n%swant\n%s", p.picture(), want)
	}
	if p.caption(r.Axes) != "x right, y down; likewise x-z, y-z" {
		t.Error(p.caption(r.Axes))
	}
}

// Between nodes and half places a stencil has its points half spacings away.
func TestStaggeredFootprint(t *testing.T) {
	r := operator(t, "operator o { order time 1 wavefield p vector wavefield v staggered field b v.forward = v + dt*b*grad(p) p.forward = p }", 2, 4)
	var p, b Read
	for _, read := range r.Equations[1].Reads {
		switch read.Function {
		case "p":
			p = read
		case "b":
			b = read
		}
	}
	if want := []Point{{0, -3}, {0, -1}, {0, 1}, {0, 3}}; r.Equations[1].Target != "v_z" || !slices.EqualFunc(p.Points, want, slices.Equal[Point]) {
		t.Errorf("%s reads p at %v", r.Equations[1].Target, p.Points)
	}
	if want := "*   * + *   *\n"; p.planes(r.Axes)[0].picture() != want {
		t.Errorf("got %q", p.planes(r.Axes)[0].picture())
	}
	if want := []Point{{0, -1}, {0, 1}}; !slices.EqualFunc(b.Points, want, slices.Equal[Point]) {
		t.Errorf("b is read at %v", b.Points)
	}
}

// The planes of a footprint show each of its points.
func TestPlanesShowEveryPoint(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	axes := []string{"x", "y", "z"}
	for range 500 {
		dim := 1 + r.IntN(3)
		read := Read{Function: "u", dim: dim}
		for range 1 + r.IntN(12) {
			p := make(Point, dim)
			for axis := range p {
				p[axis] = (r.IntN(7) - 3) * r.IntN(2)
			}
			if !slices.ContainsFunc(read.Points, func(q Point) bool { return slices.Equal(p, q) }) {
				read.Points = append(read.Points, p)
			}
		}
		shown := map[string]bool{}
		marks := 0
		for _, p := range read.planes(axes[:dim]) {
			for _, q := range p.points {
				shown[q.text(axes)] = true
			}
			marks = strings.Count(p.picture(), "*") + strings.Count(p.picture(), "o")
			if marks != len(p.points) {
				t.Errorf("%d marks for the points %v", marks, p.points)
			}
			checkPage(t, "<p>"+string(read.picture(axes[:dim]))+"</p>")
		}
		likeness := 0
		for _, p := range read.planes(axes[:dim]) {
			likeness += len(p.like)
		}
		for _, p := range read.Points {
			// Planes that look the same are drawn once.
			if !shown[p.text(axes)] && likeness == 0 && !p.isHere() {
				t.Errorf("%v is not shown of %v", p, read.Points)
			}
		}
	}
}
