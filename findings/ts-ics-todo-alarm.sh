#!/bin/bash
# ts-ics reads the reminder of a task as the task: its text and UID replace the task's own.
#
# Version:  ts-ics 2.4.6 (npm). Needs node and npm.
# Expected: a VTODO with a VALARM (RFC 5545, 3.6.6) keeps its UID, summary and description. The alarm is a list of its
#           own, as ts-ics has it for a VEVENT.
# Seen:     for the VEVENT right. For the VTODO, UID, summary and description are the alarm's, who gets the
#           alarm's mail becomes an attendee of the task, the alarm itself is gone, and all this is written out again.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts ts-ics@2.4.6

cat > look.mjs <<'JS'
import { convertIcsCalendar, generateIcsCalendar } from 'ts-ics'

const component = (name, due) => `BEGIN:${name}
UID:frist@buendnis.example
DTSTAMP:20260601T080000Z
${due}:20260731T160000Z
SUMMARY:Antworten einreichen
DESCRIPTION:Alle zwölf Fragen
BEGIN:VALARM
UID:erinnerung@buendnis.example
ACTION:EMAIL
TRIGGER:-P2D
ATTENDEE:mailto:kampagne@buendnis.example
SUMMARY:Noch zwei Tage
DESCRIPTION:Bitte anrufen
END:VALARM
END:${name}
`
const file = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Buendnis Beispiel//DE
${component('VEVENT', 'DTSTART')}${component('VTODO', 'DUE')}END:VCALENDAR
`.replaceAll('\n', '\r\n')

const calendar = convertIcsCalendar(undefined, file)
for (const [kind, found] of [['event', calendar.events[0]], ['todo', calendar.todos[0]]])
  console.log([kind, found.uid, found.summary, found.description, `alarms ${found.alarms?.length ?? 0}`,
    `attendees ${found.attendees?.length ?? 0}`].join('; '))
const again = generateIcsCalendar(calendar).split('BEGIN:VTODO')[1]
console.log(again.split('\r\n').filter(line => /^(UID|SUMMARY|BEGIN)/.test(line)).join('; '))
JS
seen=$(node look.mjs)
printf '%s\n' "$seen"

want='event; frist@buendnis.example; Antworten einreichen; Alle zwölf Fragen; alarms 1; attendees 0
todo; erinnerung@buendnis.example; Noch zwei Tage; Bitte anrufen; alarms 0; attendees 1
UID:erinnerung@buendnis.example; SUMMARY:Noch zwei Tage'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
