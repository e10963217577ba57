package main

import (
	"net"
	"sync"
)

// network is the hall's line to the county, with a cable that can be pulled.
type network struct {
	net.Listener

	mu     sync.Mutex
	pulled bool
	open   map[net.Conn]bool
}

func newNetwork(l net.Listener) *network { return &network{Listener: l, open: map[net.Conn]bool{}} }

// Accept gives the next connection that comes while the cable is plugged.
func (n *network) Accept() (net.Conn, error) {
	for {
		c, err := n.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if n.carries(c) {
			return &call{c, n}, nil
		}
		c.Close()
	}
}

func (n *network) carries(c net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.pulled {
		n.open[c] = true
	}
	return !n.pulled
}

// plug plugs the cable, or pulls it: what runs over it breaks off.
func (n *network) plug(in bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pulled = !in
	for c := range n.open {
		if n.pulled {
			c.Close()
		}
	}
}

func (n *network) plugged() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.pulled
}

// call is a connection of the network.
type call struct {
	net.Conn
	over *network
}

func (c *call) Close() error {
	c.over.mu.Lock()
	delete(c.over.open, c.Conn)
	c.over.mu.Unlock()
	return c.Conn.Close()
}
