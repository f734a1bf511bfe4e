package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"pruefstein/internal/testkit/browser"
)

// A person sits at a browser of their own and does what people do: opens pages, reads, fills in fields by their names,
// presses what carries a label. Every page that comes is checked with axe, and for its width.
type person struct {
	t    testing.TB
	tab  context.Context
	site string // scheme and host
}

// newPerson opens a browser at the site. Whatever leaves the site, or goes wrong in the console, fails the test.
func newPerson(t testing.TB, site string, options browser.TabOptions) *person {
	t.Helper()
	options.Timeout = 5 * time.Minute // a journey is long on a busy machine
	p := &person{t: t, tab: browser.NewTab(t, options), site: site}
	browser.Watch(t, p.tab, site)
	return p
}

// patience is how long a person waits for a page.
const patience = 20 * time.Second

// finders are what the driver's scripts share: what a person can see, by field name or by label.
const finders = `
const words = s => s.replace(/\s+/g, " ").trim();
const seen = e => e.checkVisibility({visibilityProperty: true});
const label = e => words(e.getAttribute("aria-label") || e.innerText);
const field = name => {
	const e = [...document.querySelectorAll('main [name="' + name + '"]')].find(seen);
	if (!e) throw new Error("no field " + name);
	return e;
};
const target = text => {
	for (const place of ["main", "body"]) {
		const e = [...document.querySelectorAll(place + " :is(a, button, summary)")].find(e => seen(e) && label(e) === text);
		if (e) return e;
	}
	throw new Error("nothing to press: " + text);
};
const choice = (name, text) => {
	const e = [...document.querySelectorAll('main input[name="' + name + '"]')].find(e => [...e.labels].some(l => words(l.innerText) === text));
	if (!e) throw new Error("no choice " + name + ": " + text);
	return e.labels[0];
};
const place = e => {
	e.scrollIntoView({block: "center", behavior: "instant"});
	const box = e.getClientRects()[0], x = box.x + Math.min(box.width, 400) / 2, y = box.y + box.height / 2;
	const there = document.elementFromPoint(x, y);
	if (!e.contains(there)) throw new Error("covered by " + (there ? there.outerHTML.slice(0, 200) : "nothing"));
	return {x, y};
};
`

// script runs an expression that uses the finders and the arguments a, and returns what it gives.
func script[T any](p *person, expression string, args ...any) T {
	p.t.Helper()
	list, err := json.Marshal(args)
	if err != nil {
		p.t.Fatal(err)
	}
	value, err := chromedp.Run(p.tab, chromedp.Evaluate[T]("((a) => {"+finders+"return "+expression+"})("+string(list)+")"))
	if err != nil {
		p.t.Fatalf("%s: %s %s: %v", p.address(), expression, list, err)
	}
	return value
}

// visit opens a path of the site, or a whole address as it stands in a mail.
func (p *person) visit(address string) {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.site + address
	}
	p.arrive(http.StatusOK, chromedp.Navigate(address))
}

// arrive waits for the page that the action leads to, and checks it.
func (p *person) arrive(status int64, action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	soon, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	response, err := chromedp.RunResponse(soon, action)
	if err != nil {
		p.t.Fatalf("at %s: no page came: %v", p.address(), err)
	}
	if response.Status != status {
		p.t.Fatalf("%s answers %d, not %d:\n%s", response.URL, response.Status, status, p.text("body"))
	}
	browser.Axe(p.t, p.tab)
}

type point struct{ X, Y float64 }

// press clicks a link or button by its label, and waits for the page it leads to.
func (p *person) press(label string) {
	p.t.Helper()
	p.pressFor(http.StatusOK, label)
}

// pressFor is press where the answer has another status than 200.
func (p *person) pressFor(status int64, label string) {
	p.t.Helper()
	at := script[point](p, "place(target(a[0]))", label)
	p.arrive(status, chromedp.MouseClickXY(at.X, at.Y))
}

// open clicks what unfolds a part of the same page.
func (p *person) open(label string) {
	p.t.Helper()
	p.click("place(target(a[0]))", label)
	browser.Axe(p.t, p.tab)
}

func (p *person) click(expression string, args ...any) {
	p.t.Helper()
	at := script[point](p, expression, args...)
	if err := chromedp.Do(p.tab, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
		p.t.Fatal(err)
	}
}

// fill writes into fields: name, text, name, text. What stood there is replaced.
func (p *person) fill(pairs ...string) {
	p.t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		typed := script[bool](p, `(e => {
			e.focus();
			if (e.select && !["date", "datetime-local", "time", "number"].includes(e.type)) { e.select(); if (a[1]) return false; }
			e.value = a[1];
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
			return true;
		})(field(a[0]))`, pair[0], pair[1])
		if !typed {
			if _, err := chromedp.Call(p.tab, input.InsertText, input.InsertTextParams{Text: pair[1]}); err != nil {
				p.t.Fatal(err)
			}
		}
		if got := p.value(pair[0]); got != pair[1] {
			p.t.Fatalf("%s: field %s took %q for %q", p.address(), pair[0], got, pair[1])
		}
	}
}

