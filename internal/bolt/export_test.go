package bolt

import "time"

// SetWaits shortens how long writers and Close wait.
func (s *Store) SetWaits(write, close time.Duration) { s.writeWait, s.closeWait = write, close }

// WriteCopy copies into an existing file.
func (s *Store) WriteCopy(path string) error { return s.writeCopy(path) }
