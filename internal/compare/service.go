// Package compare: answers become publications, and earlier rounds are taken in.
package compare

import "pruefstein/internal/survey"

// Service is the use cases of comparing.
type Service struct{ *survey.Kernel }
