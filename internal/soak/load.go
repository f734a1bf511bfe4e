package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// load lets everybody act at once until the context ends, and waits for them.
func (w *world) load(ctx context.Context, readers int) (wait func()) {
	done := make(chan struct{})
	running := 0
	run := func(pause time.Duration, act func() error) {
		running++
		go func() {
			defer func() { done <- struct{}{} }()
			for ctx.Err() == nil {
				if !w.act(act) {
					sleep(ctx, 50*time.Millisecond)
				}
				sleep(ctx, pause)
			}
		}()
	}
	for range readers {
		reader := w.person()
		run(0, func() error { return w.read(reader) })
	}
	for n, p := range w.parties {
		switch {
		case p.letters != "":
			run(time.Second, func() error { return w.sendLetter(p) })
		case n < writers:
			run(20*time.Millisecond, func() error { return w.saveAnswer(p, 1+rand.IntN(questions)) })
			running++
			go func() {
				defer func() { done <- struct{}{} }()
				for ctx.Err() == nil {
					if p.budget.Add(-1) >= 0 {
						w.submit(ctx, p)
					}
					sleep(ctx, rand.N(2*time.Second))
				}
			}()
		}
	}
	for _, m := range w.members {
		run(50*time.Millisecond, func() error { return w.saveQuestion(m) })
	}
	run(2*time.Second, w.publishNext)
	return func() {
		for range running {
			<-done
		}
	}
}

// act runs one act. What it meets is reported, but for connections that break: that the server ends is part of the soak.
func (w *world) act(act func() error) bool {
	w.gate.RLock()
	defer w.gate.RUnlock()
	err := act()
	var refused refusal
	switch {
	case err == nil:
		return true
	case errors.As(err, &refused):
		w.report.refused(refused)
	default:
		w.report.broken(err)
	}
	return false
}

// timed measures one request that worked.
func (w *world) timed(kind string, request func() (page, error)) (page, error) {
	start := time.Now()
	p, err := request()
	if err == nil {
		w.report.took(kind, time.Since(start))
	}
	return p, err
}

var publicPaths = []string{"/", "/en/", "/impressum", "/vergleich/" + published + "/", "/vergleich/" + published + "/fragen/3", "/vergleich/" + published + "/parteien/p2",
	"/en/vergleich/" + published + "/fragen/7", "/vergleich/" + published + "/antworten.csv", "/vergleich/" + published + "/vergleich.xlsx", "/vergleich/" + open + "/",
	"/vergleich/" + open + "/fragen/1", "/vergleich/" + open + "/daten.json"}

// read opens one public page. What a party has not published yet must not be there.
func (w *world) read(c *client) error {
	path := publicPaths[rand.IntN(len(publicPaths))]
	p, err := w.timed("page read", func() (page, error) { return c.get(path) })
	if strings.Contains(string(p.body), w.canary) {
		w.report.fault("%s shows an answer before it is published", path)
	}
	return err
}

// saveAnswer writes a new text into a question of a party.
func (w *world) saveAnswer(p *party, number int) error {
	path := fmt.Sprintf("/antwort/fragen/%d", number)
	form, err := p.get(path)
	if err != nil {
		return err
	}
	key, text := fmt.Sprintf("answer/%s/%d", p.slug, number), w.text()
	w.book.try(key, text)
	_, err = w.timed("answer saved", func() (page, error) {
		return p.submit(form, path, "status", "answered", "text", text, "mark", "later")
	})
	if err == nil {
		w.book.ack(key, text)
	}
	return err
}

const codeSubject, receiptSubject = "Bestätigungscode", "Eingangsbestätigung"

