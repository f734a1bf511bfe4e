package app

import (
	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
)

// The demonstration's land, people, parties and words are all invented.

const (
	demoAlliance = "Bündnis Offene Nordmark"
	demoIntro    = "Vierzehn Organisationen aus der Zivilgesellschaft der Nordmark fragen die Parteien vor der Wahl, was sie für eine offene digitale Gesellschaft tun wollen.\n\nNordmark, das Bündnis, die Parteien und alle Antworten auf diesen Seiten sind erfunden. Sie zeigen, was Prüfstein kann."
	demoImprint  = "Bündnis Offene Nordmark (erfunden)\nAm Deich 1\n00000 Hafenstadt\n\nVertreten durch: Wiebke Sanders\nE-Mail: kontakt@buendnis.example"
	demoPrivacy  = "Diese Seiten setzen beim Lesen keine Cookies und laden nichts von fremden Servern.\n\nVon den Parteien speichern wir die Adresse, an die wir die Fragen senden, und den Namen der Person, die eine Antwort freigibt. Beides veröffentlichen wir nicht und löschen es ein Jahr nach der Wahl.\n\nAuskunft gibt: datenschutz@buendnis.example"
	demoPress    = "Jonte Petersen, Pressestelle des Bündnisses\npresse@buendnis.example"
)

var demoOrganisations = []string{
	"Freie Netze Nordmark", "Lehrkräfte für offene Bildung", "Verein Digitale Küste", "Offene Daten Hafenstadt",
	"Bibliotheksverband Nordmark", "Softwarefreiheit Nord", "Bürgerrechte Online", "Jugendrat Nordmark",
}

var demoGroups = []string{"Digitale Bildung", "Digitale Demokratie", "Digitale Souveränität", "Open Source: Public Money, Public Code"}

// demoPeople are the accounts of the demonstration, all of the alliance's office but the last.
var demoPeople = []alliance.SavePerson{
	{Name: "Wiebke Sanders", Email: "verwaltung@buendnis.example", Administrator: true},
	{Name: "Jonte Petersen", Email: "koordination@buendnis.example", Coordinator: true},
	{Name: "Amira Haddad", Email: "koordination2@buendnis.example", Coordinator: true},
	{Name: "Lasse Brandt", Email: "mitglied@buendnis.example"},
}

// demoParty is a party on the ballot with what becomes of it in the first questionnaire.
type demoParty struct {
	short, name, colour string
}

var demoParties = []demoParty{
	{short: "FM", name: "Freie Mitte Nordmark", colour: "#c9a100"},
	{short: "SUN", name: "Soziale Union Nordmark", colour: "#b3262d"},
	{short: "GZ", name: "Grüne Zukunft", colour: "#2f7d3a"},
	{short: "KB", name: "Konservatives Bündnis", colour: "#1f2937"},
	{short: "KP", name: "Küstenpartei", colour: "#14507a"},
	{short: "SL", name: "Solidarische Liste", colour: "#8e1f5e"},
	{short: "DN", name: "Digitale Nordmark", colour: "#d97706"},
	{short: "Bürgerforum", name: "Bürgerforum Land", colour: "#6b7280"},
	{short: "TuU", name: "Tierwohl und Umwelt", colour: "#4d7c0f"},
	{short: "FJ", name: "Fortschritt Jetzt", colour: "#0e7490"},
	{short: "H&H", name: "Heimat und Handwerk", colour: "#92400e"},
	{short: "JLN", name: "Junge Liste Nordmark", colour: "#7c3aed"},
	{short: "VN", name: "Volksbund Nordmark", colour: "#1d4ed8"},
	{short: "EN", name: "Europa Nordmark", colour: "#0f5fa8"},
	{short: "WfN", name: "Wir für Nordmark", colour: "#475569"},
	{short: "Fischer", name: "Freie Fischer", colour: "#0f766e"},
}

// demoQuestion is a question of the first questionnaire. Group and organisations are indexes.
type demoQuestion struct {
	kind          survey.QuestionKind
	label, text   string
	context       string
	group         int
	organisations []int
}

