package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/html"
)

// The places and people of the soak. All are invented; the domain must not stand in any log.
const (
	domain   = "soak.example"
	boss     = "leitung@" + domain
	password = "Deich Laterne Kompass"

	open      = "nordmark"  // the questionnaire that parties answer
	drafted   = "suedmark"  // the one that is being written
	published = "westmark"  // an imported one, full of texts
	questions = 4           // of the open one
	writers   = 6           // parties that answer all the time
	courier   = writers     // place of the party that submits while others misbehave
	victim    = writers + 1 // place of the party whose link somebody else holds
	senders   = 2           // parties that answer by letter
)

// A world is one alliance with everybody in it.
type world struct {
	folder string
	server *server
	post   *mailbox
	book   *journal
	report *report

	// gate is held for reading by every act. Whoever compares takes it for writing: nothing is under way then.
	gate sync.RWMutex

	canary  string // stands in every answer and in no log and no public page
	secrets struct {
		sync.Mutex
		all []string
	}
	written atomic.Int64 // texts so far

	admin   *client // coordinates as well
	reader  *client // looks at what is public
	members []*client
	parties []*party
	mails   struct { // that were acknowledged: address and part of the subject
		sync.Mutex
		expected map[[2]string]int
	}
}

// party is one that answers in our form, at one browser.
type party struct {
	short, slug, email, link string
	*client
	budget  atomic.Int32 // submissions it may still make in this phase
	letters string       // of a party that answers by letter: its page
}

func (w *world) secret(s string) {
	w.secrets.Lock()
	defer w.secrets.Unlock()
	w.secrets.all = append(w.secrets.all, s)
}

// text is a text that nobody has written before, with the canary in it.
func (w *world) text() string {
	n := w.written.Add(1)
	return fmt.Sprintf("%s, Text %d.%s", w.canary, n, strings.Repeat(" Wir stehen dazu, und zwar ganz.", int(n%40)))
}

// expect notes that a mail with this subject was promised to somebody.
func (w *world) expect(to, subject string) {
	w.mails.Lock()
	defer w.mails.Unlock()
	if w.mails.expected == nil {
		w.mails.expected = map[[2]string]int{}
	}
	w.mails.expected[[2]string{to, subject}]++
}

// person is a browser of somebody new, in a network of its own.
func (w *world) person() *client {
	return newClient("http://"+w.server.address, fmt.Sprintf("10.%d.%d.7", w.written.Add(1)%250, time.Now().UnixNano()%250))
}

// newWorld starts the server and takes an alliance from nothing to an open questionnaire with a published one beside it.
func newWorld(ctx context.Context, folder string) (*world, error) {
	w := &world{folder: folder, book: newJournal(), report: newReport(), canary: "Kanarie" + rand.Text()[:12]}
	w.secret(w.canary)
	w.secret(domain)
	w.secret(password)
	var err error
	if w.post, err = newMailbox(); err != nil {
		return nil, err
	}
	if w.server, err = newServer(folder); err != nil {
		return nil, err
	}
	w.server.mailPort = w.post.port()
	if err := w.server.start(); err != nil {
		return w, err
	}
	for _, step := range []func(context.Context) error{w.found, w.elections, w.catalogue, w.dispatch, w.draft, w.importFile} {
		if err := step(ctx); err != nil {
			return w, fmt.Errorf("setting the world up: %w", err)
		}
	}
	return w, nil
}

// found makes the alliance, its administrator and two members.
func (w *world) found(ctx context.Context) error {
	var link string
	select {
	case link = <-w.server.setUp:
	case <-time.After(10 * time.Second):
		return errors.New("the first start prints no link")
	}
	w.secret(link[len("/einrichten/"):])
	w.admin, w.reader = w.person(), w.person()
	_, err := w.admin.visit(link, link, "alliance", "Bündnis Nordmark", "name", "Wiebke Sanders", "email", boss, "password", password, "again", password)
	if err == nil {
		_, err = w.admin.visit("/verwaltung/buendnis", "/verwaltung/buendnis", "email", "buero@"+domain, "press_contact", "Presse", "imprint", "Am Deich 1", "privacy", "Nichts.")
	}
	if err == nil {
		_, err = w.admin.visit("/verwaltung/arbeitsgruppen", "/verwaltung/arbeitsgruppen", "name", "Digitale Bildung")
	}
	for n := range 2 {
		if err != nil {
			return err
		}
		email := fmt.Sprintf("mitglied%d@%s", n, domain)
		var p page
		if p, err = w.admin.get("/verwaltung/personen/neu"); err != nil {
			return err
		}
		if _, err = w.admin.submit(p, p.path, "name", fmt.Sprintf("Mitglied %d", n), "email", email, "member", p.choice("member", "Digitale Bildung")); err != nil {
			return err
		}
		m, err := w.post.wait(ctx, email, "Einladung", 0)
		if err != nil {
			return err
		}
		w.secret(m.link()[len("/einladung/"):])
		member := w.person()
		if _, err := member.visit(m.link(), m.link(), "password", password, "again", password); err != nil {
			return err
		}
		w.members = append(w.members, member)
	}
	return err
}

