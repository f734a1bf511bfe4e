package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
)

// Originals keeps the files transcriptions were made from, each under its SHA-256 in one folder. Nothing else reads the
// folder, and it lies outside of everything that is served. A file without a row in the database came with a form that was
// never saved, or its transcription was deleted: Sweep removes it.
type Originals struct {
	Dir string     // made with the first file
	mu  sync.Mutex // a file is not swept between its upload and its record
}

// KeepOriginals is how long a file without a record stays: a form that came back may lie open for as long.
const KeepOriginals = 24 * time.Hour

// UploadPrefix begins the names of files that are not whole yet.
const UploadPrefix = ".upload-"

// incoming is a file that lies in the folder without its name yet: it is kept or dropped.
type incoming struct {
	fileLook
	temp string
}

// receive writes what content holds into a file of the folder, as it comes, but no more than a byte over the largest size.
// The folder has the mode 0700, its files 0600. Nothing is left of it after an error.
func (o *Originals) receive(content io.Reader) (in *incoming, err error) {
	if o.Dir == "" {
		return nil, errors.New("no folder for originals is configured")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(o.Dir, UploadPrefix+"*") // mode 0600
	if err != nil {
		return nil, err
	}
	in = &incoming{temp: file.Name()}
	in.fileLook, err = lookAt(io.TeeReader(io.LimitReader(content, transcribe.MaxOriginal+1), file))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, errors.Join(err, o.drop(in))
	}
	return in, nil
}

func (o *Originals) drop(in *incoming) error { return os.Remove(in.temp) }

