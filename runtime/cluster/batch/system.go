package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// System is a batch system that runs arrays of jobs: Slurm, Kubernetes, the batch
// service of a cloud. Arrays makes a Batch of one, and package systemtest tests it.
//
// A system only begins workers and knows when they are over. What a worker has to do
// and what came of it goes through a store, so that nothing has to reach a worker, nor
// a worker whoever submitted it.
type System interface {
	// Most is how many elements an array may have.
	Most() int
	// Submit hands an array to the system and returns the system's name for it. An array
	// whose Name the system has already is the same array, where it knows names; where
	// it does not, the same tasks are carried out twice, which costs time alone.
	Submit(ctx context.Context, a Array) (id string, err error)
	// Ended tells which elements are over as far as the system knows, and how in its
	// words. Of an array that it does not know, or no more, all are.
	Ended(ctx context.Context, a Array) (map[int]string, error)
	// LastWords is the end of what an element wrote; "" where that cannot be had.
	LastWords(ctx context.Context, a Array, index int) string
	// Cancel ends an element, or all of them when the index is -1. That it has ended is no
	// error.
	Cancel(ctx context.Context, a Array, index int) error
	// Forget removes what the system keeps of an array whose tasks are all done. An array
	// of which tasks failed is not forgotten, so that it can be looked at.
	Forget(ctx context.Context, a Array) error
}

// Doubter is a System that can tell why elements do not begin, such as that no node is
// large enough, or that there is no such image. Each reason is told once, with what to
// look at.
type Doubter interface {
	Doubts(ctx context.Context, a Array) ([]string, error)
}

// Array is a set of tasks that a system runs, each by a worker of its own: an element.
type Array struct {
	Name        string            `json:"name"` // letters a-z, digits and -, at most 50
	ID          string            `json:"id"`   // the system's own name for it, once it is submitted
	Size        int               `json:"size"`
	Needs       Resources         `json:"needs"`    // of an element
	Attempts    int               `json:"attempts"` // how often the system begins an element whose worker dies, at most
	Submits     bool              `json:"submits"`  // its workers submit arrays themselves: those of a run that nobody drives
	Arguments   []string          `json:"-"`        // of the program courant, for every element
	Environment map[string]string `json:"-"`        // for every element, with the array's name; see Element
}

// Variables of an element's environment.
const (
	ArrayVariable = "COURANT_ARRAY" // name of its array; Arrays sets it
	IndexVariable = "COURANT_INDEX" // its index, from 0; the system sets it
	// IndexFromVariable names a variable of the system's own that has the index, where a
	// system cannot set IndexVariable.
	IndexFromVariable = "COURANT_INDEX_FROM"
)

// Element tells a worker which element of which array it is, from its environment; ok
// is false when it is none. Errors: an index that is none.
func Element() (array string, index int, ok bool, err error) {
	if array = os.Getenv(ArrayVariable); array == "" {
		return "", 0, false, nil
	}
	name := IndexVariable
	if other := os.Getenv(IndexFromVariable); other != "" && os.Getenv(name) == "" {
		name = other
	}
	index, err = strconv.Atoi(os.Getenv(name))
	if err != nil || index < 0 {
		return "", 0, false, fmt.Errorf("the batch system gives %s=%q, which is no index of an element", name, os.Getenv(name))
	}
	return array, index, true, nil
}

// Leaving is the exit code of a worker that was told to leave before its task was
// done: a system that knows exit codes begins it again. It is EX_TEMPFAIL of sysexits.h.
const Leaving = 75

// ErrLeaving is the error of a task whose worker was told to leave: the task is no
// worse for it, and goes on elsewhere.
var ErrLeaving = errors.New("the worker was told to leave")
