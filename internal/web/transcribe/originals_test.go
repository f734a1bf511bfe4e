package transcribe

import (
	"cmp"
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
	const (
		word   = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
		open   = "application/vnd.oasis.opendocument."
		ole    = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
		heic   = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
		jpeg   = "\xff\xd8\xff\xe0..\xff\xd9"
		text   = "text/plain"
		active = "transcribe.error.file_active"
	)
	// The parts of an archive: those of small files stand in its first bytes, of large ones at its end.
	zip := func(parts ...string) string {
		var b strings.Builder
		for _, part := range parts {
			b.WriteString("PK\x03\x04" + strings.Repeat("\x00", 22) + string([]byte{byte(len(part)), 0, 0, 0}) + part)
		}
		return b.String() + "PK\x05\x06" + strings.Repeat("\x00", 18)
	}
	odf := func(kind string) string { // its first part holds the type as it is
		const part = "mimetype"
		return "PK\x03\x04" + strings.Repeat("\x00", 22) + string([]byte{byte(len(part)), 0, 0, 0}) + part + open + kind + zip("content.xml")
	}
	utf16 := func(mark string, high, low string) string {
		return mark + high + "G" + low + high + "\xfc" + low + high + "!" + low
	}
	for _, c := range []struct {
		name, data, want string // want is the type, or the message
		kept             string // the name, where it is another one
	}{
		{"a.pdf", pdf, "application/pdf", ""}, {"A.PDF", pdf, "application/pdf", ""}, {".pdf", pdf, "application/pdf", ""},
		{"a.pdf", pdf[:20], "transcribe.error.file_damaged", ""},
		{"a.png", "\x89PNG\r\n\x1a\n....IEND\xaeB`\x82", "image/png", ""}, {"a.png", "\x89PNG\r\n\x1a\n....", "transcribe.error.file_damaged", ""},
		{"a.jpeg", jpeg, "image/jpeg", ""}, {"a.jfif", jpeg, "image/jpeg", ""}, {"a.JPG", jpeg, "image/jpeg", ""},
		{"a.jpg", "\xff\xd8\xff\xe0..", "transcribe.error.file_damaged", ""},
		{"a.tiff", "II*\x00\x08\x00\x00\x00\x00", "image/tiff", ""}, {"a.tif", "MM\x00*\x00\x00\xff\x00\x00", "transcribe.error.file_damaged", ""},
		{"a.tif", "II*\x00", "transcribe.error.file_damaged", ""},
		{"a.heic", heic, "image/heic", ""}, {"a.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00;", "image/gif", ""},
		{"a.webp", "RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00", "image/webp", ""},
		{"a.docx", zip("[Content_Types].xml", "word/document.xml"), word, ""}, {"a.xlsx", zip("[Content_Types].xml", "xl/workbook.xml"), sheets, ""},
		{"a.pptx", zip("[Content_Types].xml", "ppt/presentation.xml"), slides, ""},
		{"a.docx", zip("[Content_Types].xml", "docProps/"+strings.Repeat("x", 100), strings.Repeat("y", 200), "word/document.xml"), word, ""},
		{"a.xlsx", zip("[Content_Types].xml") + strings.Repeat("\x00", 2*lookHead) + zip("xl/workbook.bin"), sheets, ""},
		{"a.docx", "PK\x03\x04[Content_Types].xml word/document.xml", "transcribe.error.file_damaged", ""},
		{"a.odt", odf("text"), open + "text", ""}, {"a.ods", odf("spreadsheet"), open + "spreadsheet", ""},
		{"a.zip", zip("brief.pdf"), "transcribe.error.file_archive", ""}, {"a.docx", zip("brief.pdf"), "transcribe.error.file_archive", ""},
		{"a.doc", ole + strings.Repeat("\x00", 1000), "application/x-ole-storage", ""}, {"a.msg", ole + strings.Repeat("\x00", 1000), "application/x-ole-storage", ""},
		{"a.xls", ole, "application/x-ole-storage", ""}, {"a.docx", ole, "application/x-ole-storage", ""},
		{"a.msi", ole, "application/x-ole-storage", "a.msi.doc"},
		{"winmail.dat", "\x78\x9f\x3e\x22\x01\x00", "application/vnd.ms-tnef", ""}, {"a.dat", "\x00\x01\x02", "transcribe.error.file_type", ""},
		{"a.rtf", `{\rtf1\ansi Hallo}`, "text/rtf", ""}, {"a.doc", `{\rtf1\ansi Hallo}`, "text/rtf", ""},
		{"a.eml", "From: a@b.example\r\nSubject: x\r\n\r\n<html>", "message/rfc822", ""}, {"a.eml", "\xef\xbb\xbfFrom: a@b.example\r\n\r\n<html>", text, ""},
		{"a.eml", "Von: a@b.example\r\n\r\n<html>", text, ""}, {"a.eml", "<html>", active, ""}, {"a.txt", "From: a@b.example\r\nSubject: x\r\n\r\nJa.", "message/rfc822", ""},
		{"a.txt", "Gr\xfc\xdfe", text, ""}, {"a.txt", "Grüße\n", text, ""}, {"a.txt", "\xef\xbb\xbfGrüße", text, ""},
		{"a.txt", utf16("\xff\xfe", "", "\x00"), text, ""}, {"a.txt", utf16("\xfe\xff", "\x00", ""), text, ""},
		{"a.csv", "Frage;Antwort\n1;Ja\n2;Nein\n", text, ""}, {"a.txt", "1, ja, sicher\n2, nein, nie\n", text, ""}, {"a.txt", "a\x00b", "transcribe.error.file_type", ""},
		// What a file is called does not keep it from being taken, nor does it make it something else.
		{"a", pdf, "application/pdf", "a.pdf"}, {"brief.exe", pdf, "application/pdf", "brief.exe.pdf"}, {"foto.png", jpeg, "image/jpeg", "foto.png.jpg"},
		{"a.pdf", "Guten Tag <script>", text, "a.pdf.txt"}, {"a.bat", "del *", text, "a.bat.txt"}, {"a.html", "Ja.", text, "a.html.txt"},
		{"a.html", "<html>", active, ""}, {"a.svg", `<svg xmlns="http://www.w3.org/2000/svg"/>`, active, ""}, {"a.txt", "<!doctype html>", active, ""}, {"a.txt", " \n<script>", active, ""},
		{"a.pdf", "<?xml version='1.0'?><x/>", active, ""}, {"a.txt", "#!/bin/sh\nls", active, ""}, {"a.txt", "<?php x ?>", active, ""},
		{"a.txt", "#!/usr/bin/python\n", active, ""}, {"a.pdf", "MZ\x90\x00" + strings.Repeat("\x00", 100), active, ""}, {"a.doc", "\x7fELF\x02\x01\x01", active, ""},
		{"a.docx", zip("META-INF/MANIFEST.MF", "a.class"), active, ""}, {"a.mp3", "ID3\x03\x00", "transcribe.error.file_type", ""}, {"a.pdf", "", "transcribe.error.file_empty", ""},
	} {
		// In one piece and byte by byte: no mark may be lost between two pieces.
		look, err := lookAt(strings.NewReader(c.data))
		slow, slowErr := lookAt(iotest.OneByteReader(strings.NewReader(c.data)))
		if err != nil || slowErr != nil || !reflect.DeepEqual(look, slow) {
			t.Fatal(look, slow, err, slowErr)
		}
		kept, got, key := originalType(c.name, look)
		if got+key != c.want || kept != cmp.Or(c.kept, c.name) || strings.Contains(key, "error") != (got == "") {
			t.Errorf("%s %.40q: %q, %q, %q", c.name, c.data, kept, got, key)
		}
		if again, same, _ := originalType(kept, look); again != kept || same != got { // a form that comes back names it so
			t.Errorf("%s a second time: %q, %q", kept, again, same)
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
