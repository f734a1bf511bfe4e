#!/bin/bash
# ripmime saves one party's answers under the file name of another party.
#
# Version:  ripmime 1.4.0.10.debian.1-3+b1 of Debian 12. Needs `apt-get update` once, and no root.
# Expected: each attachment is saved with its own bytes. A part may carry two names, "name" in its Content-Type and
#           "filename" in its Content-Disposition (RFC 2183); they often differ, since the older one is ASCII.
# Seen:     the second name of a part is kept for the next attachment, as one more link to its bytes. So
#           "Antworten Gruene.txt" holds what Blau wrote. With --no-multiple-filenames there is one file an attachment.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get download -qq -o APT::Sandbox::User="$(id -un)" ripmime=1.4.0.10.debian.1-3+b1
dpkg-deb -x ripmime_*.deb root

part() { printf -- '--part\nContent-Type: text/plain; charset=us-ascii; name="%s"\nContent-Disposition: attachment; filename="%s"\n\n%s\n' "$@"; }
{
	printf '%s\n' 'From: buero@buendnis.example' 'To: presse@zeitung.example' 'Subject: Antworten' 'MIME-Version: 1.0' \
		'Content-Type: multipart/mixed; boundary="part"' ''
	part gruene.txt 'Antworten Gruene.txt' 'Gruene Mitte sagt ja.'
	part blaue.txt 'Antworten Blaue.txt' 'Blaue Liste sagt nein.'
	echo '--part--'
} > mail.eml

seen=$(
	for option in '' --no-multiple-filenames; do
		rm -rf out
		mkdir out
		# shellcheck disable=SC2086 # no option is no argument
		root/usr/bin/ripmime $option -i mail.eml -d out
		echo "ripmime $option"
		(cd out && LC_ALL=C grep . -- *.txt)
	done
)
printf '%s\n' "$seen"

want='ripmime 
Antworten Blaue.txt:Blaue Liste sagt nein.
Antworten Gruene.txt:Blaue Liste sagt nein.
blaue.txt:Blaue Liste sagt nein.
gruene.txt:Gruene Mitte sagt ja.
ripmime --no-multiple-filenames
blaue.txt:Blaue Liste sagt nein.
gruene.txt:Gruene Mitte sagt ja.'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
