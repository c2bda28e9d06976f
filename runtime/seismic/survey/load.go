package survey

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// LoadConfig reads the description of a shot. The error has all faults of the
// file, one a line, as file:line: fault. Files that it names are not opened.
func LoadConfig(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const most = 1 << 20 // a description is a page; a model given by mistake is not
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if len(data) > most {
		return nil, fmt.Errorf("%s is larger than 1 MiB: this is not the description of a shot", path)
	}
	return parseConfig(path, data)
}

// fault is one thing wrong with a configuration.
type fault struct {
	line int
	text string
}

// A description has some dozens of keys, and nobody mends more than a few
// faults at a time.
const (
	mostKeys   = 1000
	mostFaults = 20
)

func parseConfig(path string, data []byte) (*Config, error) {
	lines, starts := findPositions(data)
	if n := max(len(lines), len(starts)); n > mostKeys { // first of all: decoding takes the square of their number
		return nil, fmt.Errorf("%s:1: %d keys are not the description of a shot or a survey, which has some dozens; at most %d are read", path, n, mostKeys)
	}
	// Of a file that is no TOML nothing else can be said.
	if wrong := new(toml.DecodeError); errors.As(toml.Unmarshal(data, new(map[string]any)), &wrong) {
		line, column := wrong.Position()
		return nil, fmt.Errorf("%s:%d: column %d: %s", path, line, column, message(wrong))
	}
	c := defaults()
	c.path, c.lines = path, lines
	faults, unread := decode(c, data, starts)
	for _, v := range c.validate() {
		// What could not be read needs no second complaint.
		if !slices.ContainsFunc(unread, func(key string) bool { return v.key == key || strings.HasPrefix(v.key, key+".") }) {
			faults = append(faults, fault{lines.of(v.key), v.text})
		}
	}
	if len(faults) == 0 {
		c.text, c.inputs = data, &inputs{asked: map[string]string{}}
		return c, nil
	}
	slices.SortStableFunc(faults, func(a, b fault) int { return a.line - b.line })
	var all []error
	for _, f := range faults[:min(len(faults), mostFaults)] {
		all = append(all, fmt.Errorf("%s:%d: %s", path, f.line, f.text))
	}
	if more := len(faults) - mostFaults; more > 0 {
		all = append(all, fmt.Errorf("%s:%d: here and behind it, %d more faults", path, faults[mostFaults].line, more))
	}
	return nil, errors.Join(all...)
}

// decode fills c. The decoder stops at the first value of a wrong type, so
// the expression at fault is blanked out and decoding starts again.
func decode(c *Config, data []byte, starts []int) (faults []fault, unread []string) {
	rows := bytes.SplitAfter(bytes.Clone(data), []byte("\n"))
	for range min(len(starts), mostFaults) + 1 {
		fresh := defaults()
		fresh.path, fresh.lines = c.path, c.lines
		d := toml.NewDecoder(bytes.NewReader(bytes.Join(rows, nil)))
		err := d.DisallowUnknownFields().Decode(fresh)
		var wrong *toml.DecodeError
		var unknown *toml.StrictMissingError
		switch {
		case err == nil:
			*c = *fresh
			return faults, unread
		case errors.As(err, &unknown) && len(unknown.Errors) > 0:
			for _, e := range unknown.Errors {
				line, _ := e.Position()
				faults = append(faults, fault{line, unknownKey(e.Key())})
			}
			*c = *fresh
			return faults, unread
		case errors.As(err, &wrong):
			line, column := wrong.Position()
			key := strings.Join(wrong.Key(), ".")
			at, found := slices.BinarySearch(starts, line)
			if !found {
				at--
			}
			if kind := kindOf(wrong.Key()); kind != "" && strings.Contains(err.Error(), "decode") {
				faults = append(faults, fault{line, fmt.Sprintf("%s must be %s", key, kind)})
			} else {
				faults = append(faults, fault{line, fmt.Sprintf("column %d: %s", column, message(wrong))})
			}
			end := len(rows)
			if at >= 0 && at+1 < len(starts) {
				end = starts[at+1] - 1
			}
			if at < 0 || key == "" || starts[at] > end || !blank(rows[starts[at]-1:end]) {
				// The rest cannot be understood, so it is no use to complain of it.
				return faults, []string{""}
			}
			unread = append(unread, key)
		default:
			return append(faults, fault{1, err.Error()}), []string{""}
		}
	}
	return faults, []string{""}
}

// message is what the decoder complains of, without its own name.
func message(e *toml.DecodeError) string {
	return strings.TrimPrefix(strings.TrimPrefix(e.Error(), "toml: "), "unstable: ")
}

// blank empties rows and tells whether that changed any.
func blank(rows [][]byte) bool {
	changed := false
	for i, row := range rows {
		changed = changed || len(bytes.TrimSpace(row)) > 0
		rows[i] = []byte("\n")
	}
	return changed
}

// fieldAt is the type that a key path leads to, and the keys that were
// possible at its last part.
func fieldAt(key []string) (t reflect.Type, siblings []string) {
	t = reflect.TypeFor[Config]()
	for _, part := range key {
		if t == nil || t.Kind() != reflect.Struct {
			return nil, nil
		}
		var next reflect.Type
		siblings = nil
		for f := range t.Fields() {
			name := f.Tag.Get("toml")
			if name == "" {
				continue
			}
			siblings = append(siblings, name)
			if name == part {
				next = f.Type
			}
		}
		t = next
	}
	return t, siblings
}

func unknownKey(key []string) string {
	if now := formerKeys[strings.Join(key, ".")]; now != "" {
		return fmt.Sprintf("%s is written %s", strings.Join(key, "."), now)
	}
	for n := 1; n <= len(key); n++ {
		if t, siblings := fieldAt(key[:n]); t == nil && len(siblings) > 0 {
			return fmt.Sprintf("there is no key %s; %s", strings.Join(key[:n], "."), didYouMean(key[n-1], siblings))
		}
	}
	return fmt.Sprintf("there is no key %s; delete it", strings.Join(key, "."))
}

// formerKeys are other spellings of keys, such as Devito's, and those of here.
var formerKeys = map[string]string{"nbl": "border", "dtype": "precision", "so": "space_order", "nt": "time, the length of the record in ms"}

// kindOf says what the value of a key should look like, "" when it is not known.
func kindOf(key []string) string {
	t, _ := fieldAt(key)
	switch t {
	case reflect.TypeFor[string]():
		return `a text in quotes`
	case reflect.TypeFor[float64](), reflect.TypeFor[*float64]():
		return "a number"
	case reflect.TypeFor[int](), reflect.TypeFor[*int]():
		return "a whole number"
	case reflect.TypeFor[uint64]():
		return "a whole number, 0 or more"
	case reflect.TypeFor[bool]():
		return "true or false"
	case reflect.TypeFor[[]int]():
		return "a list of whole numbers, such as [401, 301]"
	case reflect.TypeFor[[]float64]():
		return "a list of numbers, such as [10.0, 10.0]"
	}
	if t != nil && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map) {
		return "a table, such as [" + strings.Join(key, ".") + "]"
	}
	return ""
}
