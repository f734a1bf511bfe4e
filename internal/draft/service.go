// Package draft: working groups write questions, agree on them, order them and lock the catalogue.
package draft

import "pruefstein/internal/survey"

// Service is the use cases of drafting.
type Service struct{ *survey.Kernel }