var demoQuestions = []demoQuestion{
	{survey.KindText, "Freie Lernmaterialien", "Wie sorgen Sie dafür, dass Lernmaterialien, die mit öffentlichem Geld entstehen, von allen frei genutzt, verändert und weitergegeben werden dürfen?", "In der Nordmark geben Land und Kommunen jedes Jahr rund 40 Millionen Euro für Lernmaterialien aus.", 0, []int{1, 4}},
	{survey.KindText, "Fortbildung der Lehrkräfte", "Welche verbindlichen Zeiten und Mittel planen Sie für die digitale Fortbildung von Lehrkräften?", "", 0, []int{1}},
	{survey.KindThesis, "Transparenzgesetz", "Die Nordmark soll ein Transparenzgesetz bekommen, nach dem Behörden ihre Unterlagen von sich aus veröffentlichen.", "", 1, []int{3, 6}},
	{survey.KindText, "Beteiligung an Gesetzen", "Wie sollen Bürgerinnen und Bürger künftig an Gesetzentwürfen der Landesregierung mitwirken können?", "", 1, []int{6, 7}},
	{survey.KindText, "Abhängigkeit von Anbietern", "Wie verringern Sie die Abhängigkeit der Landesverwaltung von einzelnen Softwareanbietern, und bis wann?", "Derzeit laufen nach Angaben der Landesregierung 87 Prozent der Arbeitsplätze mit Programmen eines einzigen Anbieters.", 2, []int{0, 5}},
	{survey.KindThesis, "Eigenes Rechenzentrum", "Das Land soll die Daten seiner Bürgerinnen und Bürger nur in Rechenzentren speichern, die ihm selbst gehören.", "", 2, []int{0}},
	{survey.KindText, "Öffentliches Geld, öffentlicher Code", "Unterstützen Sie, dass Software, die für das Land entwickelt wird, unter einer freien Lizenz veröffentlicht wird? Welche Ausnahmen sehen Sie?", "", 3, []int{5}},
	{survey.KindText, "Freie Software in Schulen", "Mit welchen Mitteln fördern Sie die Pflege freier Software, die Schulen der Nordmark täglich benutzen?", "", 3, []int{5, 1}},
}

// demoEntry is an answer; an empty text with a position stands for a thesis without a rationale.
type demoEntry struct {
	status   survey.Status
	position survey.Position
	text     string
}

func text(s string) demoEntry { return demoEntry{status: survey.Answered, text: s} }

func thesis(p survey.Position, s string) demoEntry {
	return demoEntry{status: survey.Answered, position: p, text: s}
}

var noPosition = demoEntry{status: survey.NoPosition}

