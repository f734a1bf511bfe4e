package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

// A visitor is a browser: it keeps its cookies and comes from an address of its own, so that limits do not mix.
type visitor struct {
	w       *world
	t       *testing.T
	cookies map[string]string
	from    string
}

func (w *world) visitor(t *testing.T) *visitor {
	return &visitor{w: w, t: t, cookies: map[string]string{}, from: "192.0.2.1:4711"}
}

// send sends a request with the visitor's cookies, as a browser does from our own pages; headers are pairs.
func (v *visitor) send(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	req := httptest.NewRequestWithContext(v.t.Context(), method, target, strings.NewReader(body))
	req.Host, req.RemoteAddr = strings.TrimPrefix(v.w.BaseURL, "http://"), v.from
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	answer := httptest.NewRecorder()
	v.w.Server.ServeHTTP(answer, req)
	for _, c := range answer.Result().Cookies() {
		if v.cookies[c.Name] = c.Value; c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		}
	}
	return answer
}

func (v *visitor) get(target string, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.send(http.MethodGet, target, "", headers...)
}

func (v *visitor) post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.send(http.MethodPost, target, form.Encode(), headers...)
}

// signIn signs a person in by the form.
func (v *visitor) signIn(email string) *visitor {
	v.t.Helper()
	if got := v.post("/anmelden", url.Values{"email": {email}, "password": {testPassword}}); got.Code != http.StatusSeeOther {
		v.t.Fatalf("sign-in of %s: %d", email, got.Code)
	}
	return v
}

// contents is everything in the store but sessions, as text.
func (w *world) contents(t *testing.T, sessions bool) string {
	t.Helper()
	var all strings.Builder
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		tables := reflect.ValueOf(tx).Elem()
		for i := range tables.NumField() {
			name := tables.Type().Field(i).Name
			if name == "Sessions" && !sessions {
				continue
			}
			for entity, err := range tables.Field(i).MethodByName("List").Call([]reflect.Value{reflect.ValueOf("")})[0].Seq2() {
				if !err.IsNil() {
					t.Fatal(err)
				}
				if e, ok := entity.Interface().(survey.AuditEntry); ok && e.What == "denied" {
					continue // that a POST was refused is noted, nothing else
				}
				raw, err := json.Marshal(entity.Interface())
				if err != nil {
					return err
				}
				all.WriteString(name + " " + string(raw) + "\n")
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}
