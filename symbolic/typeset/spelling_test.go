package typeset_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// commands are all that LaTeX with amsmath needs to know.
var commands = strings.Fields(`frac tfrac sqrt left right bigl bigr Bigl Bigr overline widetilde partial sum min max mathrm mathrel operatorname times leftarrow allowbreak
	sin cos tan sinh cosh tanh exp log arcsin arccos arctan
	alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega Delta Sigma`)

// validLaTeX reports commands that are not known, and braces, delimiters or
// indices that would stop LaTeX.
func validLaTeX(text string) error {
	for _, c := range regexp.MustCompile(`\\[A-Za-z]+`).FindAllString(text, -1) {
		if !slices.Contains(commands, c[1:]) {
			return fmt.Errorf("%s in %s", c, text)
		}
	}
	for _, pair := range [][2]string{{`\left`, `\right`}, {`\bigl(`, `\bigr)`}, {`\Bigl(`, `\Bigr)`}} {
		if a, b := strings.Count(strings.ReplaceAll(text, `\leftarrow`, ""), pair[0]), strings.Count(text, pair[1]); a != b {
			return fmt.Errorf("%d times %s but %d times %s in %s", a, pair[0], b, pair[1], text)
		}
	}
	// Within one pair of braces, what opens must close, and a base has at most
	// one index of each kind.
	type level struct {
		index bool   // the braces are those of an index
		open  int    // delimiters
		had   string // indices of the base at hand
	}
	at := []level{{}}
	before := ""
	for _, token := range latexToken.FindAllString(text, -1) {
		top := &at[len(at)-1]
		switch {
		case token == "{":
			at = append(at, level{index: before == "_" || before == "^"})
		case token == "}":
			if len(at) == 1 || top.open != 0 {
				return fmt.Errorf("braces in %s", text)
			}
			at = at[:len(at)-1]
			if !top.index {
				at[len(at)-1].had = ""
			}
		case token == "_" || token == "^":
			if strings.Contains(top.had, token) {
				return fmt.Errorf("double index in %s", text)
			}
			top.had += token
		default:
			top.had = ""
			if strings.HasPrefix(token, `\left`) && token != `\leftarrow` || token == `\bigl(` || token == `\Bigl(` {
				top.open++
			}
			if strings.HasPrefix(token, `\right`) || token == `\bigr)` || token == `\Bigr)` {
				top.open--
			}
		}
		before = token
	}
	if len(at) != 1 || at[0].open != 0 {
		return fmt.Errorf("something stays open in %s", text)
	}
	return nil
}

var latexToken = regexp.MustCompile(`\\left[(|.]|\\right[)|]|\\[bB]igl\(|\\[bB]igr\)|\\[A-Za-z]+|\\,|[{}_^]|.`)

func TestCheckLaTeX(t *testing.T) {
	for _, wrong := range []string{`a_{x}_{y}`, `{a`, `a}`, `\left(a`, `{\left(a}\right)`, `a^{n^{2}}^{3}`, `\foo`, `\bigl(a\right)b\bigr)`} {
		if validLaTeX(wrong) == nil {
			t.Errorf("%s passes", wrong)
		}
	}
	for _, right := range []string{`a_{x}^{n}b_{x}`, `{\tau_{xz}|}_{x}`, `a^{n^{2}}`} {
		if err := validLaTeX(right); err != nil {
			t.Error(err)
		}
	}
}

// arity is the number of parts that browsers want in an element.
var arity = map[string]int{"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2}

// checkMathML fails for what is not well-formed XML, and for elements that are
// not known or have a wrong number of parts.
func checkMathML(t *testing.T, text string) {
	t.Helper()
	known := strings.Fields("root wbr math mrow mi mn mo mspace mfrac msqrt msub msup msubsup munder mover")
	d := xml.NewDecoder(strings.NewReader("<root>" + text + "</root>"))
	var names []string
	var parts []int
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		switch x := token.(type) {
		case xml.StartElement:
			if !slices.Contains(known, x.Name.Local) {
				t.Errorf("element %s", x.Name.Local)
			}
			if len(parts) > 0 {
				parts[len(parts)-1]++
			}
			names, parts = append(names, x.Name.Local), append(parts, 0)
		case xml.EndElement:
			last := len(names) - 1
			if want, ok := arity[names[last]]; ok && parts[last] != want {
				t.Errorf("%s with %d parts in %s", names[last], parts[last], text)
			}
			names, parts = names[:last], parts[:last]
		}
	}
}
