package ccheck

import (
	"regexp"
	"slices"
	"strings"

	"modernc.org/cc/v4"
)

// directive is an OpenMP directive that a backend may emit. A front end skips
// what it does not know, and so do compilers by default: a misspelt directive
// would only make the code slow, or wrong on more than one thread.
type directive struct {
	clauses []string
	loop    bool // stands in front of a for loop
}

var (
	sharing = []string{"private", "firstprivate", "lastprivate", "shared", "default", "reduction", "if"}
	team    = slices.Concat([]string{"num_threads", "proc_bind"}, sharing)
	work    = slices.Concat([]string{"schedule", "collapse", "ordered", "nowait"}, sharing)
	lanes   = slices.Concat([]string{"simdlen", "safelen", "aligned", "linear", "nontemporal", "collapse"}, sharing)

	directives = map[string]directive{
		"parallel":          {clauses: team},
		"parallel for":      {clauses: slices.Concat(team, work), loop: true},
		"parallel for simd": {clauses: slices.Concat(team, work, lanes), loop: true},
		"for":               {clauses: work, loop: true},
		"for simd":          {clauses: slices.Concat(work, lanes), loop: true},
		"simd":              {clauses: lanes, loop: true},
		"declare simd":      {clauses: slices.Concat([]string{"uniform", "notinbranch", "inbranch"}, lanes)},
		"single":            {clauses: []string{"nowait", "private", "firstprivate", "copyprivate"}},
		"master":            {},
		"barrier":           {},
		"critical":          {},
		"atomic":            {clauses: []string{"read", "write", "update", "capture", "seq_cst"}},
	}

	// arguments are the forms of clauses whose argument is not a list of names.
	arguments = map[string]*regexp.Regexp{
		"nowait":      regexp.MustCompile(`^$`),
		"inbranch":    regexp.MustCompile(`^$`),
		"notinbranch": regexp.MustCompile(`^$`),
		"collapse":    regexp.MustCompile(`^\(\s*[1-9]\s*\)$`),
		"simdlen":     regexp.MustCompile(`^\(\s*[1-9][0-9]*\s*\)$`),
		"safelen":     regexp.MustCompile(`^\(\s*[1-9][0-9]*\s*\)$`),
		"schedule":    regexp.MustCompile(`^\(\s*(static|dynamic|guided|runtime|auto)\s*(,.+)?\)$`),
		"default":     regexp.MustCompile(`^\(\s*(none|shared)\s*\)$`),
		"num_threads": regexp.MustCompile(`^\(.+\)$`),
		"ordered":     regexp.MustCompile(`^(\(\s*[1-9]\s*\))?$`),
		"proc_bind":   regexp.MustCompile(`^\(\s*(master|close|spread)\s*\)$`),
	}
	anyNames   = regexp.MustCompile(`^\(.+\)$`)
	noArgument = regexp.MustCompile(`^$`)

	// others are the pragmas of compilers that backends may emit.
	others = regexp.MustCompile(`^(once|STDC FP_CONTRACT (ON|OFF|DEFAULT)|GCC (ivdep|unroll [0-9]+|optimize .*)|unroll( [0-9]+)?|clang loop .*)$`)
)

// pragmas checks the pragmas of a text as the front end meets them.
type pragmas struct{ *report }

func (p *pragmas) handle(tokens []cc.Token) error {
	if len(tokens) == 0 {
		return nil
	}
	start := tokens[0].Position()
	var text strings.Builder
	for i, t := range tokens {
		if i > 0 && len(t.Sep()) > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(t.SrcStr())
	}
	line := strings.TrimSpace(text.String())
	rest, isOMP := strings.CutPrefix(line, "omp")
	if !isOMP {
		if !others.MatchString(line) {
			p.at(start, "#pragma %s is none that generated code should have", line)
		}
		return nil
	}
	name, clauses, ok := split(rest)
	d, known := directives[name]
	if !ok || !known {
		p.at(start, "#pragma %s is no OpenMP directive that generated code should have", line)
		return nil
	}
	for _, c := range clauses {
		form := anyNames
		if f := arguments[c.name]; f != nil {
			form = f
		} else if name == "atomic" {
			form = noArgument
		}
		switch {
		case !slices.Contains(d.clauses, c.name):
			p.at(start, "OpenMP's %s has no clause %s", name, c.name)
		case !form.MatchString(c.argument):
			p.at(start, "%s%s is not a form of the clause %s", c.name, c.argument, c.name)
		}
	}
	if d.loop && start.Filename == source && !loopFollows(p.text, start.Line) {
		p.at(start, "no for loop follows #pragma %s", line)
	}
	return nil
}

type clause struct{ name, argument string }

// split takes "parallel for collapse(2)" apart: the longest known directive,
// then words, each with an optional argument in brackets.
func split(s string) (name string, clauses []clause, ok bool) {
	for {
		s = strings.TrimLeft(s, " ,")
		if s == "" {
			return name, clauses, true
		}
		end := 0
		for end < len(s) && (s[end] == '_' || 'a' <= s[end] && s[end] <= 'z') {
			end++
		}
		if end == 0 {
			return name, clauses, false
		}
		word := s[:end]
		s = strings.TrimLeft(s[end:], " ")
		argument, depth := "", 0
		for i := 0; strings.HasPrefix(s, "(") && i < len(s); i++ {
			switch s[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 {
				argument, s = s[:i+1], s[i+1:]
				break
			}
		}
		if depth != 0 {
			return name, clauses, false
		}
		if longer := strings.TrimSpace(name + " " + word); len(clauses) == 0 && argument == "" && isDirective(longer) {
			name = longer
			continue
		}
		clauses = append(clauses, clause{word, argument})
	}
}

// isDirective says whether words are a directive or the beginning of one.
func isDirective(words string) bool {
	for name := range directives {
		if name == words || strings.HasPrefix(name, words+" ") {
			return true
		}
	}
	return false
}

var forLoop = regexp.MustCompile(`^for\s*\(`)

// loopFollows says whether the first code after a line, other pragmas aside,
// is a for loop.
func loopFollows(text string, line int) bool {
	lines := strings.Split(text, "\n")
	if line > len(lines) {
		return false
	}
	for _, l := range lines[line:] {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#pragma") || strings.HasPrefix(l, "/*") && strings.HasSuffix(l, "*/") {
			continue
		}
		return forLoop.MatchString(l)
	}
	return false
}