// demoAnswers are the answers that come through the form, by short name, in the order of demoQuestions.
var demoAnswers = map[string][]demoEntry{
	"FM": {
		text("Wer mit Steuergeld bezahlt, soll auch frei nutzen dürfen. Wir wollen, dass neue Lernmaterialien des Landes ab dem kommenden Schuljahr unter einer offenen Lizenz erscheinen. Für laufende Verträge mit Verlagen gilt eine Übergangszeit von vier Jahren.\n\nEine Landesstelle prüft die Qualität und sorgt dafür, dass die Materialien auffindbar bleiben."),
		text("Wir planen 30 Stunden im Jahr, die auf die Arbeitszeit angerechnet werden. Dafür stellen wir zwölf Millionen Euro bereit. Die Schulen entscheiden selbst, welche Angebote sie nutzen."),
		thesis(survey.Agree, "Offenheit ist der Normalfall, Geheimhaltung die begründete Ausnahme. Wir wollen den Entwurf innerhalb des ersten Jahres vorlegen und die Kommunen bei der Umsetzung mit Personal unterstützen."),
		text("Jeder Gesetzentwurf der Landesregierung soll vier Wochen lang auf einer Plattform stehen, auf der alle ihn lesen, kommentieren und mit der geltenden Fassung vergleichen können. Die Regierung antwortet gebündelt und öffentlich."),
		text("Wir setzen auf offene Schnittstellen und Formate in jeder Ausschreibung. Bis zum Ende der Wahlperiode soll kein Fachverfahren mehr an einem einzigen Anbieter hängen. Wo das nicht gelingt, muss die Verwaltung dem Landtag die Gründe nennen."),
		thesis(survey.Neutral, "Entscheidend ist, wer Zugriff hat, nicht wem das Gebäude gehört. Wir wollen strenge Vorgaben für alle Rechenzentren, auch für gemietete."),
		text("Ja. Ausnahmen sehen wir nur dort, wo die Sicherheit kritischer Anlagen unmittelbar betroffen ist. Auch dann soll der Code von unabhängigen Fachleuten geprüft werden können."),
		text("Wir richten einen Fonds von jährlich zwei Millionen Euro ein, aus dem Pflege und Weiterentwicklung bezahlt werden. Anträge können Schulen, Vereine und Unternehmen gemeinsam stellen."),
	},
	"SUN": {
		text("Bildung darf nicht vom Geldbeutel abhängen. Deshalb wollen wir, dass alle Materialien, die das Land in Auftrag gibt, kostenlos und offen zur Verfügung stehen. Lehrkräfte, die eigene Materialien teilen, bekommen dafür Ermäßigungsstunden."),
		text("Fortbildung ist Arbeitszeit. Wir führen einen festen Fortbildungstag im Monat ein und stellen 200 zusätzliche Stellen, damit deswegen kein Unterricht ausfällt."),
		thesis(survey.Agree, "Wer öffentliches Handeln kontrollieren will, muss die Unterlagen kennen. Ein Transparenzgesetz gehört für uns in das erste Regierungsjahr."),
		text("Wir wollen geloste Bürgerräte zu großen Vorhaben und eine Beteiligungsplattform, die auch ohne Vorkenntnisse und in Leichter Sprache nutzbar ist. Ergebnisse müssen im Landtag beraten werden."),
		text("Die Landesverwaltung soll bis zum Ende des Jahrzehnts an mindestens der Hälfte der Arbeitsplätze mit freier Software arbeiten. Wir beteiligen die Personalräte von Anfang an und bilden die Beschäftigten fort."),
		thesis(survey.Agree, "Daten der Bürgerinnen und Bürger gehören in öffentliche Hand. Wir bauen das Landesrechenzentrum aus und nehmen dort auch Kommunen auf."),
		text("Ja, ohne Wenn und Aber bei neuer Software. Bei älterer Software prüfen wir, ob die Rechte nachträglich erworben werden können.\n\nAusnahmen müssen begründet und veröffentlicht werden."),
		text("Das Land stellt Schulen einen Grundstock freier Programme bereit und beschäftigt ein eigenes Team, das sie pflegt. Für Verbesserungen, die allen zugutekommen, gibt es zusätzlich Aufträge an kleine Betriebe aus der Region."),
	},
	"GZ": {
		text("Offene Lizenzen werden bei uns zur Förderbedingung: Wer Geld vom Land bekommt, veröffentlicht die Materialien so, dass sie kopiert, angepasst und weitergegeben werden dürfen. Wir bauen eine gemeinsame Plattform mit den Nachbarländern auf, statt jedes Rad neu zu erfinden."),
		text("Zwei Wochen Fortbildung in den ersten drei Berufsjahren und danach eine Woche in jedem zweiten Jahr. Die Kosten von rund neun Millionen Euro im Jahr haben wir in unserem Haushaltsentwurf gegenfinanziert."),
		thesis(survey.Agree, "Wir haben in der vergangenen Wahlperiode selbst einen Entwurf eingebracht und halten daran fest. Umweltdaten und Verträge der Daseinsvorsorge müssen zuerst veröffentlicht werden."),
		text("Wir wollen den Weg eines Gesetzes sichtbar machen: Wer hat wann welchen Satz vorgeschlagen? Dazu gehört ein Lobbyregister mit Fußspur und eine echte Frist für Stellungnahmen von mindestens sechs Wochen."),
		text("Abhängigkeit ist ein Risiko für die Demokratie. Wir stellen die Arbeitsplätze der Ministerien bis 2031 auf freie Software um und veröffentlichen jedes Jahr, wie weit wir sind. Ausschreibungen müssen einen Plan für den Ausstieg enthalten."),
		noPosition,
		text("Ja. „Öffentliches Geld, öffentlicher Code“ soll in das Vergaberecht des Landes. Ausnahmen begrenzen wir auf Programme der Polizei, deren Veröffentlichung laufende Ermittlungen gefährden würde."),
		text("Wir verdoppeln die Mittel des Landesprogramms und öffnen es für die Pflege bestehender Software, nicht nur für neue Projekte. Denn Software, die niemand pflegt, ist nach zwei Jahren unbrauchbar."),
	},
	"SL": {
		text("Alles, was mit öffentlichem Geld entsteht, ist Gemeingut. Das gilt für Lernmaterialien, für Forschung und für Kulturgut. Wir schaffen die Abhängigkeit von Verlagen ab und bezahlen Autorinnen und Autoren direkt."),
		text("Wir fordern 40 Stunden im Jahr für alle, auch für Vertretungskräfte. Fortbildungen, die Unternehmen mit Verkaufsinteresse anbieten, rechnen wir nicht an."),
		thesis(survey.Agree, ""),
		text("Beteiligung braucht Zeit und Geld. Deshalb wollen wir eine Freistellung von der Arbeit für die Teilnahme an Bürgerräten und eine Aufwandsentschädigung. Volksentscheide sollen auch über Haushaltsfragen möglich sein."),
		text("Wir beenden Verträge mit Anbietern, die Nutzungsdaten auswerten, zum nächstmöglichen Zeitpunkt. Das Land gründet mit den Kommunen eine Genossenschaft, die freie Software betreibt und entwickelt."),
		thesis(survey.Agree, "Öffentliche Infrastruktur gehört in öffentliches Eigentum. Das gilt für Rechenzentren genauso wie für Krankenhäuser und Wasserwerke."),
		text("Ja, ohne Ausnahmen. Sicherheit durch Geheimhaltung hat noch nie funktioniert."),
		text("Fünf Millionen Euro im Jahr, vergeben durch einen Beirat aus Schulen, Eltern und Entwicklerinnen. Die Ergebnisse gehören allen."),
	},
	"DN": {
		text("Wir wollen ein Gesetz, das kurz genug ist, um auf eine Postkarte zu passen: Was das Land bezahlt, steht unter freier Lizenz. Punkt.\n\nDie Technik dafür gibt es längst. Es fehlt an Menschen, die Materialien pflegen, zusammenführen und aktuell halten. Deshalb wollen wir in jeder Region eine Redaktion mit zwei Stellen einrichten, die mit den Bibliotheken zusammenarbeitet. Bibliotheken können das: sammeln, ordnen, zugänglich machen.\n\nAußerdem wollen wir, dass Prüfungen so gestellt werden, dass offene Materialien als Vorbereitung ausreichen."),
		text("Mindestens 50 Stunden in zwei Jahren, davon die Hälfte in der eigenen Schule und mit den eigenen Klassen. Wir wollen, dass Lehrkräfte verstehen, wie Software entsteht, nicht nur, welche Knöpfe sie drücken. Dafür planen wir acht Millionen Euro."),
		thesis(survey.Agree, "Ein Transparenzportal, das niemand durchsuchen kann, ist keines. Wir wollen maschinenlesbare Formate, eine offene Schnittstelle und ein Recht auf Veröffentlichung, das vor Gericht durchsetzbar ist."),
		text("Gesetzestexte entwickeln wir öffentlich in einer Versionsverwaltung, wie Software: Jede Änderung hat ein Datum, einen Namen und eine Begründung. Wer nicht programmiert, bekommt dieselbe Ansicht auf einer Seite, die sich lesen lässt."),
		text("Bis 2030 laufen alle Fachverfahren in der Landesverwaltung ohne Abhängigkeit von einem einzelnen Anbieter. Der Weg: offene Standards in jeder Ausschreibung, ein Kompetenzzentrum mit 60 Stellen und ein Verbot, Daten in Formaten zu speichern, die nur ein Programm lesen kann."),
		thesis(survey.Disagree, "Eigentum am Gebäude schützt keine Daten. Verschlüsselung, offene Prüfungen und die Möglichkeit, den Betreiber jederzeit zu wechseln, tun es."),
		text("Ja. Und zwar von der ersten Zeile an, nicht erst nach der Abnahme: Wer öffentlich entwickelt, bekommt früher Rückmeldung und baut Besseres. Ausnahmen nur für Schlüssel und Zugangsdaten, und die gehören ohnehin nicht in den Code."),
		text("Wir wollen feste Pflegeverträge statt einmaliger Förderung: Für die zehn meistgenutzten freien Programme der Schulen schreibt das Land Pflege für jeweils fünf Jahre aus, zusammen drei Millionen Euro im Jahr."),
	},
	"EN": {
		text("Wir wollen gemeinsame europäische Standards für offene Lernmaterialien und eine Übersetzungsförderung, damit Materialien aus den Nachbarländern auch hier genutzt werden können."),
		text("Lehrkräfte sollen ein Halbjahr an einer Partnerschule in Europa unterrichten können. Digitale Zusammenarbeit lernt man am besten, indem man zusammenarbeitet."),
		thesis(survey.Agree, "Das europäische Recht verlangt es an vielen Stellen ohnehin. Wir wollen es einfach und vollständig umsetzen."),
		text("Wir möchten die europäische Bürgerinitiative auf das Land übertragen: 10.000 Unterschriften, digital gesammelt, führen zu einer Anhörung im Landtag."),
		text("Gemeinsam mit anderen Regionen Europas schreiben wir Software aus, statt einzeln zu verhandeln. Bis 2032 soll jede zweite Ausschreibung der Nordmark gemeinsam erfolgen."),
		thesis(survey.Neutral, "Wir bevorzugen europäische Rechenzentren unter europäischem Recht. Ob sie dem Land gehören, ist zweitrangig."),
		text("Ja, unter einer europäischen freien Lizenz. Ausnahmen nur nach einer veröffentlichten Prüfung."),
		text("Wir beteiligen uns mit einer Million Euro im Jahr an europäischen Fonds für die Pflege freier Software und setzen uns dafür ein, dass Schulen dort mitentscheiden."),
	},
}

