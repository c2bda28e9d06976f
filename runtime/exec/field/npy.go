package field

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/machine"
)

const npyMagic = "\x93NUMPY"

// What a header may take, in bytes, and the axes that it may give: a hundred
// times what NumPy writes.
const (
	mostHeader = 1 << 16
	mostAxes   = 64
)

// ReadNPY reads a NumPy .npy file, versions 1 to 3. Floats of 4 and 8 bytes
// keep their precision, integers and booleans become float64; both byte
// orders and both memory orders are read. Format:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//
// Errors: the file is none, is cut off, or holds more than there is memory.
func ReadNPY(path string) (*Array, error) {
	// A pipe would be waited for, a device has no end.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a folder, a pipe or a device, not a .npy file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	a, err := decodeNPY(bufio.NewReaderSize(f, 1<<20), info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

var (
	npyDescr   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape'\s*:\s*\(([0-9,\sL]*)\)`)
)

// decodeNPY reads a file of size bytes. Nothing is allocated that the file
// does not fill.
func decodeNPY(r io.Reader, size int64) (*Array, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:6]) != npyMagic {
		return nil, fmt.Errorf("this is not a .npy file: it does not start with the NumPy signature (raw numbers need a shape: see `courant shot --help`)")
	}
	var length int64
	switch head[6] {
	case 1:
		var n uint16
		if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
			return nil, fmt.Errorf("the .npy header is cut off")
		}
		length = int64(n) + 2
	case 2, 3:
		var n uint32
		if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
			return nil, fmt.Errorf("the .npy header is cut off")
		}
		length = int64(n) + 4
	default:
		return nil, fmt.Errorf("version %d of the .npy format is not known; save it with numpy.save", head[6])
	}
	text := length - 2
	if head[6] > 1 {
		text = length - 4
	}
	if text > size {
		return nil, fmt.Errorf("the .npy header is cut off")
	}
	if text > mostHeader {
		return nil, fmt.Errorf("a .npy header of %d bytes is not possible: one plain array needs a hundred", text)
	}
	header := make([]byte, text)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("the .npy header is cut off")
	}
	descr, fortran, shape := npyDescr.FindSubmatch(header), npyFortran.FindSubmatch(header), npyShape.FindSubmatch(header)
	if descr == nil || fortran == nil || shape == nil {
		return nil, fmt.Errorf("the .npy header %q is not understood; structured types are not supported, save one plain array", bytes.TrimSpace(header))
	}
	a := &Array{Shape: []int{}}
	n := int64(1)
	for _, word := range strings.Split(string(shape[1]), ",") {
		word = strings.TrimSuffix(strings.TrimSpace(word), "L")
		if word == "" {
			continue
		}
		extent, err := strconv.ParseInt(word, 10, 64)
		if err != nil || extent < 0 || (extent > 0 && n > math.MaxInt64/16/extent) {
			return nil, fmt.Errorf("the shape (%s) is not possible", shape[1])
		}
		n *= extent
		a.Shape = append(a.Shape, int(extent))
	}
	if len(a.Shape) > mostAxes {
		return nil, fmt.Errorf("an array with %d axes is not possible; at most %d", len(a.Shape), mostAxes)
	}
	width, convert, err := npyType(string(descr[1]))
	if err != nil {
		return nil, err
	}
	if have := size - 8 - length; have < n*int64(width) {
		return nil, fmt.Errorf("the file is cut off: an array of shape %s has %d bytes, the file %d", ShapeString(a.Shape), n*int64(width), have)
	}
	single := descr[1][1] == 'f' && width == 4
	need := 8 * float64(n)
	if single {
		need /= 2
	}
	if string(fortran[1]) == "True" {
		need *= 2 // it is turned around beside itself
	}
	if err := machine.Room(need); err != nil {
		return nil, fmt.Errorf("an array of shape %s: %w", ShapeString(a.Shape), err)
	}
	if single {
		a.F32 = make([]float32, n)
	} else {
		a.F64 = make([]float64, n)
	}
	chunk := make([]byte, min(n, 1<<17)*int64(width))
	for at := int64(0); at < n; {
		k := min(n-at, 1<<17)
		if _, err := io.ReadFull(r, chunk[:k*int64(width)]); err != nil {
			return nil, fmt.Errorf("reading the values: %w", err)
		}
		for i := range k {
			v := convert(chunk[i*int64(width):])
			if single {
				a.F32[at+i] = float32(v)
			} else {
				a.F64[at+i] = v
			}
		}
		at += k
	}
	if string(fortran[1]) == "True" {
		a = a.fromFortran()
	}
	return a, nil
}

