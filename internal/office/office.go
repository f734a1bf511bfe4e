// Package office puts the use cases of all verbs over one kernel.
package office

import (
	"pruefstein/internal/alliance"
	"pruefstein/internal/answer"
	"pruefstein/internal/compare"
	"pruefstein/internal/draft"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
)

// Office is one of each.
type Office struct {
	*survey.Kernel
	Draft      *draft.Service
	Send       *send.Service
	Answer     *answer.Service
	Transcribe *transcribe.Service
	Compare    *compare.Service
	Alliance   *alliance.Service
}

// New returns the services over a kernel.
func New(k *survey.Kernel) *Office {
	return &Office{
		Kernel: k, Draft: &draft.Service{Kernel: k}, Send: &send.Service{Kernel: k}, Answer: &answer.Service{Kernel: k},
		Transcribe: &transcribe.Service{Kernel: k}, Compare: &compare.Service{Kernel: k}, Alliance: &alliance.Service{Kernel: k},
	}
}
