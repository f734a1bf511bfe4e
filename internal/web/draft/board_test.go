package draft

import "testing"

func TestOpening(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"Wie?", "Wie?"},
		{"Wie\n\nstehen  Sie dazu?", "Wie stehen Sie dazu?"},
		{"Wie stehen Sie dazu, und warum?", "Wie stehen Sie dazu, …"},
		{"Donaudampfschifffahrtsgesellschaft heute", "Donaudampfschifffahrtsgesellschaft …"},
	} {
		if got := opening(test.text, 22); got != test.want {
			t.Errorf("opening(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
