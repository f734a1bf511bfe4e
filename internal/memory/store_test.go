package memory_test

import (
	"testing"

	"pruefstein/internal/memory"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) survey.Store { return memory.New() })
}