// npyType gives the bytes of a number and how to read one.
func npyType(descr string) (width int, convert func([]byte) float64, err error) {
	unsupported := fmt.Errorf("numbers of type %q are not supported; save the array as float32 or float64", descr)
	if len(descr) < 3 {
		return 0, nil, unsupported
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	switch descr[1:] {
	case "f4":
		return 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, nil
	case "f8":
		return 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, nil
	case "b1", "u1":
		return 1, func(b []byte) float64 { return float64(b[0]) }, nil
	case "i1":
		return 1, func(b []byte) float64 { return float64(int8(b[0])) }, nil
	case "i2":
		return 2, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }, nil
	case "u2":
		return 2, func(b []byte) float64 { return float64(order.Uint16(b)) }, nil
	case "i4":
		return 4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }, nil
	case "u4":
		return 4, func(b []byte) float64 { return float64(order.Uint32(b)) }, nil
	case "i8":
		return 8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }, nil
	case "u8":
		return 8, func(b []byte) float64 { return float64(order.Uint64(b)) }, nil
	}
	return 0, nil, unsupported
}

// fromFortran gives the array in C order whose values stand in Fortran order.
func (a *Array) fromFortran() *Array {
	out := &Array{Shape: a.Shape}
	if a.F32 != nil {
		out.F32 = make([]float32, len(a.F32))
	} else {
		out.F64 = make([]float64, len(a.F64))
	}
	for i := range a.Len() {
		index, from, stride := out.Index(i), 0, 1
		for k, n := range a.Shape {
			from += index[k] * stride
			stride *= n
		}
		out.Set(i, a.At(from))
	}
	return out
}

// WriteNPY writes an array as a .npy file, version 1, little endian. The file
// appears whole or not at all.
func WriteNPY(path string, a *Array) error {
	kind := "<f4"
	if a.F64 != nil {
		kind = "<f8"
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, ShapeString(a.Shape))
	// The values start at a multiple of 64 bytes, the header ends in a newline.
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	return writeFile(path, func(w io.Writer) error {
		head := append([]byte(npyMagic), 1, 0)
		head = binary.LittleEndian.AppendUint16(head, uint16(len(header)))
		if _, err := w.Write(append(head, header...)); err != nil {
			return err
		}
		return writeValues(w, a)
	})
}

func writeValues(w io.Writer, a *Array) error {
	buffer := make([]byte, 0, 1<<16)
	for i := range a.Len() {
		if a.F64 != nil {
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(a.F64[i]))
		} else {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(a.F32[i]))
		}
		if len(buffer) == cap(buffer) {
			if _, err := w.Write(buffer); err != nil {
				return err
			}
			buffer = buffer[:0]
		}
	}
	_, err := w.Write(buffer)
	return err
}

// writeFile writes beside path and renames, so that no reader sees half a
// file and a full disk leaves the old one.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// ReadRaw reads little-endian float32 numbers without a header. The file must
// have exactly the numbers of the shape.
func ReadRaw(path string, shape ...int) (*Array, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	n := int64(1)
	for _, s := range shape {
		if s < 1 || n > math.MaxInt64/8/int64(s) {
			return nil, fmt.Errorf("%s: the shape %s is not possible", path, ShapeString(shape))
		}
		n *= int64(s)
	}
	if info.Size() != 4*n {
		return nil, fmt.Errorf("%s has %d bytes, but shape %s in float32 needs %d; check the shape", path, info.Size(), ShapeString(shape), 4*n)
	}
	if err := machine.Room(8 * float64(n)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if int64(len(b)) != 4*n {
		return nil, fmt.Errorf("%s changed while it was read", path)
	}
	a := New32(shape...)
	for i := range a.F32 {
		a.F32[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return a, nil
}
