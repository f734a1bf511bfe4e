#!/bin/bash
# Two readers of ODT begin a party's letter with the words that it struck out; one adds who did, and inner comments.
#
# Version:  odt2txt 0.5-7 of Debian 12, officeparser 7.8.0 (npm). Needs `apt-get update` once, node, npm and python3, and no root.
# Expected: the text as it stands: insertions in, deletions and comments out, or marked as what they are where they stand.
# Seen:     ODF keeps deleted words in a list before the text, and both take it for text: the letter begins with "keine".
#           odt2txt prints the names and times of the change and of the comment too, and the comment inside the sentence.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get download -qq -o APT::Sandbox::User="$(id -un)" odt2txt=0.5-7
dpkg-deb -x odt2txt_*.deb root
echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts officeparser@7.8.0

cat > letter.py <<'PY'
import zipfile

urn = "urn:oasis:names:tc:opendocument:xmlns:"
names = " ".join(f'xmlns:{short}="{urn}{name}:1.0"' for short, name in [("office", "office"), ("text", "text")])
who = "<dc:creator>Ada</dc:creator><dc:date>2026-07-01T10:00:00</dc:date>"
info = f"<office:change-info>{who}</office:change-info>"
content = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content {names} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:body><office:text>
<text:tracked-changes>
<text:changed-region text:id="c1"><text:deletion>{info}<text:p>keine</text:p></text:deletion></text:changed-region>
<text:changed-region text:id="c2"><text:insertion>{info}</text:insertion></text:changed-region>
</text:tracked-changes>
<text:p>Wir wollen <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>eine<text:change-end
 text:change-id="c2"/> Maut<office:annotation>{who}<text:p>Fraktion fragen</text:p></office:annotation>.</text:p>
</office:text></office:body></office:document-content>"""
kind = "application/vnd.oasis.opendocument.text"
manifest = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="{urn}manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
with zipfile.ZipFile("letter.odt", "w") as letter:
    letter.writestr("mimetype", kind)
    letter.writestr("content.xml", content)
    letter.writestr("META-INF/manifest.xml", manifest)
PY
python3 letter.py
cat > look.js <<'JS'
require('officeparser').parseOffice('letter.odt').then(letter => console.log(letter.toText()))
JS

seen=$(
	echo 'odt2txt:'
	root/usr/bin/odt2txt.odt2txt --encoding=UTF-8 --width=-1 letter.odt | sed 's/ *$//' | grep .
	echo 'officeparser:'
	node look.js | grep .
)
printf '%s\n' "$seen"

want='odt2txt:
Ada2026-07-01T10:00:00keine
Ada2026-07-01T10:00:00
Wir wollen eine MautAda2026-07-01T10:00:00Fraktion fragen
.
officeparser:
keine
Wir wollen eine Maut.'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
