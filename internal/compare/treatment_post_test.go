package compare_test

import (
	"testing"

	"pruefstein/internal/survey"
)

// That a letter took the place of lost mails stands in the report with its reason, from the day it was posted.
func TestTreatmentTellsOfALetterInPlaceOfMails(t *testing.T) {
	w := unequal(t)
	for name, test := range map[string]struct {
		letters []survey.PrintedLetter
		want    survey.Stamp
	}{
		"decided": {nil, "2026-11-10"},
		"posted":  {[]survey.PrintedLetter{{Link: "h1"}, {Link: "h2", SentOn: "2026-11-12"}}, "2026-11-12"},
	} {
		w.Write(t, func(tx *survey.Tx) error {
			r, err := tx.Respondents.Get("q1/r6")
			if err != nil {
				return err
			}
			r.Procedure.Channel, r.Letters = survey.ChannelPost, test.letters
			r.ToPost = &survey.PostSwitch{Reason: "Das Postfach ist aufgegeben", From: survey.ChannelMail, AskedAt: r.AskedAt, At: at(t, "2026-11-10T09:00").At, By: "anna"}
			return tx.Respondents.Put(r)
		})
		var got *survey.TreatmentEntry
		for _, e := range w.state().Comparison.Treatment.Of(survey.TreatedProcedure) {
			if e.Party == "raus" {
				got = &e
			}
		}
		if got == nil || got.Channel != survey.ChannelPost || got.Reason != "Das Postfach ist aufgegeben" || got.At != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
