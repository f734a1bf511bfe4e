package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeTags are the rules that a page has to pass: WCAG 2.2 AA with all before it, and what axe calls best practice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

// axeSource reads axe-core where make setup puts it.
var axeSource = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the folder of the test")
		}
	}
	source, err := os.ReadFile(filepath.Join(dir, "internal", "testkit", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("%w: run make setup", err)
	}
	return string(source), nil
})

// Axe checks the page that the tab shows, as it is, and fails the test for each violation, and when the page is wider
// than the window. A page on which nothing is of a new kind has passed already, see shape. It needs nothing of the page's
// Content-Security-Policy: the debugger may evaluate what it likes.
func Axe(t testing.TB, ctx context.Context) {
	t.Helper()
	faults, err := axe(ctx)
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	var address string
	if len(faults) > 0 {
		if address, err = chromedp.Run(ctx, chromedp.Location()); err != nil {
			t.Fatal(err)
		}
	}
	for _, fault := range faults {
		t.Errorf("%s: %s", address, fault)
	}
}

// shape lists the kinds of elements on the page: what axe's verdict depends on. A kind is an element's place among its
// ancestors, its attributes but for the data in them, whether it has text, labels and what its attributes refer to, whether it
// is seen, and its colours. What axe asks of the page as a whole is a kind as well: headings, landmarks, ids that stand twice.
const shape = `(() => {
	const page = document.documentElement, kinds = new Set();
	const data = new Set(["action", "aria-label", "content", "datetime", "formaction", "href", "id", "max", "min", "name", "placeholder", "src", "title", "value"]);
	const refers = new Set(["aria-controls", "aria-describedby", "aria-details", "aria-errormessage", "aria-labelledby", "for", "form", "headers", "list"]);
	const walk = (e, above) => {
		const path = above + " " + [e.localName, ...[...e.classList].sort()].join(".") + ":" + [e.getAttribute("type"), e.getAttribute("role")];
		let kind = path;
		for (const name of e.getAttributeNames().sort()) {
			const value = e.getAttribute(name).trim();
			kind += " " + name;
			if (refers.has(name)) kind += value.split(/\\s+/).map(id => document.getElementById(id) ? 1 : 0);
			else if (!value || e.name === "viewport" || !data.has(name) && !name.startsWith("data-")) kind += "=" + value;
		}
		const style = getComputedStyle(e);
		kinds.add(kind + [!!e.innerText, e.labels?.length, e.checkVisibility({visibilityProperty: true}), e.matches(":disabled"),
			e === document.activeElement, style.color, style.backgroundColor]);
		for (const child of e.children) walk(child, path);
	};
	walk(page, "");
	const all = selector => [...document.querySelectorAll(selector)];
	let last = 0;
	for (const e of all("h1, h2, h3, h4, h5, h6")) kinds.add("heading " + last + (last = e.localName[1]));
	const landmarks = all("header, main, footer, nav, aside, search, form[aria-label], section[aria-label]").map(e => e.localName + " " + e.getAttribute("aria-label"));
	const twice = list => list.filter((one, i) => list.indexOf(one) !== i).length;
	kinds.add("page " + [all("main").length, all("h1").length, !!document.title.trim(), twice(landmarks), twice(all("[id]").map(e => e.id))]);
	// What a mouse can operate and the Tab key passes over. One radio button of a group is enough: arrows reach the others.
	const keyless = all("a[href], button, input:not([type=hidden]), select, textarea, summary")
		.filter(e => !e.matches(":disabled") && e.checkVisibility({visibilityProperty: true}) && (e.tabIndex < 0 || e.closest("[inert]")))
		.map(e => "the keyboard cannot reach: " + e.outerHTML.slice(0, 120));
	return {kinds: [...kinds], scroll: page.scrollWidth, width: page.clientWidth, keyless};
})()`

// passed are the kinds of elements that axe has found nothing about in this test binary, with the width of the page. Axe costs
// more than all else in a browser test, and has nothing new to say about a page without a new kind.
var passed = struct {
	sync.Mutex
	kinds map[string]bool
}{kinds: map[string]bool{}}

// violation is what axe reports of one rule.
type violation struct {
	ID      string `json:"id"`
	Impact  string `json:"impact"`
	Help    string `json:"help"`
	HelpURL string `json:"helpUrl"`
	Nodes   []struct {
		Target         []json.RawMessage `json:"target"` // a selector, or a list of them through shadow roots
		HTML           string            `json:"html"`
		FailureSummary string            `json:"failureSummary"`
	} `json:"nodes"`
}

func axe(ctx context.Context) (faults []string, err error) {
	type look struct {
		Kinds   []string `json:"kinds"`
		Scroll  int      `json:"scroll"`
		Keyless []string `json:"keyless"`
		Width   int      `json:"width"`
	}
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[look](shape))
	if err != nil {
		return nil, err
	}
	faults = append(faults, seen.Keyless...)
	if seen.Scroll > seen.Width {
		faults = append(faults, fmt.Sprintf("the page is %d px wide, the window %d px", seen.Scroll, seen.Width))
	}
	for i, kind := range seen.Kinds {
		seen.Kinds[i] = fmt.Sprint(seen.Width, kind)
	}
	passed.Lock()
	known := !slices.ContainsFunc(seen.Kinds, func(kind string) bool { return !passed.kinds[kind] })
	passed.Unlock()
	if known {
		return faults, nil
	}
	violations, err := runAxe(ctx)
	if err == nil && len(violations) == 0 {
		passed.Lock()
		defer passed.Unlock()
		for _, kind := range seen.Kinds {
			passed.kinds[kind] = true
		}
	}
	return append(faults, violations...), err
}

// runAxe runs axe on the page and returns a text for each violation.
func runAxe(ctx context.Context) (faults []string, err error) {
	source, err := axeSource()
	if err != nil {
		return nil, err
	}
	tags, err := json.Marshal(axeTags)
	if err != nil {
		return nil, err
	}
	if ctx.Value(noJS{}) != nil {
		// axe waits with promises. Scripts that the page was not allowed to run do not run now either.
		if err := disableScripts(ctx, false); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, disableScripts(ctx, true)) }()
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](source+"\n;0")); err != nil {
		return nil, err
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]violation](`(async () => {
		const results = await axe.run(document, {
			runOnly: {type: "tag", values: `+string(tags)+`},
			resultTypes: ["violations"], preload: false, iframes: false,
		});
		return results.violations;
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}

	for _, v := range found {
		var b strings.Builder
		fmt.Fprintf(&b, "%s (%s): %s\n  %s", v.ID, v.Impact, v.Help, v.HelpURL)
		for _, node := range v.Nodes {
			var target []string
			for _, part := range node.Target {
				target = append(target, strings.Trim(string(part), `"`))
			}
			fmt.Fprintf(&b, "\n  %s\n    %s\n    %s", strings.Join(target, " > "), node.HTML,
				strings.ReplaceAll(node.FailureSummary, "\n", "\n    "))
		}
		faults = append(faults, b.String())
	}
	return faults, nil
}
