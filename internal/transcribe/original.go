package transcribe

import (
	"context"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"pruefstein/internal/survey"
)

// MaxOriginal is the most bytes an original may have.
const MaxOriginal = 20 << 20

// OriginalName makes a name to keep out of an uploaded file's. It is the last part of it, letters, digits and a few signs, at most
// 100 characters. Everything else becomes "_". It never holds a path, a quote, a line break or a bidirectional mark.
func OriginalName(uploaded string) string {
	name := norm.NFC.String(strings.ToValidUTF8(uploaded, "_"))
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .-_()+,", r) {
			return r
		}
		return '_'
	}, name)
	if runes := []rune(name); len(runes) > 100 {
		name = string(runes[len(runes)-100:]) // the end says what kind of file it is
	}
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	if name == "" {
		return "original"
	}
	return name
}

// Original returns the record of an original, for those who enter and confirm transcriptions.
func (s *Service) Original(ctx context.Context, actor survey.Actor, ref Ref) (o survey.Original, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return o, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		_, r, err := s.transcribing(tx, ref)
		if err != nil {
			return err
		}
		o, err = tx.Originals.Get(r.Key() + "/" + ref.ID)
		return err
	})
	return o, err
}

// RecordedOriginals returns the SHA-256, in hex, of every file that a record names.
func (s *Service) RecordedOriginals(ctx context.Context) (named map[string]bool, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		named = map[string]bool{}
		for o, err := range tx.Originals.List("") {
			if err != nil {
				return err
			}
			named[o.SHA256] = true
		}
		return nil
	})
	return named, err
}

// transcriptionOriginal records an uploaded file and returns its id. The same file again is the same original.
func transcriptionOriginal(tx *survey.Tx, actor survey.Actor, t survey.Transcription, upload survey.Original, id string, now time.Time) (string, error) {
	if t.Original != "" {
		old, err := tx.Originals.Get(survey.RespondentKey(t.Questionnaire, t.Respondent) + "/" + t.Original)
		if err != nil {
			return "", err
		}
		if old.SHA256 == upload.SHA256 {
			return old.ID, nil
		}
	}
	upload.Questionnaire, upload.Respondent, upload.ID = t.Questionnaire, t.Respondent, id
	upload.Name, upload.At, upload.By = OriginalName(upload.Name), now, actor.Who()
	return id, tx.Originals.Put(upload)
}

// dropOriginal removes the record of an original that the stored transcription t no longer names, unless another one does.
func dropOriginal(tx *survey.Tx, t survey.Transcription, id string) error {
	if id == "" || id == t.Original {
		return nil
	}
	for other, err := range tx.Transcriptions.List(survey.RespondentKey(t.Questionnaire, t.Respondent) + "/") {
		if err != nil {
			return err
		}
		if other.Original == id {
			return nil
		}
	}
	return tx.Originals.Delete(survey.RespondentKey(t.Questionnaire, t.Respondent) + "/" + id)
}
