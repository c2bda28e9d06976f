package dsl

import (
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

var parser = participle.MustBuild[File](
	participle.Lexer(tokens),
	participle.UseLookahead(0), // a branch that has begun is not left, so faults lie where they are
)

// maxSyntaxErrors bounds how many faults one parse reports.
const maxSyntaxErrors = 20

// maxFileSize bounds the size of an operator file, in bytes.
const maxFileSize = 1 << 20

// ParseFile reads and parses the operator file at path.
func ParseFile(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	if info.Size() > maxFileSize {
		return nil, fmt.Errorf("%s: %d bytes is too large for an operator file", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(text))
}

// Parse parses an operator file. All syntax errors are reported together, as
// Errors: after a fault, the statement that holds it is left out and the rest
// is parsed again.
func Parse(name, source string) (*File, error) {
	if len(source) > maxFileSize {
		return nil, fmt.Errorf("%s: %d bytes is too large for an operator file", name, len(source))
	}
	all, err := scan(name, source)
	if err != nil {
		return nil, err
	}
	var faults Errors
	for len(faults) < maxSyntaxErrors {
		i := slices.IndexFunc(all, invalid)
		if i >= 0 {
			faults = append(faults, lexical(all[i], source))
			all = without(all, i)
			continue
		}
		lex, err := lexer.Upgrade(&replay{tokens: all}, symbols["Space"], symbols["Comment"])
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFromLexer(lex)
		if err == nil {
			file.Name, file.Source = name, source
			return file, faults.ErrOrNil()
		}
		fault, at := syntaxError(all, source, err)
		faults = append(faults, fault)
		if all[at].EOF() {
			break // there is nothing to leave out
		}
		all = without(all, at)
	}
	return nil, faults.ErrOrNil()
}

// replay is a lexer over tokens that are already there.
type replay struct{ tokens []lexer.Token }

// Next implements lexer.Lexer.
func (r *replay) Next() (lexer.Token, error) {
	t := r.tokens[0]
	if !t.EOF() {
		r.tokens = r.tokens[1:]
	}
	return t, nil
}
