package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"pruefstein/internal/survey"
)

const (
	formTexts = 8 << 20  // most bytes of the texts beside a file: a whole catalogue answered at full length
	formParts = 1000     // most parts of a form with files, as net/http has it
	partHead  = 16 << 10 // most bytes before the content of a part: its name, the name of its file, and the boundary
)

// takeFile receives a file of a form as it arrives: the field, the name the browser gave, the bytes. What it leaves of them is
// passed over.
type takeFile func(field, name string, content io.Reader) error

// parseFiles reads the body of a form and hands each file to take while it arrives, so that none is ever held in memory. The
// texts are in PostForm then, also after an error, to be given back: what came of them before the body broke off or grew too
// long, which is named as such, and all of them when only take failed. A second call does nothing.
func parseFiles(r *http.Request, take takeFile) error {
	if r.PostForm != nil {
		return nil
	}
	var err error
	var taken error
	switch kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "multipart/form-data":
		file := func(field, name string, content io.Reader) error { return nil }
		if take != nil {
			file = func(field, name string, content io.Reader) error {
				taken = errors.Join(taken, take(field, name, content))
				return nil // the texts below it are read all the same
			}
		}
		whole := func(text io.Reader) io.Reader { return text }
		r.PostForm, err = readParts(r.Body, params["boundary"], formTexts, whole, file)
		r.MultipartForm = &multipart.Form{Value: r.PostForm} // gin and net/http would read it once more
	case "application/x-www-form-urlencoded":
		r.PostForm, err = readPairs(r.Body, DefaultBody)
	default:
		r.PostForm = url.Values{}
	}
	if err == nil {
		return taken
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &survey.Error{Code: survey.TooLarge, Key: "error.body_too_large", Args: []any{"Limit", tooLarge.Limit >> 20}, Cause: err}
	}
	return &survey.Error{Code: codeBad, Key: "error.form", Cause: err}
}

// readPairs reads a form without files, at most so many bytes. After an error it returns the pairs that could be read.
func readPairs(body io.Reader, most int64) (url.Values, error) {
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	if err == nil && int64(len(data)) > most {
		data, err = data[:most], &http.MaxBytesError{Limit: most}
	}
	values, broken := url.ParseQuery(string(data))
	return values, errors.Join(err, broken)
}

// readParts reads a form that may hold files: its texts through text, at most so many bytes in all; each file is handed to take as it
// arrives. After an error it returns the texts that could be read, of the last one perhaps a part.
func readParts(body io.Reader, boundary string, most int64, text func(io.Reader) io.Reader, take takeFile) (url.Values, error) {
	values, left := url.Values{}, most
	raw := &headLimit{Reader: body}
	parts := multipart.NewReader(raw, boundary)
	for range formParts {
		raw.left, raw.on = partHead, true
		part, err := parts.NextPart()
		raw.on = false
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return values, err
		}
		if name := part.FileName(); name != "" {
			if err := take(part.FormName(), name, part); err != nil {
				return values, err
			}
			if _, err := io.Copy(io.Discard, part); err != nil {
				return values, err
			}
			continue
		}
		data, err := io.ReadAll(io.LimitReader(text(part), left+1))
		if err == nil && int64(len(data)) > left {
			data, err = data[:left], &http.MaxBytesError{Limit: most}
		}
		values.Add(part.FormName(), string(data))
		left -= int64(len(data))
		if err != nil {
			return values, err
		}
	}
	return values, errors.New("too many parts in a form")
}

// headLimit bounds what is read of a body while it is on: mime/multipart would hold ten megabytes of a part's head.
type headLimit struct {
	io.Reader
	left int
	on   bool
}

func (h *headLimit) Read(p []byte) (int, error) {
	if !h.on {
		return h.Reader.Read(p)
	}
	if h.left == 0 {
		return 0, errors.New("the head of a part is too long")
	}
	n, err := h.Reader.Read(p[:min(len(p), h.left)])
	h.left -= n
	return n, err
}
