#!/bin/bash
# node-html-markdown glues the lines of an answer in a table, and puts a second answer into the column of the parties.
#
# Version:  node-html-markdown 2.0.0 (npm). Needs node and npm.
# Expected: <br>, paragraphs and list items in a cell stay apart, at least by a blank. Under a cell with rowspan the
#           next row begins one column later; Markdown has no rowspan, so with an empty or a repeated cell.
# Seen:     "neinNicht": no blank at all (outside of tables <br> is kept). The row under the rowspan starts in the first
#           column, so the addition of Blaue Liste stands there as if it were a party without an answer.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-html-markdown@2.0.0

cat > look.js <<'JS'
const { NodeHtmlMarkdown } = require('node-html-markdown')
console.log(NodeHtmlMarkdown.translate(`<table>
<tr><th>Partei</th><th>Antwort</th></tr>
<tr><td rowspan="2">Blaue Liste</td><td>Wir sagen nein<br>Nicht mit uns</td></tr>
<tr><td>Nachtrag: doch</td></tr>
<tr><td>Grüne Mitte</td><td><ul><li>Ja zu eins</li><li>Nein zu zwei</li></ul></td></tr>
</table>`).trim())
JS
seen=$(node look.js)
printf '%s\n' "$seen"

want='| Partei         | Antwort                     |
| -------------- | --------------------------- |
| Blaue Liste    | Wir sagen neinNicht mit uns |
| Nachtrag: doch |                             |
| Grüne Mitte    | Ja zu einsNein zu zwei      |'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
