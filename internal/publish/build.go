package publish

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// zipLevel is chosen for speed: a higher one makes pages a tenth smaller and takes several times as long.
const zipLevel = 5

// workers is how many files are written at once. More would only hold more of them in memory.
const workers = 2

// build writes all files of a comparison's publication into an empty folder, each also as .gz where that is smaller, and
// the manifest at last. Everything is on the disk when it returns.
func build(ctx context.Context, engine *templates.Engine, c survey.Comparison, folder string) (sum [sha256.Size]byte, err error) {
	b := &builder{folder: folder, done: map[string]Entry{}}
	s := &site{engine: engine, c: c, sizes: b.size}
	var first, last, copies []item
	folders := []string{folder}
	for _, i := range s.items() {
		switch {
		case i.same != "":
			copies = append(copies, i)
		case i.last:
			last = append(last, i)
		default:
			first = append(first, i)
		}
		if sub := filepath.Join(folder, filepath.Dir(filepath.FromSlash(i.path))); !slices.Contains(folders, sub) {
			folders = append(folders, sub)
			if err := os.MkdirAll(sub, 0o755); err != nil {
				return sum, err
			}
		}
	}
	if err := b.run(ctx, first); err != nil {
		return sum, err
	}
	if err := b.run(ctx, last); err != nil {
		return sum, err
	}
	if err := b.link(copies); err != nil {
		return sum, err
	}
	m := Manifest{
		Slug: string(c.Questionnaire.Slug), Version: c.Version, At: c.At.UTC(), Title: c.Questionnaire.Title, Election: c.Election.Name,
		ElectionDate: c.Election.Date, Alliance: c.Alliance.Name, Imported: c.Questionnaire.Imported, Licence: c.Questionnaire.Licence,
		Zone: export.Zone(c).String(), Returns: map[string]string{}, Style: templates.SheetHash(), Checkpoint: c.Checkpoint, Held: c.Held,
		Verifier: c.Verifier,
	}
	for _, lang := range locale.Languages {
		m.Returns[lang] = export.ReturnsSentence(locale.For(lang), survey.Returns(c))
	}
	for _, e := range b.done {
		m.Files = append(m.Files, e)
	}
	slices.SortFunc(m.Files, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) })
	if sum, err = m.write(folder); err != nil {
		return sum, err
	}
	for _, sub := range folders {
		if err := syncFolder(sub); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// builder writes files and notes what it wrote.
type builder struct {
	folder string
	mu     sync.Mutex
	done   map[string]Entry
}

// size is the size of a file that has been written, 0 before.
func (b *builder) size(path string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done[path].Size
}

func (b *builder) note(e Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[e.Path] = e
}

// run writes files by a few workers. The first failure ends it.
func (b *builder) run(ctx context.Context, items []item) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan item)
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() {
			w := newTwin()
			for i := range queue {
				e, err := w.write(b.folder, i)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", i.path, err))
					continue // the queue must be emptied
				}
				b.note(e)
			}
		})
	}
	for _, i := range items {
		select {
		case queue <- i:
		case <-ctx.Done():
		}
	}
	close(queue)
	pool.Wait()
	return context.Cause(ctx)
}

// link gives files a second name, and copies them where the file system has no links.
func (b *builder) link(items []item) error {
	for _, i := range items {
		e := b.done[i.same]
		suffixes := []string{""}
		for _, c := range codings {
			if e.encoding(c) != nil {
				suffixes = append(suffixes, c.suffix)
			}
		}
		for _, suffix := range suffixes {
			from, to := b.place(i.same)+suffix, b.place(i.path)+suffix
			if os.Link(from, to) == nil {
				continue
			}
			data, err := os.ReadFile(from)
			if err != nil {
				return err
			}
			if err := writeSynced(to, data); err != nil {
				return err
			}
		}
		e.Path = i.path
		b.note(e)
	}
	return nil
}

func (b *builder) place(path string) string { return filepath.Join(b.folder, filepath.FromSlash(path)) }

// A twin writes a file and its compressed copy in one go. It belongs to one worker.
type twin struct {
	plain, zipped *bufio.Writer
	zip           *gzip.Writer
}

func newTwin() *twin {
	t := &twin{plain: bufio.NewWriterSize(nil, 64<<10), zipped: bufio.NewWriterSize(nil, 64<<10)}
	zip, err := gzip.NewWriterLevel(nil, zipLevel)
	if err != nil {
		panic(err) // the level is a constant
	}
	t.zip = zip
	return t
}

// write writes an item below a folder. A panic in a template or an export becomes an error: nobody else would catch it.
func (t *twin) write(folder string, i item) (e Entry, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	name := filepath.Join(folder, filepath.FromSlash(i.path))
	plain, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return Entry{}, err
	}
	defer plain.Close()
	t.plain.Reset(plain)
	sum, count := sha256.New(), &counter{}
	targets := []io.Writer{t.plain, sum, count}
	var zipped *os.File
	zippedSum, zippedCount := sha256.New(), &counter{}
	if compressible(i.mime) {
		if zipped, err = os.OpenFile(name+gzipCoding.suffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err != nil {
			return Entry{}, err
		}
		defer zipped.Close()
		t.zipped.Reset(zipped)
		t.zip.Reset(io.MultiWriter(t.zipped, zippedSum, zippedCount))
		targets = append(targets, t.zip)
	}
	if err := i.write(io.MultiWriter(targets...)); err != nil {
		return Entry{}, err
	}
	if err := errors.Join(t.plain.Flush(), plain.Sync(), plain.Close()); err != nil {
		return Entry{}, err
	}
	e = Entry{Path: i.path, Size: count.n, SHA256: hex.EncodeToString(sum.Sum(nil)), Type: i.mime}
	if zipped == nil {
		return e, nil
	}
	if err := errors.Join(t.zip.Close(), t.zipped.Flush(), zipped.Sync(), zipped.Close()); err != nil {
		return Entry{}, err
	}
	if zippedCount.n >= count.n {
		return e, os.Remove(zipped.Name())
	}
	e.Encodings = []Encoding{{Coding: gzipCoding.name, Size: zippedCount.n, SHA256: hex.EncodeToString(zippedSum.Sum(nil))}}
	return e, nil
}

// compressible tells whether a media type is worth compressing: all but what is compressed already.
func compressible(mime string) bool {
	return strings.HasPrefix(mime, "text/") || strings.HasPrefix(mime, "application/json") || strings.HasPrefix(mime, "image/svg")
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
