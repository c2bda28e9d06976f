package machine

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"time"
	"unsafe"

	"github.com/courant-pde/courant/runtime/exec/jit"
)

// Figures are the measured bounds of a machine. A gigabyte is 1e9 bytes.
type Figures struct {
	Threads  int       `json:"threads"`
	Triad    float64   `json:"triad_gb_s"`    // GB/s of a = b + s c, 12 bytes an element in fp32
	InPlace  float64   `json:"in_place_gb_s"` // GB/s of a = b + s c - a, 16 bytes an element in fp32
	L2       float64   `json:"l2_gb_s"`       // the same out of the second-level caches; 0 if their size is unknown
	L3       float64   `json:"l3_gb_s"`       // the same out of the third-level caches; 0 if there are none, or no larger ones
	FMA32    float64   `json:"fma32_gflop_s"` // GFLOP/s of multiply-adds in fp32
	FMA64    float64   `json:"fma64_gflop_s"` // GFLOP/s of multiply-adds in fp64
	Quick    bool      `json:"quick"`         // measured on smaller arrays, fewer times
	Measured time.Time `json:"measured"`
}

// Age is the time since the measurement.
func (f Figures) Age() time.Duration { return time.Since(f.Measured) }

// Best has the greater of each figure of two measurements of one machine: bounds are
// what it can do when nothing disturbs it.
func (f Figures) Best(o Figures) Figures {
	for _, v := range []struct {
		figure *float64
		other  float64
	}{{&f.Triad, o.Triad}, {&f.InPlace, o.InPlace}, {&f.L2, o.L2}, {&f.L3, o.L3}, {&f.FMA32, o.FMA32}, {&f.FMA64, o.FMA64}} {
		*v.figure = max(*v.figure, v.other)
	}
	return f
}

// String gives all figures in one line.
func (f Figures) String() string {
	text := fmt.Sprintf("%d threads: triad %.3g GB/s, in place %.3g GB/s", f.Threads, f.Triad, f.InPlace)
	if f.L3 > 0 {
		text += fmt.Sprintf(", from L3 %.3g GB/s", f.L3)
	}
	if f.L2 > 0 {
		text += fmt.Sprintf(", from L2 %.3g GB/s", f.L2)
	}
	return fmt.Sprintf("%s, multiply-add %.3g GFLOP/s fp32, %.3g GFLOP/s fp64", text, f.FMA32, f.FMA64)
}

//go:embed probe/probe.c
var probeSource string

func probeOf() jit.Source { return jit.Source{Name: "probe", C: probeSource} }

func probeFlags() jit.Flags {
	flags := jit.DefaultFlags()
	flags.Extra = []string{"-ffp-contract=fast"} // C11 mode would keep multiply and add apart
	return flags
}

// CompileProbe compiles what Measure needs for machines of a level, which have no compiler,
// as operator.CompileFor does. Errors: those of jit.NewBuilderFor and jit.Builder.Compile.
func CompileProbe(ctx context.Context, l jit.Level, folder string) error {
	b, err := jit.NewBuilderFor(l, folder)
	if err != nil {
		return err
	}
	_, err = b.Compile(ctx, probeOf(), probeFlags())
	return err
}

// probe is struct probe in probe/probe.c.
type probe struct {
	threads, elements, rounds, repetitions int64
	rate, triad                            float64
}

// Remembered gives the figures that were last measured on this machine with
// that many threads; ok is false if there are none.
func Remembered(threads int) (f Figures, ok bool) {
	cache, err := jit.OpenCache()
	if err != nil {
		return Figures{}, false
	}
	if _, ok := cache.ReadRecord(recordName(threads), &f); !ok || f.Triad <= 0 {
		return Figures{}, false
	}
	return f, true
}

// recordName is one per kind of processor, number of cores and threads.
func recordName(threads int) string {
	cpu, m := jit.HostCPU(), Describe()
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d %d", cpu.Model, cpu.Features, m.Cores, m.L3Total, threads))
	return "machine-" + hex.EncodeToString(sum[:8])
}

// Measure runs the probe on that many threads, or on one if the compiler has
// no OpenMP, and remembers the figures.
// It takes some seconds, or under one if quick. Errors: threads is not
// positive, those of jit.Build, too little memory, or ctx ended.
func Measure(ctx context.Context, threads int, quick bool) (Figures, error) {
	if threads < 1 {
		return Figures{}, fmt.Errorf("cannot measure with %d threads; give 1 or more", threads)
	}
	builder, err := jit.NewBuilder()
	if err != nil {
		return Figures{}, err
	}
	library, err := builder.Build(ctx, probeOf(), probeFlags())
	if err != nil {
		return Figures{}, err
	}
	defer library.Close()

	record := recordName(threads)
	if !builder.OpenMP() {
		threads = 1
	}
	f := Figures{Threads: threads, Quick: quick, Measured: time.Now().UTC().Truncate(time.Second)}
	here := Describe()
	size := here.arrayBytes(quick)
	sets := here.Sets(threads)
	each := func(set int64) int64 { return set / 3 &^ 4095 }
	repetitions := int64(10)
	if quick {
		repetitions = 4
	}
	for _, item := range []struct {
		entry  string
		bytes  int64 // of each array
		figure *float64
	}{
		{"probe_memory", size, &f.InPlace},
		{"probe_memory", each(sets.L2), &f.L2},
		{"probe_memory", each(sets.L3), &f.L3},
		{"probe_fma32", size, &f.FMA32},
		{"probe_fma64", size, &f.FMA64},
	} {
		if item.bytes == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return Figures{}, err
		}
		// As many bytes are moved whatever the size of the arrays.
		p := &probe{threads: int64(threads), elements: item.bytes / 4, rounds: max(1, size/item.bytes), repetitions: repetitions}
		code, err := library.Invoke(item.entry, unsafe.Pointer(p))
		if err != nil {
			return Figures{}, err
		}
		if code != 0 {
			return Figures{}, fmt.Errorf("measuring the memory needs %s, which the system refused; free some memory or raise its limit", formatBytes(3*size))
		}
		*item.figure = p.rate / 1e9
		if f.Triad == 0 {
			f.Triad = p.triad / 1e9 // of the first, which is the memory
		}
	}
	// Figures that cannot be remembered are measured again next time.
	_ = builder.Cache.WriteRecord(record, f)
	return f, nil
}

// arrayBytes is the size of each of the probe's three arrays: well beyond the
// last cache, quickly only together, and well within the memory.
func (m Machine) arrayBytes(quick bool) int64 {
	size := max(256<<20, 4*m.L3Total)
	if quick {
		size = max(64<<20, m.L3Total)
	}
	if m.Available > 0 {
		size = min(size, m.Available/8)
	}
	return max(size, 1<<20) &^ 4095
}
