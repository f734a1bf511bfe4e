package app

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/answer"
	"pruefstein/internal/compare"
	"pruefstein/internal/draft"
	"pruefstein/internal/mail"
	"pruefstein/internal/office"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// Slugs of the demonstration's three questionnaires.
const (
	demoClosedSlug = "landtagswahl-nordmark"
	demoOpenSlug   = "kommunales-nordmark"
	demoDraftSlug  = "nachfragen-nordmark"
)

// seeder fills a demonstration by the same use cases as its visitors, on a clock that runs through the last months.
type seeder struct {
	ctx     context.Context
	app     *App
	service *office.Office
	clock   *seedClock
	now     time.Time // today
	people  []survey.User
	groups  []survey.WorkingGroup
	orgs    []survey.Organisation
	parties map[string]survey.PartyID // short name -> party id
	folder  string                    // the data folder
	err     error                     // the first one; every step after it does nothing
}

const week = 7 * 24 * time.Hour

// seed fills an empty demonstration. It runs before the server takes requests.
func seed(ctx context.Context, a *App, folder string) error {
	s := &seeder{ctx: ctx, app: a, service: a.Service, now: a.Service.Clock.Now().UTC().Truncate(time.Minute), clock: &seedClock{}, parties: map[string]survey.PartyID{}, folder: folder}
	system := a.Service.Clock
	a.Service.Clock = s.clock
	defer func() { a.Service.Clock = system }()

	s.alliance()
	election := s.election()
	s.closed(election)
	s.open(election)
	s.draft(election)
	return s.err
}

// at moves the clock to a number of weeks before (or, negative, after) today, at ten o'clock.
func (s *seeder) at(weeksAgo float64) {
	day := s.now.Add(-time.Duration(weeksAgo * float64(week)))
	s.clock.at = time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, time.UTC)
}

// local is the typed local time of a day some weeks from today.
func (s *seeder) local(weeksAhead float64, clock string) string {
	return s.now.Add(time.Duration(weeksAhead*float64(week))).Format(time.DateOnly) + "T" + clock
}

// step runs one step unless an earlier one failed, and lets a second pass, so that no two ids share an instant.
func (s *seeder) step(what string, fn func() error) {
	if s.err != nil {
		return
	}
	s.clock.at = s.clock.at.Add(time.Second)
	if err := fn(); err != nil {
		s.err = fmt.Errorf("%s: %w", what, err)
	}
}

func (s *seeder) actor(person int) survey.Actor {
	if person >= len(s.people) {
		return survey.Actor{}
	}
	return survey.Actor{User: s.people[person], Language: "de"}
}

// The people of demoPeople.
const (
	administrator = iota
	coordinator
	second
	member
)

func (s *seeder) alliance() {
	s.at(22)
	s.step("set up", func() error {
		token, err := s.service.Alliance.SetupToken(s.ctx)
		if err != nil {
			return err
		}
		first := demoPeople[administrator]
		password := survey.NewToken()
		user, err := s.service.Alliance.SetUp(s.ctx, alliance.SetUp{Token: token, Alliance: demoAlliance, Name: first.Name, Email: first.Email, Password: password, Again: password, Language: "de"})
		s.people = append(s.people, user)
		return err
	})
	for _, name := range demoGroups {
		s.step("group", func() error {
			return s.service.Alliance.SaveWorkingGroup(s.ctx, s.actor(administrator), "", alliance.SaveWorkingGroup{Name: name})
		})
	}
	for _, name := range demoOrganisations {
		s.step("organisation", func() error {
			return s.service.Alliance.SaveOrganisation(s.ctx, s.actor(administrator), "", alliance.SaveOrganisation{Name: name})
		})
	}
	s.step("names", func() (err error) {
		groups, err := s.service.Alliance.WorkingGroups(s.ctx, s.actor(administrator))
		if err != nil {
			return err
		}
		orgs, err := s.service.Alliance.Organisations(s.ctx, s.actor(administrator))
		for _, name := range demoGroups {
			for _, g := range groups {
				if g.Name == name {
					s.groups = append(s.groups, g)
				}
			}
		}
		for _, name := range demoOrganisations {
			for _, o := range orgs {
				if o.Name == name {
					s.orgs = append(s.orgs, o)
				}
			}
		}
		return err
	})
	s.step("settings", func() error {
		a, err := s.service.Alliance.Settings(s.ctx)
		if err != nil {
			return err
		}
		a.Name, a.Intro, a.Imprint, a.Privacy, a.PressContact = demoAlliance, demoIntro, demoImprint, demoPrivacy, demoPress
		a.Email, a.Licence = "koordination@buendnis.example", "CC-BY-4.0"
		return s.service.Alliance.SaveSettings(s.ctx, s.actor(administrator), alliance.SaveSettings{Alliance: a})
	})
	for _, p := range demoPeople[1:] {
		s.step("person", func() error {
			if !p.Coordinator {
				p.Memberships = []survey.Membership{{WorkingGroup: s.groups[0].ID}, {WorkingGroup: s.groups[3].ID, Lead: true}}
			}
			p.Language = "de"
			if _, err := s.service.Alliance.SavePerson(s.ctx, s.actor(administrator), "", p); err != nil {
				return err
			}
			due, err := s.service.Send.DueMails(s.ctx, 100) // by mail: a link handed over would make one hand of all
			if err != nil {
				return err
			}
			if len(due) != 1 {
				return fmt.Errorf("%d mails wait, not the invitation alone", len(due))
			}
			token := mailedInvitation.FindStringSubmatch(due[0].Body)
			password := survey.NewToken()
			user, err := s.service.Alliance.AcceptInvitation(s.ctx, alliance.NewPassword{Token: token[1], Name: p.Name, Password: password, Again: password})
			s.people = append(s.people, user)
			return err
		})
		s.deliver()
	}
}

