package operator

import (
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// applied runs an operator of the library and leaves its run open until the
// test ends.
func applied(t *testing.T, name string, order int, backend backends.Target, a Arguments) *Run {
	t.Helper()
	op, err := Load(t.Context(), "../../../testdata/operators/"+name+".pde", codegen.Options{
		Dim: len(a.Shape), SpaceOrder: order, Precision: signature.F64, Target: backend})
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

// Tilted and elastic waves in the plane, made by Devito: its weights have 9
// digits, which explains some 1e-8; its axes are called x and y.
func TestSystemsAgainstDevito(t *testing.T) {
	for _, v := range []struct {
		operator, name, model string
		fields                []string
		suffix                string
		records, levels       map[string]string
	}{
		{"tti", "tti2d_so4_f64", "tti2d_f64", []string{"damp", "epsilon", "delta", "theta"}, "_pml_so8",
			map[string]string{"rec": "rec"}, map[string]string{"u": "ulast", "v": "vlast"}},
		{"elastic", "elastic2d_so4_f64", "elastic2d_f64", []string{"b", "lam", "mu", "damp"}, "_pml",
			map[string]string{"rec1": "rec1", "rec2": "rec2"},
			map[string]string{"v_x": "v_x_last", "v_z": "v_y_last", "tau_xx": "tau_xx_last", "tau_xz": "tau_xy_last", "tau_zz": "tau_yy_last"}},
	} {
		ref := loadReference(t, v.name)
		a := Arguments{Shape: ref.Shape, Spacing: ref.Spacing, Origin: ref.Origin, Steps: ref.Steps, Dt: ref.Dt, Fields: map[string]*field.Array{},
			Points: map[string]Points{"src": {At: readReference(t, v.model+"_src_xyz"), Traces: ricker(ref.Peak, ref.Dt, ref.Steps)}}}
		for _, f := range v.fields {
			a.Fields[f] = readReference(t, v.model+"_"+f+v.suffix)
		}
		if v.operator == "tti" {
			a.Fields["m"] = squaredSlowness(readReference(t, v.model+"_vp"+v.suffix))
		}
		for rec := range v.records {
			a.Points[rec] = Points{At: readReference(t, v.model+"_rec_xyz")}
		}
		for target, backend := range map[string]backends.Target{"c": c.Target{}, "interp": nil} {
			t.Run(v.operator+" "+target, func(t *testing.T) {
				run := applied(t, v.operator, ref.Order, backend, a)
				compare := func(what string, got *field.Array, want string) {
					d := difference(t, got, readReference(t, v.name+"_"+want))
					t.Logf("%s differs by %.2g", what, d)
					if !(d < 1e-7) {
						t.Errorf("%s differs by %g", what, d)
					}
				}
				for name, want := range v.records {
					compare(name, run.Traces(name), want)
				}
				for name, want := range v.levels {
					compare(name, run.Field(name), want)
				}
			})
		}
	}
}
