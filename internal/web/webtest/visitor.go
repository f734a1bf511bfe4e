package webtest

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/testkit"
)

// A Visitor is a browser: it keeps its cookies and comes from an address of its own, so that limits do not mix.
type Visitor struct {
	w       *World
	t       *testing.T
	Cookies map[string]string
	From    string // address and port
}

// Visitor opens a browser without cookies.
func (w *World) Visitor(t *testing.T) *Visitor {
	return &Visitor{w: w, t: t, Cookies: map[string]string{}, From: "192.0.2.1:4711"}
}

// Send sends a request as a browser does from our own pages; headers are pairs.
func (v *Visitor) Send(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	req := httptest.NewRequestWithContext(v.t.Context(), method, target, strings.NewReader(body))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	return v.Do(req)
}

// Do sends a request with the visitor's cookies, and keeps those it gets.
func (v *Visitor) Do(req *http.Request) *httptest.ResponseRecorder {
	req.Host, req.RemoteAddr = strings.TrimPrefix(v.w.BaseURL, "http://"), v.From
	for name, value := range v.Cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	v.w.Server.ServeHTTP(answer, req)
	saysInWords(v.t, answer)
	for _, c := range answer.Result().Cookies() {
		if v.Cookies[c.Name] = c.Value; c.MaxAge < 0 || c.Value == "" {
			delete(v.Cookies, c.Name)
		}
	}
	return answer
}

// Get asks for a page.
func (v *Visitor) Get(target string, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.Send(http.MethodGet, target, "", headers...)
}

// Post sends a form; headers are pairs.
func (v *Visitor) Post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.Send(http.MethodPost, target, form.Encode(), headers...)
}

// SignIn signs a person in by the form.
func (v *Visitor) SignIn(email string) *Visitor {
	v.t.Helper()
	if got := v.Post("/anmelden", url.Values{"email": {email}, "password": {Password}}); got.Code != http.StatusSeeOther {
		v.t.Fatalf("sign-in of %s: %d", email, got.Code)
	}
	return v
}

// Upload posts a form with an original, as a browser does.
func (v *Visitor) Upload(target string, form url.Values, name string, data []byte) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.UploadAs("original", target, form, name, data)
}

// UploadAs posts a form with a file in a field of any name.
func (v *Visitor) UploadAs(field, target string, form url.Values, name string, data []byte) *httptest.ResponseRecorder {
	v.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile(field, name) // on the page it stands above the texts
	if err == nil {
		_, err = part.Write(data)
	}
	for field, values := range form {
		for _, value := range values {
			err = errors.Join(err, m.WriteField(field, value))
		}
	}
	if err = errors.Join(err, m.Close()); err != nil {
		v.t.Fatal(err)
	}
	return v.Send(http.MethodPost, target, body.String(), "Content-Type", m.FormDataContentType())
}

// Request sends one request with the cookie of a party or a person; "" is none.
func (w *World) Request(t *testing.T, method, path, cookie string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	w.Server.ServeHTTP(answer, r)
	saysInWords(t, answer)
	return answer
}

// saysInWords checks that a page shows no key of a message.
func saysInWords(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	if keys := testkit.RawKeys(answer.Body.String()); len(keys) > 0 && strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
		t.Errorf("the page shows the keys %q", keys)
	}
}

// StaffCookie signs a person in and returns the cookie.
func (w *World) StaffCookie(t *testing.T, email string) string {
	t.Helper()
	answer := w.Request(t, http.MethodPost, "/anmelden", "", url.Values{"email": {email}, "password": {Password}})
	for _, c := range answer.Result().Cookies() {
		if c.Name == "buendnis" {
			return "buendnis=" + c.Value
		}
	}
	t.Fatalf("%s cannot sign in: %d", email, answer.Code)
	return ""
}

// Contains tells whether an answer has a status and words.
func Contains(t *testing.T, answer *httptest.ResponseRecorder, code int, words ...string) {
	t.Helper()
	if answer.Code != code {
		t.Errorf("status %d, want %d", answer.Code, code)
	}
	for _, word := range words {
		if !strings.Contains(answer.Body.String(), word) {
			t.Errorf("the page lacks %q", word)
		}
	}
}

// InOrder tells whether the texts follow one another on a page.
func InOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, after, ok := strings.Cut(page, text)
		if !ok {
			t.Errorf("%q does not come where it should", text)
			return
		}
		page = after
	}
}
