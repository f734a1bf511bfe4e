#!/bin/bash
# calcurse adds a reminder at the end of a series from which one was taken out.
#
# Version:  calcurse 4.7.1-1 of Debian 12. Needs `apt-get update` once, and no root.
# Expected: COUNT=4 with one EXDATE is three dates: the excluded one counts (RFC 5545, 3.8.5.3: the recurrence set is
#           made first, exception dates are then removed).
# Seen:     four dates. calcurse moves the end of the series on by a week for the one that was taken out, so a weekly
#           reminder comes once more after the deadline.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get download -qq -o APT::Sandbox::User="$(id -un)" calcurse=4.7.1-1 libncursesw6
for deb in *.deb; do dpkg-deb -x "$deb" root; done
libs=$(dirname "$(find root -name 'libncursesw.so.6' | head -n 1)")
export LD_LIBRARY_PATH="$tmp/$libs" HOME="$tmp" TZ=Europe/Berlin

# Mondays 12, 19, 26 October and 2 November 2026, without the 19th.
printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 'PRODID:-//Buendnis Beispiel//DE' BEGIN:VEVENT UID:woche@buendnis.example \
	DTSTAMP:20260901T080000Z DTSTART:20261012T090000 DURATION:PT30M 'RRULE:FREQ=WEEKLY;COUNT=4' EXDATE:20261019T090000 \
	SUMMARY:Erinnerung END:VEVENT END:VCALENDAR > series.ics
mkdir data
root/usr/bin/calcurse -q -D data -i series.ics > import.log 2>&1 || { cat import.log >&2; exit 2; }

seen=$(root/usr/bin/calcurse -D data -Q --from 10/01/2026 --days 90 | grep -o '^[0-9/]*:')
printf '%s\n' "$seen"

want='10/12/26:
10/26/26:
11/02/26:
11/09/26:'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
