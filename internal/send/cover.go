package send

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Placeholders are the words a cover letter and a reminder may hold in double braces. link and questions stand in the
// body only.
var Placeholders = []string{"partei", "frist", "fragebogen", "wahl", "buendnis", "link", "fragen"}

// exampleToken is that of the link in previews and test mails. It opens nothing.
const exampleToken = "beispiel-jeder-empfaenger-bekommt-seinen-eigenen-link"

var (
	placeholder = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	emptyLine   = regexp.MustCompile(`\n[\p{Zs}\t]*\n`)
	singleBrace = regexp.MustCompile(`(?i)\{\s*(` + strings.Join(Placeholders, "|") + `)\s*\}`)
)

// cleanCover cleans a cover in place and notes its faults. An unknown placeholder is named. The body must say where the link, the
// date and the questions go, because nobody could answer without them. The paragraph with the link holds no other placeholder:
// those who answer by mail get another sentence for it.
func cleanCover(f *survey.Faults, cover *survey.Cover) {
	f.Line("subject", &cover.Subject, maxSubject, true)
	f.Text("body", &cover.Body)
	if cover.Body == "" {
		f.Add("body", "error.required")
		return
	}
	if cover.Language != "de" && cover.Language != "en" {
		f.Add("language", "error.choice")
	}
	for _, part := range []struct{ field, text string }{{"subject", cover.Subject}, {"body", cover.Body}} {
		for _, found := range placeholder.FindAllStringSubmatch(part.text, -1) {
			name := strings.TrimSpace(found[1])
			switch {
			case !slices.Contains(Placeholders, name):
				f.Add(part.field, "send.error.placeholder", "Name", name)
			case part.field == "subject" && (name == "link" || name == "fragen"):
				f.Add(part.field, "send.error.placeholder_subject", "Name", name)
			}
		}
		rest := placeholder.ReplaceAllString(part.text, "")
		if strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			f.Add(part.field, "send.error.placeholder_open")
		} else if found := singleBrace.FindStringSubmatch(rest); found != nil {
			f.Add(part.field, "send.error.placeholder_single", "Name", found[1])
		}
	}
	for _, name := range []string{"link", "frist", "fragen"} {
		if !usesPlaceholder(cover.Body, name) {
			f.Add("body", "send.error.placeholder_missing", "Name", name)
		}
	}
	for _, paragraph := range paragraphs(cover.Body) {
		for _, name := range Placeholders {
			if name != "link" && usesPlaceholder(paragraph, name) && usesPlaceholder(paragraph, "link") {
				f.Add("body", "send.error.placeholder_link", "Name", name)
			}
		}
	}
}

// paragraphs splits a cover where a line is empty, or looks it.
func paragraphs(body string) []string { return emptyLine.Split(body, -1) }

func usesPlaceholder(text, name string) bool {
	return slices.ContainsFunc(placeholder.FindAllStringSubmatch(text, -1), func(found []string) bool {
		return strings.TrimSpace(found[1]) == name
	})
}

// letterhead is what every letter of one questionnaire says, whoever it goes to.
type letterhead struct {
	alliance      survey.Alliance
	election      survey.Election
	questionnaire survey.Questionnaire
	questions     []survey.CatalogueQuestion
	alone         bool   // the mail goes to one respondent by hand
	printed       string // stands in a letter on paper where the questions go, which are set apart there; "" in a mail
}

func loadLetterhead(tx *survey.Tx, q survey.Questionnaire) (h letterhead, err error) {
	h.questionnaire = q
	if h.alliance, err = survey.LoadAlliance(tx); err != nil {
		return h, err
	}
	if h.election, err = tx.Election(q.Election); err != nil {
		return h, err
	}
	h.questions, _, err = survey.SentQuestions(tx, q)
	return h, err
}

// asked returns the questions a respondent is asked.
func (h letterhead) asked(r survey.Respondent) []survey.CatalogueQuestion {
	return slices.DeleteFunc(slices.Clone(h.questions), func(q survey.CatalogueQuestion) bool {
		asked, _ := r.Asked(q.ID)
		return !asked
	})
}

