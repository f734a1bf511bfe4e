#!/bin/bash
# docx2txt glues question and answer together when a paragraph carries no attributes.
#
# Version:  docx2txt 1.4-5 of Debian 12, on a file by docx 9.15.2 (npm). Needs `apt-get update` once, node, npm, perl and
#           unzip, and no root.
# Expected: a line for each paragraph. <w:p> is a paragraph; all its attributes are optional (ECMA-376).
# Seen:     paragraphs written as a bare <w:p> run into each other without a blank, and so do the cells of a table. The
#           same letter with an attribute in each <w:p> (word processors add one) comes out line by line.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get download -qq -o APT::Sandbox::User="$(id -un)" docx2txt=1.4-5
dpkg-deb -x docx2txt_*.deb root
echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts docx@9.15.2

cat > letter.js <<'JS'
const { Document, Packer, Paragraph } = require('docx')
const { writeFileSync } = require('fs')
const lines = ['Frage 1: Tempolimit?', 'Nein.', 'Frage 2: Maut?', 'Ja, sofort.']
const letter = new Document({ sections: [{ children: lines.map(text => new Paragraph(text)) }] })
Packer.toBuffer(letter).then(bytes => writeFileSync('letter.docx', bytes))
JS
node letter.js

# The same letter with an attribute, through Python's zipfile so that nothing else changes.
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("letter.docx") as old, zipfile.ZipFile("attribute.docx", "w") as new:
    for name in old.namelist():
        part = old.read(name)
        if name == "word/document.xml":
            part = part.replace(b"<w:p>", b'<w:p w:rsidR="00A10001">')
        new.writestr(name, part)
PY

seen=$(for file in letter attribute; do echo "$file:"; perl root/usr/bin/docx2txt "$file.docx" - ; echo; done | grep -v '^$')
printf '%s\n' "$seen"

want='letter:
Frage 1: Tempolimit?Nein.Frage 2: Maut?Ja, sofort.
attribute:
Frage 1: Tempolimit?
Nein.
Frage 2: Maut?
Ja, sofort.'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
