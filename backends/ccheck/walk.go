package ccheck

import (
	"reflect"

	"modernc.org/cc/v4"
)

// walk visits a node and all below it, in the order of the fields, which is
// alphabetical. The front end's tree has some two hundred kinds of nodes and
// no visitor; their exported fields are exactly their parts.
func walk(n cc.Node, visit func(cc.Node)) {
	v := reflect.ValueOf(n)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return
	}
	visit(n)
	v = v.Elem()
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if f := v.Field(i); v.Type().Field(i).IsExported() && (f.Kind() == reflect.Pointer || f.Kind() == reflect.Interface) && !f.IsNil() {
			if part, ok := f.Interface().(cc.Node); ok {
				walk(part, visit)
			}
		}
	}
}
