package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"pruefstein/internal/survey"
)

// Sign-ins that nobody waits for any more must not block others, and nobody waits for ever.
func TestPasswordsDoNotQueueForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPasswords()
		for range cap(p.slots) {
			p.slots <- struct{}{}
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for name, c := range map[string]struct {
			ctx  context.Context
			wait time.Duration
		}{"patient": {t.Context(), passwordWait}, "gone": {gone, 0}} {
			start := time.Now()
			_, hashErr := p.hash(c.ctx, "drei fremde Wörter")
			_, matchErr := p.match(c.ctx, "drei fremde Wörter", "")
			if survey.CodeOf(hashErr) != survey.Unavailable || survey.CodeOf(matchErr) != survey.Unavailable || time.Since(start) != 2*c.wait {
				t.Errorf("%s: %v, %v, after %s", name, hashErr, matchErr, time.Since(start))
			}
		}
	})
}
