package abi_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/backends/abi"
)

// value is a number in half precision by its definition (IEEE 754, 3.4).
func value(h abi.Half) float64 {
	exponent, fraction := int(h>>10&31), float64(h&1023)/1024
	sign := 1.0
	if h&0x8000 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -14)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1+fraction, exponent-15)
}

func TestHalvesAreWhatTheStandardSays(t *testing.T) {
	for i := range 1 << 16 {
		h := abi.Half(i)
		want := value(h)
		got := float64(h.Widen())
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (i >= 1<<15) {
			t.Fatalf("%#x is %g, want %g", i, got, want)
		}
		if h.IsFinite() != (want-want == 0) {
			t.Fatalf("%#x: finite is %t", i, h.IsFinite())
		}
		if back := abi.Narrow(h.Widen()); back != h && !math.IsNaN(want) {
			t.Fatalf("%#x came back as %#x", i, back)
		}
	}
}

// Between each pair of neighbours: what lies a bit below the middle goes down, a bit
// above it up, and the middle itself to the even one.
func TestNarrowRoundsToTheNearestAndToEven(t *testing.T) {
	for i := range 0x7c00 {
		low, high := float64(abi.Half(i).Widen()), 0.0
		if high = float64(abi.Half(i + 1).Widen()); i+1 == 0x7c00 {
			high = 65536 // where the next number would be
		}
		middle := float32((low + high) / 2) // exact: it needs one bit more
		even := abi.Half(i + i&1)
		for _, c := range []struct {
			v    float32
			want abi.Half
		}{
			{middle, even}, {math.Nextafter32(middle, 0), abi.Half(i)}, {math.Nextafter32(middle, 1e9), abi.Half(i + 1)},
		} {
			if got := abi.Narrow(c.v); got != c.want {
				t.Fatalf("%g became %#x, want %#x", c.v, got, c.want)
			}
			if got := abi.Narrow(-c.v); got != c.want|0x8000 {
				t.Fatalf("%g became %#x, want %#x", -c.v, got, c.want|0x8000)
			}
		}
	}
	if abi.Narrow(math.MaxFloat32) != 0x7c00 || abi.Narrow(float32(math.Inf(-1))) != 0xfc00 || abi.Narrow(float32(math.NaN())).IsFinite() {
		t.Error("what half precision cannot hold has to become an infinity, or stay none")
	}
}

// C and Go convert alike, so that all backends give the same bits.
func TestCConvertsAlike(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler, which compiles the header's conversions")
	}
	const step = 9973 // of the bits of floats that are tried
	source := fmt.Sprintf(`#include <stdio.h>
#include %q
int main(void)
{
  for (uint32_t i = 0; i < 65536; ++i) {
    const float v = courant_widen((courant_half)i);
    fwrite(&v, 4, 1, stdout);
  }
  for (uint64_t i = 0; i < UINT64_C(1) << 32; i += %d) {
    union { uint32_t bits; float value; } of = {(uint32_t)i};
    const courant_half h = courant_narrow(of.value);
    fwrite(&h, 2, 1, stdout);
  }
  return 0;
}
`, abi.HeaderName, step)
	dir := t.TempDir()
	for name, text := range map[string]string{abi.HeaderName: abi.Header, "half.c": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "half")
	if out, err := exec.Command(cc, "-std=c11", "-O2", "-o", program, filepath.Join(dir, "half.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint32(1 << 16) {
		got := math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:]))
		if want := abi.Half(i).Widen(); math.Float32bits(got) != math.Float32bits(want) {
			t.Fatalf("C widens %#x to %g, Go to %g", i, got, want)
		}
	}
	out = out[4<<16:]
	for i := uint64(0); i < 1<<32; i += step {
		v := math.Float32frombits(uint32(i))
		if got := abi.Half(binary.LittleEndian.Uint16(out)); got != abi.Narrow(v) {
			t.Fatalf("C narrows %g (%#x) to %#x, Go to %#x", v, i, got, abi.Narrow(v))
		}
		out = out[2:]
	}
}
