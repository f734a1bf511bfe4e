package interchange

import (
	"fmt"
	"strings"
)

// A Fault is one broken rule at one place of a file.
type Fault struct {
	Path string // JSON path such as answers[17].party, "" for the file as a whole
	Key  string // message key, error.import.… or error.text.…
	Args []any  // name-value pairs for the message
}

// String is the fault for logs; the catalogues of package locale say it to people.
func (f Fault) String() string {
	text := f.Key
	if len(f.Args) > 0 {
		text += " " + fmt.Sprint(f.Args)
	}
	if f.Path == "" {
		return text
	}
	return f.Path + ": " + text
}

// Faults is the error Read returns: the broken rules of the file, in the order of the file as far as possible. After
// MaxFaults of them the reading stops; one more, error.import.many, says then that there are others.
type Faults []Fault

// MaxFaults is the most faults of one file that are told: nobody reads on after that many, and they must not fill the memory.
const MaxFaults = 1000

// Error lists the faults, one a line.
func (f Faults) Error() string {
	var b strings.Builder
	for i, fault := range f {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.String())
	}
	return b.String()
}

// full tells whether there is nothing more to look for.
func (f *Faults) full() bool { return len(*f) > MaxFaults }

// add notes a fault; the one past MaxFaults says that the list ends here.
func (f *Faults) add(at *place, key string, args ...any) {
	switch n := len(*f); {
	case n < MaxFaults:
		*f = append(*f, Fault{Path: at.String(), Key: key, Args: args})
	case n == MaxFaults:
		*f = append(*f, Fault{Key: "error.import.many", Args: []any{"Limit", MaxFaults}})
	}
}
