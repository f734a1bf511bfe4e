// Package testkit holds what the tests of several rooms share: a clock that stands still, a real SMTP server that
// keeps what it receives, and HTTP tests as text files; its package browser has a real Chromium with an accessibility
// check. Only tests import them.
//
// # HTTP tests as text
//
// [Script] runs files that read like a conversation with the site:
//
//	# A party opens its link and saves an answer.
//	as party
//	GET ${link}
//	code == 200
//	title contains Wahlprüfsteine
//	selector form.start button text == Antworten beginnen
//	capture start selector form.start @action
//
//	POST ${start}
//	code == 303
//	header Location == /antwort
//	header Set-Cookie contains HttpOnly
//
//	POST /antwort/fragen/1
//	Sec-Fetch-Site: same-origin
//	field text "Erster Absatz.\n\nZweiter Absatz."
//	code == 303
//
//	FOLLOW
//	selector .saved exists
//
// A blank line ends a block; a block is one request and what is checked of its response. A line that starts with #
// is a comment. The order inside a block: jar, request, headers, fields, then checks and captures.
//
//	as NAME                        use the cookies of NAME, here and in the blocks that follow
//	GET PATH                       also HEAD, POST, PUT, DELETE, OPTIONS; nothing follows redirects by itself
//	FOLLOW                         GET the Location of the response before
//	Name: value                    a request header
//	field NAME VALUE               a form field; several of one name are sent in order
//	file NAME PATH                 uploads a file, PATH is relative to the script; the form becomes multipart
//
//	code OP VALUE                  the status
//	header NAME OP VALUE           a response header; also: header NAME exists, header NAME absent
//	body OP VALUE                  the body as it came
//	title OP VALUE                 the text of <title>
//	selector SEL text OP VALUE     the text of the elements, white space collapsed
//	selector SEL @ATTR OP VALUE    an attribute of the elements
//	selector SEL count OP VALUE    how many elements there are
//	selector SEL exists            also: absent
//
//	capture NAME header H [REGEXP]
//	capture NAME body REGEXP
//	capture NAME selector SEL text [REGEXP]
//	capture NAME selector SEL @ATTR [REGEXP]
//
// OP is == or !=, contains or !contains, ~ or !~ (a regular expression). Where there are several values, several
// headers or elements, the positive operators want one of them to match and the negative ones want none to.
//
// SEL is a selector of CSS made of tag, .class, #id, [attr], [attr=value] and the descendant space. A VALUE goes to
// the end of the line; in double quotes it is read as a Go string, so "\n" is a new line. ${NAME} stands for a
// variable: given by the test or captured before. A capture takes the first group of its regular expression,
// without a group all that matched, without an expression everything.
//
// A PATH can be a whole address, as it stands in a mail: its path goes to the server under test, its host into the
// Host header. Cookies are kept as a browser keeps them on a trustworthy address, so Secure and __Host- work.
package testkit
