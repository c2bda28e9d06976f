package segy_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// The records of a shot are written as SEG-Y and read back with their places.
func Example() {
	folder, err := os.MkdirTemp("", "segy")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	records := field.New32(100, 2) // samples, receivers
	records.Set(records.Offset(50, 1), 0.5)
	path := filepath.Join(folder, "shot.sgy")
	err = segy.Write(path, segy.Gather{
		Interval: 2, Number: 1, Source: segy.Place{X: 400, Depth: 10}, // ms, m
		Receivers: []segy.Place{{X: 100}, {X: 150}}, Records: records,
	})
	if err != nil {
		panic(err)
	}
	file, err := segy.Open(path, segy.Reading{})
	if err != nil {
		panic(err)
	}
	for i, shot := range file.Shots {
		samples, err := file.Records(i) // as they were written
		if err != nil {
			panic(err)
		}
		fmt.Println("record", shot.Record, "source", shot.Source, "every", file.Interval, "ms")
		for k, trace := range shot.Traces {
			fmt.Println("receiver", trace.Receiver, trace.Samples, "samples, number 50 is", samples.At(samples.Offset(50, k)))
		}
	}
	// Output:
	// record 1 source {400 0 10} every 2 ms
	// receiver {100 0 0} 100 samples, number 50 is 0
	// receiver {150 0 0} 100 samples, number 50 is 0.5
}
