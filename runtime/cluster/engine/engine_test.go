package engine_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/azblob"
	"github.com/courant-pde/courant/runtime/cluster/store/gcs"
	"github.com/courant-pde/courant/runtime/cluster/store/s3"
)

func TestStore(t *testing.T) {
	for name, v := range map[string]struct {
		server func(*testing.T) *cloudtest.Server
		is     func(store.Store) bool
	}{
		"s3":     {cloudtest.S3, func(s store.Store) bool { _, ok := s.(*s3.Store); return ok }},
		"azblob": {cloudtest.AzureBlob, func(s store.Store) bool { _, ok := s.(*azblob.Store); return ok }},
		"gs":     {cloudtest.GoogleStorage, func(s store.Store) bool { _, ok := s.(*gcs.Store); return ok }},
	} {
		t.Run(name, func(t *testing.T) {
			v.server(t)
			s, err := engine.Store(t.Context(), name+"://bucket/some/where")
			if err != nil || !v.is(s) {
				t.Errorf("%T, %v", s, err)
			}
			if !strings.Contains(engine.Stores, name+"://") {
				t.Errorf("the help text does not name it: %s", engine.Stores)
			}
		})
	}
	s, err := engine.Store(t.Context(), filepath.Join(t.TempDir(), "store"))
	if _, ok := s.(*store.Files); !ok || err != nil {
		t.Errorf("a folder: %T, %v", s, err)
	}
	if _, err := engine.Store(t.Context(), "ftp://bucket"); err == nil || !strings.Contains(err.Error(), "azblob://, gs://, s3:// are known") {
		t.Errorf("ftp: %v", err)
	}
}

// Without a login, the error says how to get one, and soon.
func TestNoLogin(t *testing.T) {
	for _, name := range []string{"HOME", "AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1")
	for url, hint := range map[string]string{"s3://bucket": "AWS_ACCESS_KEY_ID", "azblob://bucket": "AZURE_STORAGE_ACCOUNT", "gs://bucket": "gcloud auth application-default login"} {
		if _, err := engine.Store(t.Context(), url); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