// What came by letter or mail, to be transcribed.
var (
	demoJointAnswers = []demoEntry{ // KB and KP answer as one
		text("Für uns steht die Qualität an erster Stelle. Bewährte Schulbücher sollen nicht durch ungeprüfte Materialien ersetzt werden. Wo das Land selbst Materialien erstellt, können diese frei zugänglich sein."),
		text("Fortbildung ist wichtig, darf aber nicht zu Unterrichtsausfall führen. Wir setzen auf Angebote in den Ferien und auf freiwilliger Grundlage."),
		thesis(survey.Disagree, "Die geltenden Auskunftsrechte reichen aus. Zusätzliche Veröffentlichungspflichten binden Personal, das an anderer Stelle fehlt."),
		text("Die Verbände werden bereits heute angehört. Wir wollen die Anhörungen im Landtag im Internet übertragen."),
		text("Wir wollen eine wirtschaftliche und sichere Verwaltung. Anbieterwechsel sind dort sinnvoll, wo sie sich rechnen. Starre Fristen lehnen wir ab."),
		thesis(survey.Neutral, ""),
		text("Grundsätzlich ja, sofern Sicherheitsbelange und die Interessen der beauftragten Betriebe gewahrt bleiben."),
		text("Die Schulträger entscheiden vor Ort, welche Software sie einsetzen. Das Land sollte hier nicht lenkend eingreifen."),
	}
	demoGeneral     = "Fortschritt Jetzt steht für ein modernes Land, in dem Digitalisierung den Menschen dient. Wir wollen Chancen nutzen, Bürokratie abbauen und alle mitnehmen. Bildung, Verwaltung und Wirtschaft müssen dabei zusammen gedacht werden. Für Rückfragen stehen wir Ihnen nach der Wahl gern zur Verfügung."
	demoDecline     = "Wegen der großen Zahl von Anfragen beantworten wir in diesem Wahlkampf keine Fragebögen von Verbänden. Wir bitten um Verständnis."
	demoOpenDecline = "Wir für Nordmark tritt nur zur Landtagswahl an. Zu Fragen, die die Gemeinden entscheiden, nehmen wir nicht Stellung."
	demoRefers      = "Unsere Haltung zu diesen Fragen entnehmen Sie bitte unserem Wahlprogramm."
	demoLate        = "Wir bitten die Verspätung zu entschuldigen. Zur ersten Frage: Auch Lernmaterialien zum Tierschutz sollten frei zugänglich sein. Wir werden uns dafür einsetzen, dass das Land eine Sammlung offener Materialien zum Umgang mit Tieren und zur Umweltbildung aufbaut."
	demoCorrection  = "Wir haben die Frage intern beraten. Ein Zwang zu eigenen Rechenzentren ist aus unserer Sicht zu teuer. Entscheidend sind Verträge, die Zugriff und Standort regeln."
	demoQuotes      = []string{
		"Das Handwerk lebt vom Weitergeben. Was im Unterricht gebraucht wird und aus Steuern bezahlt ist, darf nicht hinter verschlossenen Türen liegen.",
		"Wir wollen keine Verwaltung, die bei jedem Rechnerwechsel erst in Übersee anrufen muss.",
	}
)

