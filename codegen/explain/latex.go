package explain

import (
	"fmt"
	"strings"
)

// LaTeX is a document with the equations as they are stated and discretised.
// It needs amsmath and geometry, which every distribution has.
func (r *Report) LaTeX() string {
	var b strings.Builder
	b.WriteString(`\documentclass{article}
\usepackage{amsmath}
\usepackage[a4paper,margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{1ex}
\raggedright
\setlength{\lineskip}{4pt}
\setlength{\lineskiplimit}{4pt}
% Lines break before an operator, where the equations say \allowbreak.
\binoppenalty=10000
\relpenalty=10000
\newcommand{\formula}[1]{\par\hangindent=3em\hangafter=1$\displaystyle #1$\par}
\begin{document}
`)
	b.WriteString(`\section*{` + texText(r.Operator) + "}\n" + texText(r.Doc) + "\n")
	b.WriteString("\n\\subsection*{Stated}\n")
	source := ""
	for _, e := range r.Equations {
		if e.Temporary {
			continue
		}
		if e.Source != source {
			source = e.Source
			fmt.Fprintf(&b, "\n%% %s\n", source)
		}
		fmt.Fprintf(&b, "\\formula{%s}\n", e.Stated)
	}
	fmt.Fprintf(&b, "\n\\subsection*{Discretised: order %d in space, %d in time}\n", r.SpaceOrder, r.TimeOrder)
	source = ""
	for _, e := range r.Equations {
		if e.Source != source {
			source = e.Source
			fmt.Fprintf(&b, "\n%% %s\n", source)
		}
		if head := e.heading(); head != "" {
			fmt.Fprintf(&b, "\\par{\\small %s}\n", texText(strings.TrimSuffix(head, ": ")))
		}
		fmt.Fprintf(&b, "\\formula{%s}\n", e.LaTeX)
	}
	for _, note := range r.notes() {
		fmt.Fprintf(&b, "\n%s\n", strings.NewReplacer("δₖ", `$\delta_{k}$`, "point k", "point $k$").Replace(note))
	}
	b.WriteString("\\end{document}\n")
	return b.String()
}

// texText prints a text so that LaTeX prints it as it is.
func texText(text string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "$", `\$`, "&", `\&`, "#", `\#`, "%", `\%`, "_", `\_`,
		"^", `\textasciicircum{}`, "~", `\textasciitilde{}`).Replace(text)
}
