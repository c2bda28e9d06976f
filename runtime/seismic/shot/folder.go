package shot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// summaryFile is the file of the Summary in the output.
const summaryFile = "shot.json"

// ours are the names that a shot writes.
var ours = regexp.MustCompile(`^(record|record_\w+|snapshot_\d+ms|model|geometry|wavelet)\.(npy|sgy|png)$`)

// earlier are the files of an earlier shot in a folder, as its summary lists them. Error: the
// folder has files of such names that no summary lists, which are not a shot's to replace.
func earlier(folder string) ([]string, error) {
	var s Summary
	text, err := os.ReadFile(filepath.Join(folder, summaryFile))
	if err == nil {
		if err = json.Unmarshal(text, &s); err == nil && s.Files == nil {
			err = errors.New("it lists no files")
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not the summary of a shot; give another folder, or move it away: %w", filepath.Join(folder, summaryFile), err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var old, foreign []string
	for _, e := range entries {
		switch name := e.Name(); {
		case !ours.MatchString(name) || e.IsDir():
		case slices.Contains(s.Files, name):
			old = append(old, name)
		default:
			foreign = append(foreign, name)
		}
	}
	if foreign != nil {
		return nil, fmt.Errorf("%s holds %s, which no shot wrote there: give another folder for the results, or move them away", folder, strings.Join(foreign, ", "))
	}
	return old, nil
}

// clear makes the folder, without the files of an earlier shot in it, and says so.
func (s *shot) clear() error {
	for _, name := range s.old {
		if err := os.Remove(filepath.Join(s.out, name)); err != nil {
			return err
		}
	}
	if s.old != nil && s.options.Warn != nil {
		s.options.Warn(fmt.Sprintf("the %d files of an earlier shot in %s are replaced", len(s.old), s.out))
	}
	return os.MkdirAll(s.out, 0o755)
}

// announce lists a file in the summary before it is written, so that the next shot knows
// whose it is, also when this one is killed.
func (s *shot) announce(name string) (path string, err error) {
	s.summary.Files = append(s.summary.Files, name)
	return filepath.Join(s.out, name), s.write()
}

// write writes the summary.
func (s *shot) write() error {
	text, err := json.MarshalIndent(&s.summary, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.out, summaryFile), append(text, '\n'), 0o644)
}
