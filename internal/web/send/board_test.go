package send

import (
	"testing"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// What the server said when it took a mail is on the page of the mail; the board has room for what went wrong.
func TestStatusBoardTellsWhyAMailFailed(t *testing.T) {
	t.Parallel()
	r := &web.Request{Language: "de"}
	for state, want := range map[survey.MailState]string{survey.MailSent: "", survey.MailFailed: "sagt er", survey.MailQueued: "sagt er"} {
		if got := boardRow(r, send.Row{Mail: &survey.Mail{State: state, Reply: "sagt er"}}).Reply; got != want {
			t.Errorf("%s: %q", state, got)
		}
	}
}
