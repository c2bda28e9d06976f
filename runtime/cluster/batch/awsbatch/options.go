package awsbatch

// Options say where the elements of arrays run, and as what.
type Options struct {
	// Queue is the name of the job queue, whose machines are those of EC2. Whether they are
	// spot machines, and of which kind they are, its compute environments say.
	Queue string
	// Region is that of the queue; empty for that of the environment.
	Region string
	// Image is the container image of the workers, without an entry point.
	Image string
	// Command is what an element runs, before the arguments of its array; empty for courant.
	Command []string
	// JobRole is the ARN of the role as which the workers use the store and the queue; of a
	// run that nobody drives, the role that submits too.
	JobRole string
	// ExecutionRole is the ARN of the role that pulls the image, where that of the machines
	// may not.
	ExecutionRole string
	// LogGroup is where CloudWatch has what workers write; empty for /aws/batch/job.
	LogGroup string
}