// election puts the election and its parties in place.
func (s *seeder) election() (id survey.ElectionID) {
	s.at(21)
	day := s.now.Add(9 * week)
	day = day.AddDate(0, 0, (7-int(day.Weekday()))%7) // elections are held on Sundays
	s.step("election", func() error {
		e, err := s.service.Alliance.SaveElection(s.ctx, s.actor(coordinator), "", alliance.SaveElection{Name: "Landtagswahl Nordmark",
			Date: day.Format(time.DateOnly), Level: string(survey.LevelLand), Region: "Nordmark"})
		id = e.ID
		return err
	})
	for i, p := range demoParties {
		s.step("party "+p.short, func() error {
			slug := survey.SlugOf(p.short)
			party := alliance.ListedParty{ShortName: p.short, Name: p.name, BallotPosition: fmt.Sprint(i + 1), Colour: p.colour, Email: "wahlkampf@" + string(slug) + ".example"}
			if p.short == "GZ" {
				party.Copies, party.Postal = "vorstand@gz.example", "Deichstraße 12\n20999 Nordhafen"
			}
			saved, err := s.service.Alliance.SaveContestant(s.ctx, s.actor(coordinator), id, "", alliance.SaveContestant{ListedParty: party})
			s.parties[p.short] = saved.Party.ID
			return err
		})
	}
	return id
}

// questionnaire creates one and drafts its questions; all are agreed unless said otherwise.
func (s *seeder) questionnaire(cmd draft.SaveQuestionnaire, questions []demoQuestion, states func(int) survey.QuestionState) (q survey.Questionnaire) {
	s.step("questionnaire "+string(cmd.Slug), func() (err error) {
		cmd.Topics = strings.Join(demoGroups, "\n")
		cmd.Licence = "CC-BY-4.0"
		cmd.Order = survey.OrderBallot
		q, err = s.service.Draft.SaveQuestionnaire(s.ctx, s.actor(coordinator), "", cmd)
		return err
	})
	for i, question := range questions {
		s.step("question "+question.label, func() error {
			wording := survey.Wording{Kind: question.kind, Label: question.label, Text: question.text, Context: question.context,
				WorkingGroup: s.groups[question.group].ID, Topic: q.Topics[question.group].ID}
			for _, o := range question.organisations {
				wording.AskedBy = append(wording.AskedBy, s.orgs[o].ID)
			}
			first := wording
			first.Text = "Stichwort: " + question.label // every question began as an idea
			saved, err := s.service.Draft.SaveQuestion(s.ctx, s.actor(coordinator), q.ID, survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: first})
			if err != nil {
				return err
			}
			saved, err = s.service.Draft.SaveQuestion(s.ctx, s.actor(coordinator), q.ID, saved.ID, draft.SaveQuestion{Revision: saved.Revision,
				Wording: wording, Note: "ausformuliert nach der Sitzung der Arbeitsgruppe"})
			if err != nil {
				return err
			}
			if state := states(i); state != saved.State {
				_, err = s.service.Draft.SetQuestionState(s.ctx, s.actor(coordinator), q.ID, saved.ID, draft.SetQuestionState{Revision: saved.Revision, State: state})
			}
			return err
		})
	}
	return q
}

func allAgreed(int) survey.QuestionState { return survey.StateAgreed }

// lock and dispatch go through both people.
func (s *seeder) lock(q survey.Questionnaire) {
	for _, person := range []int{coordinator, second} {
		s.step("lock", func() error {
			v, err := s.service.Draft.CataloguePage(s.ctx, s.actor(person), q.ID)
			if err != nil {
				return err
			}
			_, err = s.service.Draft.LockCatalogue(s.ctx, s.actor(person), q.ID, v.Catalogue.Hash)
			return err
		})
	}
}

func (s *seeder) dispatch(q survey.Questionnaire) {
	s.step("cover", func() error {
		cover, err := s.service.Send.StartingText("de", "cover")
		if err != nil {
			return err
		}
		now, err := s.service.Alliance.QuestionnaireBySlug(s.ctx, s.actor(coordinator), q.Slug)
		if err != nil {
			return err
		}
		return s.service.Send.SaveCover(s.ctx, s.actor(coordinator), q.ID, send.SaveCover{Cover: cover, Revision: now.Revision})
	})
	for _, person := range []int{coordinator, second} {
		s.step("dispatch", func() error {
			plan, err := s.service.Send.DispatchPlan(s.ctx, s.actor(person), q.ID)
			if err != nil {
				return err
			}
			if !plan.Ready {
				return fmt.Errorf("not ready: %+v", plan.Checklist)
			}
			_, err = s.service.Send.Dispatch(s.ctx, s.actor(person), q.ID, plan.Digest)
			return err
		})
	}
	s.deliver()
}