// elections makes the election with its parties, and both questionnaires of our own.
func (w *world) elections(context.Context) error {
	day := time.Now().AddDate(0, 3, 0).Format(time.DateOnly)
	p, err := w.admin.visit("/verwaltung/wahlen/neu", "/verwaltung/wahlen/neu", "name", "Landtagswahl Nordmark", "date", day, "level", "land", "region", "Nordmark")
	if err != nil {
		return err
	}
	list := "Kurzname;Name;Listenplatz;E-Mail\n"
	for n := range writers + 2 + senders {
		one := &party{short: fmt.Sprintf("FL%d", n+1), slug: fmt.Sprintf("fl%d", n+1), email: fmt.Sprintf("fl%d@%s", n+1, domain), client: w.person()}
		list += fmt.Sprintf("%s;Freie Liste %d;%d;%s\n", one.short, n+1, n+1, one.email)
		w.parties = append(w.parties, one)
	}
	lists := p.location + "/liste"
	preview, err := w.admin.get(lists)
	if err != nil {
		return err
	}
	values, err := preview.form(lists, []string{"list", list})
	if err != nil {
		return err
	}
	preview, err = w.admin.do(http.MethodPost, lists, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	if err != nil {
		return err
	}
	if _, err := w.admin.submit(preview, lists+"/uebernehmen"); err != nil {
		return err
	}
	for _, slug := range []string{open, drafted} {
		p, err := w.admin.get("/werkstatt/neu")
		if err != nil {
			return err
		}
		election := p.find(func(n *html.Node) bool {
			return n.Data == "option" && strings.HasPrefix(words(n), "Landtagswahl Nordmark")
		})
		if election == nil {
			return errors.New("no election to choose")
		}
		if _, err := w.admin.submit(p, p.path, "title", "Wahlprüfsteine "+slug, "slug", slug, "slots", "50", "question_limit", "2000", "answer_limit", "4000",
			"deadline", time.Now().AddDate(0, 1, 0).Format("2006-01-02T15:04"), "election", attribute(election, "value")); err != nil {
			return err
		}
	}
	return nil
}

// catalogue writes the questions and locks them.
func (w *world) catalogue(context.Context) error {
	board := "/werkstatt/" + open
	for n := range questions {
		p, err := w.admin.visit(board+"/fragen/neu", board+"/fragen/neu", "label", fmt.Sprintf("Frage %d", n+1), "text", fmt.Sprintf("Was tun Sie an Stelle %d?", n+1))
		if err != nil {
			return err
		}
		for _, state := range []string{"draft", "review", "agreed"} {
			form, err := w.admin.get(p.location)
			if err != nil {
				return err
			}
			if _, err := w.admin.post(p.location+"/stand", "application/x-www-form-urlencoded", []byte("state="+state+"&revision="+form.field("revision"))); err != nil {
				return err
			}
		}
	}
	_, err := w.admin.visit(board+"/katalog", board+"/katalog/sperren")
	return err
}

// dispatch asks all parties, and has those with a form open their links.
func (w *world) dispatch(ctx context.Context) error {
	office := "/versand/" + open
	for _, step := range [][2]string{{"/befragte", "/uebernehmen"}, {"/befragte", "/unser-formular"}, {"/anschreiben", "/anschreiben"}, {"/absenden", "/absenden"}} {
		if _, err := w.admin.visit(office+step[0], office+step[1]); err != nil {
			return err
		}
	}
	for n, p := range w.parties {
		w.expect(p.email, "unsere Fragen")
		m, err := w.post.wait(ctx, p.email, "unsere Fragen", 0)
		if err != nil {
			return err
		}
		p.link = m.link()
		w.secret(p.link[len("/zugang/"):])
		if n >= writers+2 {
			p.letters = "/antworten/" + open + "/" + p.slug
		} else if err := p.signIn(p.client); err != nil {
			return err
		}
	}
	return nil
}

// signIn signs a browser in with the party's link.
func (p *party) signIn(c *client) error {
	form, err := c.get(p.link)
	if err == nil {
		_, err = c.submit(form, form.action("/zugang/"))
	}
	return err
}

// draft makes the members' first questions.
func (w *world) draft(context.Context) error {
	for _, m := range w.members {
		if err := w.newQuestion(m); err != nil {
			return err
		}
	}
	return nil
}

// importFile takes a comparison over, 12 questions by 8 parties with long answers, and publishes it.
func (w *world) importFile(context.Context) error {
	type m = map[string]any
	var asked, parties, answers []m
	for q := range 12 {
		asked = append(asked, m{"id": fmt.Sprint("q", q+1), "number": q + 1, "text": fmt.Sprintf("Wie halten Sie es mit Punkt %d?", q+1)})
		for p := range 8 {
			answers = append(answers, m{"question": fmt.Sprint("q", q+1), "party": fmt.Sprint("p", p+1), "status": "answered",
				"text": strings.Repeat(fmt.Sprintf("Punkt %d ist uns wichtig, sagt Liste %d. ", q+1, p+1), 40)})
		}
	}
	for p := range 8 {
		parties = append(parties, m{"id": fmt.Sprint("p", p+1), "short_name": fmt.Sprint("L", p+1), "name": fmt.Sprint("Liste ", p+1)})
	}
	file, err := json.Marshal(m{"format": "pruefstein/1", "election": m{"name": "Wahl Westmark", "date": "2024-05-05"},
		"questionnaire": m{"slug": published, "title": "Wahlprüfsteine Westmark"}, "questions": asked, "parties": parties, "answers": answers})
	if err != nil {
		return err
	}
	p, err := w.admin.get("/verwaltung/import")
	if err != nil {
		return err
	}
	if _, err := w.admin.submitFile(p, p.path, upload{"file", "westmark.json", file}); err != nil {
		return err
	}
	return errors.Join(w.publish(published), w.publish(open))
}

// show is what the server has of a key of the journal now.
func (w *world) show(key string) (string, error) {
	kind, rest, _ := strings.Cut(key, "/")
	switch kind {
	case "answer": // party/number
		slug, number, _ := strings.Cut(rest, "/")
		p, err := w.party(slug).get("/antwort/fragen/" + number)
		return p.field("text"), err
	case "submission": // party/id
		_, err := w.receipt(rest)
		return "submitted", err
	case "receipt": // party/id
		record, err := w.receipt(rest)
		return digest(record), err
	case "question": // id
		p, err := w.admin.get("/werkstatt/" + drafted + "/fragen/" + rest)
		return p.field("text"), err
	case "original": // path of the letter
		p, err := w.admin.get("/" + rest)
		if err != nil {
			return "", err
		}
		links := p.links("/original/")
		if len(links) == 0 {
			return "", errors.New("the letter has no original")
		}
		p, err = w.admin.get(links[0])
		return digest(p.body), err
	case "settings":
		p, err := w.admin.get("/verwaltung/buendnis")
		return p.field("press_contact"), err
	case "person": // name
		p, err := w.admin.get("/verwaltung/personen")
		if err == nil && !strings.Contains(p.words("main"), rest) {
			err = errors.New("not in the list")
		}
		return rest, err
	case "publication": // path of a version
		_, err := w.reader.get("/" + rest)
		return "there", err
	case "file": // path of a file in a version
		p, err := w.reader.get("/" + rest)
		return digest(p.body), err
	}
	return "", fmt.Errorf("unknown kind %s", kind)
}

// receipt is the record of a submission, party/id, which has the party's texts. The proof beside it grows with the ledger.
func (w *world) receipt(key string) ([]byte, error) {
	slug, id, _ := strings.Cut(key, "/")
	p, err := w.party(slug).get("/antwort/quittung/" + id + "/nachweis")
	if err != nil {
		return nil, err
	}
	var file struct{ Record string }
	if err := json.Unmarshal(p.body, &file); err != nil {
		return nil, err
	}
	if !strings.Contains(file.Record, w.canary) {
		return nil, errors.New("the receipt is without the texts")
	}
	return []byte(file.Record), nil
}

func (w *world) party(slug string) *party {
	for _, p := range w.parties {
		if p.slug == slug {
			return p
		}
	}
	panic("no party " + slug)
}

func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// compare holds what was acknowledged against what is there, and has the administrator press "Jetzt prüfen". Nobody acts
// meanwhile: the caller has the gate.
func (w *world) compare(after string) {
	lines, looked := w.book.lost(w.show)
	w.report.compared(after, looked, lines)
	p, err := w.admin.get("/verwaltung/sicherung")
	if err == nil {
		p, err = w.admin.do(http.MethodPost, p.action("pruefung"), "", nil)
	}
	said := p.words("main")
	if err != nil || !strings.Contains(said, "Alles in Ordnung") && !(w.report.isFull() && strings.Contains(said, diskFull)) {
		w.report.fault("check after %s: %v %.600s", after, err, said)
	}
}
