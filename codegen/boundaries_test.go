package codegen_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/courant-pde/courant"

// Data flow one way through the packages, from the text of an operator to the
// image of a survey. The table says, for each tree, what of this module it may
// import besides itself; the longest matching tree counts.
var mayImport = map[string][]string{
	"dsl":               {},
	"dsl/check":         {"dsl", "symbolic"},
	"dsl/dsltest":       {"dsl"},
	"dsl/unparse":       {"dsl", "symbolic"},
	"symbolic":          {},
	"codegen":           {"dsl", "symbolic", "codegen", "backends"},
	"codegen/text":      {},
	"codegen/facts":     {},
	"codegen/expr":      {"codegen/text"},
	"codegen/signature": {"codegen/text"},
	"codegen/stencil":   {"codegen/text", "codegen/expr", "codegen/signature"},
	"codegen/loop":      {"codegen/text", "codegen/expr", "codegen/signature"},
	"codegen/lower":     {"symbolic", "codegen/expr", "codegen/signature", "codegen/facts", "codegen/stencil"},
	"codegen/pass":      {"codegen/expr", "codegen/signature", "codegen/facts", "codegen/stencil"},
	"codegen/schedule":  {"codegen/text", "codegen/expr", "codegen/signature", "codegen/facts", "codegen/stencil", "codegen/pass", "codegen/loop"},
	"codegen/cost":      {"codegen/expr", "codegen/schedule", "codegen/signature", "codegen/stencil"},
	"codegen/explain":   {"symbolic", "codegen"},
	"backends":          {"codegen/expr", "codegen/signature", "codegen/facts", "codegen/loop"},
	"backends/gobind":   {"symbolic", "codegen/signature", "backends"},
	// The rooms of the runtime: one operator and its derivatives on data; a survey; many
	// tasks of which any may die; models from data, which brings all of them together.
	"runtime/exec":              {"dsl", "symbolic", "codegen", "backends"},
	"runtime/seismic":           {"dsl", "symbolic", "codegen", "backends", "runtime/exec"},
	"runtime/cluster/cloud":     {},
	"runtime/cluster/store":     {"runtime/cluster/cloud"},
	"runtime/cluster/queue":     {"runtime/cluster/cloud"},
	"runtime/cluster/engine":    {"runtime/cluster/cloud", "runtime/cluster/store", "runtime/cluster/queue", "runtime/cluster/batch"},
	"runtime/cluster/batch":     {"runtime/cluster/cloud", "runtime/cluster/queue", "runtime/cluster/store"},
	"runtime/cluster/dashboard": {},
	"runtime/cluster/image":     {},
	"runtime/cluster/deploy":    {"runtime/cluster/batch"},
	"runtime/cluster/access":    {"runtime/cluster/store", "runtime/cluster/queue", "runtime/cluster/batch"},
	"runtime/cluster/workflow":  {"runtime/cluster/store", "runtime/cluster/queue", "runtime/cluster/batch"},
	"runtime/inverse":           {"dsl", "symbolic", "codegen", "backends", "runtime"},
	"runtime/inverse/optimize":  {},
	"cmd":                       {"dsl", "symbolic", "codegen", "backends", "runtime"},
}

// mustNot takes back what a row of mayImport allows: the representations of
// programs are the compiler's own.
var mustNot = map[string][]string{
	"runtime": {"codegen/expr", "codegen/stencil", "codegen/loop", "codegen/pass", "codegen/lower"},
	"cmd":     {"codegen/expr", "codegen/stencil", "codegen/loop", "codegen/lower"},
}

// topLevel are the folders of source. Documents have none, but tests of what
// they say.
var topLevel = []string{"dsl", "symbolic", "codegen", "backends", "runtime", "cmd", "testdata"}

// within reports whether a package belongs to a tree.
func within(pkg, tree string) bool { return pkg == tree || strings.HasPrefix(pkg, tree+"/") }

// tree is the longest tree of mayImport that pkg belongs to.
func tree(pkg string) string {
	for pkg != "." {
		if _, ok := mayImport[pkg]; ok {
			return pkg
		}
		pkg = path.Dir(pkg)
	}
	return ""
}

// allowed reports whether package from may import package to, both relative
// to the module.
func allowed(from, to string) bool {
	top, _, _ := strings.Cut(from, "/")
	if slices.ContainsFunc(mustNot[top], func(t string) bool { return within(to, t) }) {
		return false
	}
	own := tree(from)
	if within(to, own) && tree(to) == own {
		return true
	}
	return slices.ContainsFunc(mayImport[own], func(t string) bool { return within(to, t) })
}

