#!/bin/bash
# node-ical reads a deadline in a zone that the file itself describes as the time of whatever machine reads it.
#
# Version:  node-ical 0.26.1 (npm; 0.27.2, which asks for Node 22, did the same). Needs node and npm.
# Expected: 18:00 in a zone with its own name is taken by the VTIMEZONE of that name in the same file (RFC 5545, 3.2.19
#           and 3.6.5; a name may begin with a slash): 16:00 UTC in July. ts-ics 2.4.6 does so.
# Seen:     the VTIMEZONE is looked at only for some names that Outlook writes. With any other the zone counts as
#           missing: 18:00 UTC on a server in UTC, 22:00 UTC in New York, no warning.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-ical@0.26.1 ts-ics@2.4.6

cat > look.mjs <<'JS'
import ical from 'node-ical'
import { convertIcsCalendar } from 'ts-ics'

const file = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Buendnis Beispiel//DE
BEGIN:VTIMEZONE
TZID:/buendnis.example/Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:frist@buendnis.example
DTSTAMP:20260601T080000Z
DTSTART;TZID=/buendnis.example/Europe/Berlin:20260731T180000
SUMMARY:Frist
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n')

const node = ical.sync.parseICS(file)['frist@buendnis.example'].start
const ts = convertIcsCalendar(undefined, file).events[0].start.date
console.log(`${process.env.TZ}: node-ical ${node.toISOString()}, ts-ics ${ts.toISOString()}`)
JS
seen=$(for zone in UTC America/New_York Europe/Berlin; do TZ=$zone node look.mjs 2>&1; done)
printf '%s\n' "$seen"

want='UTC: node-ical 2026-07-31T18:00:00.000Z, ts-ics 2026-07-31T16:00:00.000Z
America/New_York: node-ical 2026-07-31T22:00:00.000Z, ts-ics 2026-07-31T16:00:00.000Z
Europe/Berlin: node-ical 2026-07-31T16:00:00.000Z, ts-ics 2026-07-31T16:00:00.000Z'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
