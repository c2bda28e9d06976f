package cloudtest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Fault is how a proxy treats requests.
type Fault func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// Faults of clouds.
var (
	None Fault = func(w http.ResponseWriter, r *http.Request, pass http.Handler) { pass.ServeHTTP(w, r) }
	// Late answers after a second.
	Late Fault = func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		time.Sleep(time.Second)
		pass.ServeHTTP(w, r)
	}
	// Cut ends the connection without an answer.
	Cut Fault = func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }
	// CutAnswer carries the request out, and ends the connection in the middle of the
	// answer's body, or in place of an answer without one.
	CutAnswer Fault = func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		answer := httptest.NewRecorder()
		pass.ServeHTTP(answer, r)
		if n := answer.Body.Len(); n > 1 {
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			w.Header().Set("Content-Length", strconv.Itoa(n))
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes()[:n/2])
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	}
)

// Status answers with a status and nothing else.
func Status(code int) Fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) { w.WriteHeader(code) }
}

// Flaky has the first request of its kind for every other thing fail, by turns in each of
// the ways above. The next one goes well, so that no test hangs on chance.
func Flaky() Fault {
	faults := []Fault{Status(http.StatusServiceUnavailable), Cut, Status(http.StatusTooManyRequests), CutAnswer}
	var seen sync.Map
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if _, again := seen.LoadOrStore(r.Method+r.URL.String(), true); !again {
			if i := int(n.Add(1)); i%2 == 0 {
				faults[i/2%len(faults)](w, r, pass)
				return
			}
		}
		pass.ServeHTTP(w, r)
	}
}

// Proxy passes requests on to a server, or does not.
type Proxy struct {
	Address string

	fault    atomic.Pointer[Fault]
	requests atomic.Int64
}

// Treat has the proxy treat all requests from now on so.
func (p *Proxy) Treat(f Fault) { p.fault.Store(&f) }

// Requests is how many there have been.
func (p *Proxy) Requests() int { return int(p.requests.Load()) }

// NewProxy is a proxy in front of a server, which clients then find in its place.
func NewProxy(t *testing.T, s *Server) *Proxy {
	t.Helper()
	p := &Proxy{}
	p.Treat(None)
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: s.Address})
		r.Out.Host = r.In.Host // which is signed
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		(*p.fault.Load())(w, r, pass)
	}))
	t.Cleanup(front.Close)
	p.Address = strings.TrimPrefix(front.URL, "http://")
	s.Use(t, p.Address)
	return p
}
