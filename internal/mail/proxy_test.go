package mail

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"pruefstein/internal/testkit"
)

// proxy stands between a client and a mail server. It calls accepted with the n-th reply that a mail was taken, n from 1,
// and a function that passes the reply on; if that is not called the reply is lost and the connection ends. It returns
// its port.
func proxy(t *testing.T, server *testkit.SMTPServer, accepted func(n int, pass func())) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var count atomic.Int32
	relay := func(client net.Conn) {
		defer client.Close()
		upstream, err := net.Dial("tcp", server.Addr())
		if err != nil {
			return
		}
		defer upstream.Close()
		go func() {
			_, _ = io.Copy(upstream, client)
			upstream.Close()
		}()
		for buffer := make([]byte, 4096); ; {
			n, err := upstream.Read(buffer)
			if err != nil {
				return
			}
			passed := false
			pass := func() {
				_, err := client.Write(buffer[:n])
				passed = err == nil
			}
			if bytes.Contains(buffer[:n], []byte("OK: queued")) {
				accepted(int(count.Add(1)), pass)
			} else {
				pass()
			}
			if !passed {
				return
			}
		}
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(client)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}
