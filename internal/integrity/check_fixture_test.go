package integrity_test

import (
	"pruefstein/internal/survey"
)

// change edits one entity, past every rule.
func change[T survey.Entity](table func(*survey.Tx) survey.Table[T], key string, edit func(*T)) func(*survey.Tx) error {
	return func(tx *survey.Tx) error {
		entity, err := table(tx).Get(key)
		if err != nil {
			return err
		}
		edit(&entity)
		return table(tx).Put(entity)
	}
}

func submissions(tx *survey.Tx) survey.Table[survey.Submission]         { return tx.Submissions }
func transcriptions(tx *survey.Tx) survey.Table[survey.Transcription]   { return tx.Transcriptions }
func submissionTexts(tx *survey.Tx) survey.Table[survey.SubmissionText] { return tx.SubmissionTexts }
func letterTexts(tx *survey.Tx) survey.Table[survey.LetterText]         { return tx.LetterTexts }
func publications(tx *survey.Tx) survey.Table[survey.Publication]       { return tx.Publications }
func leaves(tx *survey.Tx) survey.Table[survey.Leaf]                    { return tx.Leaves }
func hashes(tx *survey.Tx) survey.Table[survey.TreeHash]                { return tx.TreeHashes }
func versions(tx *survey.Tx) survey.Table[survey.Version]               { return tx.Versions }
func quotations(tx *survey.Tx) survey.Table[survey.Quotation]           { return tx.Quotations }
