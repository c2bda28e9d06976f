package survey

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions is the line of every key and table of a TOML file, by its dotted
// name.
type positions map[string]int

// findPositions walks a TOML file as far as it can be parsed. starts are the
// lines where an expression (a table header or a key with its value) begins.
func findPositions(data []byte) (lines positions, starts []int) {
	lines = positions{}
	var p unstable.Parser
	p.Reset(data)
	// lineAt counts on from the last place that it was asked for.
	at, line := 0, 1
	lineAt := func(offset int) int {
		if offset < at {
			at, line = 0, 1
		}
		line += bytes.Count(data[at:offset], []byte("\n"))
		at = offset
		return line
	}
	// name reads a dotted key; line is where its last part stands.
	name := func(prefix string, n *unstable.Node) (full string, line int) {
		full = prefix
		for it := n.Key(); it.Next(); {
			part := it.Node()
			full = strings.TrimPrefix(full+"."+string(part.Data), ".")
			line = lineAt(int(part.Raw.Offset))
		}
		if _, seen := lines[full]; !seen {
			lines[full] = line
		}
		return full, line
	}
	var inside func(prefix string, n *unstable.Node)
	inside = func(prefix string, n *unstable.Node) {
		if n.Kind != unstable.InlineTable {
			return
		}
		for it := n.Children(); it.Next(); {
			full, _ := name(prefix, it.Node())
			inside(full, it.Node().Value())
		}
	}
	table := ""
	for p.NextExpression() {
		n := p.Expression()
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			full, line := name("", n)
			table, starts = full, append(starts, line)
		case unstable.KeyValue:
			full, line := name(table, n)
			starts = append(starts, line)
			inside(full, n.Value())
		}
	}
	return lines, starts
}

// of is the line of a key, or of the table that misses it, or the first.
func (p positions) of(key string) int {
	for key != "" {
		if line, ok := p[key]; ok {
			return line
		}
		key = key[:max(strings.LastIndexByte(key, '.'), 0)]
	}
	return 1
}
