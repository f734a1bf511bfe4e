package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// Vars are the variables of a script, without the ${}.
type Vars map[string]string

// Script runs the scripts that pattern names ("testdata/*.script"), each as a subtest with fresh cookies, against
// a server with this handler. The format is described at the top of this package.
func Script(t *testing.T, handler http.Handler, pattern string, vars Vars) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no script matches %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			NewVisit(server.URL, vars).Run(t, file)
		})
	}
}

// A Visit keeps cookies and variables over several scripts, for tests that do something in between, such as reading
// the code of a mail.
type Visit struct {
	Vars Vars // may be changed between two scripts

	base     string
	client   *http.Client
	jar      string // the current one of jars
	jars     map[string]http.CookieJar
	response *response // the last one
}

// response is what came back, with the body read.
type response struct {
	*http.Response
	body []byte
	page *html.Node
}

// NewVisit starts without cookies at the server with this address, as "http://127.0.0.1:8080".
func NewVisit(base string, vars Vars) *Visit {
	v := &Visit{Vars: Vars{}, base: strings.TrimSuffix(base, "/"), jars: map[string]http.CookieJar{}}
	maps.Copy(v.Vars, vars)
	v.client = &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return v
}

// Run runs one script file and reports each line that fails.
func (v *Visit) Run(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range v.run(t.Context(), file, string(text)) {
		t.Error(err)
	}
}

// line is one line of a script.
type line struct {
	number int
	text   string
}

// run returns an error for each line that fails. It goes on after a failed check and stops after a failed request or
// capture, as what follows would fail for that reason alone.
func (v *Visit) run(ctx context.Context, file, text string) []error {
	var faults []error
	for _, block := range blocks(text) {
		rest, at, err := v.request(ctx, block, filepath.Dir(file))
		if err != nil {
			return append(faults, fmt.Errorf("%s:%d: %w", file, at, err))
		}
		for _, l := range rest {
			verb, args := cutWord(l.text)
			if verb == "capture" {
				if err := v.capture(args); err != nil {
					return append(faults, fmt.Errorf("%s:%d: %w", file, l.number, err))
				}
			} else if err := v.check(l.text); err != nil {
				faults = append(faults, fmt.Errorf("%s:%d: %w", file, l.number, err))
			}
		}
	}
	return faults
}

// blocks cuts a script at its blank lines and drops the comments.
func blocks(text string) [][]line {
	var all [][]line
	var block []line
	for number, text := range strings.Split(text+"\n\n", "\n") {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
			if block != nil {
				all = append(all, block)
			}
			block = nil
		case !strings.HasPrefix(text, "#"):
			block = append(block, line{number + 1, text})
		}
	}
	return all
}

var (
	methods       = regexp.MustCompile(`^(GET|HEAD|POST|PUT|DELETE|OPTIONS) (\S+)$`)
	requestHeader = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$`)
)

// request sends what the first lines of a block describe and returns the other lines. An error belongs to the line at.
func (v *Visit) request(ctx context.Context, block []line, dir string) (rest []line, at int, err error) {
	next := func() string {
		if len(block) == 0 {
			return ""
		}
		at = block[0].number
		return block[0].text
	}

	if name, ok := strings.CutPrefix(next(), "as "); ok {
		v.jar = strings.TrimSpace(name)
		block = block[1:]
	}
	method, target := "", ""
	if m := methods.FindStringSubmatch(next()); m != nil {
		method = m[1]
		target, err = v.expand(m[2])
	} else if next() == "FOLLOW" {
		method = http.MethodGet
		target, err = v.location()
	} else {
		err = fmt.Errorf("want a request such as GET /path, have %q", next())
	}
	if err != nil {
		return nil, at, err
	}
	start := at
	block = block[1:]

	header := http.Header{}
	for ; len(block) > 0; block = block[1:] {
		m := requestHeader.FindStringSubmatch(next())
		if m == nil {
			break
		}
		value, err := v.expand(m[2])
		if err != nil {
			return nil, at, err
		}
		header.Add(m[1], value)
	}
	var form form
	for ; len(block) > 0; block = block[1:] {
		kind, args := cutWord(next())
		if kind != "field" && kind != "file" {
			break
		}
		name, value := cutWord(args)
		value, err := v.value(value)
		if err != nil {
			return nil, at, err
		}
		if kind == "file" {
			value = filepath.Join(dir, value)
		}
		form = append(form, input{kind == "file", name, value})
	}
	return block, start, v.send(ctx, method, target, header, form)
}

// input is a field of a form; of a file the value is its path.
type input struct {
	file        bool
	name, value string
}

type form []input

// encode returns the body as a browser sends it and its content type.
func (f form) encode() (body []byte, contentType string, err error) {
	var pairs []string
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	multipartForm := false
	for _, in := range f {
		if !in.file {
			pairs = append(pairs, url.QueryEscape(in.name)+"="+url.QueryEscape(in.value))
			if err := w.WriteField(in.name, in.value); err != nil {
				return nil, "", err
			}
			continue
		}
		multipartForm = true
		data, err := os.ReadFile(in.value)
		if err != nil {
			return nil, "", err
		}
		part, err := w.CreateFormFile(in.name, filepath.Base(in.value))
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(data); err != nil {
			return nil, "", err
		}
	}
	if !multipartForm {
		return []byte(strings.Join(pairs, "&")), "application/x-www-form-urlencoded", nil
	}
	err = w.Close()
	return multi.Bytes(), w.FormDataContentType(), err
}

func (v *Visit) send(ctx context.Context, method, target string, header http.Header, form form) error {
	address, err := url.Parse(target)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(address.Path, "/") {
		return fmt.Errorf("address %q: its path has to start with a slash", target)
	}
	request, err := http.NewRequestWithContext(ctx, method, v.base+address.RequestURI(), nil)
	if err != nil {
		return err
	}
	request.Host = address.Host // empty: that of the server
	if form != nil {
		body, contentType, err := form.encode()
		if err != nil {
			return err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		request.ContentLength = int64(len(body))
		request.Header.Set("Content-Type", contentType)
	}
	maps.Copy(request.Header, header)
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}

	jar := v.jars[v.jar]
	if jar == nil {
		if jar, err = cookiejar.New(nil); err != nil {
			return err
		}
		v.jars[v.jar] = jar
	}
	// Browsers treat loopback as secure, cookiejar does not: ask it about https.
	secure := *request.URL
	secure.Scheme = "https"
	for _, cookie := range jar.Cookies(&secure) {
		request.AddCookie(cookie)
	}

	answer, err := v.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	jar.SetCookies(&secure, answer.Cookies())
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	page, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return err
	}
	v.response = &response{answer, body, page}
	return nil
}

// location is the address that the last response names, relative to its request.
func (v *Visit) location() (string, error) {
	if v.response == nil {
		return "", errors.New("FOLLOW without a response before")
	}
	u, err := v.response.Location()
	if err != nil {
		return "", fmt.Errorf("FOLLOW: %w (code %d)", err, v.response.StatusCode)
	}
	return u.RequestURI(), nil
}
