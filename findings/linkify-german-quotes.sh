#!/bin/bash
# Two finders of links take the closing mark of a German quotation for a part of the address.
#
# Version:  linkifyjs 4.4.0 (npm), mvdan.cc/xurls/v2 v2.6.0 (Go). linkify-it 6.1.0 (npm) beside them. Needs node, npm and go.
# Expected: as with "straight quotes", which all three leave out, the mark that closes „…“, ‚…‘ or »…« is no part of
#           the link inside: a permalink in a newspaper's quotation can be clicked.
# Seen:     linkifyjs and xurls keep “, ‘ and «, so the link leads to a page that does not exist. linkify-it is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts linkifyjs@4.4.0 linkify-it@6.1.0
cat > look.mjs <<'JS'
import { find } from 'linkifyjs'
import { LinkifyIt } from 'linkify-it'
const other = new LinkifyIt()
for (const text of process.argv.slice(2))
  console.log(text, 'linkifyjs', find(text)[0].value, 'linkify-it', other.match(text)[0].text)
JS
mkdir xurls
cat > xurls/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"mvdan.cc/xurls/v2"
)

func main() {
	for _, text := range os.Args[1:] {
		fmt.Println(text, "xurls", xurls.Strict().FindString(text))
	}
}
GO
export GOPATH="$tmp/go" GOFLAGS=-modcacherw GOWORK=off
(cd xurls && go mod init example.org/look && go get mvdan.cc/xurls/v2@v2.6.0 && go build -o ../look .) > install.log 2>&1 || { cat install.log >&2; exit 2; }

link=https://pruefsteine.example/v1
set -- "\"$link\"" "„$link“" "‚$link‘" "»$link«"
seen=$(node look.mjs "$@"; ./look "$@")
printf '%s\n' "$seen"

want="\"$link\" linkifyjs $link linkify-it $link
„$link“ linkifyjs $link“ linkify-it $link
‚$link‘ linkifyjs $link‘ linkify-it $link
»$link« linkifyjs $link« linkify-it $link
\"$link\" xurls $link
„$link“ xurls $link“
‚$link‘ xurls $link‘
»$link« xurls $link«"
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
