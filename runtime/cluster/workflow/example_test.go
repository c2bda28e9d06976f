package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

// descent is an algorithm of one's own: steps along gradients.
type descent struct{}

// point is its state. Arrays are stored as numbers, all other fields as JSON.
type point struct {
	X    []float64 `json:"-"`
	Step float64
	Left int // iterations
}

func (p *point) Over() bool           { return p.Left == 0 }
func (p *point) Tasks() int           { return 4 }
func (p *point) Seconds() float64     { return 0 }
func (p *point) Arrays() []*[]float64 { return []*[]float64{&p.X} }
func (p *point) Check() error {
	if len(p.X) != 1 {
		return errors.New("one unknown is wanted")
	}
	return nil
}

func (descent) Begin(light *workflow.Object) (workflow.State, error) {
	return &point{X: []float64{0}, Step: 0.5 / light.Values[0], Left: 3}, nil
}

func (descent) Next(s workflow.State, sum *workflow.Object) (workflow.State, error) {
	p := s.(*point)
	p.X[0] -= p.Step * sum.Values[0]
	p.Left--
	return p, nil
}

// Each of four tasks has a parabola with its minimum at the task's number; that of
// their sum is at 1.5. Version 0 sums the second derivatives, which say how long steps
// are; all later versions sum values and derivatives.
func ExampleDrive() {
	ctx := context.Background()
	r := &workflow.Run{Store: store.NewMemory(), Name: "runs/parabolas", Shots: 4, Algorithm: descent{}, New: func() workflow.State { return &point{} }}
	b := batch.NewLocal(2, func(ctx context.Context, t workflow.Task) error {
		g := &workflow.Object{Tasks: 1, Values: []float64{1}}
		if t.Version > 0 {
			s, err := r.State(ctx, t.Version)
			if err != nil {
				return err
			}
			d := s.(*point).X[0] - float64(t.Place)
			g.Value, g.Values[0] = d*d/2, d
		}
		return r.Submit(ctx, t, 4, g)
	})
	defer b.Close()
	if err := workflow.Drive(ctx, r, b, workflow.Options{}); err != nil {
		log.Fatal(err)
	}
	err := r.Each(ctx, 1, func(version int, s workflow.State) error {
		fmt.Println(version, s.(*point).X[0])
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 0
	// 2 0.75
	// 3 1.125
	// 4 1.3125
}
