package explain

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// drawing collects the elements of an SVG picture and the box that they fill.
// Colours come from the classes, by the page's style.
type drawing struct {
	b      strings.Builder
	lo, hi [2]float64
	some   bool
}

func (d *drawing) reach(x, y, around float64) {
	if !d.some {
		d.lo, d.hi, d.some = [2]float64{x - around, y - around}, [2]float64{x + around, y + around}, true
		return
	}
	d.lo = [2]float64{math.Min(d.lo[0], x-around), math.Min(d.lo[1], y-around)}
	d.hi = [2]float64{math.Max(d.hi[0], x+around), math.Max(d.hi[1], y+around)}
}

func (d *drawing) line(a, b [2]float64, class string) {
	d.reach(a[0], a[1], 1)
	d.reach(b[0], b[1], 1)
	fmt.Fprintf(&d.b, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, a[0], a[1], b[0], b[1])
}

// dot draws a disc, with a text that browsers show to a resting pointer.
func (d *drawing) dot(at [2]float64, r float64, class, hint string) {
	d.reach(at[0], at[1], r+1)
	fmt.Fprintf(&d.b, `<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"><title>%s</title></circle>`, class, at[0], at[1], r, template.HTMLEscapeString(hint))
}

func (d *drawing) text(at [2]float64, anchor, class, text string) {
	// A character is some 7 units wide at the page's size of text in pictures.
	const wide, high = 7, 7
	w := wide * float64(len([]rune(text)))
	left := map[string]float64{"start": 0, "middle": w / 2, "end": w}[anchor]
	d.reach(at[0]-left, at[1], high)
	d.reach(at[0]-left+w, at[1], high)
	fmt.Fprintf(&d.b, `<text class="%s" x="%.1f" y="%.1f" text-anchor="%s" dominant-baseline="central">%s</text>`, class, at[0], at[1], anchor, template.HTMLEscapeString(text))
}

func (d *drawing) shape(class string, corners ...[2]float64) {
	fmt.Fprintf(&d.b, `<path class="%s" d="`, class)
	for i, c := range corners {
		d.reach(c[0], c[1], 1)
		fmt.Fprintf(&d.b, "%c%.1f %.1f", "ML"[min(i, 1)], c[0], c[1])
	}
	d.b.WriteString(`Z"/>`)
}

// svg is the picture, as large as what it holds.
func (d *drawing) svg(label string) template.HTML {
	w, h := d.hi[0]-d.lo[0], d.hi[1]-d.lo[1]
	return template.HTML(fmt.Sprintf(`<svg role="img" aria-label="%s" viewBox="%.1f %.1f %.1f %.1f" width="%.0f" height="%.0f">%s</svg>`,
		template.HTMLEscapeString(label), d.lo[0], d.lo[1], w, h, w, h, d.b.String()))
}

// oblique projects a place in space: x to the right, y away from the reader, z
// down.
func oblique(x, y, z float64) [2]float64 { return [2]float64{x + 0.5*y, z - 0.38*y} }