// submit hands in what a party has written, with the code from its mail, and tells whether that worked. A person takes the
// newest code, and where the page says that an earlier one counts, the ones before; the mail may take a minute.
func (w *world) submit(ctx context.Context, p *party) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	before, start := len(w.post.all(p.email, codeSubject)), time.Now()
	crowded := false
	if !w.act(func() error {
		form, err := p.get("/antwort/pruefen")
		if crowded = strings.Contains(form.words("main"), "brauchen wir ihn gleich hier"); err == nil && crowded {
			return w.submitAtOnce(ctx, p)
		}
		if err == nil {
			_, err = p.submit(form, "/antwort/pruefen", declaration...)
		}
		if err == nil {
			form, err = p.get("/antwort/code")
		}
		if strings.Contains(form.words("main"), "schon mehrere Codes") {
			before = 0
		}
		return err
	}) {
		return false
	}
	if crowded {
		return true
	}
	tried := map[string]bool{}
	for len(tried) < 5 {
		letters := w.post.all(p.email, codeSubject)[before:]
		code := ""
		for _, m := range letters {
			if !tried[m.code()] {
				code = m.code() // the newest is the last
			}
		}
		if code == "" {
			if _, err := w.post.wait(ctx, p.email, codeSubject, before+len(letters)); err != nil {
				w.report.note("submissions whose code did not come in time")
				return false
			}
			if len(tried) == 0 {
				w.report.took("code mail", time.Since(start))
			}
			continue
		}
		tried[code] = true
		wrong := false
		if w.act(func() error {
			err := w.confirm(p, code)
			var refused refusal
			if wrong = errors.As(err, &refused) && (refused.status == http.StatusUnprocessableEntity || refused.status == http.StatusConflict); wrong {
				return nil
			}
			return err
		}) && !wrong {
			return true
		}
		if !wrong {
			return false
		}
	}
	w.report.fault("none of five codes is the right one")
	return false
}

var declaration = []string{"name", "Ole Hansen", "function", "Landesgeschäftsführer", "verbatim", "on"}

// submitAtOnce hands in what a party has written where so much waits that the page wants a code with it: one of those in its
// mailbox, the newest first. An empty one waits for the first.
func (w *world) submitAtOnce(ctx context.Context, p *party) error {
	if _, err := w.post.wait(ctx, p.email, codeSubject, 0); err != nil {
		return fmt.Errorf("so much waits, and the mailbox holds no code: %w", err)
	}
	letters := w.post.all(p.email, codeSubject)
	var err error
	for _, m := range slices.Backward(letters[max(0, len(letters)-5):]) {
		var form page
		if form, err = p.get("/antwort/pruefen"); err != nil {
			return err
		}
		_, err = w.timed("submission confirmed", func() (page, error) {
			return p.submit(form, "/antwort/pruefen", append(slices.Clone(declaration), "code", m.code())...)
		})
		if err != nil {
			continue
		}
		done, err := p.get("/antwort/bestaetigung")
		receipts := done.links("/antwort/quittung/")
		if err != nil || len(receipts) == 0 {
			return fmt.Errorf("no receipt: %w", err)
		}
		return w.submitted(p, strings.Split(strings.TrimPrefix(receipts[0], "/antwort/quittung/"), "/")[0])
	}
	return err
}

// submitted notes that a submission was acknowledged.
func (w *world) submitted(p *party, id string) error {
	w.book.ack("submission/"+p.slug+"/"+id, "submitted")
	w.expect(p.email, receiptSubject)
	record, err := w.receipt(p.slug + "/" + id)
	if err == nil {
		w.book.ack("receipt/"+p.slug+"/"+id, digest(record))
	}
	return err
}

// confirm types a code: a wrong one is a refusal with 422, one that was mailed for another request of the party with 409.
func (w *world) confirm(p *party, code string) error {
	form, err := p.get("/antwort/code")
	if err != nil {
		return err
	}
	id := form.field("id")
	_, err = w.timed("submission confirmed", func() (page, error) { return p.submit(form, "/antwort/code", "code", code) })
	if err != nil {
		return err
	}
	return w.submitted(p, id)
}

