package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
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
	e, frozen, damaged := l.edition(a.slug, a.version)
	if damaged {
		return errDamaged(w)
	}
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
	return l.send(w, r, e, f, frozen)
}

// errDamaged is for what is published and not on the disk as it was. It may be there again when somebody next asks.
func errDamaged(w http.ResponseWriter) error {
	w.Header().Set("Cache-Control", "no-store")
	return survey.Fail(survey.Unavailable, "error.published_damaged")
}

// address is what a public path asks for.
type address struct {
	lang    string
	slug    survey.Slug
	version int    // 0: the current one
	rest    string // below the publication
	bare    bool   // the slash after slug or version is missing
	twin    bool   // the German twin is asked for from an English page, see germanParameter
	twice   bool   // the English pages are asked for below the German ones
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
		a.twin, a.lang, a.slug, a.rest = true, locale.Languages[0], survey.Slug(slug), strings.TrimPrefix(rest, slug+"/")
		return a, survey.ValidSlug(slug) && path.Clean("/"+a.rest) == "/"+strings.TrimSuffix(a.rest, "/")
	}
	slug, rest, ok := strings.Cut(rest, "/")
	a.slug = survey.Slug(slug)
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

// send writes a file with all that belongs to it, in the first form that the reader takes and that is right.
func (l *Library) send(w http.ResponseWriter, r *http.Request, e *edition, f file, frozen bool) error {
	buffer := pieces.Get().(*[pieceSize]byte)
	defer pieces.Put(buffer)
	for _, one := range f.forms {
		compressed := one.coding != coding{}
		if compressed && !public.Accepts(r.Header.Get("Accept-Encoding"), one.coding.name) {
			continue
		}
		etag := `"` + f.SHA256[:32] + `"`
		if compressed {
			etag = `"` + f.SHA256[:32] + "-" + strings.TrimPrefix(one.coding.suffix, ".") + `"`
		}
		if matches(r.Header.Values("If-None-Match"), etag) {
			e.head(w.Header(), f, etag, frozen)
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		content, err := one.open(buffer)
		if err != nil {
			l.found(e, f.Path+one.coding.suffix, err)
			continue
		}
		defer content.Close()
		h := w.Header()
		e.head(h, f, etag, frozen)
		if compressed {
			h.Set("Content-Encoding", one.coding.name)
		}
		h.Set("Content-Type", f.Type)
		h.Set("Content-Length", strconv.FormatInt(one.size, 10))
		if lang := pageLanguage(f); lang != "" {
			h.Set("Content-Language", lang)
		}
		e.describe(h, f)
		w.WriteHeader(http.StatusOK)
		if r.Method == http.MethodHead {
			return nil
		}
		for n := range one.pieces {
			if n > 0 {
				err = one.read(content, n, buffer)
			}
			if err != nil {
				// Less comes than was announced: the server breaks the connection, and nobody takes it for the whole.
				l.found(e, f.Path+one.coding.suffix, err)
				return nil
			}
			if _, err := w.Write(one.piece(n, buffer)); err != nil {
				return nil // the reader went away; there is nobody to tell
			}
		}
		return nil
	}
	return errDamaged(w)
}

// head sets what an answer has in common with the one that says that nothing has changed.
func (e *edition) head(h http.Header, f file, etag string, frozen bool) {
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
