package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
)

// Nothing that is read as an object does harm, and what is taken is what was
// written.
func FuzzDecode(f *testing.F) {
	for _, form := range []Form{{}, {Single: true}, {Compressed: true}} {
		data, err := io.ReadAll((&Object{Tasks: 2, Value: 1, Values: []float64{1, 2, 3}, text: []byte("text")}).encode("key", form))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := decode("key", bytes.NewReader(data), mostNumbers)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		again, err := io.ReadAll(g.encode("key", Form{}))
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decode("key", bytes.NewReader(again), mostNumbers); err != nil || len(back.Values) != len(g.Values) || back.Tasks != g.Tasks || !bytes.Equal(back.text, g.text) {
			t.Errorf("%+v, %v", back, err)
		}
	})
}

// A state of any text and numbers, under a right checksum, is refused as damaged, or
// is one that a run can go on from.
func FuzzState(f *testing.F) {
	s, err := toy{3}.Begin(&Object{Tasks: 2, Values: []float64{1, 2, 3, 4, 5, 6, 7}})
	if err != nil {
		f.Fatal(err)
	}
	for range 3 {
		data, err := encodeState("seed", s)
		if err != nil {
			f.Fatal(err)
		}
		g, err := decode("seed", data, mostNumbers)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(g.text), len(g.Values))
		if s, err = (toy{}).Next(s, (toy{}).of(Task{Version: 1}, s)); err != nil {
			f.Fatal(err)
		}
	}
	for _, text := range []string{``, `null`, `{}`, `{"lengths":[9223372036854775807,-5,0,0,0],"state":{}}`, `{"lengths":[],"state":null}`, `{"lengths":[7,7,7,7,7],"state":{"Optimiser":null,"Left":1,"Of":2}}`} {
		f.Add(text, 7)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		g := &Object{text: []byte(text), Values: make([]float64, min(max(n, 0), 200))}
		s := newToy(nil, 1, 1).New()
		if err := decodeState(g, s); err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		if s.Over() {
			return
		}
		if _, err := (toy{}).Next(s, (toy{}).of(Task{Version: 1}, s)); err != nil {
			t.Error(err)
		}
	})
}

// Messages are read or refused; what is read names a task that there may be.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{"", "{}", `{"run":"runs/a","version":1,"place":2}`, `{"run":"../a"}`, `{"run":"a","place":-1}`, `{"run":"a","version":1e99}`, `{"cancelled":true}`, `{"version":3,"summed":true}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = readNews(text) // which are looked up
		if a, err := readArrival(text); err == nil {
			r := &Run{Name: a.Run}
			key := r.nodeKey(a.Version, 0, a.Place)
			if v, _, ok := r.split(key); !ok || v != a.Version {
				t.Errorf("%+v stands for %s", a, key)
			}
		}
		_, err := ReadJournal(bytes.NewReader(text))
		if err != nil && json.Valid(text) {
			t.Error(err)
		}
	})
}
