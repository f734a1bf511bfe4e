package testkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
// than the window. It needs nothing of the page's Content-Security-Policy: the debugger may evaluate what it likes.
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
	type report struct {
		Violations []violation `json:"violations"`
		Scroll     int         `json:"scroll"`
		Width      int         `json:"width"`
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](source+"\n;0")); err != nil {
		return nil, err
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[report](`(async () => {
		const page = document.documentElement;
		const scroll = page.scrollWidth, width = page.clientWidth;
		const results = await axe.run(document, {
			runOnly: {type: "tag", values: `+string(tags)+`},
			resultTypes: ["violations"], preload: false, iframes: false,
		});
		return {violations: results.violations, scroll, width};
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}

	for _, v := range found.Violations {
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
	if found.Scroll > found.Width {
		faults = append(faults, fmt.Sprintf("the page is %d px wide, the window %d px", found.Scroll, found.Width))
	}
	return faults, nil
}
