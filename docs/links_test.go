package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Links of the pages lead to files of the project, and the pages that messages name
// are there.
func TestLinks(t *testing.T) {
	exists := func(path string) bool { _, err := os.Stat(path); return err == nil }
	link, named := regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`), regexp.MustCompile(`docs/[a-z_]+\.md`)
	found := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := e.Name(); e.IsDir() {
			if name != ".." && strings.HasPrefix(name, ".") || name == "shared" {
				return filepath.SkipDir
			}
			return nil
		}
		page := filepath.Ext(path) == ".md"
		if !page && filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllString(string(text), -1) {
			if found++; !exists(filepath.Join("..", m)) {
				t.Errorf("%s names %s, which is not there", path, m)
			}
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if page && !strings.Contains(m[1], "://") && !exists(filepath.Join(filepath.Dir(path), m[1])) {
				t.Errorf("%s links %s, which is not there", path, m[1])
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d names of pages, %v", found, err)
	}
}
