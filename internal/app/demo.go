package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	webdemo "pruefstein/internal/web/demo"

	"pruefstein/internal/config"
	"pruefstein/internal/mail"
	"pruefstein/internal/survey"
)

// demoMark is the file that tells a folder of the demonstration from all others, with its state in it.
const demoMark = "demonstration"

// The states of a demonstration's folder.
const (
	demoSeeding = "being filled\n"
	demoReady   = "ready\n"
)

// demo runs the demonstration: a temporary folder that is gone afterwards, or one of its own that is kept.
func demo(ctx context.Context, cfg config.Demo, out, errs io.Writer) (err error) {
	folder := cfg.Data
	if folder == "" {
		if folder, err = os.MkdirTemp("", "pruefstein-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	}
	fresh, err := demoFolder(folder)
	if err != nil {
		return err
	}
	log := newLog("text", errs)
	serve := config.Serve{Listen: cfg.Listen}
	serve.Data.Data = folder
	a, err := New(ctx, Options{Serve: serve, Log: log, Demo: true})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	if err = a.startDemo(ctx, folder, fresh, out); err == nil {
		err = a.Run(ctx)
	}
	return errors.Join(unlessEnded(ctx, err), a.Close())
}

// demoFolder makes sure that the folder is new or that of an earlier demonstration, and says which.
func demoFolder(folder string) (fresh bool, err error) {
	mark := filepath.Join(folder, demoMark)
	state, err := os.ReadFile(mark)
	switch {
	case err == nil && string(state) == demoReady:
		return false, nil
	case err == nil:
		return false, fmt.Errorf("--data %s: an earlier demonstration was cut off while it was made; delete the folder or name another", folder)
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if len(entries) > 0 {
		return false, fmt.Errorf("--data %s: the folder holds something that is no demonstration; name a new or empty one", folder)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, err
	}
	return true, os.WriteFile(mark, []byte(demoSeeding), 0o600)
}

// startDemo fills a fresh folder and prints how to get in.
func (a *App) startDemo(ctx context.Context, folder string, fresh bool, out io.Writer) error {
	if fresh {
		if err := seed(ctx, a, folder); err != nil {
			return fmt.Errorf("demonstration: %w", err)
		}
		if err := os.WriteFile(filepath.Join(folder, demoMark), []byte(demoReady), 0o600); err != nil {
			return err
		}
	}
	var greeting strings.Builder // one write: whoever sees its first line can sign in, and stop us
	fmt.Fprintf(&greeting, "Prüfstein demonstration: %s\nEverything in it is invented. Mails land in %s/demo/postfach\n\nSign-in links:\n", a.URL, a.URL)
	for _, p := range demoPeople {
		user, err := a.demoUser(ctx, p.Email)
		if err != nil {
			return err
		}
		token := survey.NewToken()
		a.demoSignIn[survey.HashToken(token)] = user
		fmt.Fprintf(&greeting, "  %-28s %s/demo/anmelden/%s\n", demoRole(user)+" ("+user.Name+")", a.URL, token)
	}
	link, err := a.demoPartyLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(&greeting, "  %-28s %s\n", "party's contact (DN)", link)
	_, err = io.WriteString(out, greeting.String())
	return err
}

func demoRole(u survey.User) string {
	switch {
	case u.Administrator:
		return "administrator"
	case u.Coordinator:
		return "coordinator"
	}
	return "member"
}

func (a *App) demoUser(ctx context.Context, email string) (survey.User, error) {
	people, err := a.Service.Alliance.People(ctx, console)
	if err != nil {
		return survey.User{}, err
	}
	for _, p := range people {
		if p.Email == email {
			return p.User, nil
		}
	}
	return survey.User{}, fmt.Errorf("demonstration: %s is gone", email)
}

// demoPartyLink makes a fresh access link for a party's contact in the questionnaire that is open for answers.
func (a *App) demoPartyLink(ctx context.Context) (string, error) {
	q, err := a.Service.Alliance.QuestionnaireBySlug(ctx, console, demoOpenSlug)
	if err != nil {
		return "", err
	}
	return a.Service.Send.MakeAccessLink(ctx, console, q.ID, "dn")
}

// demoMailbox lets the pages read the folder the demonstration's mails land in.
func demoMailbox(box *mail.Folder, signIn map[string]survey.User) *webdemo.Demo {
	letter := func(l mail.Letter) webdemo.Letter {
		return webdemo.Letter{ID: l.ID, Subject: l.Subject, From: l.From, To: l.To, Date: l.Date, Text: l.Text, Attachments: l.Attachments}
	}
	return &webdemo.Demo{
		Letters: func() (list []webdemo.Letter, err error) {
			letters, err := box.Letters()
			for _, l := range letters {
				list = append(list, letter(l))
			}
			return list, err
		},
		Letter: func(id string) (webdemo.Letter, error) {
			l, err := box.Letter(id)
			if errors.Is(err, fs.ErrNotExist) {
				err = survey.Fail(survey.NotFound, "error.not_found")
			}
			return letter(l), err
		},
		SignIn: signIn,
	}
}

// seedClock is the clock of the past while the demonstration is filled.
type seedClock struct{ at time.Time }

// Now implements survey.Clock.
func (c *seedClock) Now() time.Time { return c.at }
