package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A client is a browser without scripts: cookies and a network of its own, forms as the pages offer them.
type client struct {
	http    http.Client
	base    string // scheme and host
	network string // its address, as a proxy that the server trusts would say
}

var transport = &http.Transport{MaxIdleConnsPerHost: 64, ResponseHeaderTimeout: time.Minute}

func newClient(base, network string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it has no options that could be wrong
	}
	return &client{base: base, network: network, http: http.Client{
		Jar: jar, Timeout: 2 * time.Minute, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// page is one answer of the server, read to its end.
type page struct {
	path     string
	status   int
	location string // of a redirect, without what follows the path
	body     []byte
}

// refusal is an answer other than the one that was hoped for.
type refusal struct{ page }

func (r refusal) Error() string {
	return fmt.Sprintf("%s answers %d: %.300s", r.path, r.status, r.words("main"))
}

func (c *client) do(method, path, contentType string, body io.Reader) (page, error) {
	request, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return page{}, err
	}
	request.Header.Set("X-Forwarded-For", c.network)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return page{}, err
	}
	defer response.Body.Close()
	p := page{path: path, status: response.StatusCode}
	p.location, _, _ = strings.Cut(response.Header.Get("Location"), "?")
	p.body, err = io.ReadAll(response.Body)
	return p, err
}

// get opens a page that has to be there.
func (c *client) get(path string) (page, error) {
	p, err := c.do(http.MethodGet, path, "", nil)
	if err == nil && p.status != http.StatusOK {
		err = refusal{p}
	}
	return p, err
}

// post sends a form; everything but a redirect to the next page is a refusal.
func (c *client) post(path, contentType string, body []byte) (page, error) {
	p, err := c.do(http.MethodPost, path, contentType, bytes.NewReader(body))
	if err == nil && p.status != http.StatusSeeOther {
		err = refusal{p}
	}
	return p, err
}

// upload is a file in a form.
type upload struct {
	field, name string
	data        []byte
}

// submit sends the form of p with this action as it stands there, but for the changes: name, value, name, value.
func (c *client) submit(p page, action string, changes ...string) (page, error) {
	values, err := p.form(action, changes)
	if err != nil {
		return page{}, err
	}
	return c.post(action, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

// submitFile is submit with a file.
func (c *client) submitFile(p page, action string, file upload, changes ...string) (page, error) {
	values, err := p.form(action, changes)
	if err != nil {
		return page{}, err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range values {
		for _, value := range list {
			err = errors.Join(err, w.WriteField(name, value))
		}
	}
	part, createErr := w.CreateFormFile(file.field, file.name)
	if err = errors.Join(err, createErr); err != nil {
		return page{}, err
	}
	_, err = part.Write(file.data)
	if err = errors.Join(err, w.Close()); err != nil {
		return page{}, err
	}
	return c.post(action, w.FormDataContentType(), body.Bytes())
}

// visit opens a page and submits its form with this action.
func (c *client) visit(path, action string, changes ...string) (page, error) {
	p, err := c.get(path)
	if err != nil {
		return p, err
	}
	return c.submit(p, action, changes...)
}

// form is what the page's form with this action would send, with the changes.
func (p page) form(action string, changes []string) (url.Values, error) {
	form := p.find(func(n *html.Node) bool { return n.Data == "form" && attribute(n, "action") == action })
	if form == nil {
		return nil, fmt.Errorf("%s has no form for %s: %w", p.path, action, refusal{p})
	}
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch kind := attribute(n, "type"); {
		case n.Data == "input" && (kind == "checkbox" || kind == "radio") && !has(n, "checked"), n.Data == "input" && kind == "file":
		case n.Data == "input":
			values.Add(name, attribute(n, "value"))
		case n.Data == "textarea":
			values.Add(name, strings.TrimPrefix(text(n), "\n"))
		case n.Data == "select":
			for o := range n.Descendants() {
				if o.Data == "option" && has(o, "selected") {
					values.Add(name, attribute(o, "value"))
				}
			}
		}
	}
	for i := 0; i < len(changes); i += 2 {
		values[changes[i]] = []string{changes[i+1]}
	}
	return values, nil
}

// action is that of the first form whose action contains a part.
func (p page) action(part string) string {
	if n := p.find(func(n *html.Node) bool { return n.Data == "form" && strings.Contains(attribute(n, "action"), part) }); n != nil {
		return attribute(n, "action")
	}
	return ""
}

// choice is the value of the option, or of the box, that carries a label.
func (p page) choice(name, label string) string {
	var value string
	ids := map[string]string{}
	p.find(func(n *html.Node) bool {
		switch {
		case n.Data == "option" && words(n) == label && attribute(n.Parent, "name") == name:
			value = attribute(n, "value")
		case n.Data == "input" && attribute(n, "name") == name:
			ids[attribute(n, "id")] = attribute(n, "value")
		case n.Data == "label" && words(n) == label && ids[attribute(n, "for")] != "":
			value = ids[attribute(n, "for")]
		}
		return value != ""
	})
	return value
}

// field is what stands in a field.
func (p page) field(name string) string {
	n := p.find(func(n *html.Node) bool { return attribute(n, "name") == name })
	switch {
	case n == nil:
		return ""
	case n.Data == "textarea":
		return strings.TrimPrefix(text(n), "\n")
	}
	return attribute(n, "value")
}

// links are the addresses on the page that contain a part.
func (p page) links(part string) (all []string) {
	p.find(func(n *html.Node) bool {
		if href := attribute(n, "href"); n.Data == "a" && strings.Contains(href, part) {
			all = append(all, href)
		}
		return false
	})
	return all
}

// words is what can be read in the first element with this name.
func (p page) words(element string) string {
	if n := p.find(func(n *html.Node) bool { return n.Data == element }); n != nil {
		return words(n)
	}
	return string(p.body)
}

func (p page) find(is func(*html.Node) bool) *html.Node {
	doc, err := html.Parse(bytes.NewReader(p.body))
	if err != nil {
		return nil
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return n
		}
	}
	return nil
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func words(n *html.Node) string { return strings.Join(strings.Fields(text(n)), " ") }

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
