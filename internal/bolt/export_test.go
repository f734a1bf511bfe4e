package bolt

import "time"

// SetWaits shortens how long writers and Close wait.
func (s *Store) SetWaits(write, close time.Duration) { s.writeWait, s.closeWait = write, close }
