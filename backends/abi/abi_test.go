package abi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The structures of Go have the fields of those of C, at the same places. A C
// compiler tells where they are.
func TestMirror(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler, which tells where the fields of the header are")
	}
	mirror := map[string]reflect.Type{
		"courant_array": reflect.TypeFor[Array](), "courant_points": reflect.TypeFor[Points](),
		"courant_series": reflect.TypeFor[Series](), "courant_args": reflect.TypeFor[Args](),
	}
	var source, want strings.Builder
	fmt.Fprintf(&source, "#include <stdio.h>\n#include <stddef.h>\n#include %q\nint main(void)\n{\n", HeaderName)
	for name, s := range mirror {
		fmt.Fprintf(&source, "  printf(\"%%d %%zu\\n\", %d, sizeof(struct %s));\n", s.NumField(), name)
		fmt.Fprintf(&want, "%d %d\n", s.NumField(), s.Size())
		for i := range s.NumField() {
			f := s.Field(i)
			field := strings.ToLower(f.Name)
			fmt.Fprintf(&source, "  printf(\"%s %%zu %%zu\\n\", offsetof(struct %s, %s), sizeof(((struct %s *)0)->%s));\n", field, name, field, name, field)
			fmt.Fprintf(&want, "%s %d %d\n", field, f.Offset, f.Type.Size())
		}
	}
	source.WriteString("  printf(\"version %d\\n\", COURANT_ABI_VERSION);\n  return 0;\n}\n")
	fmt.Fprintf(&want, "version %d\n", Version)
	dir := t.TempDir()
	for name, text := range map[string]string{HeaderName: Header, "mirror.c": source.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "mirror")
	if out, err := exec.Command(cc, "-std=c11", "-o", program, filepath.Join(dir, "mirror.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := exec.Command(program).Output()
	if err != nil || string(got) != want.String() {
		t.Errorf("C has\n%s\nGo has\n%s%v", got, want.String(), err)
	}
}
