package templates

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/public"
)

//go:embed all:layout all:partials all:pages all:mail
var files embed.FS

// Engine renders pages and mail texts. Everything is parsed in New; it is safe for concurrent use.
type Engine struct {
	pages map[string]func() (*template.Template, error) // by language/page, "de/draft/board"
	mails map[string]*texttemplate.Template             // by language/name, "de/invitation"
}

// New parses all templates that are part of the program. Each page gets a set of its own in each language, with the
// layouts, the partials and the files of its folder that begin with an underscore, so no page can render a block of another.
func New() (*Engine, error) { return parse(files) }

// Render writes a page, named like "draft/board". The data is a struct that embeds Base. The page is rendered
// completely before its first byte is written: an error means that nothing was written.
func (e *Engine) Render(w io.Writer, page string, data any) error {
	speaker, ok := data.(interface{ Lang() string })
	if !ok || speaker.Lang() == "" {
		return fmt.Errorf("templates: page %q: the data embeds no Base with a Printer", page)
	}
	set, ok := e.pages[speaker.Lang()+"/"+page]
	if !ok {
		return fmt.Errorf("templates: no page %q in %q", page, speaker.Lang())
	}
	tmpl, err := set()
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= keptBuffer {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	if err := tmpl.Execute(buf, data); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	_, err = w.Write(buf.Bytes())
	return err
}

// buffers are what pages are rendered into: grown to the size of a page once, not for each.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is the most bytes of a buffer that waits for the next page.
const keptBuffer = 256 << 10

// Mail returns the text of a mail, from mail/<lang>/<name>.txt. The data is a struct.
func (e *Engine) Mail(lang, name string, data any) (string, error) {
	set, ok := e.mails[lang+"/"+name]
	if !ok {
		return "", fmt.Errorf("templates: no mail %q in %q", name, lang)
	}
	var text strings.Builder
	if err := set.Execute(&text, data); err != nil {
		return "", fmt.Errorf("templates: %w", err)
	}
	return text.String(), nil
}

// Pages lists the names of all pages, "draft/board".
func (e *Engine) Pages() []string {
	var names []string
	for name := range e.pages {
		if page, ok := strings.CutPrefix(name, locale.Languages[0]+"/"); ok {
			names = append(names, page)
		}
	}
	return names
}

// functions are what every template can call besides the methods of its data.
func functions(lang string) map[string]any {
	return map[string]any{
		"T":          locale.For(lang).T, // the same as .T of a page, for partials and inside range
		"number":     locale.For(lang).Number,
		"paragraphs": Paragraphs,
		"splitAfter": strings.SplitAfter,
		"asset":      public.URL, // of a page that is in no publication; elsewhere .AssetURL
		"sheet":      func() template.CSS { return template.CSS(sheet) },
		"datetime":   func(t time.Time) string { return locale.For(lang).DateTime(t, nil) }, // for mails, whose data has no Printer
	}
}

// sheet is the whole style sheet, for layout/file. It is part of the program, never data.
var sheet = func() string {
	data, err := public.File("css/site.css")
	if err != nil {
		panic(err)
	}
	return string(data)
}()

// SheetHash is the source expression that lets the style element of layout/file pass a Content-Security-Policy:
// style-src 'sha256-…'.
func SheetHash() string {
	sum := sha256.Sum256([]byte(sheet))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Paragraphs splits a text into paragraphs (at a blank line) and these into lines. It loses nothing: the lines joined
// by one newline and the paragraphs by two are the text again.
func Paragraphs(text string) [][]string {
	var list [][]string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		list = append(list, strings.Split(paragraph, "\n"))
	}
	return list
}

func parse(fsys fs.FS) (*Engine, error) {
	engine := &Engine{pages: map[string]func() (*template.Template, error){}, mails: map[string]*texttemplate.Template{}}
	for _, lang := range locale.Languages {
		if err := errors.Join(engine.parsePages(fsys, lang), engine.parseMails(fsys, lang)); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
	}
	return engine, nil
}

func (e *Engine) parsePages(fsys fs.FS, lang string) error {
	shared := template.New("").Funcs(functions(lang)).Option("missingkey=error")
	if err := addFiles(shared, fsys, "layout/*.html", "layout"); err != nil {
		return err
	}
	if err := addFiles(shared, fsys, "partials/*.html", ""); err != nil {
		return err
	}
	return walk(fsys, "pages", ".html", func(name, text string) error {
		if strings.HasPrefix(path.Base(name), "_") {
			return nil
		}
		set, err := shared.Clone()
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		if err := addFiles(set, fsys, path.Join("pages", folder, "_*.html"), folder); err != nil {
			return err
		}
		tmpl, err := set.New("pages/" + name).Parse(text)
		if err != nil {
			return err
		}
		if tmpl.Lookup("main") == nil {
			return fmt.Errorf(`page %q defines no "main"`, name)
		}
		e.pages[lang+"/"+name] = sync.OnceValues(func() (*template.Template, error) { return tmpl, fold(tmpl) })
		return nil
	})
}

// addFiles parses the files of a pattern into a set, each under folder and its base name without extension.
func addFiles(set *template.Template, fsys fs.FS, pattern, folder string) error {
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if _, err := set.New(path.Join(folder, strings.TrimSuffix(path.Base(name), ".html"))).Parse(string(text)); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) parseMails(fsys fs.FS, lang string) error {
	return walk(fsys, "mail/"+lang, ".txt", func(name, text string) error {
		tmpl, err := texttemplate.New("mail/" + lang + "/" + name).Funcs(functions(lang)).Option("missingkey=error").Parse(text)
		e.mails[lang+"/"+name] = tmpl
		return err
	})
}

// walk calls fn with the name, relative to root and without extension, and the text of every file below root. A root
// that does not exist has no files.
func walk(fsys fs.FS, root, ext string, fn func(name, text string) error) error {
	return fs.WalkDir(fsys, root, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil
		}
		if err != nil || entry.IsDir() || path.Ext(name) != ext {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return fn(strings.TrimSuffix(strings.TrimPrefix(name, root+"/"), ext), string(text))
	})
}
