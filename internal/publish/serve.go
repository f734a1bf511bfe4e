package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/public"
)

// How long answers may be kept.
const (
	cacheCurrent = "public, max-age=60, stale-while-revalidate=600"
	cacheForever = "public, max-age=31536000, immutable"
)

// filePolicy is the Content-Security-Policy of vergleich.html, which carries its style inside; %s is its hash.
const filePolicy = "default-src 'none'; style-src %s; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Serve answers a GET or HEAD of a path below /vergleich/ or /en/vergleich/ from the files alone: no database, no
// template, no cookie. Only paths of the index are ever opened. It returns NotFound, having written nothing, for a path
// there is no file at.
func (l *Library) Serve(w http.ResponseWriter, r *http.Request) error {
	a, ok := readAddress(r.URL)
	if !ok {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	e, frozen := l.edition(a.slug, a.version)
	if e == nil {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	if to := a.elsewhere(); to != "" {
		to = (&url.URL{Path: to}).EscapedPath()
		if r.URL.RawQuery != "" && !r.URL.Query().Has(germanParameter) {
			to += "?" + r.URL.RawQuery
		}
		openToAll(w.Header())
		w.Header().Set("Cache-Control", cacheCurrent)
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusPermanentRedirect)
		return nil
	}
	f, ok := e.find(a.file())
	if !ok {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	return e.send(w, r, f, frozen)
}

// address is what a public path asks for.
type address struct {
	lang, slug string
	version    int    // 0: the current one
	rest       string // below the publication
	bare       bool   // the slash after slug or version is missing
	twin       bool   // the German twin is asked for from an English page, see germanParameter
	twice      bool   // the English pages are asked for below the German ones
}

// readAddress takes a path apart; false for one that no publication can have.
func readAddress(u *url.URL) (a address, ok bool) {
	a.lang = locale.Languages[0]
	rest := u.Path
	if after, found := strings.CutPrefix(rest, "/"+english+"/"); found {
		a.lang, rest = english, "/"+after
	}
	if rest, ok = strings.CutPrefix(rest, "/vergleich/"); !ok {
		return a, false
	}
	if slug := u.Query().Get(germanParameter); a.lang == english && slug != "" {
		a.twin, a.lang, a.slug, a.rest = true, locale.Languages[0], slug, strings.TrimPrefix(rest, slug+"/")
		return a, survey.ValidSlug(slug) && path.Clean("/"+a.rest) == "/"+strings.TrimSuffix(a.rest, "/")
	}
	a.slug, rest, ok = strings.Cut(rest, "/")
	a.bare = !ok
	if !survey.ValidSlug(a.slug) {
		return a, false
	}
	head, tail, slash := strings.Cut(rest, "/")
	if digits, found := strings.CutPrefix(head, "v"); found {
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && strconv.Itoa(n) == digits {
			a.version, rest, a.bare = n, tail, !slash
		}
	}
	a.rest = rest
	a.twice = a.version == 0 && a.lang != english && (rest == english || strings.HasPrefix(rest, english+"/"))
	return a, true
}

// elsewhere is the address the same thing has its place at, "" if this is it.
func (a address) elsewhere() string {
	switch {
	case a.twice:
		return PublicPath(english, a.slug) + strings.TrimPrefix(strings.TrimPrefix(a.rest, english), "/")
	case a.twin:
		return PublicPath(a.lang, a.slug) + a.rest
	case a.version > 0 && (a.bare || a.lang == english):
		to := PublicPath(locale.Languages[0], a.slug) + "v" + strconv.Itoa(a.version) + "/"
		if a.lang == english {
			to += english + "/"
		}
		return to + a.rest
	case a.bare:
		return PublicPath(a.lang, a.slug)
	}
	return ""
}

// file is the path below the folder of the version.
func (a address) file() string {
	if a.lang == english {
		return english + "/" + a.rest
	}
	return a.rest
}

// send writes a file with all that belongs to it.
func (e *edition) send(w http.ResponseWriter, r *http.Request, f file, frozen bool) error {
	h := w.Header()
	name, etag, size := e.place(f.Path), f.SHA256[:32], f.Size
	zipped := f.zipped > 0 && public.AcceptsGzip(r.Header.Get("Accept-Encoding"))
	if zipped {
		name, etag, size = name+gzSuffix, etag+"-gz", f.zipped
	}
	etag = `"` + etag + `"`
	h.Set("ETag", etag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", cacheCurrent)
	if frozen || strings.HasPrefix(strings.TrimPrefix(f.Path, english+"/"), "static/") {
		h.Set("Cache-Control", cacheForever)
	}
	openToAll(h)
	if licence := export.LicenceAddress(e.Licence); licence != "" {
		h.Set("Link", "<"+licence+`>; rel="license"`)
	}
	if matches(r.Header.Values("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	content, err := os.Open(name)
	if err != nil {
		for _, own := range []string{"ETag", "Link", "Cache-Control", "Access-Control-Allow-Origin"} {
			h.Del(own)
		}
		h.Set("Cache-Control", "no-store")
		return fmt.Errorf("publication %s, version %d: %w", e.Slug, e.Version, err)
	}
	defer content.Close()
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if lang := pageLanguage(f); lang != "" {
		h.Set("Content-Language", lang)
	}
	e.describe(h, f)
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = io.Copy(w, content) // the reader went away; there is nobody to tell
	return nil
}

// openToAll lets scripts of other sites read what is public.
func openToAll(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// IsDownload tells whether a path below a publication is that of a download, in any language.
func IsDownload(address string) bool {
	_, ok := export.Find(path.Base(address))
	return ok
}

// describe names a download after publication and version, and lets the style of vergleich.html pass.
func (e *edition) describe(h http.Header, f file) {
	base := path.Base(f.Path)
	i := slices.IndexFunc(export.Files, func(d export.File) bool { return d.Name == base })
	if i < 0 || strings.Contains(strings.TrimPrefix(f.Path, english+"/"), "/") {
		return
	}
	how := "attachment"
	if strings.HasPrefix(f.Type, "text/html") {
		how = "inline"
		h.Set("Content-Security-Policy", fmt.Sprintf(filePolicy, e.Style))
	}
	h.Set("Content-Disposition", fmt.Sprintf(`%s; filename="%s-v%d-%s"`, how, e.Slug, e.Version, base))
}

// pageLanguage is the language of a page, "" of anything else.
func pageLanguage(f file) string {
	switch {
	case f.Type != htmlType:
		return ""
	case strings.HasPrefix(f.Path, english+"/") && path.Base(f.Path) != "vergleich.html":
		return english
	}
	return locale.Languages[0]
}

// matches reads If-None-Match (RFC 9110, 13.1.2): a list of entity tags, compared weakly, or "*".
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		for tag := range strings.SplitSeq(header, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