// The data of the mail templates of this verb.
type (
	// CoverParts is for cover_parts (its subject is the deadline in words, its body the questions as text), by_mail and by_post
	// (the paragraph that stands in place of the link's for those who answer by mail or are asked by post).
	CoverParts struct {
		Deadline  time.Time // in its own zone
		Limit     int       // most UTF-16 units of an answer, 0 none
		Questions []survey.CatalogueQuestion
		Errata    map[survey.QuestionID][]CoverErratum // what corrects them by now
	}
	// CoverErratum is an erratum in the zone of the deadline.
	CoverErratum struct {
		At   time.Time
		Text string
	}
	// DeadlineEvent is for deadline_event: summary and description of the calendar entry.
	DeadlineEvent struct {
		Questionnaire, Alliance, Election, Party string
		ByMail                                   bool // it answers by mail, and has no link
	}
	// CoverMarks is for cover and reminder, the texts an office starts from: each field is its own placeholder.
	CoverMarks struct{ Partei, Frist, Fragebogen, Wahl, Buendnis, Link, Fragen string }
	// ExtensionMail is for extension, for own_date, where a respondent's own date moved, and for ended. Link is "" for those who
	// answer by mail.
	ExtensionMail struct {
		Party, Questionnaire, Election, Alliance, Reason, Link string
		From, To                                               time.Time // in their own zones
		Returned                                               bool      // its answer is there already
	}
	// ErratumMail is for erratum. Link is "" for those who answer by mail.
	ErratumMail struct {
		Party, Questionnaire, Election, Alliance, Text, Link string
		Question                                             survey.CatalogueQuestion
		Returned                                             bool // its answer is there already
	}
	// CopyMail is for copy: what stands above a copy of a mail.
	CopyMail struct {
		First string // the address codes and receipts go to
	}
	// NoticeMail is for notice_link, notice_resent, notice_address and notice_copies.
	NoticeMail struct {
		Party, Questionnaire, Election, Alliance, Contact string
		At                                                time.Time // in the zone of the deadline
	}
)

// insteadOfLink are the templates of what stands in place of the paragraph with the link.
var insteadOfLink = map[survey.Channel]string{survey.ChannelMail: "by_mail", survey.ChannelPost: "by_post"}

// renderCover writes a cover for a respondent into a mail, with a place for the secret at {{link}}. For a respondent that
// answers by mail the paragraph with the link becomes a sentence asking to answer by mail, for one that is asked by post where in the
// letter the link stands.
func (s *Service) renderCover(m *survey.WrittenMail, cover survey.Cover, h letterhead, r survey.Respondent) error {
	lang := cover.Language
	if lang == "" {
		lang = "de"
	}
	parts := CoverParts{Deadline: r.DueAt(h.questionnaire).In(), Limit: h.questionnaire.AnswerLimit, Questions: h.asked(r), Errata: map[survey.QuestionID][]CoverErratum{}}
	for _, e := range h.questionnaire.Errata {
		parts.Errata[e.Question] = append(parts.Errata[e.Question], CoverErratum{At: e.At.In(h.questionnaire.Deadline.Location()), Text: e.Text})
	}
	deadline, questions, err := s.Compose(lang, "cover_parts", parts)
	if err != nil {
		return err
	}
	place := survey.SecretPlace()
	values := map[string]string{
		"partei": r.Name, "frist": deadline, "fragebogen": h.questionnaire.Title, "wahl": h.election.Name,
		"buendnis": h.alliance.Name, "link": place, "fragen": cmp.Or(h.printed, strings.TrimSpace(questions)),
	}
	var unknown survey.Faults
	fill := func(text string) string {
		// one pass: what a value holds is never read as a placeholder
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			name := strings.TrimSpace(strings.Trim(found, "{}"))
			value, ok := values[name]
			if !ok {
				unknown.Add("body", "send.error.placeholder", "Name", name)
			}
			return value
		})
	}
	parted, instead := paragraphs(cover.Body), ""
	if name := insteadOfLink[r.Procedure.Channel]; name != "" {
		if _, instead, err = s.Compose(lang, name, parts); err != nil {
			return err
		}
	}
	for i, paragraph := range parted {
		if instead != "" && usesPlaceholder(paragraph, "link") {
			parted[i] = strings.TrimSpace(instead)
		} else {
			parted[i] = fill(paragraph)
		}
	}
	m.SetText(fill(cover.Subject), strings.Join(parted, "\n\n")+"\n", place)
	return unknown.Err()
}

// deadlineEvent is the calendar entry of a respondent's deadline. Every change of it raises its sequence, so that the
// new entry replaces the old one.
func (s *Service) deadlineEvent(tx *survey.Tx, lang string, h letterhead, r survey.Respondent) (string, error) {
	summary, description, err := s.Compose(lang, "deadline_event", DeadlineEvent{Questionnaire: h.questionnaire.Title,
		Alliance: h.alliance.Name, Election: h.election.Name, Party: r.Name, ByMail: r.Procedure.Channel != survey.ChannelForm})
	if err != nil {
		return "", err
	}
	return calendar(calendarEvent{
		UID: string(h.questionnaire.ID) + "." + string(r.ID) + "@" + s.Host(), Sequence: len(h.questionnaire.Extended) + len(r.DueChanges), Stamp: s.At(tx),
		At: r.DueAt(h.questionnaire).At, Summary: summary, Description: strings.TrimSpace(description), Organizer: h.alliance.Email,
	}), nil
}

// CoverDraft is the page of the cover letter.
type CoverDraft struct {
	Questionnaire survey.Questionnaire
	Cover         survey.Cover        // as saved, or the text to start from
	Saved         bool                // false: Cover is the text to start from
	Respondents   []survey.Respondent // that get it, in the printed order
}

