// Package browser shows pages to tests in a real Chromium and checks them for accessibility. A package with browser tests has a
// TestMain that calls [Main]. [NewTab] opens a tab with cookies of its own, [Watch] reports what goes wrong in it, [Axe] checks the
// page it shows. It stands apart from testkit, since what drives a browser takes longer to compile than all else a test needs.
package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// headlessShell is Chromium without its windows: the same pages for half the work.
const headlessShell = "/usr/bin/chromium-headless-shell"

// shared is the one Chromium of this test binary.
var shared struct {
	sync.Mutex
	main bool            // Main is in charge
	ctx  context.Context // nil until the first test wants it
	stop func()
}

// Main runs the tests of a package and then stops the Chromium they shared. A package with browser tests has
//
//	func TestMain(m *testing.M) { browser.Main(m) }
func Main(m *testing.M) int {
	shared.main = true
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.stop != nil {
		shared.stop()
	}
	return code
}

// chromium returns the chromedp context of the one Chromium of this test binary and starts it if it does not run. It
// fails the test when there is no Chromium: a browser test that cannot run has not passed. It reaches loopback only.
func chromium(t testing.TB) context.Context {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil {
		return shared.ctx
	}
	if !shared.main {
		t.Fatal("browser tests need func TestMain(m *testing.M) { browser.Main(m) } in their package")
	}
	path := os.Getenv("CHROMIUM")
	for _, place := range []string{headlessShell, "/usr/bin/chromium"} {
		if _, err := os.Stat(place); path == "" && err == nil {
			path = place
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no Chromium at %q: run make setup, or name another place: CHROMIUM=/path/to/chromium", path)
	}

	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("lang", "de-DE"),
	)...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	stop := func() {
		stopBrowser()
		stopAllocator() // waits until the process has ended and its folder is gone
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		t.Fatalf("starting %s: %v", path, err)
	}
	shared.ctx, shared.stop = ctx, stop
	return ctx
}

// TabOptions say what a tab pretends to be.
type TabOptions struct {
	Width, Height int64         // of the window in CSS pixels; 0 is 1280 x 900. Below 600 the tab is a phone
	Dark          bool          // prefers a dark page
	NoJS          bool          // scripts of the page do not run
	Timeout       time.Duration // for all that is done in the tab; 0 is two minutes
}

// NewTab opens a tab with cookies of its own; it closes when the test ends. Motion is reduced, so that nothing
// moves while it is checked.
func NewTab(t testing.TB, options TabOptions) context.Context {
	t.Helper()
	if options.Width == 0 {
		options.Width, options.Height = 1280, 900
	}
	if options.Height == 0 {
		options.Height = 800
	}
	if options.Timeout == 0 {
		options.Timeout = 2 * time.Minute
	}
	tab, closeTab := chromedp.NewContext(chromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil { // the tab lives as long as the context of this first call
		t.Fatalf("opening a tab: %v", err)
	}
	ctx, cancel := context.WithTimeout(tab, options.Timeout)
	t.Cleanup(cancel)

	scheme := "light"
	if options.Dark {
		scheme = "dark"
	}
	var viewport []chromedp.EmulateViewportOption
	if options.Width < 600 {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulatePortrait, chromedp.EmulateTouch)
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(options.Width, options.Height, viewport...))
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
	}
	if err == nil { // else a button to copy finds it denied
		_, err = chromedp.CallBrowser(ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: "clipboard-write"}, Setting: cdpbrowser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
	}
	if err == nil && options.NoJS {
		err = disableScripts(ctx, true)
		ctx = context.WithValue(ctx, noJS{}, true)
	}
	if err != nil {
		t.Fatalf("setting up a tab: %v", err)
	}
	return ctx
}

// noJS marks the context of a tab whose page may not run scripts.
type noJS struct{}

func disableScripts(ctx context.Context, disabled bool) error {
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: disabled})
	return err
}

// Watch makes the test fail for what goes wrong in the tab from now on: errors in the console, exceptions, violations
// of the Content-Security-Policy, styles, scripts and images that cannot be loaded, and each request that leaves
// origin ("http://127.0.0.1:8080"). A page, or a fetch of a script, may well answer with an error: that is no fault.
func Watch(t testing.TB, ctx context.Context, origin string) {
	t.Helper()
	var mu sync.Mutex
	var faults []string
	err := chromedp.Listen(ctx, func(event any) {
		if fault := faultOf(event, origin); fault != "" {
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, fault)
		}
	})
	if err != nil {
		t.Fatalf("watching a tab: %v", err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, fault := range faults {
			t.Errorf("browser: %s", fault)
		}
	})
}

// faultOf says what is wrong about an event, "" if nothing is.
func faultOf(event any, origin string) string {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		details := e.ExceptionDetails
		text := details.Text
		if details.Exception != nil {
			text += " " + details.Exception.Description
		}
		return fmt.Sprintf("exception: %s (%s:%d)", text, details.URL, details.LineNumber+1)
	case *runtime.EventConsoleAPICalled:
		if e.Type != "error" && e.Type != "assert" {
			return ""
		}
		var words []string
		for _, arg := range e.Args {
			words = append(words, strings.Trim(string(arg.Value), `"`)+arg.Description)
		}
		return "console: " + strings.Join(words, " ")
	case *log.EventEntryAdded:
		// Its entries about the network do not tell a page from a style sheet; the events below do.
		if e.Entry.Level == "error" && e.Entry.Source != "network" {
			return fmt.Sprintf("%s: %s (%s:%d)", e.Entry.Source, e.Entry.Text, e.Entry.URL, e.Entry.LineNumber+1)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || (u.Scheme != "data" && u.Scheme != "blob" && u.Scheme != "about" && u.Scheme+"://"+u.Host != origin) {
			return "request leaves " + origin + ": " + e.Request.URL
		}
	case *network.EventResponseReceived:
		mayFail := e.Type == network.ResourceTypeDocument || e.Type == network.ResourceTypeFetch || e.Type == network.ResourceTypeXHR
		if e.Response.Status >= 400 && !mayFail {
			return fmt.Sprintf("%s answers %d: %s", e.Type, e.Response.Status, e.Response.URL)
		}
	}
	return ""
}
