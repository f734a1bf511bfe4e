#!/bin/bash
# html-to-text gives questions other numbers and runs party and position together.
#
# Version:  html-to-text 10.0.1 (npm). Needs node and npm.
# Expected: <li value="7"> is item 7, as the library follows <ol start>. Terms and descriptions of a <dl> stand apart.
# Seen:     value is not looked at: questions 3 and 7 become 1 and 2. A <dl> is one word, "Blaue ListeStimme nicht zuGrüne
#           MitteStimme zu", in which nothing says whose position is whose.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts html-to-text@10.0.1

cat > look.js <<'JS'
const { convert } = require('html-to-text')
const show = html => console.log(convert(html, { wordwrap: false }))
show('<ol start="3"><li>Tempolimit?</li><li>Maut?</li></ol>')
show('<ol><li value="3">Tempolimit?</li><li value="7">Offene Daten?</li></ol>')
show('<dl><dt>Blaue Liste</dt><dd>Stimme nicht zu</dd><dt>Grüne Mitte</dt><dd>Stimme zu</dd></dl>')
JS
seen=$(node look.js)
printf '%s\n' "$seen"

want=' 3. Tempolimit?
 4. Maut?
 1. Tempolimit?
 2. Offene Daten?
Blaue ListeStimme nicht zuGrüne MitteStimme zu'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