// keep gives a file its name. It is there for good before it returns, so a record that names it never points to nothing.
func (o *Originals) keep(in *incoming) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if file, _, err := o.open(in.hash); err == nil {
		return errors.Join(file.Close(), o.touch(in.hash), o.drop(in))
	}
	if err := os.Rename(in.temp, filepath.Join(o.Dir, in.hash)); err != nil {
		return errors.Join(err, o.drop(in))
	}
	folder, err := os.Open(o.Dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// touch lets the day of a file begin anew.
func (o *Originals) touch(hash string) error {
	now := time.Now() // of the file system, which Sweep reads
	return os.Chtimes(filepath.Join(o.Dir, hash), now, now)
}

// Put stores what content holds durably and returns its SHA-256 in hex.
func (o *Originals) Put(content io.Reader) (hash string, err error) {
	in, err := o.receive(content)
	if err != nil {
		return "", err
	}
	return in.hash, o.keep(in)
}

var hashName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// open returns the file of a hash at its beginning, to be closed, and an error when it is not there or no longer what it was.
func (o *Originals) open(hash string) (*os.File, fileLook, error) {
	if !hashName.MatchString(hash) {
		return nil, fileLook{}, fmt.Errorf("%q is not the hash of an original", hash)
	}
	file, err := os.Open(filepath.Join(o.Dir, hash))
	if err != nil {
		return nil, fileLook{}, err
	}
	look, err := lookAt(file)
	if err == nil && look.hash != hash {
		err = fmt.Errorf("the original %s has been altered", hash)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, fileLook{}, errors.Join(err, file.Close())
	}
	return file, look, nil
}

// renew lets the day of a file that is still there begin anew.
func (o *Originals) renew(hash string) (fileLook, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	file, look, err := o.open(hash)
	if err != nil {
		return look, err
	}
	return look, errors.Join(file.Close(), o.touch(hash))
}

// RemoveUploads deletes what broken uploads left, before any can be under way.
func (o *Originals) RemoveUploads() error {
	left, err := filepath.Glob(filepath.Join(o.Dir, UploadPrefix+"*"))
	if o.Dir == "" {
		return nil
	}
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// Sweep deletes the files that no record names and that came longer than KeepOriginals ago, and what broken uploads left.
func (o *Originals) Sweep(recorded func() (map[string]bool, error)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	files, err := os.ReadDir(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	named, err := recorded()
	if err != nil {
		return err
	}
	for _, f := range files {
		info, statErr := f.Info()
		if errors.Is(statErr, fs.ErrNotExist) { // an upload that has got its name
			continue
		}
		keep := KeepOriginals
		if strings.HasPrefix(f.Name(), UploadPrefix) {
			keep = 2 * web.UploadTime
		}
		if statErr != nil || named[f.Name()] || time.Since(info.ModTime()) < keep {
			err = errors.Join(err, statErr)
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(o.Dir, f.Name())))
	}
	return err
}

// SweepOriginals deletes the files of letters that nothing refers to any more.
func (s *Room) SweepOriginals(ctx context.Context) error {
	return s.Originals.Sweep(func() (map[string]bool, error) { return s.Transcribe.RecordedOriginals(ctx) })
}

// originalUpload is a file that came with a form. One that is taken lies in Originals before anything else of the form is
// looked at: a form that comes back names it, and it need not be chosen again.
type originalUpload struct {
	name string
	mime string
	size int64
	hash string // "" for one that is not taken
	key  string // message key of why it is not taken
}

// originalForm reads a form with a letter: the file goes to the folder of originals while it arrives. Nil: there is none, nor
// did one come with the same form before.
func (s *Room) originalForm(r *web.Request) (up *originalUpload, err error) {
	err = r.ReadForm(func(field, name string, content io.Reader) (err error) {
		if field == "original" && up == nil {
			up, err = s.takeOriginal(name, content)
		}
		return err
	})
	if err != nil || up != nil {
		return up, err
	}
	return s.keptOriginal(r)
}

func (s *Room) takeOriginal(name string, content io.Reader) (*originalUpload, error) {
	in, err := s.Originals.receive(content)
	if err != nil {
		return nil, err
	}
	up := &originalUpload{name: transcribe.OriginalName(name), size: in.size}
	if in.size > transcribe.MaxOriginal {
		up.key = "transcribe.error.file_large"
	} else {
		up.name, up.mime, up.key = originalType(up.name, in.fileLook)
	}
	if up.key != "" {
		return up, s.Originals.drop(in)
	}
	up.hash = in.hash
	return up, s.Originals.keep(in)
}

// keptOriginal finds a file that came with the same form before. One that is gone has to be chosen again.
func (s *Room) keptOriginal(r *web.Request) (*originalUpload, error) {
	hash := r.Request.PostForm.Get("kept_original")
	if hash == "" {
		return nil, nil
	}
	up := &originalUpload{name: transcribe.OriginalName(r.Request.PostForm.Get("kept_name"))}
	look, err := s.Originals.renew(hash)
	if err != nil {
		up.key = "transcribe.error.file_gone"
		return up, nil
	}
	up.size = look.size
	if up.name, up.mime, up.key = originalType(up.name, look); up.key == "" {
		up.hash = hash
	}
	return up, nil
}

// record is what is saved of the file, nil without one.
func (up *originalUpload) record() *survey.Original {
	if up == nil {
		return nil
	}
	return &survey.Original{Name: up.name, Type: up.mime, Size: up.size, SHA256: up.hash}
}

// originalFile sends an original to be saved, never to be shown: whatever it is, no browser runs it here.
func (s *Room) originalFile(r *web.Request) error {
	o, err := s.Transcribe.Original(r.Request.Context(), r.Actor, transcribe.Ref{Questionnaire: r.Questionnaire.ID, Respondent: survey.Slug(r.Param("respondent")), ID: r.Param("original")})
	if err != nil {
		return err
	}
	file, look, err := s.Originals.open(o.SHA256)
	if err != nil {
		return &survey.Error{Code: web.CodeInternal, Key: "transcribe.error.file_missing", Cause: err}
	}
	defer file.Close()
	return r.Download(web.Attachment{Name: o.Name, Type: o.Type, Size: look.size}, func(w io.Writer) error {
		_, err := io.Copy(w, file)
		return err
	})
}
