package survey

import (
	"maps"
	"sync"
)

// inputs are the files that a configuration names.
type inputs struct {
	mu    sync.Mutex
	asked map[string]string // where they are, by the path in the configuration
	moved map[string]string // where they are in place of that
}

// Inputs are the files that a configuration names and that have been asked for by
// Resolve since it was loaded: their paths as seen from the working folder, by those in
// the configuration.
func (c *Config) Inputs() map[string]string {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	return maps.Clone(c.inputs.asked)
}

// Move says that files which the configuration names are elsewhere: their paths as seen
// from the working folder, by those in the configuration.
func (c *Config) Move(files map[string]string) {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	c.inputs.moved = files
}

// Text is the configuration as it was loaded.
func (c *Config) Text() []byte { return c.text }
