package access_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/access"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// fault is what failed and why, "" when all was well.
func fault(all []access.Finding) string {
	var out []string
	for _, f := range all {
		if f.Err != nil {
			out = append(out, f.What+": "+f.Err.Error())
		}
	}
	return strings.Join(out, "\n")
}

func well(t *testing.T, all []access.Finding, trials int) {
	t.Helper()
	if text := fault(all); text != "" || len(all) != trials {
		t.Errorf("%d trials, want %d; %s", len(all), trials, text)
	}
}

func TestStores(t *testing.T) {
	files, err := store.OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]store.Store{"files": files, "memory": store.NewMemory()} {
		t.Run(name, func(t *testing.T) {
			well(t, access.Store(t.Context(), s), 6)
			if keys, err := s.List(t.Context(), ""); err != nil || len(keys) > 0 {
				t.Errorf("it left %q, %v", keys, err)
			}
		})
	}
	for url, server := range map[string]func(*testing.T) *cloudtest.Server{"s3://bucket/a": cloudtest.S3, "azblob://bucket/a": cloudtest.AzureBlob, "gs://bucket/a": cloudtest.GoogleStorage} {
		t.Run(url, func(t *testing.T) {
			server(t)
			s, err := engine.Store(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			well(t, access.Store(t.Context(), s), 6)
			well(t, access.Clock(t.Context(), s.(interface{ Server() string }).Server()), 1)
		})
	}
}

// broken is a store that fails as its functions say.
type broken struct {
	store.Store
	create func(s store.Store, ctx context.Context, key string, data io.Reader) error
	open   error
	remove error
	list   error
}

func (b *broken) Create(ctx context.Context, key string, data io.Reader) error {
	if b.create != nil {
		return b.create(b.Store, ctx, key, data)
	}
	return b.Store.Create(ctx, key, data)
}

func (b *broken) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if b.open != nil {
		return nil, b.open
	}
	return b.Store.Open(ctx, key)
}

func (b *broken) List(ctx context.Context, prefix string) ([]string, error) {
	if b.list != nil {
		return nil, b.list
	}
	return b.Store.List(ctx, prefix)
}

func (b *broken) Delete(ctx context.Context, key string) error {
	if b.remove != nil {
		return b.remove
	}
	return b.Store.Delete(ctx, key)
}

func TestWhatIsMissingInAStore(t *testing.T) {
	refused := errors.New("access denied")
	for _, v := range []struct {
		name, want string
		of         *broken
	}{
		{"no right to write", "write: access denied", &broken{create: func(store.Store, context.Context, string, io.Reader) error { return refused }}},
		{"no right to read", "read: access denied", &broken{open: refused}},
		{"no right to list", "list: access denied", &broken{list: refused}},
		{"no right to delete", "delete: access denied", &broken{remove: refused}},
		{"the last writer wins", "8 of 8 writers of one object", &broken{create: func(s store.Store, ctx context.Context, key string, data io.Reader) error {
			_ = s.Delete(ctx, key)
			_ = s.Create(ctx, key, data)
			return nil
		}}},
		{"something changes objects", "came back as", &broken{create: func(s store.Store, ctx context.Context, key string, _ io.Reader) error {
			return s.Create(ctx, key, strings.NewReader("other"))
		}}},
	} {
		t.Run(v.name, func(t *testing.T) {
			v.of.Store = store.NewMemory()
			if text := fault(access.Store(t.Context(), v.of)); !strings.Contains(text, v.want) {
				t.Errorf("want %q, got %q", v.want, text)
			}
		})
	}
}

// A trial that hangs ends, and says why that may be.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &broken{Store: store.NewMemory(), create: func(_ store.Store, ctx context.Context, _ string, _ io.Reader) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		if text := fault(access.Store(t.Context(), s)); !strings.Contains(text, "no answer within 30s; is there a way through the network") {
			t.Errorf("got %q", text)
		}
	})
}

// deaf is a queue that takes messages and gives none.
type deaf struct{ queue.Queue }

func (deaf) Receive(ctx context.Context, _ string) (*queue.Message, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestQueues(t *testing.T) {
	server, err := queue.StartServer(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	q, err := engine.Queue(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	// What another one left does not confuse it.
	if err := q.Send(t.Context(), "doctor", []byte("another")); err != nil {
		t.Fatal(err)
	}
	well(t, access.Queue(t.Context(), q), 3)
	t.Run("sqs", func(t *testing.T) {
		cloudtest.Moto(t)
		q, err := engine.Queue(t.Context(), "sqs://courant?region=eu-west-1")
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		well(t, access.Queue(t.Context(), q), 3)
	})
}

func TestWhatIsMissingInAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if text := fault(access.Queue(t.Context(), deaf{queue.NewMemory(queue.Lease)})); !strings.Contains(text, "receive: no answer within 30s") {
			t.Errorf("got %q", text)
		}
	})
}

// asked is a batch system that answers a probe.
type asked struct {
	batch.System
	notes []string
	err   error
}

func (a *asked) Probe(_ context.Context, array batch.Array) ([]string, error) {
	if array.Size != 1 || array.Name == "" || len(array.Name) > 50 {
		return nil, errors.New("no array")
	}
	return a.notes, a.err
}

func TestSystems(t *testing.T) {
	all := access.System(t.Context(), &asked{notes: []string{"quota a: 1 of 2"}})
	if well(t, all, 1); all[0].Note != "quota a: 1 of 2" {
		t.Errorf("%+v", all)
	}
	if text := fault(access.System(t.Context(), &asked{err: errors.New("no right")})); !strings.Contains(text, "no right") {
		t.Errorf("got %q", text)
	}
	all = access.System(t.Context(), struct{ batch.System }{})
	if well(t, all, 1); !strings.Contains(all[0].Note, "cannot be asked") {
		t.Errorf("%+v", all)
	}
}

func TestClock(t *testing.T) {
	for _, v := range []struct {
		ahead      time.Duration // of the server
		note, want string
	}{
		{0, "apart", ""},
		{-2 * time.Minute, "apart", ""},
		{10 * time.Minute, "", "behind the server's"},
		{-time.Hour, "", "ahead of the server's"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(v.ahead).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusForbidden) // who asks for the time need not be let in
		}))
		all := access.Clock(t.Context(), server.URL)
		server.Close()
		if text := fault(all); (text == "") != (v.want == "") || !strings.Contains(text, v.want) || !strings.Contains(all[0].Note, v.note) {
			t.Errorf("%v: %q, %q", v.ahead, all[0].Note, text)
		}
	}
	if text := fault(access.Clock(t.Context(), "http://127.0.0.1:1")); !strings.Contains(text, "refused") {
		t.Errorf("nobody there: %q", text)
	}
}
