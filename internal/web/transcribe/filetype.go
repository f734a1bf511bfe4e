package transcribe

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// fileLook is what is known of a file after it was read once from its beginning to its end: enough to tell what it is.
type fileLook struct {
	hash    string // SHA-256 in hex
	size    int64
	head    []byte          // its first bytes
	tail    []byte          // its last bytes
	found   map[string]bool // the innerMarks that stand in it anywhere
	strange bool            // it holds control characters that no plain text has
}

// How many bytes are looked at, at both ends.
const (
	lookHead = 4 << 10
	lookTail = 1<<16 + 16
)

const endOfJPEG = "\xff\xd9"

// innerMarks may stand anywhere in a file: the end of a JPEG image, the names of the parts every Word document has (ECMA-376).
var innerMarks = []string{endOfJPEG, "word/document.xml", "[Content_Types].xml"}

// lookAt reads a file through.
func lookAt(r io.Reader) (fileLook, error) {
	look, hash := fileLook{found: map[string]bool{}}, sha256.New()
	const overlap = 32                      // a mark may lie across two pieces
	piece := make([]byte, overlap+(64<<10)) // the last bytes of the piece before, then new ones
	before := 0
	for {
		n, err := r.Read(piece[before:])
		fresh, seen := piece[before:before+n], piece[:before+n]
		hash.Write(fresh)
		look.size += int64(n)
		look.head = append(look.head, fresh[:min(n, lookHead-len(look.head))]...)
		if look.tail = append(look.tail, fresh...); len(look.tail) > lookTail {
			look.tail = append(look.tail[:0], look.tail[len(look.tail)-lookTail:]...)
		}
		look.strange = look.strange || slices.ContainsFunc(fresh, isStrange)
		for _, mark := range innerMarks {
			look.found[mark] = look.found[mark] || bytes.Contains(seen, []byte(mark))
		}
		before = copy(piece, seen[max(0, len(seen)-overlap):])
		if err == io.EOF {
			look.hash = hex.EncodeToString(hash.Sum(nil))
			return look, nil
		}
		if err != nil {
			return look, err
		}
	}
}

func isStrange(c byte) bool {
	return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7f
}

// originalKinds are the files an original can be: how they begin, how one knows that the end is there, and how their names
// may end. The name alone decides nothing, but one that says something else is refused: it is damaged or in disguise.
var originalKinds = []struct {
	mime       string
	extensions []string
	is         func(fileLook) bool
	whole      func(fileLook) bool
}{
	{"application/pdf", []string{".pdf"}, begins("%PDF-"), ends("%%EOF", 2048)},
	{"image/png", []string{".png"}, begins("\x89PNG\r\n\x1a\n"), ends("IEND", 64)},
	{"image/jpeg", []string{".jpg", ".jpeg"}, begins("\xff\xd8\xff"), func(f fileLook) bool { return f.found[endOfJPEG] }},
	{"image/tiff", []string{".tif", ".tiff"}, begins("II*\x00", "MM\x00*"), wholeTIFF},
	{"application/vnd.oasis.opendocument.text", []string{".odt"}, isODT, ends("PK\x05\x06", 1<<16)},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}, isDOCX, ends("PK\x05\x06", 1<<16)},
	{"message/rfc822", []string{".eml"}, func(f fileLook) bool { return isText(f) && mailHeader.Match(f.head) }, anyEnd},
	{"text/plain", []string{".txt"}, isText, anyEnd},
}

// originalType tells what a file is by its bytes, or the message key of why it is not taken.
func originalType(name string, file fileLook) (mimeType, key string) {
	if file.size == 0 {
		return "", "transcribe.error.file_empty"
	}
	extension := strings.ToLower(filepath.Ext(name))
	for _, kind := range originalKinds {
		if !slices.Contains(kind.extensions, extension) {
			continue
		}
		switch {
		case !kind.is(file):
			return "", "transcribe.error.file_type"
		case !kind.whole(file):
			return "", "transcribe.error.file_damaged"
		}
		return kind.mime, ""
	}
	return "", "transcribe.error.file_type"
}

func begins(marks ...string) func(fileLook) bool {
	return func(f fileLook) bool {
		return slices.ContainsFunc(marks, func(mark string) bool { return bytes.HasPrefix(f.head, []byte(mark)) })
	}
}

// ends looks for a mark in the last bytes.
func ends(mark string, last int) func(fileLook) bool {
	return func(f fileLook) bool {
		return bytes.Contains(f.tail[max(0, len(f.tail)-last-len(mark)):], []byte(mark))
	}
}

func anyEnd(fileLook) bool { return true }

// wholeTIFF tells whether the first directory lies inside the file.
func wholeTIFF(f fileLook) bool {
	if f.size < 8 {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if f.head[0] == 'M' {
		order = binary.BigEndian
	}
	return int64(order.Uint32(f.head[4:8])) < f.size
}

// isODT reads the mimetype, which OpenDocument 1.3 part 2, 3.3 wants as the first entry of the archive, stored as it is.
func isODT(f fileLook) bool {
	const mark = "mimetypeapplication/vnd.oasis.opendocument.textPK"
	return bytes.HasPrefix(f.head, []byte("PK\x03\x04")) && len(f.head) > 30+len(mark) && string(f.head[30:30+len(mark)]) == mark
}

// isDOCX looks for the names of the parts every Word document has; nothing is unpacked.
func isDOCX(f fileLook) bool {
	return bytes.HasPrefix(f.head, []byte("PK\x03\x04")) && f.found["word/document.xml"] && f.found["[Content_Types].xml"]
}

var mailHeader = regexp.MustCompile(`^(From |[A-Za-z][A-Za-z0-9-]*:)`)

// isText tells whether the bytes are plain text in UTF-8 or an older encoding of eight bits, and no HTML or XML.
func isText(f fileLook) bool {
	return strings.HasPrefix(http.DetectContentType(f.head), "text/plain") && !f.strange
}
