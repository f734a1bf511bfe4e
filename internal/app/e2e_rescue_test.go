package app

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit/browser"
)

// A writer is a person who types while the network, a colleague or a second tab gets in the way.
type writer struct{ *person }

// newTab opens one more tab of the same browser: both share what the browser keeps.
func (w writer) newTab() writer {
	tab, closeTab := chromedp.NewContext(w.tab)
	w.t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil {
		w.t.Fatal(err)
	}
	return writer{&person{t: w.t, tab: tab, site: w.site}}
}

// offline cuts or mends the tab's connection.
func (w writer) offline(off bool) {
	w.t.Helper()
	_, err := chromedp.Call(w.tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// pressInVain presses a button while there is no connection.
func (w writer) pressInVain(label string) {
	w.t.Helper()
	w.offline(true)
	at := script[point](w.person, "place(target(a[0]))", label)
	soon, cancel := context.WithTimeout(w.tab, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(soon, chromedp.MouseClickXY(at.X, at.Y)); err == nil || !strings.Contains(err.Error(), "ERR_INTERNET_DISCONNECTED") {
		w.t.Fatalf("%s at %s: %v", label, w.address(), err)
	}
	w.offline(false)
}

// crash ends the tab's process at once: no event of leaving reaches the page.
func (w writer) crash() {
	w.t.Helper()
	soon, cancel := context.WithTimeout(w.tab, patience)
	defer cancel()
	crashed := make(chan struct{})
	if err := chromedp.Listen(w.tab, func(event any) {
		if _, ok := event.(*inspector.EventTargetCrashed); ok {
			close(crashed)
		}
	}); err != nil {
		w.t.Fatal(err)
	}
	go func() { _, _ = chromedp.Call(soon, page.Crash, cdp.Empty{}) }() // nobody is left to answer
	select {
	case <-crashed:
	case <-soon.Done():
		w.t.Fatal("the tab lives on")
	}
}

// copies fails unless the browser keeps so many.
func (w writer) copies(want int) {
	w.t.Helper()
	if got := script[[]string](w.person, `Object.values(localStorage)`); len(got) != want {
		w.t.Errorf("%s: the browser keeps %d copies, not %d: %s", w.address(), len(got), want, got)
	}
}

// rescue presses a button of the box that offers a copy.
func (w writer) rescue(label string) {
	w.t.Helper()
	w.until("[data-autosave-rescue] p", "In diesem Browser liegt eine Fassung vom")
	w.click("place(target(a[0]))", label)
}

// noRescue fails if the page offers a copy.
func (w writer) noRescue() {
	w.t.Helper()
	if script[bool](w.person, `seen(document.querySelector("[data-autosave-rescue]"))`) {
		w.t.Errorf("%s offers a copy: %s", w.address(), w.text("[data-autosave-rescue]"))
	}
}

// Whatever somebody typed is there again after a lost connection, a crash, a colleague's save and a second tab; and no save
// replaces a text that its writer has not seen.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a := newApp(t, folder, Options{Log: slog.New(slog.DiscardHandler), Demo: true})
	s := &seeder{ctx: t.Context(), app: a, service: a.Service, now: time.Now().UTC().Truncate(time.Minute), clock: &seedClock{}, parties: map[string]survey.PartyID{}, folder: folder}
	system := a.Service.Clock
	a.Service.Clock = s.clock
	s.alliance()
	s.open(s.election())
	a.Service.Clock = system
	runUntilEnd(t, a)
	q, err := a.Service.Alliance.QuestionnaireBySlug(t.Context(), console, demoOpenSlug)
	if err != nil {
		t.Fatal(err)
	}
	colleague := s.party(q, "dn")
	if s.err != nil {
		t.Fatal(s.err)
	}
	saves := func(text string) { // somebody else in the party
		t.Helper()
		sheet, err := a.Service.Answer.Sheet(t.Context(), colleague)
		if err == nil {
			_, err = a.Service.Answer.Save(t.Context(), colleague, answer.Save{Number: 2, Revision: sheet.Cells[1].Draft.Revision, Entry: survey.Entry{Status: survey.Answered, Text: text}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	stored := func(want string) { // the server has this text and no other
		t.Helper()
		sheet, err := a.Service.Answer.Sheet(t.Context(), colleague)
		if err != nil {
			t.Fatal(err)
		}
		if got := sheet.Cells[1].Draft.Text; got != want {
			t.Errorf("stored is %q, not %q", got, want)
		}
	}
	link, err := a.demoPartyLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := writer{newPerson(t, a.URL, browser.TabOptions{})}
	const form, take, save = "/antwort/fragen/2", "Diese Fassung übernehmen", "Speichern"
	w.visit(link)
	w.press("Antwortformular öffnen")

	// A press without a connection; the copy goes on from what is stored and is saved by itself.
	w.visit(form)
	w.fill("text", "Ohne Netz.\n\n")
	w.pressInVain(save)
	w.visit(form)
	w.rescue(take)
	w.until("[data-autosave-text]", "Gespeichert")
	w.copies(0)
	stored("Ohne Netz.")

	// A press that arrives leaves no copy, whoever saves afterwards.
	w.visit(form)
	w.fill("text", "Mit Netz.")
	w.press(save)
	stored("Mit Netz.")
	w.copies(0)

	// A colleague saves in between: the copy is still there, and taking it does not replace what nobody has seen.
	w.fill("text", "Meine Fassung.")
	w.pressInVain(save)
	saves("Fassung der Kollegin.")
	w.visit(form)
	w.rescue(take)
	w.until("[data-autosave-text]", "an anderer Stelle geändert")
	script[bool](w.person, `dispatchEvent(new Event("online"))`) // at the latest now it would be saved
	w.pressFor(409, save)
	w.reads("Meine Fassung.", "Fassung der Kollegin.")
	stored("Fassung der Kollegin.")
	w.fill("text", "Beide zusammen.")
	w.press(save)
	stored("Beide zusammen.")
	w.visit(form)
	w.noRescue()
	w.copies(0)

	// Two tabs write and crash: both texts are there.
	for _, text := range []string{"Im ersten Fenster.", "Im zweiten Fenster."} {
		tab := w.newTab()
		tab.visit(form)
		tab.offline(true)
		tab.fill("text", text)
		tab.crash()
	}
	w.copies(2)
	w.visit(form)
	w.rescue(take)
	if got := w.value("text"); got != "Im zweiten Fenster." {
		t.Errorf("the newest copy first, not %q", got)
	}
	w.press(save)
	stored("Im zweiten Fenster.")
	w.visit(form)
	w.rescue(take)
	if got := w.value("text"); got != "Im ersten Fenster." {
		t.Errorf("then %q", got)
	}
	w.pressFor(409, save)
	stored("Im zweiten Fenster.")
	w.press(save)
	stored("Im ersten Fenster.")
	w.copies(0)

	// The office's form for a letter posts nothing by itself. What is stored is forgotten, also when the letter is not complete.
	user, err := a.demoUser(t.Context(), demoPeople[coordinator].Email)
	if err != nil {
		t.Fatal(err)
	}
	token := survey.NewToken()
	a.demoSignIn[survey.HashToken(token)] = user
	o := writer{newPerson(t, a.URL, browser.TabOptions{})}
	o.visit("/demo/anmelden/" + token)
	o.press("Anmelden als " + user.Name)
	const letter = "/antworten/" + demoOpenSlug + "/fm/neu"
	o.visit(letter)
	o.fill("text-1", "Aus dem Brief.")
	o.pressInVain("Als Entwurf speichern")
	o.visit(letter)
	o.rescue(take)
	if got := o.value("text-1"); got != "Aus dem Brief." {
		t.Errorf("of the letter came back %q", got)
	}
	o.press("Als Entwurf speichern")
	o.reads("Der Entwurf ist gespeichert.")
	o.copies(0)
	o.fill("text-3", "Noch etwas.")
	o.copies(1)
	o.pressFor(422, "Zur Prüfung geben")
	o.copies(0)
}
