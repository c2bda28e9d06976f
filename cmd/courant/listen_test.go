package main

import "testing"

// What names no interface is for this machine alone.
func TestListenAddress(t *testing.T) {
	for text, want := range map[string]string{
		":0": "127.0.0.1:0", "4222": "127.0.0.1:4222", ":4222": "127.0.0.1:4222", "0.0.0.0:1": "0.0.0.0:1", "[::]:1": "[::]:1", "host:7": "host:7",
		"": "", "host": "", "a:b": "", "1.2.3.4:65536": "", ":-1": "",
	} {
		if got, err := listenAddress(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v, not %q", text, got, err, want)
		}
	}
}
