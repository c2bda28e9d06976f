package deploy

import (
	"embed"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

//go:embed *.tf
var files embed.FS

// terraform writes a file with the options as defaults of its variables.
func terraform(file string) func(io.Writer, Options) error {
	return func(w io.Writer, o Options) error {
		text, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		values := map[string]cty.Value{"minutes": cty.NumberIntVal(int64(o.Every.Minutes()))}
		for variable, text := range map[string]string{"name": o.Name, "image": o.Image, "store": o.Store, "bucket": o.bucket(), "prefix": o.prefix(), "region": o.Region, "project": o.Project} {
			values[variable] = cty.StringVal(text)
		}
		return fill(w, file, text, values)
	}
}

// fill gives variables of a file their values, as far as it has them.
func fill(w io.Writer, name string, text []byte, values map[string]cty.Value) error {
	f, faults := hclwrite.ParseConfig(text, name, hcl.InitialPos)
	if faults.HasErrors() {
		return faults
	}
	for _, variable := range slices.Sorted(maps.Keys(values)) {
		if b := f.Body().FirstMatchingBlock("variable", []string{variable}); b != nil {
			b.Body().SetAttributeValue("default", values[variable])
		}
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
