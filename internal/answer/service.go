// Package answer: a party writes, submits and corrects its own answers.
package answer

import "pruefstein/internal/survey"

// Service is the use cases of answering.
type Service struct{ *survey.Kernel }
