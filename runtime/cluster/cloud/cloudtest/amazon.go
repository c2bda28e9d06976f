package cloudtest

import (
	"os"
	"path/filepath"
	"testing"
)

func amazon(address string) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": "http://" + address, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "courant", "AWS_SECRET_ACCESS_KEY": "courant-secret",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	}
}

// S3 runs an S3 server over a folder, versitygw, with the bucket "bucket".
func S3(t *testing.T) *Server {
	t.Helper()
	path := program(t, "versitygw", "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0")
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "bucket"), 0o755); err != nil {
		t.Fatal(err)
	}
	address, _, _ := free(t)
	s := &Server{address, amazon}
	return s.start(t, path, "--access", "courant", "--secret", "courant-secret", "--port", address, "posix", root)
}

// Moto runs a server that speaks as many of Amazon's services do, with the bucket
// "bucket".
func Moto(t *testing.T) *Server {
	t.Helper()
	path := program(t, "moto_server", "pip install 'moto[server]'")
	address, host, port := free(t)
	s := (&Server{address, amazon}).start(t, path, "-H", host, "-p", port)
	request(t, "PUT", "http://"+address+"/bucket", "")
	return s
}
