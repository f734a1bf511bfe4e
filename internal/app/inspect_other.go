//go:build !linux

package app

// limitMemory has nothing to bound it with here; the soft limit of the garbage collector remains.
func limitMemory(uint64) {}
