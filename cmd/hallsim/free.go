package main

import (
	"errors"
	"net"
	"syscall"
)

// free gives the address, or another port of the same host if that one is taken,
// so that a second hall can be tried beside the first.
func free(addr string) (string, error) {
	l, err := listen(addr)
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(addr)
		return net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	return l, err
}