// respondent changes one respondent.
func (s *seeder) respondent(q survey.Questionnaire, slug survey.Slug, change func(*send.SaveRespondent)) {
	s.step("respondent "+string(slug), func() error {
		f, err := s.service.Send.RespondentFile(s.ctx, s.actor(coordinator), q.ID, slug)
		if err != nil {
			return err
		}
		r := f.Row.Respondent
		cmd := send.SaveRespondent{ShortName: r.ShortName, Name: r.Name, BallotPosition: r.BallotPosition, Colour: r.Colour, Email: r.Email,
			Copies: strings.Join(r.Copies, "\n"), Postal: r.Postal, Language: "de", Procedure: survey.Procedure{Channel: survey.ChannelForm}, Revision: r.Revision}
		change(&cmd)
		_, err = s.service.Send.SaveRespondent(s.ctx, s.actor(coordinator), q.ID, slug, cmd)
		return err
	})
}

// party opens a session with a link of its own, as the party's contact does.
func (s *seeder) party(q survey.Questionnaire, slug survey.Slug) (actor survey.Actor) {
	s.step("link of "+string(slug), func() error {
		address, err := s.service.Send.MakeAccessLink(s.ctx, s.actor(coordinator), q.ID, slug)
		if err != nil {
			return err
		}
		hash, err := s.service.Answer.ExchangeLink(s.ctx, address[strings.LastIndex(address, "/")+1:])
		if err != nil {
			return err
		}
		actor, err = s.service.Alliance.PartyActor(s.ctx, hash)
		actor.Language = "de"
		return err
	})
	return actor
}

// answer saves a party's entries, in the order of the questions.
func (s *seeder) answer(actor survey.Actor, entries []demoEntry) {
	for i, e := range entries {
		s.step("answer", func() error {
			sheet, err := s.service.Answer.Sheet(s.ctx, actor)
			if err != nil {
				return err
			}
			cell, err := sheet.Cell(i + 1)
			if err != nil {
				return err
			}
			_, err = s.service.Answer.Save(s.ctx, actor, answer.Save{Number: i + 1, Revision: cell.Draft.Revision, Mark: answer.MarkDone,
				Entry: survey.Entry{Status: e.status, Position: e.position, Text: e.text}})
			return err
		})
	}
}

var (
	mailedCode       = regexp.MustCompile(`\b[0-9]{4} [0-9]{4} [0-9]{4}\b`)
	mailedInvitation = regexp.MustCompile(web.Addresses.Invitation + `(\S+)`)
)

// submit sends what a party has saved, and enters the code from the mail.
func (s *seeder) submit(actor survey.Actor, name, function string) {
	s.step("submit", func() error {
		sheet, err := s.service.Answer.Sheet(s.ctx, actor)
		if err != nil {
			return err
		}
		digest, err := sheet.Digest()
		if err != nil {
			return err
		}
		sub, _, err := s.service.Answer.RequestSubmission(s.ctx, actor, answer.RequestSubmission{Digest: digest, Name: name, Function: function, Verbatim: true, Licence: true})
		if err != nil {
			return err
		}
		due, err := s.service.Send.DueMails(s.ctx, 100)
		if err != nil {
			return err
		}
		code := ""
		for _, d := range due {
			if d.Mail.Kind == survey.MailCode {
				code = mailedCode.FindString(d.Body)
			}
		}
		_, err = s.service.Answer.ConfirmSubmission(s.ctx, actor, sub.ID, code, true)
		return err
	})
	s.deliver()
}

// deliver puts what waits in the outbox into the mailbox, at the clock's time.
func (s *seeder) deliver() {
	s.step("deliver", func() error {
		for {
			due, err := s.service.Send.DueMails(s.ctx, 100)
			if err != nil || len(due) == 0 {
				return err
			}
			for _, d := range due {
				from := demoSender
				from.ReplyTo = d.ReplyTo
				msg, err := mail.Compose(d.Mail, d.Body, from)
				if err != nil {
					return err
				}
				reply, err := s.app.demoBox.Send(s.ctx, msg)
				if err != nil {
					return err
				}
				if err := s.service.Send.RecordAttempt(s.ctx, d.Mail.ID, send.MailOutcome{Attempt: d.Attempt, Sent: true, Reply: reply}); err != nil {
					return err
				}
			}
		}
	})
}

// publish goes through both people.
func (s *seeder) publish(q survey.Questionnaire) {
	for _, person := range []int{coordinator, second} {
		s.step("publish", func() error {
			st, err := s.service.Compare.PublicationPage(s.ctx, s.actor(person), q.ID)
			if err != nil {
				return err
			}
			_, err = s.app.core.publisher.Publish(s.ctx, s.actor(person), q.ID, compare.PreparePublication{Seen: st.Content})
			return err
		})
	}
}
