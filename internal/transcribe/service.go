// Package transcribe: the office enters what came by letter or mail, and quotes manifestos.
package transcribe

import "pruefstein/internal/survey"

// Service is the use cases of transcribing.
type Service struct{ *survey.Kernel }
