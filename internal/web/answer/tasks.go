package answer

import (
	"fmt"
	"net/http"
	"slices"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// answerBase is what every page of a party's form has.
type answerBase struct {
	templates.Base
	Party     string
	Alliance  string
	Contact   string // address of the coordination office, may be ""
	Deadline  string // with weekday and zone
	End       string // of all answering, like it
	Announced string // the date after which something is late, like it
	Over      bool   // the deadline is over: what comes now is late, unless Early
	Early     bool   // the round was ended early: what comes now is a correction, and not late yet
	Ended     bool   // nothing can be submitted any more
}

func newAnswerBase(r *web.Request, sheet answer.Sheet, titleKey string, args ...any) answerBase {
	b := answerBase{Base: r.Base(titleKey, args...), Party: sheet.Respondent.Name, Alliance: sheet.Alliance.Name, Contact: sheet.Alliance.Email, Over: sheet.Over, Early: sheet.Early, Ended: sheet.Ended}
	b.Deadline, b.End, b.Announced = b.DateTime(sheet.Due.In(), nil), b.DateTime(sheet.End.In(), nil), b.DateTime(sheet.LateAfter.In(), nil)
	b.UserName = sheet.Respondent.ShortName
	if r.Request.URL.Path != "/antwort" {
		b.Breadcrumbs = []templates.NavItem{{Label: b.Must("answer.tasks.title"), Href: "/antwort"}}
	}
	return b
}

// sheet loads the party's own sheet.
func (s *Room) sheet(r *web.Request) (answer.Sheet, error) {
	return s.Answer.Sheet(r.Request.Context(), r.Actor)
}

func questionPath(number int) string { return fmt.Sprintf("/antwort/fragen/%d", number) }

// tasksPage is the list of questions with the state of each, and the one next step.
type tasksPage struct {
	answerBase
	Heading  string
	Progress string
	Share    int    // of what is ready, in hundredths
	Stands   string // what counts until the next submission, where that would change something
	Step     string
	Next     templates.NavItem
	Other    templates.NavItem // a second way on; Href "" is none
	Tasks    []answerTask
	Declines bool                // whether the whole catalogue can still be declined
	Handed   bool                // something was submitted
	Letters  []templates.NavItem // that wait for the party's confirmation
	HandMade []string            // a line for each access link the office made by hand
}

type answerTask struct {
	Number  int
	Mark    string // printed label of the question
	Href    string
	Text    string
	State   templates.Badge
	Said    survey.Status // what the party says so far, "" nothing
	Late    bool
	Notes   []string // what stops a submission
	Erratum string   // that the question was corrected, and when last
	Reason  string   // for declining, where it is shown
}

func (s *Room) answerTasks(r *web.Request) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	p := tasksPage{answerBase: newAnswerBase(r, sheet, "answer.tasks.title"), Heading: sheet.Questionnaire.Title, Declines: !sheet.Ended, Handed: len(sheet.Confirmed) > 0}
	ready := 0
	for _, c := range sheet.Cells {
		task := answerTask{Number: c.Question.Number, Mark: c.Question.Mark, Href: questionPath(c.Question.Number), Text: c.Question.Text, State: answerState(r, c.State), Late: c.Late}
		if c.Question.Label != "" {
			task.Text = c.Question.Label
		}
		if c.Entry.Status != survey.Answered {
			task.Said = c.Entry.Status
		}
		if c.State != answer.StateNone && c.State != answer.StateBegun {
			ready++
		}
		for _, e := range r.Errata(sheet.Questionnaire, c.Question.ID) {
			task.Erratum = p.Must("common.erratum", "Date", e.Date)
		}
		for _, problem := range c.Problems {
			if problem.Stops {
				task.Notes = append(task.Notes, p.Must(problem.Key+"_short", r.Readable(problem.Args)...))
			}
		}
		p.Tasks = append(p.Tasks, task)
	}
	p.Progress = p.Must("answer.tasks.progress", "Ready", ready, "Count", len(sheet.Cells))
	if len(sheet.Cells) > 0 {
		p.Share = 100 * ready / len(sheet.Cells)
	}
	for _, t := range sheet.Letters {
		if sheet.ConfirmOver() {
			break
		}
		p.Letters = append(p.Letters, templates.NavItem{Href: letterPath(t.ID), Label: p.Must("answer.tasks.letter", "Source", t.Source)})
	}
	for _, at := range sheet.HandMade {
		p.HandMade = append(p.HandMade, p.Must("answer.links.made", "At", p.DateTime(at.In(sheet.Due.Location()), nil)))
	}
	if err := p.nextStep(sheet); err != nil {
		return err
	}
	return r.Page(http.StatusOK, "answer/tasks", p)
}

