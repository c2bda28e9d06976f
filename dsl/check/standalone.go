package check

import (
	"path/filepath"
	"slices"

	"github.com/courant-pde/courant/dsl"
)

// Standalone gives the text of a file that means the same without importing
// anything: definitions of imported files stand in front, their operators are
// left out. A file without imports keeps its text. The file must be free of
// faults; errors are those of dsl.ParseFile.
func Standalone(file *dsl.File) (string, error) {
	if !slices.ContainsFunc(file.Items, func(it *dsl.Item) bool { return it.Import != nil }) {
		return file.Source, nil
	}
	var items []*dsl.Item
	seen := map[string]bool{}
	var walk func(f *dsl.File) error
	walk = func(f *dsl.File) error {
		for _, it := range f.Items {
			if it.Import == nil {
				if it.Operator == nil || f == file {
					items = append(items, it)
				}
				continue
			}
			path := filepath.Join(filepath.Dir(f.Name), filepath.FromSlash(it.Import.Path))
			if seen[path] {
				continue
			}
			seen[path] = true
			imported, err := dsl.ParseFile(path)
			if err != nil {
				return err
			}
			if err := walk(imported); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(file); err != nil {
		return "", err
	}
	return dsl.Format(&dsl.File{Name: file.Name, Items: items})
}
