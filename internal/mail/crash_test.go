package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pruefstein/internal/bolt"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// The child process of TestKilled finds the data folder and the port of the mail server here.
const (
	crashFolder = "PRUEFSTEIN_TEST_MAIL_FOLDER"
	crashPort   = "PRUEFSTEIN_TEST_MAIL_PORT"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(crashFolder); folder != "" {
		fmt.Fprintln(os.Stderr, sendUntilKilled(folder))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// openOffice opens the database and the key of a data folder.
func openOffice(folder string, create bool) (*send.Service, *bolt.Store, error) {
	store, err := bolt.Open(filepath.Join(folder, "pruefstein.db"), bolt.Options{Create: create})
	if err != nil {
		return nil, nil, err
	}
	sealer, err := survey.LoadOrCreateSealer(filepath.Join(folder, "seal.key"))
	return &send.Service{Kernel: &survey.Kernel{Store: store, Clock: survey.SystemClock{}, Sealer: sealer, BaseURL: "https://fragen.example"}}, store, err
}

// sendUntilKilled is the program: it sends what is in the outbox.
func sendUntilKilled(folder string) error {
	port, err := strconv.Atoi(os.Getenv(crashPort))
	if err != nil {
		return err
	}
	office, _, err := openOffice(folder, false)
	if err != nil {
		return err
	}
	transport, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: port})
	if err != nil {
		return err
	}
	NewWorker(office, transport, testSender, slog.New(slog.DiscardHandler)).Run(context.Background())
	return nil
}

// damaged opens the office again after some bytes have changed on the disk.
func damaged(t *testing.T, folder string, store *bolt.Store, from, to string) (*send.Service, *bolt.Store) {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "pruefstein.db")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(raw, []byte(from), []byte(to)), 0o600); err != nil {
		t.Fatal(err)
	}
	office, store, err := openOffice(folder, false)
	if err != nil {
		t.Fatal(err)
	}
	return office, store
}

// A mail whose bytes have changed on the disk is not sent, and holds up no other.
func TestDamagedMail(t *testing.T) {
	folder := t.TempDir()
	office, store, err := openOffice(folder, true)
	if err != nil {
		t.Fatal(err)
	}
	ids := queue(t, office, 3)
	office, store = damaged(t, folder, store, "partei0@nordmark.example", "partei9@nordmark.example")
	defer store.Close()
	server := testkit.SMTP(t)
	if _, waiting, err := NewWorker(office, localSMTP(t, server), testSender, slog.New(slog.DiscardHandler)).round(t.Context()); err != nil || waiting {
		t.Errorf("waiting %v, %v", waiting, err)
	}
	var got []string
	for _, m := range server.Messages() {
		got = append(got, testkit.ReadMail(t, m.Data).Header.Get("Message-ID"))
	}
	if len(got) != 2 || got[0] != "<"+ids[1]+"@fragen.example>" || got[1] != "<"+ids[2]+"@fragen.example>" {
		t.Errorf("sent %v of %v", got, ids)
	}
}

// Whether a reminder is still true cannot be read where its respondent is damaged: it waits, and the others go out.
func TestDamagedRespondent(t *testing.T) {
	folder := t.TempDir()
	office, store, err := openOffice(folder, true)
	if err != nil {
		t.Fatal(err)
	}
	now, reminder := office.Clock.Now(), testMail()
	reminder.ID, reminder.Kind, reminder.Questionnaire, reminder.Respondent = survey.NewID(), survey.MailReminder, "q1", "r1"
	reminder.MessageID, reminder.To, reminder.Body, reminder.Places, reminder.Sealed = reminder.ID+"@fragen.example", "a@a.example", "x", []int{}, nil
	if err := store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "q", Title: "T", Deadline: survey.Instant{At: now.Add(time.Hour), Zone: "UTC"}, DispatchedAt: now.Add(-time.Hour)}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r1", Slug: "a", ShortName: "A", Name: "Anton-Partei", Email: "a@a.example"}),
			survey.PutMail(tx, reminder), tx.Outbox.Put(survey.OutboxEntry{Mail: reminder.ID, Urgency: reminder.Urgency(), DueAt: now.Add(-time.Minute), Since: now}))
	}); err != nil {
		t.Fatal(err)
	}
	ids := queue(t, office, 3)
	office, store = damaged(t, folder, store, "Anton-Partei", "Bnton-Partei")
	defer store.Close()
	server := testkit.SMTP(t)
	if _, waiting, err := NewWorker(office, localSMTP(t, server), testSender, slog.New(slog.DiscardHandler)).round(t.Context()); err != nil || waiting {
		t.Errorf("waiting %v, %v", waiting, err)
	}
	if got := len(server.Messages()); got != len(ids) {
		t.Errorf("%d of %d others were sent", got, len(ids))
	}
}

// TestKilled shows promise P9: the program is killed right when the server has taken the third of ten mails, once before
// it hears the reply and once after. Started again it sends the rest: each mail arrives, at most one of them twice, and
// that one is the same message with the same Message-ID.
func TestKilled(t *testing.T) {
	const mails, killAt = 10, 3
	for _, test := range []struct {
		name  string
		hears bool // the reply to the third mail reaches the program
	}{{"before the reply", false}, {"after the reply", true}} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			office, store, err := openOffice(folder, true)
			if err != nil {
				t.Fatal(err)
			}
			ids := queue(t, office, mails)
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}

			server := testkit.SMTP(t)
			child, started := exec.Command(os.Args[0]), make(chan struct{})
			port := proxy(t, server, func(n int, pass func()) {
				if n < killAt || test.hears {
					pass()
				}
				if n == killAt { // what the child says now, nobody answers
					<-started
					_ = child.Process.Kill()
				}
			})
			child.Env = append(os.Environ(), crashFolder+"="+folder, crashPort+"="+strconv.Itoa(port))
			child.Stderr = os.Stderr
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			close(started)
			if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
				t.Fatalf("the child was not killed: %v", err)
			}

			office, store, err = openOffice(folder, false)
			if err != nil {
				t.Fatal(err)
			}
			transport := localSMTP(t, server)
			if _, waiting, err := NewWorker(office, transport, testSender, slog.New(slog.DiscardHandler)).round(t.Context()); err != nil || waiting {
				t.Fatalf("second start: waiting %v, %v", waiting, err)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}

			arrived := map[string][][]byte{}
			for _, m := range server.Messages() {
				id := testkit.ReadMail(t, m.Data).Header.Get("Message-ID")
				arrived[id] = append(arrived[id], m.Data)
			}
			twice := 0
			for _, id := range ids {
				copies := arrived["<"+id+"@fragen.example>"]
				switch {
				case len(copies) == 2 && bytes.Equal(copies[0], copies[1]):
					twice++
				case len(copies) != 1:
					t.Errorf("mail %s arrived %d times", id, len(copies))
				}
			}
			if len(arrived) != mails || twice > 1 || twice == 0 && !test.hears {
				t.Errorf("%d different mails arrived, %d of them twice", len(arrived), twice)
			}
			t.Logf("%d arrived twice", twice)
			if raw, err := os.ReadFile(filepath.Join(folder, "pruefstein.db")); err != nil || bytes.Contains(raw, []byte(testToken)) {
				t.Errorf("the database file holds the token, %v", err)
			}
		})
	}
}
