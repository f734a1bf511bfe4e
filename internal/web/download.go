package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// Attachment says what a file is that the browser is to save, whatever it holds: nothing of it runs here.
type Attachment struct {
	Name, Type string
	Size       int64 // in bytes; negative while it is not known
}

// Download sends a file. Its headers are set with its first byte: an error before is a page like every other. One that comes
// later breaks the connection off, so that nobody takes a part for the whole.
func (r *Request) Download(file Attachment, write func(io.Writer) error) error {
	out := &downloadWriter{Request: r, file: file}
	err := write(out)
	if err == nil && file.Size >= 0 && out.sent != file.Size {
		err = errors.New("the file has another size than was said")
	}
	switch {
	case err == nil:
		out.begin()
		r.Writer.WriteHeaderNow()
		return nil
	case !out.begun:
		return err
	}
	r.server.Log.Warn("download broke off", "request", r.GetString("request"), "route", r.FullPath(), "sent", out.sent, "error", err)
	panic(http.ErrAbortHandler)
}

// DownloadBytes sends a file that is there as a whole.
func (r *Request) DownloadBytes(name, mime string, data []byte) error {
	return r.answer(func() error {
		return r.Download(Attachment{Name: name, Type: mime, Size: int64(len(data))}, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	})
}

// downloadWriter sets the headers of a file with its first byte.
type downloadWriter struct {
	*Request
	file  Attachment
	begun bool
	sent  int64
}

func (w *downloadWriter) begin() {
	if w.begun {
		return
	}
	w.begun = true
	w.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": w.file.Name}))
	w.Header("Content-Type", w.file.Type)
	w.Header("Content-Security-Policy", "sandbox; default-src 'none'")
	if w.file.Size >= 0 {
		w.Header("Content-Length", strconv.FormatInt(w.file.Size, 10))
	}
}

// Write implements io.Writer. A slow line has time as long as something gets through.
func (w *downloadWriter) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	w.begin()
	_ = http.NewResponseController(w.Writer).SetWriteDeadline(time.Now().Add(answerTime)) // no errors in net/http's own server
	n, err := w.Writer.Write(p)
	w.sent += int64(n)
	return n, err
}
