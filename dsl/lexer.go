package dsl

import "github.com/alecthomas/participle/v2/lexer"

// Keywords cannot be used as names.
var Keywords = []string{"operator", "import", "order", "axes", "units", "field", "wavefield", "scalar", "points", "on", "let", "def", "solve", "for", "inject", "into", "sample", "from"}

var tokens = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Comment", Pattern: `#[^\n]*`},
	{Name: "String", Pattern: `"[^"\n]*"`},
	{Name: "Number", Pattern: `(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?`},
	{Name: "Keyword", Pattern: `\b(operator|import|order|axes|units|field|wavefield|scalar|points|on|let|def|solve|for|inject|into|sample|from)\b`},
	{Name: "Ident", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
	{Name: "Op", Pattern: `\*\*|[-+*/^=(){}\[\],.]`},
	{Name: "Space", Pattern: `\s+`},
})

var symbols = tokens.Symbols()