// The questions of the two other questionnaires: one is open for answers, one is being drafted.
var (
	demoOpenQuestions = []demoQuestion{
		{survey.KindText, "Glasfaser bis ins Dorf", "Bis wann sollen alle Gemeinden der Nordmark mit Glasfaser versorgt sein, und wer bezahlt die letzten Kilometer?", "", 2, []int{2}},
		{survey.KindText, "Offene Ratsinformationen", "Sollen Sitzungsunterlagen aller Gemeinderäte in offenen Formaten veröffentlicht werden? Wie unterstützen Sie kleine Gemeinden dabei?", "", 1, []int{3}},
		{survey.KindThesis, "WLAN in Bussen", "In allen Bussen und Fähren des Nahverkehrs soll es freies WLAN geben.", "", 2, []int{0}},
		{survey.KindText, "Digitale Bibliotheken", "Wie sichern Sie, dass Bibliotheken elektronische Bücher so verleihen können wie gedruckte?", "", 0, []int{4}},
	}
	demoDraftQuestions = []struct {
		demoQuestion
		state survey.QuestionState
	}{
		{demoQuestion{survey.KindText, "Endgeräte für alle", "Wie stellen Sie sicher, dass jedes Kind unabhängig vom Einkommen der Eltern ein Gerät zum Lernen hat?", "", 0, []int{1}}, survey.StateAgreed},
		{demoQuestion{survey.KindText, "Werbefreie Schulen", "Soll Werbung in Lernprogrammen an Schulen verboten werden?", "", 0, []int{1, 6}}, survey.StateReview},
		{demoQuestion{survey.KindText, "Lobbyregister", "Unterstützen Sie ein Lobbyregister, das auch Treffen mit Fachreferaten erfasst, und ab wann soll es gelten?", "", 1, []int{6}}, survey.StateAgreed},
		{demoQuestion{survey.KindThesis, "Online-Petitionen", "Petitionen an den Landtag sollen vollständig online eingereicht und öffentlich mitgezeichnet werden können.", "", 1, []int{7}}, survey.StateDraft},
		{demoQuestion{survey.KindText, "Cloud der Kommunen", "Welche Rolle soll ein gemeinsamer Cloud-Dienst der Kommunen spielen, wer soll ihn betreiben, wie wird er bezahlt, wer kontrolliert ihn, und welche Dienste sollen dort in den nächsten vier Jahren zuerst angeboten werden, damit auch kleine Gemeinden davon schnell einen spürbaren Nutzen haben, ohne eigenes Personal dafür einstellen zu müssen?", "", 2, []int{2, 0}}, survey.StateReview},
		{demoQuestion{survey.KindText, "Reparierbare Technik", "Nach welchen Kriterien soll das Land Geräte beschaffen, damit sie lange halten und repariert werden können?", "", 2, []int{2}}, survey.StateIdea},
		{demoQuestion{survey.KindText, "Förderung von Ehrenamt im Code", "Soll die Arbeit an freier Software als Ehrenamt anerkannt werden?", "", 3, []int{5}}, survey.StateDraft},
		{demoQuestion{survey.KindText, "Zentrale Stelle für offenen Code", "Richten Sie eine Stelle ein, die Behörden beim Veröffentlichen von Software hilft?", "", 3, []int{5}}, survey.StateAgreed},
		{demoQuestion{survey.KindText, "Faxgeräte", "Bis wann schaffen Sie das letzte Faxgerät ab?", "", 3, []int{0}}, survey.StateDropped},
	}
)
