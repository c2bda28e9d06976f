package dsl

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// seed adds the operators that ship and the programs that must be rejected.
func seed(f *testing.F) {
	for _, pattern := range []string{"../testdata/operators/*.pde", "../testdata/rejected/*.pde"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(source))
		}
	}
}

// Parsing never panics. What parses is formatted to a text that parses to the
// same tree, and that formatting leaves as it is.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Add(statements)
	f.Fuzz(func(t *testing.T, source string) {
		file, err := Parse("fuzz.pde", source)
		if err != nil {
			_ = err.Error()
			return
		}
		once, err := Format(file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("fuzz.pde", once)
		if err != nil {
			t.Fatalf("%q is formatted to %q, which does not parse: %v", source, once, err)
		}
		if a, b := tree(file.Items), tree(again.Items); a != b {
			t.Fatalf("%q is formatted to %q, which means something else:\n%s\n%s", source, once, a, b)
		}
		if a, b := len(Comments("", source)), len(Comments("", once)); a != b {
			t.Fatalf("%q is formatted to %q: %d comments became %d", source, once, a, b)
		}
		twice, err := Format(again)
		if err != nil {
			t.Fatal(err)
		}
		if twice != once {
			t.Fatalf("%q is formatted to %q, and that to %q", source, once, twice)
		}
	})
}

// tree prints a syntax tree without places.
func tree(x any) string {
	var print func(v reflect.Value) string
	print = func(v reflect.Value) string {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				return "-"
			}
			return print(v.Elem())
		case reflect.Slice:
			out := "["
			for i := range v.Len() {
				out += print(v.Index(i)) + " "
			}
			return out + "]"
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[Pos]() {
				return ""
			}
			out := v.Type().Name() + "{"
			for i := range v.NumField() {
				out += print(v.Field(i)) + " "
			}
			return out + "}"
		}
		return fmt.Sprintf("%q", v)
	}
	return print(reflect.ValueOf(x))
}
