package cloud

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPassing(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	for _, v := range []struct {
		err    error
		status int
		want   bool
	}{
		{nil, 0, false},
		{refused, 0, true},
		{&url.Error{Op: "Get", Err: io.EOF}, 0, true},
		{io.ErrUnexpectedEOF, 0, true},
		{errors.New("busy"), 500, true},
		{errors.New("busy"), 503, true},
		{errors.New("throttled"), 429, true},
		{errors.New("too slow"), 408, true},
		{errors.New("forbidden"), 403, false},
		{errors.New("absent"), 404, false},
		{io.ErrUnexpectedEOF, 404, true},
		{errors.New("exists"), 412, false},
		{context.Canceled, 0, false},
		{&url.Error{Op: "Get", Err: context.Canceled}, 0, false},
		{&url.Error{Op: "Get", Err: &LoginError{Err: refused, Hint: "log in"}}, 0, false},
		{errors.New("no space left on device"), 0, false},
	} {
		if got := Passing(v.err, v.status); got != v.want {
			t.Errorf("%v with status %d: %v", v.err, v.status, got)
		}
	}
}

// A server that falls silent is given up; one that is slow is not, though it takes far
// longer than the time that one may be silent.
func TestSilentServer(t *testing.T) {
	const silence = 400 * time.Millisecond
	ended := make(chan struct{})
	defer close(ended)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "20")
		for range 10 {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(silence / 4)
		}
		if r.URL.Path == "/silent" {
			<-ended
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 10))
	}))
	server.Config.SetKeepAlivesEnabled(false)
	t.Cleanup(server.CloseClientConnections)
	transport := &http.Transport{}
	watch(transport, silence)
	client := &http.Client{Transport: transport}
	get := func(path string) (string, error) {
		r, err := client.Get(server.URL + path)
		if err != nil {
			return "", err
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		return string(text), err
	}
	if text, err := get("/slow"); err != nil || len(text) != 20 {
		t.Errorf("slow: %d bytes, %v", len(text), err)
	}
	start := time.Now()
	if text, err := get("/silent"); !Passing(err, 0) || len(text) != 10 {
		t.Errorf("silent: %d bytes, %v", len(text), err)
	}
	// It writes for ten quarters of the silence, and is waited for once that long.
	if d := time.Since(start); d < 3*silence || d > 20*silence {
		t.Errorf("given up after %v", d)
	}
	// A body that is sent slowly is no silence, though nothing comes back.
	slow, out := io.Pipe()
	go func() {
		for range 8 {
			time.Sleep(silence / 4)
			_, _ = io.WriteString(out, "x")
		}
		_ = out.Close()
	}()
	r, err := client.Post(server.URL+"/slow", "text/plain", slow)
	if err != nil {
		t.Fatalf("sent slowly: %v", err)
	}
	_ = r.Body.Close()
}