// root is the folder that holds go.mod, from wherever the test runs.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod in any folder above the test")
		}
		dir = up
	}
}

// goFiles lists the module's Go files by path from its root.
func goFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		hidden := rel != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_"))
		if d.IsDir() && (hidden || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(rel, ".go") {
			files = append(files, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Tests may import what they like; what is built may not.
func TestImports(t *testing.T) {
	dir := root(t)
	checked := 0
	for _, file := range goFiles(t, dir) {
		pkg := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		if tree(pkg) == "" {
			t.Errorf("%s: no row of the table covers package %s", file, pkg)
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if to, ours := strings.CutPrefix(name, module+"/"); ours && !allowed(pkg, to) {
				t.Errorf("%s: package %s must not import %s", file, pkg, to)
			}
			checked++
		}
	}
	if checked < 50 {
		t.Errorf("only %d imports were found", checked)
	}
}

// ofClouds are the trees that know the libraries of clouds; engine alone, which opens
// stores, queues and batch systems by their URLs, may import them.
var ofClouds = []string{
	"runtime/cluster/cloud/amazon", "runtime/cluster/cloud/azure", "runtime/cluster/cloud/google", "runtime/cluster/cloud/cloudtest",
	"runtime/cluster/store/s3", "runtime/cluster/store/azblob", "runtime/cluster/store/gcs", "runtime/cluster/store/storetest",
	"runtime/cluster/batch/awsbatch",
	"runtime/cluster/queue/sqs", "runtime/cluster/queue/azqueue", "runtime/cluster/queue/pubsub", "runtime/cluster/queue/queuetest",
}

// Whoever imports package store links no library of a cloud.
func TestLibrariesOfClouds(t *testing.T) {
	dir := root(t)
	libraries := []string{"github.com/aws", "github.com/Azure", "cloud.google.com", "google.golang.org"}
	knows := func(pkg string) bool {
		return slices.ContainsFunc(ofClouds, func(tree string) bool { return within(pkg, tree) })
	}
	found := 0
	for _, file := range goFiles(t, dir) {
		pkg := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") || knows(pkg) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, i := range f.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			to, ours := strings.CutPrefix(name, module+"/")
			switch library := slices.ContainsFunc(libraries, func(tree string) bool { return within(name, tree) }); {
			case ours && knows(to) && pkg == "runtime/cluster/engine":
				found++
			case library, ours && knows(to):
				t.Errorf("%s: package %s must not import %s", file, pkg, name)
			}
		}
	}
	if found < 6 {
		t.Errorf("engine imports %d packages of clouds", found)
	}
}

func TestFolders(t *testing.T) {
	for _, file := range goFiles(t, root(t)) {
		first, _, nested := strings.Cut(file, "/")
		switch {
		case !nested:
			t.Errorf("%s: source at the top level", file)
		case first == "docs" && strings.HasSuffix(file, "_test.go"):
		case !slices.Contains(topLevel, first):
			t.Errorf("%s: there is no folder %s in the layout", file, first)
		case path.Dir(file) == "runtime":
			// A package named runtime would shadow the standard one.
			t.Errorf("%s: a Go file directly in runtime/", file)
		}
	}
}

func TestTheTableForbids(t *testing.T) {
	for _, v := range []struct {
		from, to string
		want     bool
	}{
		{"dsl", "symbolic", false},
		{"dsl/check", "dsl", true},
		{"dsl/check", "codegen/stencil", false},
		{"symbolic/fd", "symbolic", true},
		{"symbolic", "dsl", false},
		{"codegen", "backends", true},
		{"codegen", "codegen/pass", true},
		{"codegen", "runtime/exec/jit", false},
		{"codegen/stencil", "symbolic", false},
		{"codegen/pass", "codegen", false},
		{"backends/c", "backends/abi", true},
		{"backends/c", "codegen/loop", true},
		{"backends/c", "codegen/stencil", false},
		{"runtime/exec/operator", "codegen/signature", true},
		{"runtime/exec/operator", "codegen/loop", false},
		{"cmd/courant", "codegen/stencil", false},
		{"cmd/courant", "codegen/schedule", true},
		{"backends/c", "codegen/pass", false},
		{"backends/c", "runtime/exec/jit", false},
		{"runtime/exec/operator", "codegen", true},
		{"runtime/exec/operator", "cmd/courant", false},
		{"runtime/cluster/workflow", "codegen/stencil", false},
		{"runtime/cluster/workflow", "runtime/cluster/store", true},
		{"codegeneration", "codegen", false},
	} {
		if got := allowed(v.from, v.to); got != v.want {
			t.Errorf("%s imports %s: allowed is %v", v.from, v.to, got)
		}
	}
}