// newQuestion adds a draft.
func (w *world) newQuestion(c *client) error {
	path := "/werkstatt/" + drafted + "/fragen/neu"
	form, err := c.get(path)
	if err != nil {
		return err
	}
	key, text := "question/"+form.field("id"), w.text()
	w.book.try(key, text)
	_, err = c.submit(form, path, "label", "Neu", "text", text, "working_group", form.choice("working_group", "Digitale Bildung"))
	if err == nil {
		w.book.ack(key, text)
	}
	return err
}

// saveQuestion writes a new text into the member's own draft, and now and then begins another one.
func (w *world) saveQuestion(c *client) error {
	if rand.IntN(200) == 0 {
		return w.newQuestion(c)
	}
	board, err := c.get("/werkstatt/" + drafted)
	if err != nil {
		return err
	}
	links := board.links("/fragen/0")
	if len(links) == 0 {
		return errors.New("the board shows no question")
	}
	path := links[rand.IntN(len(links))]
	form, err := c.get(path)
	if err != nil {
		return err
	}
	key, text := "question/"+path[strings.LastIndex(path, "/")+1:], w.text()
	w.book.try(key, text)
	_, err = w.timed("question saved", func() (page, error) { return c.submit(form, path, "text", text) })
	var refused refusal
	if errors.As(err, &refused) && refused.status == http.StatusConflict {
		w.report.note("questions that somebody else had changed meanwhile, told so")
		return nil
	}
	if err == nil {
		w.book.ack(key, text)
	}
	return err
}

const mostLetters = 30

// sendLetter transcribes a letter with its original, as a draft.
func (w *world) sendLetter(p *party) error {
	if w.book.count("original") >= mostLetters {
		return nil
	}
	form, err := w.admin.get(p.letters + "/neu")
	if err != nil {
		return err
	}
	action := form.action("/uebertragung/")
	file := []byte(strings.Repeat(w.text()+"\n", 20+rand.IntN(200)))
	key, sum := "original"+action, digest(file)
	w.book.try(key, sum)
	_, err = w.timed("original uploaded", func() (page, error) {
		return w.admin.submitFile(form, action, upload{"original", "brief.txt", file}, "kind", "letter", "received_on", time.Now().Format(time.DateOnly),
			"status-1", "answered", "text-1", w.text(), "act", "save")
	})
	if err == nil {
		w.book.ack(key, sum)
	}
	return err
}

const mostPublications = 60

// publishNext changes something that readers see and publishes one of the two questionnaires again.
func (w *world) publishNext() error {
	n := w.book.count("publication")
	if n >= mostPublications {
		return nil
	}
	form, err := w.admin.get("/verwaltung/buendnis")
	if err != nil {
		return err
	}
	contact := fmt.Sprintf("Pressestelle, Zimmer %d", w.written.Add(1))
	w.book.try("settings/press", contact)
	if _, err := w.admin.submit(form, form.path, "press_contact", contact); err != nil {
		return err
	}
	w.book.ack("settings/press", contact)
	return w.publish([]string{published, open}[n%2])
}

var versionLink = regexp.MustCompile(`/v(\d+)/$`)

// publish publishes a questionnaire. It is the only one to do so, so the new version is the one after the last on the page.
func (w *world) publish(slug string) error {
	path, next := "/veroeffentlichen/"+slug, 1
	form, err := w.admin.get(path)
	if err != nil {
		return err
	}
	for _, link := range form.links("/vergleich/" + slug + "/v") {
		if m := versionLink.FindStringSubmatch(link); m != nil {
			n := 0
			fmt.Sscan(m[1], &n)
			next = max(next, n+1)
		}
	}
	version := fmt.Sprintf("vergleich/%s/v%d/", slug, next)
	if _, err := w.timed("published", func() (page, error) { return w.admin.submit(form, path, "gelesen", "on", "bare", "on") }); err != nil {
		return err
	}
	w.book.ack("publication/"+version, "there")
	data, err := w.reader.get("/" + version + "daten.json")
	if err == nil {
		w.book.ack("file/"+version+"daten.json", digest(data.body))
	}
	return err
}
