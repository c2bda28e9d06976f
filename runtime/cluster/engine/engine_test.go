package engine_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
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

func TestQueue(t *testing.T) {
	for url, server := range map[string]func(*testing.T){
		"nats":                           func(t *testing.T) {},
		"sqs://courant?region=eu-west-1": func(t *testing.T) { cloudtest.Moto(t) },
		"azqueue://" + cloudtest.AzureAccount + "/courant": func(t *testing.T) { cloudtest.AzureQueue(t) },
		"pubsub://project/courant":                         cloudtest.PubSub,
	} {
		scheme, _ := engine.Scheme(url)
		t.Run(scheme, func(t *testing.T) {
			if server(t); url == "nats" {
				s, err := queue.StartServer(t.TempDir(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				url = s.URL()
			}
			q, err := engine.Queue(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer q.Close()
			if err := q.Send(t.Context(), "tasks", []byte("a")); err != nil {
				t.Fatal(err)
			}
			m, err := q.Receive(t.Context(), "tasks")
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Ack(); err != nil || string(m.Data) != "a" || m.Lease != queue.Lease {
				t.Errorf("%q, lease %v, %v", m.Data, m.Lease, err)
			}
			if !strings.Contains(engine.Queues, scheme+"://") {
				t.Errorf("the help text does not name it: %s", engine.Queues)
			}
		})
	}
	if _, err := engine.Queue(t.Context(), "amqp://secret@host"); err == nil || !strings.Contains(err.Error(), "azqueue://, nats://, pubsub://, sqs://, tls:// are known") || strings.Contains(err.Error(), "secret") {
		t.Errorf("amqp: %v", err)
	}
}

// Without a login, the error says how to get one, and soon.
func TestNoLogin(t *testing.T) {
	for _, name := range []string{"HOME", "AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1")
	const google = "gcloud auth application-default login"
	for url, hint := range map[string]string{"s3://bucket": "AWS_ACCESS_KEY_ID", "azblob://bucket": "AZURE_STORAGE_ACCOUNT", "gs://bucket": google} {
		if _, err := engine.Store(t.Context(), url); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %v", url, err)
		}
	}
	for url, hint := range map[string]string{"sqs://courant": "AWS_ACCESS_KEY_ID", "pubsub://project/courant": google} {
		if _, err := engine.Queue(t.Context(), url); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A batch system is opened by its URL, and what is misspelt there is told.
func TestSystem(t *testing.T) {
	for url, want := range map[string]string{
		"slurm":                           "",
		"slurm:?option=--partition=long":  "",
		"slurm:?options=--partition=long": `there is no "options"; it has option`,
		"slum":                            "is no batch system; awsbatch, kubernetes, slurm",
		"awsbatch://queue?image=b&region=eu-west-1": "",
		"awsbatch://?image=b":                       "give the job queue",
		"kubernetes://a?spot=yes":                   "spot=yes is not possible: it is true or false",
		"kubernetes://a?grace=30":                   "grace=30 is not possible",
		"kubernetes://a?imgae=b":                    `there is no "imgae"`,
		"kubernetes://a?image=b&image=c":            "image is given 2 times",
		"kubernetes://a?node=large":                 "it is NAME=VALUE",
		"kubernetes://a":                            "give the container image",
		"kubernetes://a?image=b&context=c":          "context",
	} {
		t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
		s, err := engine.System(t.Context(), url, t.TempDir())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || err == nil && s == nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
