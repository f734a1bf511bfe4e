package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/draft"
	"pruefstein/internal/send"
	"pruefstein/internal/transcribe"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/config"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// makeGolden writes the data folder of one small election that went through all four verbs, as a tar.gz. Every table has a row.
func makeGolden(t *testing.T, archive string) {
	t.Helper()
	folder := t.TempDir()
	a := newApp(t, folder, Options{Serve: config.Serve{BaseURL: goldenURL}, Log: slog.New(slog.DiscardHandler), Clock: testkit.NewClock(goldenDay), Demo: true})
	if err := errors.Join(seedGolden(t, a, folder), a.Close()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(folder, mailboxFolder)), compact(filepath.Join(folder, databaseFile)), pack(folder, archive)); err != nil {
		t.Fatal(err)
	}
}

// seedGolden takes the steps of the demonstration, for three parties and two questions.
func seedGolden(t *testing.T, a *App, folder string) error {
	s := &seeder{ctx: t.Context(), app: a, service: a.Service, now: goldenDay, clock: &seedClock{}, parties: map[string]survey.PartyID{}, folder: folder}
	a.Service.Clock = s.clock
	s.alliance()
	s.at(12)
	election := ""
	s.step("election", func() error {
		e, err := s.service.Alliance.SaveElection(s.ctx, s.actor(coordinator), "", alliance.SaveElection{Name: "Landtagswahl Nordmark", Date: "2027-05-09", Level: string(survey.LevelLand), Region: "Nordmark"})
		election = string(e.ID)
		return err
	})
	for _, p := range []alliance.ListedParty{
		{ShortName: "FM", Name: "Freie Mitte Nordmark", BallotPosition: "1", Colour: "#c9a100", Email: "post@fm.example"},
		{ShortName: "TuU", Name: "Tierwohl und Umwelt", BallotPosition: "2", Email: "post@tuu.example"},
		{ShortName: "VN", Name: "Volksbund Nordmark", BallotPosition: "3", Email: "post@vn.example"},
	} {
		s.step("party", func() error {
			_, err := s.service.Alliance.SaveContestant(s.ctx, s.actor(coordinator), survey.ElectionID(election), "", alliance.SaveContestant{ListedParty: p})
			return err
		})
	}
	q := s.questionnaire(draft.SaveQuestionnaire{Title: "Zwei Fragen", Slug: goldenSlug, Election: survey.ElectionID(election), Slots: "2", QuestionLimit: "300", AnswerLimit: "1000",
		Deadline: s.local(-2, "18:00"), DeadlineZone: survey.DefaultZone}, demoQuestions[1:3], allAgreed)
	s.step("respondents", func() error {
		_, err := s.service.Send.TakeContestants(s.ctx, s.actor(coordinator), q.ID)
		return err
	})
	s.respondent(q, "fm", func(*send.SaveRespondent) {})
	s.respondent(q, "tuu", func(r *send.SaveRespondent) { r.Procedure = survey.Procedure{Channel: survey.ChannelMail} })
	s.respondent(q, "vn", func(r *send.SaveRespondent) {
		r.Procedure, r.Due, r.DueZone = survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 2, MaxCharacters: 400, Source: "https://fragen.vn.example"}, s.local(-1, "12:00"), survey.DefaultZone
	})
	s.at(11)
	s.lock(q)
	s.at(10)
	s.dispatch(q)
	s.at(9)
	s.portal(q, "vn", -9.5)
	s.at(6)
	party := s.party(q, "fm")
	s.answer(party, []demoEntry{text("30 Stunden im Jahr, auf die Arbeitszeit angerechnet – für „alle“.\n\nDazu zwölf Millionen Euro."), thesis(survey.Agree, "Offenheit ist der Normalfall.")})
	s.submit(party, "Kim Beispiel", "Landesgeschäftsführung")
	s.transcribe(q, "tuu", transcribe.Save{Kind: survey.LetterMail, Entries: demoSaid([]demoEntry{text("Ein Tag im Monat."), noPosition})}, -6.2, "")
	s.quote(q, "vn", 1, "Lehrkräfte brauchen Zeit.", "Wahlprogramm, S. 12")
	s.at(0)
	s.publish(q)
	s.step("rest", func() error { // what is on its way, and who is signed in
		return errors.Join(s.service.Alliance.RequestReset(s.ctx, demoPeople[member].Email),
			s.service.Alliance.PutSession(s.ctx, survey.Session{Hash: survey.HashToken("golden"), Data: []byte("x"), ExpiresAt: goldenDay.Add(time.Hour)}))
	})
	return s.err
}

// compact rewrites a database without its free pages.
func compact(path string) error {
	from, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	to, err := bbolt.Open(path+".compact", 0o600, nil)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	return errors.Join(bbolt.Compact(to, from, 0), to.Close(), from.Close(), os.Rename(path+".compact", path))
}

// pack writes the files of a folder into an archive: each content once.
func pack(folder, archive string) error {
	var out bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	files := tar.NewWriter(zip)
	root, seen := os.DirFS(folder), map[string]string{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		header := tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: time.Unix(0, 0)}
		if first, again := seen[string(content)]; again {
			header.Typeflag, header.Linkname, header.Size, content = tar.TypeLink, first, 0, nil
		} else {
			seen[string(content)] = name
		}
		if err := files.WriteHeader(&header); err != nil {
			return err
		}
		_, err = files.Write(content)
		return err
	})
	if err := errors.Join(err, files.Close(), zip.Close(), os.MkdirAll(filepath.Dir(archive), 0o755)); err != nil {
		return err
	}
	return os.WriteFile(archive, out.Bytes(), 0o644)
}

// unpack writes the files of an archive into a folder.
func unpack(archive, folder string) error {
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer in.Close()
	zip, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	files := tar.NewReader(zip)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(files)
		if header.Typeflag == tar.TypeLink {
			content, err = os.ReadFile(filepath.Join(folder, filepath.FromSlash(header.Linkname)))
		}
		name := filepath.Join(folder, filepath.FromSlash(header.Name))
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(name), 0o700)); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
}
