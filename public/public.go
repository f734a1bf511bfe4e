// Package public holds the style sheet, the browser modules and the images, each under a name that carries a hash of its
// bytes: a changed file has a new address, so an address may be cached for ever. The files of css/ are delivered as one
// sheet, css/site.css.
package public

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

//go:embed all:css all:js all:img
var files embed.FS

// Prefix is where the application serves the assets.
const Prefix = "/static/"

// sheets are the files of the style sheet in their order: later ones may refine earlier ones.
var sheets = []string{"tokens", "base", "layout", "forms", "components", "tables", "draft", "answer", "compare", "print"}

var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".ico": "image/x-icon",
}

// asset is one delivered file, ready in both encodings.
type asset struct {
	hashed, mime, etag string
	data, zipped       []byte
}

var byName, byHashed = load()

// URL is the address of an asset in the application: URL("css/site.css") is "/static/css/site.<hash>.css". It panics
// at a name there is no asset of.
func URL(name string) string { return Prefix + HashedName(name) }

// HashedName is the name of an asset with its hash in it, "css/site.<hash>.css", for a publication that carries its
// assets with it. It panics at a name there is no asset of.
func HashedName(name string) string {
	a, ok := byName[name]
	if !ok {
		panic(fmt.Sprintf("public: no asset %q", name))
	}
	return a.hashed
}

// File returns the bytes of an asset by its plain name, "css/site.css"; fs.ErrNotExist if there is none.
func File(name string) ([]byte, error) {
	a, ok := byName[name]
	if !ok {
		return nil, fmt.Errorf("public: %q: %w", name, fs.ErrNotExist)
	}
	return bytes.Clone(a.data), nil
}

// Type is the media type of an asset by its name, "" of a kind there is none of.
func Type(name string) string { return types[path.Ext(name)] }

// Handler serves the assets below Prefix under their hashed names, to be cached for ever.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	a, ok := byHashed[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, etag := a.data, `"`+a.etag+`"`
	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("X-Content-Type-Options", "nosniff")
	if len(a.zipped) > 0 && Accepts(r.Header.Get("Accept-Encoding"), "gzip") {
		body, etag = a.zipped, `"`+a.etag+`-gz"`
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("ETag", etag)
	if slices.Contains(strings.FieldsFunc(r.Header.Get("If-None-Match"), func(c rune) bool { return c == ',' || c == ' ' }), etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", a.mime)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the reader went away; there is nobody to tell
	}
}

// Accepts tells whether a content coding may be sent, from an Accept-Encoding header (RFC 9110, 12.5.3).
func Accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		named, params, _ := strings.Cut(strings.ToLower(part), ";")
		if named = strings.TrimSpace(named); named != coding && named != "*" {
			continue
		}
		weight := strings.TrimPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return weight == "" || (err == nil && q > 0)
	}
	return false
}

// load reads the embedded files once. They are part of the program, so a fault in them is a panic at start.
func load() (byName, byHashed map[string]asset) {
	byName, byHashed = map[string]asset{}, map[string]asset{}
	add := func(name string, data []byte) {
		sum := sha256.Sum256(data)
		hash := hex.EncodeToString(sum[:])[:16]
		ext := path.Ext(name)
		a := asset{hashed: strings.TrimSuffix(name, ext) + "." + hash + ext, mime: types[ext], etag: hash, data: data}
		if a.mime == "" {
			panic(fmt.Sprintf("public: no media type for %q", name))
		}
		if zipped := compress(data); len(zipped) < len(data) {
			a.zipped = zipped
		}
		byName[name], byHashed[a.hashed] = a, a
	}
	var sheet []byte
	for _, name := range sheets {
		data, err := files.ReadFile("css/" + name + ".css")
		if err != nil {
			panic(err)
		}
		sheet = append(append(sheet, data...), '\n')
	}
	add("css/site.css", sheet)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "css/") || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		data, err := files.ReadFile(name)
		if err == nil {
			add(name, data)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return byName, byHashed
}

func compress(data []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return buf.Bytes()
}