// value is what stands in a field.
func (p *person) value(name string) string {
	p.t.Helper()
	return script[string](p, "field(a[0]).value", name)
}

// choose ticks a box or takes a radio button by its label.
func (p *person) choose(name string, labels ...string) {
	p.t.Helper()
	for _, label := range labels {
		p.click("place(choice(a[0], a[1]))", name, label)
	}
}

// tick ticks the one box of a field.
func (p *person) tick(name string) {
	p.t.Helper()
	p.click("place(field(a[0]).labels[0])", name)
}

// pick takes an option of a list by its label.
func (p *person) pick(name, option string) {
	p.t.Helper()
	script[bool](p, `(e => {
		const o = [...e.options].find(o => words(o.text) === a[1]);
		if (!o) throw new Error("no option " + a[1] + " of " + [...e.options].map(o => o.text));
		e.value = o.value;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})(field(a[0]))`, name, option)
}

// upload chooses a file.
func (p *person) upload(name, file string) {
	p.t.Helper()
	e, err := chromedp.Run(p.tab, chromedp.Evaluate[*runtime.RemoteObject](fmt.Sprintf("document.querySelector('main input[type=file][name=%q]')", name)))
	if err == nil {
		_, err = chromedp.Call(p.tab, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, ObjectID: e.ObjectID})
	}
	if err != nil {
		p.t.Fatalf("%s: file for %s: %v", p.address(), name, err)
	}
}

// text is what can be read in the elements of a selector, white space collapsed.
func (p *person) text(selector string) string {
	p.t.Helper()
	return script[string](p, `words([...document.querySelectorAll(a[0])].map(e => e.innerText).join(" "))`, selector)
}

// reads fails unless the page says all of this.
func (p *person) reads(texts ...string) {
	p.t.Helper()
	page := p.text("main")
	for _, text := range texts {
		if !strings.Contains(page, text) {
			p.t.Fatalf("%s does not say %q, but:\n%s", p.address(), text, page)
		}
	}
}

// isAsked tells whether the browser would ask before the page is left.
func (p *person) isAsked() bool {
	p.t.Helper()
	return script[bool](p, `(e => (dispatchEvent(e), e.defaultPrevented))(new Event("beforeunload", {cancelable: true}))`)
}

// address is where the browser is.
func (p *person) address() string {
	p.t.Helper()
	address, err := chromedp.Run(p.tab, chromedp.Location())
	if err != nil {
		p.t.Fatal(err)
	}
	return address
}

// at fails unless the browser is at a path.
func (p *person) at(path string) {
	p.t.Helper()
	address, _, _ := strings.Cut(p.address(), "?")
	if address != p.site+path {
		p.t.Fatalf("at %s, not at %s", address, path)
	}
}

// onPhone shows the page as it stands on a phone, checks it there, and goes back.
func (p *person) onPhone() {
	p.t.Helper()
	if err := chromedp.Do(p.tab, chromedp.EmulateViewport(360, 800, chromedp.EmulateMobile, chromedp.EmulatePortrait, chromedp.EmulateTouch)); err != nil {
		p.t.Fatal(err)
	}
	browser.Axe(p.t, p.tab)
	if links := script[[]string](p, `[...document.querySelectorAll("thead a")].filter(seen).map(label)`); len(links) > 0 {
		p.t.Errorf("%s: the hidden head of a table still takes the keyboard: %q", p.address(), links)
	}
	if err := chromedp.Do(p.tab, chromedp.EmulateViewport(1280, 900)); err != nil {
		p.t.Fatal(err)
	}
}

// cookies are the names of the cookies that the browser keeps.
func (p *person) cookies() (names []string) {
	p.t.Helper()
	kept, err := chromedp.Call(p.tab, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, cookie := range kept.Cookies {
		names = append(names, cookie.Name)
	}
	return names
}

// tabTo presses the Tab key until the field with the name has the focus.
func (p *person) tabTo(name string) {
	p.t.Helper()
	for range 200 {
		if err := chromedp.Do(p.tab, chromedp.KeyEvent(kb.Tab)); err != nil {
			p.t.Fatal(err)
		}
		if script[bool](p, `document.activeElement.name === a[0]`, name) {
			return
		}
	}
	p.t.Fatalf("%s: the Tab key never reaches %q", p.address(), name)
}

// typeKeys types with the keyboard, wherever the focus is.
func (p *person) typeKeys(keys string) {
	p.t.Helper()
	if err := chromedp.Do(p.tab, chromedp.KeyEvent(keys)); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for the text of an element to say something: what a script does without a new page.
func (p *person) until(selector, text string) {
	p.t.Helper()
	_, err := chromedp.Run(p.tab, chromedp.PollFunction[bool](`(selector, text) => document.querySelector(selector).textContent.includes(text)`, chromedp.WithPollingArgs(selector, text)))
	if err != nil {
		p.t.Fatalf("%s never says %q: %v", p.address(), text, err)
	}
}
