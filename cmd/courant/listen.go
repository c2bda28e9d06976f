package main

import (
	"net"
	"strconv"
)

// listenAddress is where to listen: a port alone is one of this machine only, and
// so is one without a host. Other interfaces are named, as 0.0.0.0 is, which stands
// for all.
func listenAddress(text string) (string, error) {
	if _, err := strconv.Atoi(text); err == nil {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", usage("%q is no address to listen at; 4222, 127.0.0.1:4222 and 0.0.0.0:4222 are", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", usage("there is no port %q; 0, for a free one, to 65535 are possible", port)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
