package cloudtest

import (
	"testing"

	"cloud.google.com/go/pubsub/v2/pstest"
)

// GoogleStorage runs a server that speaks as Google Cloud Storage does, fake-gcs-server,
// with the bucket "bucket".
func GoogleStorage(t *testing.T) *Server {
	t.Helper()
	path := program(t, "fake-gcs-server", "go install github.com/fsouza/fake-gcs-server@v1.56.1")
	address, host, port := free(t)
	s := &Server{address, func(address string) map[string]string {
		return map[string]string{"STORAGE_EMULATOR_HOST": address}
	}}
	s.start(t, path, "-scheme", "http", "-host", host, "-port", port, "-public-host", address, "-backend", "memory", "-log-level", "error")
	request(t, "POST", "http://"+address+"/storage/v1/b?project=test", `{"name": "bucket"}`)
	return s
}

// PubSub runs a server within this process that speaks as Google Cloud Pub/Sub does.
func PubSub(t *testing.T) {
	t.Helper()
	s := pstest.NewServer()
	t.Cleanup(func() { _ = s.Close() })
	t.Setenv("PUBSUB_EMULATOR_HOST", s.Addr)
}
