package field

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNPYRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	for _, shape := range [][]int{{}, {0}, {7}, {3, 4}, {2, 3, 70000}} {
		for _, a := range []*Array{New32(shape...), New64(shape...)} {
			for i := range a.Len() {
				a.Set(i, math.Sin(float64(i)))
			}
			if err := WriteNPY(path, a); err != nil {
				t.Fatal(err)
			}
			b, err := ReadNPY(path)
			if err != nil {
				t.Fatalf("%v: %v", a, err)
			}
			if b.String() != a.String() {
				t.Fatalf("%v came back as %v", a, b)
			}
			for i := range a.Len() {
				if a.At(i) != b.At(i) {
					t.Fatalf("%v: value %d is %g, want %g", a, i, b.At(i), a.At(i))
				}
			}
			if info, _ := os.Stat(path); a.F64 != nil && info.Size()%64 != int64(8*a.Len())%64 {
				t.Errorf("%v: the values are not aligned to 64 bytes", a)
			}
		}
	}
}

// npy builds a file by hand, as other programs may write it.
func npy(header, values string) string {
	return npyMagic + "\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header + values
}

func TestNPYForms(t *testing.T) {
	for name, file := range map[string]string{
		"big endian":    npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3)}", "\x00\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05"),
		"fortran order": npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "\x00\x03\x01\x04\x02\x05"),
		"python 2":      npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2L, 3L), }\n", "\x00\x01\x02\x03\x04\x05"),
		"version 2":     npyMagic + "\x02\x00\x39\x00\x00\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}\x00\x01\x02\x03\x04\x05",
	} {
		a, err := decodeNPY(strings.NewReader(file), int64(len(file)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range 6 {
			if a.At(i) != float64(i) {
				t.Errorf("%s: value %d is %g", name, i, a.At(i))
			}
		}
	}
}

func TestNPYRejects(t *testing.T) {
	for want, file := range map[string]string{
		"signature":     "PK\x03\x04 and more",
		"version 9":     npyMagic + "\x09\x00\x00\x00",
		"cut off: an a": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000)}", "short"),
		"not possible":  npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999)}", ""),
		"c16":           npy("{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", strings.Repeat("x", 16)),
		"structured":    npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "xxxx"),
		"with 65 axes":  npy("{'descr': '<f8', 'fortran_order': False, 'shape': ("+strings.Repeat("1,", 65)+")}", "12345678"),
		"bytes is not":  npyMagic + "\x02\x00\x00\x00\x0f\x00" + strings.Repeat(" ", 1<<20),
		"header is cut": npyMagic + "\x01\x00\xff\xff{",
	} {
		_, err := decodeNPY(strings.NewReader(file), int64(len(file)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// What a file says must fit the memory, and what is no file is not waited for.
// Both files are holes, which take no room on the disk.
func TestNPYTooLargeForMemory(t *testing.T) {
	dir := t.TempDir()
	const size = int64(1) << 42 // 4 TiB: more than a machine of today has
	for name, head := range map[string]string{
		"values": npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4398046511000,), }", ""),
		"header": npyMagic + "\x02\x00\xff\xff\xff\xff",
	} {
		path := filepath.Join(dir, name+".npy")
		if err := os.WriteFile(path, []byte(head), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Skip("SKIPPED: the file system has no files of this size: ", err)
		}
		_, err := ReadNPY(path)
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "memory") && !strings.Contains(err.Error(), "header") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadNPY("/dev/zero"); err == nil || !strings.Contains(err.Error(), "device") {
		t.Errorf("/dev/zero: %v", err)
	}
	if _, err := ReadRaw(filepath.Join(dir, "values.npy"), 1<<20, 1<<20); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("raw: %v", err)
	}
}

func TestReadRaw(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.f32")
	if err := os.WriteFile(path, []byte("\x00\x00\x80\x3f\x00\x00\x00\x40"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a, err := ReadRaw(path, 2, 1); err != nil || a.At(0) != 1 || a.At(1) != 2 {
		t.Errorf("%v, %v", a, err)
	}
	for _, shape := range [][]int{{3}, {-1, 2}, {1 << 40, 1 << 40}} {
		if _, err := ReadRaw(path, shape...); err == nil {
			t.Errorf("shape %v was accepted", shape)
		}
	}
}

func FuzzNPY(f *testing.F) {
	f.Add([]byte(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }\n", "abcd")))
	f.Add([]byte(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", "abcdefgh")))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decodeNPY(bytes.NewReader(b), int64(len(b)))
		if err == nil && a.Len() != count(a.Shape) {
			t.Errorf("%d values for shape %v", a.Len(), a.Shape)
		}
	})
}
