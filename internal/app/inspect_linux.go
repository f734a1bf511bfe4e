package app

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// limitMemory lets this process take so many bytes more than it has. It bounds data, not addresses: the map of the file
// and what Go reserves do not count. Where it does not work, the soft limit of the garbage collector remains.
func limitMemory(bytes uint64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return
	}
	fields := strings.Fields(string(text)) // proc_pid_statm(5): the sixth is data and stack, in pages
	if len(fields) < 6 {
		return
	}
	pages, err := strconv.ParseUint(fields[5], 10, 64)
	if err != nil {
		return
	}
	limit := pages*uint64(os.Getpagesize()) + bytes
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit})
}
