package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A server is the real binary as a child process. It keeps its address over all its lives.
type server struct {
	binary, data, log string
	address           string // host and port
	mailPort          string
	setUp             chan string // path of the link that makes the first administrator, once

	mu      sync.Mutex
	child   *exec.Cmd
	ended   chan struct{} // closed when the child has ended
	mostRSS int           // MB, the high-water mark of all lives
}

// newServer builds the program and chooses a free port.
func newServer(folder string) (*server, error) {
	s := &server{binary: filepath.Join(folder, "pruefstein"), data: filepath.Join(folder, "data"), log: filepath.Join(folder, "server.log"), setUp: make(chan string, 1)}
	build := exec.Command("go", "build", "-o", s.binary, "./cmd/pruefstein")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.address = listener.Addr().String()
	return s, listener.Close()
}

var setUpLink = regexp.MustCompile(`/einrichten/\S+`)

// start runs the server and returns when it says its address.
func (s *server) start() error {
	log, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the child has its own
	child := exec.Command(s.binary, "serve", "--data", s.data, "--listen", s.address, "--smtp-host", "127.0.0.1", "--smtp-port", s.mailPort,
		"--smtp-from", "buero@"+domain, "--smtp-hello", "localhost", "--trusted-proxies", "127.0.0.1", "--log-format", "json")
	child.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	child.Stderr = log
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.mu.Lock()
	s.child, s.ended = child, ended
	s.mu.Unlock()
	said := make(chan struct{})
	go func() {
		lines, once := bufio.NewScanner(out), sync.OnceFunc(func() { close(said) })
		for lines.Scan() {
			if link := setUpLink.FindString(lines.Text()); link != "" {
				s.setUp <- link
			}
			if strings.HasPrefix(lines.Text(), "Prüfstein: ") {
				once()
			}
		}
		_ = child.Wait()
		close(ended)
		once()
	}()
	select {
	case <-said:
	case <-time.After(time.Minute):
		return errors.New("the server does not start within a minute")
	}
	select {
	case <-ended:
		s.mu.Lock()
		s.child = nil
		s.mu.Unlock()
		return fmt.Errorf("the server does not start: %s; see %s", child.ProcessState, s.log)
	default:
		return nil
	}
}

func (s *server) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil {
		return 0
	}
	return s.child.Process.Pid
}

// kill is SIGKILL.
func (s *server) kill() { _, _ = s.end(syscall.SIGKILL, time.Minute) }

// stop is SIGTERM; it returns how long the end took. A server that has not ended after patience is killed, and that is an
// error, as every exit code but 0.
func (s *server) stop(patience time.Duration) (time.Duration, error) {
	return s.end(syscall.SIGTERM, patience)
}

func (s *server) end(signal os.Signal, patience time.Duration) (time.Duration, error) {
	s.mu.Lock()
	child, ended := s.child, s.ended
	s.mu.Unlock()
	if child == nil {
		return 0, nil
	}
	s.sample()
	start := time.Now()
	if err := child.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, err
	}
	select {
	case <-ended:
	case <-time.After(patience):
		_ = child.Process.Kill()
		<-ended
		return time.Since(start), fmt.Errorf("the server did not end within %s after %s", patience, signal)
	}
	s.mu.Lock()
	s.child = nil
	s.mu.Unlock()
	if code := child.ProcessState.ExitCode(); signal == syscall.SIGTERM && code != 0 {
		return time.Since(start), fmt.Errorf("the server ended with exit code %d after %s", code, signal)
	}
	return time.Since(start), nil
}

// check runs `pruefstein check` while no server runs, and returns the faults it prints.
func (s *server) check() error {
	out, err := exec.Command(s.binary, "check", "--data", s.data).CombinedOutput()
	if err == nil && string(out) == "No faults.\n" {
		return nil
	}
	return fmt.Errorf("check: %v: %s", err, out)
}

// sample returns the resident memory of the server now, in MB, 0 where it cannot be seen, and keeps the high-water mark.
func (s *server) sample() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid()))
	if err != nil {
		return 0
	}
	read := func(name string) int {
		for line := range strings.Lines(string(status)) {
			if words := strings.Fields(line); len(words) == 3 && words[0] == name+":" {
				kB, _ := strconv.Atoi(words[1])
				return (kB + 1023) / 1024
			}
		}
		return 0
	}
	most := read("VmHWM")
	s.mu.Lock()
	s.mostRSS = max(s.mostRSS, most)
	s.mu.Unlock()
	return read("VmRSS")
}

// leaks searches the log of all lives for what must never stand there.
func (s *server) leaks(canaries []string) (lines []string, err error) {
	log, err := os.ReadFile(s.log)
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(log) {
		for _, canary := range append(canaries, "panic", "goroutine ", "fatal error") {
			if bytes.Contains(line, []byte(canary)) {
				lines = append(lines, fmt.Sprintf("the log says %q: %.200s", canary, line))
			}
		}
	}
	return lines, nil
}
