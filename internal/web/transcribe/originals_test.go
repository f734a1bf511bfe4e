package transcribe

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

const pdf = "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"

func TestOriginalType(t *testing.T) {
	t.Parallel()
	zip := func(inside string) string {
		return "PK\x03\x04" + strings.Repeat("\x00", 26) + inside + "PK\x05\x06" + strings.Repeat("\x00", 18)
	}
	for _, c := range []struct{ name, data, want string }{
		{"a.pdf", pdf, "application/pdf"}, {"A.PDF", pdf, "application/pdf"},
		{"a.png", "\x89PNG\r\n\x1a\n....IEND\xaeB`\x82", "image/png"}, {"a.png", "\x89PNG\r\n\x1a\n....", ""},
		{"a.jpeg", "\xff\xd8\xff\xe0..\xff\xd9", "image/jpeg"}, {"a.jpg", "\xff\xd8\xff\xe0..", ""},
		{"a.tiff", "II*\x00\x08\x00\x00\x00\x00", "image/tiff"}, {"a.tif", "MM\x00*\x00\x00\xff\x00\x00", ""}, {"a.tif", "II*\x00", ""},
		{"a.docx", zip("[Content_Types].xml word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a.odt", zip("mimetypeapplication/vnd.oasis.opendocument.textPK"), "application/vnd.oasis.opendocument.text"},
		{"a.docx", zip("xl/workbook.xml"), ""}, {"a.odt", zip("[Content_Types].xml word/document.xml"), ""},
		{"a.docx", "PK\x03\x04[Content_Types].xml word/document.xml", ""},
		{"a.eml", "From: a@b.example\r\nSubject: x\r\n\r\n<html>", "message/rfc822"}, {"a.eml", "Hallo", ""}, {"a.eml", "<html>", ""},
		{"a.txt", "Gr\xfc\xdfe", "text/plain"}, {"a.txt", "Grüße\n", "text/plain"}, {"a.txt", "a\x00b", ""}, {"a.txt", "<!doctype html>", ""},
		{"a.html", "<html>", ""}, {"a.svg", "<svg/>", ""}, {"a", pdf, ""}, {".pdf", pdf, "application/pdf"},
	} {
		// In one piece and byte by byte: no mark may be lost between two pieces.
		look, err := lookAt(strings.NewReader(c.data))
		slow, slowErr := lookAt(iotest.OneByteReader(strings.NewReader(c.data)))
		if err != nil || slowErr != nil || !reflect.DeepEqual(look, slow) {
			t.Fatal(look, slow, err, slowErr)
		}
		if got, key := originalType(c.name, look); got != c.want || (key == "") != (got != "") {
			t.Errorf("%s %q: %q, %q", c.name, c.data, got, key)
		}
	}
}

func TestOriginalsAreWhatWasStored(t *testing.T) {
	t.Parallel()
	o := &Originals{Dir: filepath.Join(t.TempDir(), "originals")}
	hash, err := o.Put(strings.NewReader("Brief"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.Put(strings.NewReader("Brief")); err != nil || again != hash {
		t.Errorf("%s, %v", again, err)
	}
	if files, err := os.ReadDir(o.Dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	if err := os.WriteFile(filepath.Join(o.Dir, hash), []byte("Prief"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{hash, "", "../" + hash, strings.Repeat("a", 64), "/etc/passwd"} {
		if file, _, err := o.open(name); err == nil {
			t.Errorf("%q gives %s", name, file.Name())
		}
	}
	if _, err := o.Put(strings.NewReader("Brief")); err != nil {
		t.Error(err)
	}
	file, look, err := o.open(hash)
	if err != nil {
		t.Fatalf("uploading it again does not mend it: %v", err)
	}
	defer file.Close()
	if data, err := io.ReadAll(file); err != nil || string(data) != "Brief" || look.size != 5 {
		t.Errorf("%q, %d, %v", data, look.size, err)
	}
}
