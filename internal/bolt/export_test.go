package bolt

import "time"

// Wrap puts the JSON of an entity into its envelope.
func Wrap(table, key, data string) string {
	return string(wrap([]byte(table), []byte(key), []byte(data)))
}

// SetWaits shortens how long writers and Close wait.
func (s *Store) SetWaits(write, close time.Duration) { s.writeWait, s.closeWait = write, close }

// WriteCopy copies into an existing file.
func (s *Store) WriteCopy(path string) error { return s.writeCopy(path) }
