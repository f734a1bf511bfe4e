#!/bin/bash
# csvq destroys a CSV file of answers with paragraphs: it writes line breaks without quotes, in place too.
#
# Version:  github.com/mithrandie/csvq v1.18.1. Needs go.
# Expected: an UPDATE of one party leaves the others' rows as they were. A field with a line break is written in quotes
#           (RFC 4180, 2.6), as csvq itself does for commas and quotes, and needs it when it reads.
# Seen:     a line break alone asks for no quotes. After the UPDATE of party B, the answer of party A is torn over two
#           lines, and csvq cannot read its own file any more. --enclose-all changes nothing for UPDATE; setting ENCLOSE_ALL of
#           the table in the same query does.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

GOBIN="$tmp" GOPATH="$tmp/go" GOFLAGS=-modcacherw GOWORK=off go install github.com/mithrandie/csvq@v1.18.1 2> install.log || { cat install.log >&2; exit 2; }

printf 'partei,antwort,stand\nA,"Ja.\nAber bald.",1\nB,"Nein, nie.",1\n' > answers.csv
cp answers.csv option.csv
cp answers.csv attribute.csv
export HOME="$tmp" XDG_CONFIG_HOME="$tmp"
./csvq --quiet "UPDATE answers SET stand = 2 WHERE partei = 'B'"
./csvq --quiet --enclose-all "UPDATE option SET stand = 2 WHERE partei = 'B'"
./csvq --quiet "ALTER TABLE attribute SET ENCLOSE_ALL TO TRUE; UPDATE attribute SET stand = 2 WHERE partei = 'B'"

seen=$(
	cat answers.csv
	for table in answers option attribute; do
		echo "$table: $(./csvq --format CSV --without-header "SELECT COUNT(*) FROM $table" 2>&1 | grep -o '^[0-9]*$\|wrong number of fields in line')"
	done
)
printf '%s\n' "$seen"

want='partei,antwort,stand
A,Ja.
Aber bald.,1
B,"Nein, nie.",2
answers: wrong number of fields in line
option: wrong number of fields in line
attribute: 2'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
