package queue_test

import (
	"context"
	"fmt"
	"log"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// A message is leased to its taker. It comes again until it is acknowledged.
func Example() {
	ctx := context.Background()
	var q queue.Queue = queue.NewMemory(queue.Lease) // or queue.Connect(ctx, "nats://host:4222", queue.Lease)
	defer q.Close()
	if err := q.Send(ctx, "tasks", []byte("shot 7")); err != nil {
		log.Fatal(err)
	}
	for {
		m, err := q.Receive(ctx, "tasks")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(m.Data), "attempt", m.Attempt)
		if m.Attempt < 2 {
			m.Nak(0) // it failed: again, at once
			continue
		}
		fmt.Println(m.Ack())
		break
	}
	fmt.Println(q.Count(ctx, "tasks"))
	// Output:
	// shot 7 attempt 1
	// shot 7 attempt 2
	// <nil>
	// 0 <nil>
}
