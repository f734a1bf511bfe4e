package web

import (
	"maps"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

// A session of the version before is read, and written anew it is the same.
func TestSessionCodec(t *testing.T) {
	deadline := time.Date(2026, 11, 29, 12, 0, 0, 123, time.UTC)
	values := map[string]any{sessionLink: "abc", sessionSeen: int64(1_800_000_000), sessionFrom: int64(1 << 53), sessionUser: "ü \x00"}
	old, err := scs.GobCodec{}.Encode(deadline, values)
	if err != nil {
		t.Fatal(err)
	}
	now, err := sessionCodec{}.Encode(deadline, values)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"old": old, "now": now} {
		at, got, err := sessionCodec{}.Decode(raw)
		if err != nil || !at.Equal(deadline) || !maps.Equal(got, values) {
			t.Errorf("%s: %v, %v, %v", name, at, got, err)
		}
	}
	if _, err := (sessionCodec{}).Encode(deadline, map[string]any{"x": 1.5}); err == nil {
		t.Error("a value that would be lost is no error")
	}
	if _, _, err := (sessionCodec{}).Decode([]byte(`{"deadline":`)); err == nil {
		t.Error("half a session is no error")
	}
}