// CoverDraft returns the cover letter, or the text to start from in a language.
func (s *Service) CoverDraft(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, lang string) (d CoverDraft, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return d, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		if d.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
			return err
		}
		d.Cover, d.Saved = d.Questionnaire.Cover, d.Questionnaire.Cover.Body != ""
		all, err := survey.RespondentsInOrder(tx, questionnaire)
		d.Respondents = slices.DeleteFunc(all, func(r survey.Respondent) bool { return !r.GetsCover() })
		return err
	})
	if err == nil && !d.Saved {
		d.Cover, err = s.StartingText(lang, "cover")
	}
	return d, err
}

// StartingText is the text an office starts from, with placeholders: of a "cover" letter or a "reminder".
func (s *Service) StartingText(lang, name string) (survey.Cover, error) {
	subject, body, err := s.Compose(lang, name, CoverMarks{Partei: "{{partei}}", Frist: "{{frist}}", Fragebogen: "{{fragebogen}}",
		Wahl: "{{wahl}}", Buendnis: "{{buendnis}}", Link: "{{link}}", Fragen: "{{fragen}}"})
	return survey.Cover{Subject: subject, Body: strings.TrimSpace(body), Language: lang}, err
}

// SaveCover is the form of the cover letter.
type SaveCover struct {
	survey.Cover
	Revision int // of the questionnaire
}

// SaveCover keeps the cover letter. It can be changed until the dispatch.
func (s *Service) SaveCover(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd SaveCover) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	var faults survey.Faults
	cleanCover(&faults, &cmd.Cover)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if q.Cover == cmd.Cover {
			return nil // a double click
		}
		if q.Revision != cmd.Revision {
			return survey.Stale()
		}
		q.Cover, q.Revision = cmd.Cover, q.Revision+1
		return tx.Questionnaires.Put(q)
	})
}

// CoverPreview is a cover exactly as it will arrive, but for the link, which is an example.
type CoverPreview struct {
	Respondent survey.Respondent
	Subject    string
	Texts      []string // of the body, between which the link stands
	Link       string   // the example
}

// PreviewCover renders a cover for the respondent with the slug, or for the first that gets one when slug is "". It
// saves nothing.
func (s *Service) PreviewCover(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cover survey.Cover) (p CoverPreview, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	var faults survey.Faults
	cleanCover(&faults, &cover)
	if err := faults.Err(); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p, _, err = s.previewCover(tx, questionnaire, cover, slug)
		return err
	})
	return p, err
}

func (s *Service) previewCover(tx *survey.Tx, questionnaire survey.QuestionnaireID, cover survey.Cover, slug survey.Slug) (p CoverPreview, h letterhead, err error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return p, h, err
	}
	if h, err = loadLetterhead(tx, q); err != nil {
		return p, h, err
	}
	all, err := survey.RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, h, err
	}
	at := slices.IndexFunc(all, func(r survey.Respondent) bool { return r.GetsCover() && (slug == "" || r.Slug == slug) })
	if at < 0 {
		return p, h, survey.Fail(survey.NotFound, "send.error.no_recipient")
	}
	p, err = s.coverPreview(cover, h, all[at])
	return p, h, err
}

func (s *Service) coverPreview(cover survey.Cover, h letterhead, r survey.Respondent) (CoverPreview, error) {
	var m survey.WrittenMail
	err := s.renderCover(&m, cover, h, r)
	return CoverPreview{Respondent: r, Subject: m.Subject, Texts: m.Texts(), Link: s.Link(s.Addresses.Access, exampleToken)}, err
}

// TestCover mails a cover as the respondent with the slug would get it to whoever asks, with an example of a link.
func (s *Service) TestCover(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	if actor.User.Email == "" {
		return survey.Fail(survey.Forbidden, "error.forbidden")
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if q.Cover.Body == "" {
			return survey.Fail(survey.Conflict, "send.error.no_cover")
		}
		p, h, err := s.previewCover(tx, questionnaire, q.Cover, slug)
		if err != nil {
			return err
		}
		event := ""
		if !p.Respondent.DueAt(q).IsZero() {
			if event, err = s.deadlineEvent(tx, q.Cover.Language, h, p.Respondent); err != nil {
				return err
			}
		}
		_, err = s.Enqueue(tx, survey.WrittenMail{
			Mail:     survey.Mail{Kind: survey.MailTest, Questionnaire: q.ID, To: actor.User.Email, Language: q.Cover.Language, Subject: p.Subject},
			MailText: survey.MailText{Body: strings.Join(p.Texts, p.Link), Calendar: event}}, "")
		return err
	})
}

// isCoverFault tells a fault of the text from any other error.
func isCoverFault(err error) bool {
	var e *survey.Error
	return errors.As(err, &e) && e.Code == survey.Invalid
}
