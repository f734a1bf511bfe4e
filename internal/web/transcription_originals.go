package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"pruefstein/internal/survey"
)

// Originals keeps the files transcriptions were made from, each under its SHA-256 in one folder. Nothing else reads the
// folder, and it lies outside of everything that is served. A file without a row in the database came with a form that was
// never saved, or its transcription was deleted: Sweep removes it.
type Originals struct {
	Dir string     // made with the first file
	mu  sync.Mutex // a file is not swept between its upload and its record
}

// keepOriginals is how long a file without a record stays: a form that came back may lie open for as long.
const keepOriginals = 24 * time.Hour

// Put stores the bytes durably and returns their SHA-256 in hex. They are there before it returns, so a record that names
// them never points to nothing. The folder has the mode 0700, its files 0600.
func (o *Originals) Put(data []byte) (hash string, err error) {
	if o.Dir == "" {
		return "", errors.New("no folder for originals is configured")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	hash = hex.EncodeToString(sum[:])
	if _, err := o.Get(hash); err == nil {
		now := time.Now() // of the file system, which Sweep reads
		return hash, os.Chtimes(filepath.Join(o.Dir, hash), now, now)
	}
	file, err := os.CreateTemp(o.Dir, ".upload-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(o.Dir, hash))
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	folder, err := os.Open(o.Dir)
	if err != nil {
		return "", err
	}
	return hash, errors.Join(folder.Sync(), folder.Close())
}

var hashName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Get returns the bytes of a hash, and an error when they are not there or no longer those.
func (o *Originals) Get(hash string) ([]byte, error) {
	if !hashName.MatchString(hash) {
		return nil, fmt.Errorf("%q is not the hash of an original", hash)
	}
	data, err := os.ReadFile(filepath.Join(o.Dir, hash))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("the original %s has been altered", hash)
	}
	return data, nil
}

// Sweep deletes the files that no record names and that came longer than keepOriginals ago, and what broken uploads left.
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
		if statErr != nil || named[f.Name()] || time.Since(info.ModTime()) < keepOriginals {
			err = errors.Join(err, statErr)
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(o.Dir, f.Name())))
	}
	return err
}

// SweepOriginals deletes the files of letters that nothing refers to any more.
func (s *Server) SweepOriginals(ctx context.Context) error {
	return s.originals.Sweep(func() (map[string]bool, error) { return s.Service.RecordedOriginals(ctx) })
}

// originalKinds are the files an original can be: how they begin, how one knows that the end is there, and how their names
// may end. The name alone decides nothing, but one that says something else is refused: it is damaged or in disguise.
var originalKinds = []struct {
	mime       string
	extensions []string
	is         func([]byte) bool
	whole      func([]byte) bool
}{
	{"application/pdf", []string{".pdf"}, begins("%PDF-"), ends("%%EOF", 2048)},
	{"image/png", []string{".png"}, begins("\x89PNG\r\n\x1a\n"), ends("IEND", 64)},
	{"image/jpeg", []string{".jpg", ".jpeg"}, begins("\xff\xd8\xff"), func(b []byte) bool { return bytes.Contains(b[3:], []byte{0xff, 0xd9}) }},
	{"image/tiff", []string{".tif", ".tiff"}, begins("II*\x00", "MM\x00*"), wholeTIFF},
	{"application/vnd.oasis.opendocument.text", []string{".odt"}, isODT, ends("PK\x05\x06", 1<<16)},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}, isDOCX, ends("PK\x05\x06", 1<<16)},
	{"message/rfc822", []string{".eml"}, func(b []byte) bool { return isText(b) && mailHeader.Match(b) }, anyEnd},
	{"text/plain", []string{".txt"}, isText, anyEnd},
}

// originalType tells what a file is by its bytes, or the message key of why it is not taken.
func originalType(name string, data []byte) (mimeType, key string) {
	if len(data) == 0 {
		return "", "transcription.error.file_empty"
	}
	extension := strings.ToLower(filepath.Ext(name))
	for _, kind := range originalKinds {
		if !slices.Contains(kind.extensions, extension) {
			continue
		}
		switch {
		case !kind.is(data):
			return "", "transcription.error.file_type"
		case !kind.whole(data):
			return "", "transcription.error.file_damaged"
		}
		return kind.mime, ""
	}
	return "", "transcription.error.file_type"
}