// nextStep says what to do now, in one sentence and one button.
func (p *tasksPage) nextStep(sheet answer.Sheet) error {
	step := func(key, href string, args ...any) {
		p.Step = p.Must("answer.step."+key, args...)
		p.Next = templates.NavItem{Label: p.Must("answer.step."+key+"_button", args...), Href: href}
	}
	if len(sheet.Confirmed) > 0 && sheet.Changed() && !sheet.Ended && len(sheet.Waits) == 0 {
		p.Stands = p.Must("answer.step.stands", "At", p.DateTime(sheet.Confirmed[0].RequestedAt.In(sheet.Due.Location()), nil))
	}
	next := sheet.Next(0)
	press, err := sheet.OwnPress(sheet.Waiting(""))
	if err != nil {
		return err
	}
	switch {
	case press != nil:
		step("pressed", "/antwort/pruefen", "At", p.DateTime(press.At.In(sheet.Due.Location()), nil), "Until", p.Time(press.At.Add(answer.PressLife).In(sheet.Due.Location())))
	case len(sheet.Waits) > 0:
		step("code", "/antwort/code", "Until", p.Time(sheet.Waits[0].CodeExpiresAt.In(sheet.Due.Location())))
	case slices.ContainsFunc(sheet.Letters, onlyParty) && !sheet.ConfirmOver():
		t := sheet.Letters[slices.IndexFunc(sheet.Letters, onlyParty)]
		step("letter", letterPath(t.ID), "Source", t.Source)
	case sheet.Ended && len(sheet.Confirmed) > 0:
		step("over_submitted", "/antwort/bestaetigung")
	case sheet.Ended:
		step("over", "/antwort/meine")
	case next != 0:
		step("question", questionPath(next), "Number", sheet.Catalogue.Printed(next))
		if sheet.Changed() {
			p.Other = templates.NavItem{Label: p.Must("answer.step.check_button"), Href: "/antwort/pruefen"}
		}
	case (sheet.Changed() || sheet.Stopped()) && len(sheet.Confirmed) > 0:
		step("check_again", "/antwort/pruefen")
	case sheet.Changed() || sheet.Stopped():
		step("check", "/antwort/pruefen")
	case len(sheet.Confirmed) == 0: // all that stands came by letter
		step("standing", "/antwort/meine", "End", p.End)
	case sheet.Over:
		step("submitted_late", "/antwort/bestaetigung", "End", p.End)
	default:
		step("submitted", "/antwort/bestaetigung")
	}
	return nil
}

// answerState is the word for how far an answer is.
func answerState(r *web.Request, state answer.State) templates.Badge {
	look := map[answer.State][2]string{
		answer.StateNone:        {"no_answer", ""},
		answer.StateBegun:       {"draft", "wait"},
		answer.StateDone:        {"check", "good"},
		answer.StateSubmitted:   {"answered", "good"},
		answer.StateChanged:     {"draft", "wait"},
		answer.StateTranscribed: {"mail", ""},
	}[state]
	return templates.Badge{Icon: look[0], Tone: look[1], Label: r.Printer().Must("answer.state." + string(state))}
}
