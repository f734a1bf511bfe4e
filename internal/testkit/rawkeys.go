package testkit

import "regexp"

var (
	// address is where a page leads or posts to: a notice is named there by its key.
	address = regexp.MustCompile(`(?:href|action)="[^"]*"`)
	// rawKey is what a page shows instead of a message that is missing: its key.
	rawKey = regexp.MustCompile(`\b(?:alliance|answer|common|compare|draft|error|export|mail|send|transcribe)(?:\.[a-z_0-9]+){2,}\b`)
)

// RawKeys returns the keys that a page shows where messages belong, because there are none. No page should have any.
func RawKeys(page string) []string {
	return rawKey.FindAllString(address.ReplaceAllString(page, ""), -1)
}