func begins(marks ...string) func([]byte) bool {
	return func(b []byte) bool {
		return slices.ContainsFunc(marks, func(mark string) bool { return bytes.HasPrefix(b, []byte(mark)) })
	}
}

// ends looks for a mark in the last bytes.
func ends(mark string, last int) func([]byte) bool {
	return func(b []byte) bool { return bytes.Contains(b[max(0, len(b)-last-len(mark)):], []byte(mark)) }
}

func anyEnd([]byte) bool { return true }

// wholeTIFF tells whether the first directory lies inside the file.
func wholeTIFF(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	return int64(order.Uint32(b[4:8])) < int64(len(b))
}

// isODT reads the mimetype, which OpenDocument 1.3 part 2, 3.3 wants as the first entry of the archive, stored as it is.
func isODT(b []byte) bool {
	const mark = "mimetypeapplication/vnd.oasis.opendocument.textPK"
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) && len(b) > 30+len(mark) && string(b[30:30+len(mark)]) == mark
}

// isDOCX looks for the names of the parts every Word document has (ECMA-376); nothing is unpacked.
func isDOCX(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) && bytes.Contains(b, []byte("word/document.xml")) && bytes.Contains(b, []byte("[Content_Types].xml"))
}

var mailHeader = regexp.MustCompile(`^(From |[A-Za-z][A-Za-z0-9-]*:)`)

// isText tells whether the bytes are plain text in UTF-8 or an older encoding of eight bits, and no HTML or XML.
func isText(b []byte) bool {
	if !strings.HasPrefix(http.DetectContentType(b), "text/plain") {
		return false
	}
	return !slices.ContainsFunc(b, func(c byte) bool { return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7f })
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

// uploadedOriginal reads the file of the form, or finds the one that came with the same form before. Nil: there is none.
func (r *request) uploadedOriginal() (*originalUpload, error) {
	file, header, err := r.Request.FormFile("original")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return r.keptOriginal()
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	up := &originalUpload{name: survey.OriginalName(header.Filename), size: header.Size}
	if header.Size > survey.MaxOriginal {
		up.key = "transcription.error.file_large"
		return up, nil
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if up.mime, up.key = originalType(up.name, data); up.key == "" {
		up.hash, err = r.server.originals.Put(data)
	}
	return up, err
}

// keptOriginal finds a file that came with the same form before. One that is gone has to be chosen again.
func (r *request) keptOriginal() (*originalUpload, error) {
	hash := r.Request.PostForm.Get("kept_original")
	if hash == "" {
		return nil, nil
	}
	up := &originalUpload{name: survey.OriginalName(r.Request.PostForm.Get("kept_name"))}
	data, err := r.server.originals.Get(hash)
	if err != nil {
		up.key = "transcription.error.file_gone"
		return up, nil
	}
	up.size = int64(len(data))
	if up.mime, up.key = originalType(up.name, data); up.key == "" {
		up.hash, err = r.server.originals.Put(data) // its day begins anew
	}
	return up, err
}

// record is what is saved of the file, nil without one.
func (up *originalUpload) record() *survey.Original {
	if up == nil {
		return nil
	}
	return &survey.Original{Name: up.name, Type: up.mime, Size: up.size, SHA256: up.hash}
}

// originalFile sends an original to be saved, never to be shown: whatever it is, no browser runs it here.
func (s *Server) originalFile(r *request) error {
	o, err := s.Service.Original(r.Request.Context(), r.Actor, survey.TranscriptionRef{Questionnaire: r.Questionnaire.ID, Respondent: r.Param("respondent"), ID: r.Param("original")})
	if err != nil {
		return err
	}
	data, err := s.originals.Get(o.SHA256)
	if err != nil {
		return &survey.Error{Code: codeInternal, Key: "transcription.error.file_missing", Cause: err}
	}
	r.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": o.Name}))
	r.Header("Content-Security-Policy", "sandbox; default-src 'none'")
	r.Data(http.StatusOK, o.Type, data)
	return nil
}
