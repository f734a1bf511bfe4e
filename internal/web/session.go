package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"pruefstein/internal/alliance"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// Sessions live on the server (bbolt, under the hash of their token). Staff and parties have a cookie each: whoever tries
// both in one browser stays both. Under https the cookie has the __Host- prefix, which plain http on loopback cannot have.
type sessions struct {
	service *alliance.Service
	staff   *scs.SessionManager
	party   *scs.SessionManager
}

// How long sessions last.
const (
	staffIdle, staffLife = 12 * time.Hour, 7 * 24 * time.Hour
	partyIdle, partyLife = 12 * time.Hour, 3 * 24 * time.Hour
	touchEvery           = 10 * time.Minute // last-seen is written at most this often: the one thing a GET writes
)

// Values of a session.
const (
	sessionUser = "user" // User.ID
	sessionLink = "link" // AccessLink.Hash
	sessionSeen = "seen" // unix seconds of the last touch
	sessionFrom = "from" // unix seconds of its beginning
)

// session is the loaded session of one request.
type session struct {
	manager *scs.SessionManager
	ctx     context.Context
}

func newSessions(service *alliance.Service, secure bool) sessions {
	manager := func(name string, idle, life time.Duration) *scs.SessionManager {
		m := scs.New()
		m.Store, m.Codec = sessionStore{service}, sessionCodec{}
		m.IdleTimeout, m.Lifetime = idle, life
		m.Cookie.Name, m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = name, true, http.SameSiteLaxMode, "/"
		if secure {
			m.Cookie.Name, m.Cookie.Secure = "__Host-"+name, true
		}
		return m
	}
	return sessions{
		service: service,
		staff:   manager("buendnis", staffIdle, staffLife),
		party:   manager("partei", partyIdle, partyLife),
	}
}

// identify loads the request's session and finds out who asks. No session, or one whose person or link is no longer
// good, leaves the actor a reader.
func (s sessions) identify(r *Request, party bool) error {
	manager := s.staff
	if party {
		manager = s.party
	}
	ses, err := load(manager, r.Request)
	if err != nil {
		return err
	}
	r.session = ses
	var actor survey.Actor
	if party {
		actor, err = s.service.PartyActor(ses.ctx, ses.manager.GetString(ses.ctx, sessionLink))
		if cookie, _ := r.Request.Cookie(pressCookie(actor)); cookie != nil && actor.Has(survey.RoleParty) {
			actor.Press = cookie.Value
		}
	} else {
		actor, err = s.service.StaffActor(ses.ctx, ses.manager.GetString(ses.ctx, sessionUser))
	}
	if err != nil && !survey.IsNotFound(err) && survey.CodeOf(err) != survey.Gone {
		return err // such as a damaged entry: nobody is signed out by it
	}
	if age := r.server.Now().Unix() - ses.manager.GetInt64(ses.ctx, sessionFrom); age >= int64(manager.Lifetime/time.Second) {
		actor = survey.Actor{}
	}
	actor.Language = r.Language
	if token := ses.manager.Token(ses.ctx); token != "" {
		actor.Session = survey.HashToken(token)
	}
	r.Actor = actor
	return nil
}

// pressCookie is the name of the cookie that holds survey.Actor.Press, one for each respondent. It outlives a session, since
// whoever signs out, or gets another link, has pressed all the same.
func pressCookie(actor survey.Actor) string {
	return "abgabe_" + survey.HashToken(survey.RespondentKey(actor.Questionnaire, actor.Respondent))[:8]
}

// KeepPress gives the browser of a party what it keeps of "Absenden" for so long.
func (s *Server) KeepPress(r *Request, press string, life time.Duration) {
	http.SetCookie(r.Writer, &http.Cookie{Name: pressCookie(r.Actor), Value: press, Path: "/antwort", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
	r.Actor.Press = press
}

func load(manager *scs.SessionManager, req *http.Request) (*session, error) {
	token := ""
	if cookie, err := req.Cookie(manager.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := manager.Load(req.Context(), token)
	return &session{manager: manager, ctx: ctx}, err
}

// touch keeps a session in use from going idle. One that was ended meanwhile stays ended: its actor is a reader again.
func (ses *session) touch(r *Request) error {
	now := r.server.Now().Unix()
	if now-ses.manager.GetInt64(ses.ctx, sessionSeen) < int64(touchEvery/time.Second) {
		return nil
	}
	ses.manager.Put(ses.ctx, sessionSeen, now)
	ses.ctx = context.WithValue(ses.ctx, stillThere{}, true)
	err := ses.commit(r)
	if survey.IsNotFound(err) {
		r.Actor = survey.Actor{Language: r.Language}
		return nil
	}
	return err
}

// stillThere marks the context of a commit that goes on with a session: sessionStore then writes it only if it is there.
type stillThere struct{}

// open starts a session under a new token, whatever the browser had before.
func (s sessions) open(r *Request, manager *scs.SessionManager, key, value string) error {
	ses, err := load(manager, r.Request)
	if err != nil {
		return err
	}
	if err := manager.RenewToken(ses.ctx); err != nil {
		return err
	}
	if err := manager.Clear(ses.ctx); err != nil {
		return err
	}
	manager.Put(ses.ctx, key, value)
	manager.Put(ses.ctx, sessionSeen, r.server.Now().Unix())
	manager.Put(ses.ctx, sessionFrom, r.server.Now().Unix())
	return ses.commit(r)
}

// close ends the request's session on the server and in the browser.
func (ses *session) close(r *Request) error {
	if err := ses.manager.Destroy(ses.ctx); err != nil {
		return err
	}
	ses.manager.WriteSessionCookie(ses.ctx, r.Writer, "", time.Time{})
	return nil
}

func (ses *session) commit(r *Request) error {
	token, expiry, err := ses.manager.Commit(ses.ctx)
	if err != nil {
		return err
	}
	ses.manager.WriteSessionCookie(ses.ctx, r.Writer, token, expiry)
	return nil
}

// sessionCodec writes what is in a session as JSON. scs's own, which sessions of before are read with, compiles a decoder anew for
// each request: it took a fifteenth of a page. It implements scs.Codec.
type sessionCodec struct{}

type sessionJSON struct {
	Deadline time.Time         `json:"deadline"`
	Texts    map[string]string `json:"texts,omitempty"`
	Numbers  map[string]int64  `json:"numbers,omitempty"`
}

// Encode implements scs.Codec.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	data := sessionJSON{Deadline: deadline, Texts: map[string]string{}, Numbers: map[string]int64{}}
	for name, value := range values {
		switch v := value.(type) {
		case string:
			data.Texts[name] = v
		case int64:
			data.Numbers[name] = v
		default:
			return nil, fmt.Errorf("session: %s is a %T", name, value)
		}
	}
	return json.Marshal(data)
}

// Decode implements scs.Codec.
func (sessionCodec) Decode(raw []byte) (time.Time, map[string]any, error) {
	if !bytes.HasPrefix(raw, []byte("{")) {
		return scs.GobCodec{}.Decode(raw)
	}
	var data sessionJSON
	if err := json.Unmarshal(raw, &data); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(data.Texts)+len(data.Numbers))
	for name, text := range data.Texts {
		values[name] = text
	}
	for name, number := range data.Numbers {
		values[name] = number
	}
	return data.Deadline, values, nil
}

// sessionStore keeps sessions in the database, each under survey.HashToken of its token, as Actor.Session names it. It
// implements scs.CtxStore.
type sessionStore struct{ service *alliance.Service }

func (s sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	session, err := s.service.FindSession(ctx, survey.HashToken(token))
	if survey.IsNotFound(err) {
		return nil, false, nil
	}
	return session.Data, err == nil, err
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	// scs reckons with the time of day, the application with its clock, which tests set
	session := survey.Session{Hash: survey.HashToken(token), Data: data, ExpiresAt: s.service.Clock.Now().UTC().Add(time.Until(expiry))}
	if ctx.Value(stillThere{}) != nil {
		return s.service.KeepSession(ctx, session)
	}
	return s.service.PutSession(ctx, session)
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.service.DeleteSession(ctx, survey.HashToken(token))
}

// Find, Commit and Delete make it a scs.Store; scs calls the variants with a context instead.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// SetLanguage keeps a language in the browser for a year.
func (s *Server) SetLanguage(r *Request, lang string) {
	http.SetCookie(r.Writer, &http.Cookie{Name: LanguageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

// SecretPage keeps an address with a token in it from leaving in a Referer. Not "no-referrer": with it browsers send a form
// with "Origin: null" (Fetch standard, "append a request Origin header"), which is refused where Sec-Fetch-Site is unknown.
func SecretPage(r *Request) { r.Header("Referrer-Policy", "strict-origin") }

// Enter opens the session of a person who has just proved who they are.
func (s *Server) Enter(r *Request, user survey.User, path, notice string) error {
	if err := s.sessions.open(r, s.sessions.staff, sessionUser, user.SessionValue()); err != nil {
		return err
	}
	if locale.Known(user.Language) && user.Language != r.Language {
		s.SetLanguage(r, user.Language)
	}
	return r.Redirect(path, notice)
}

// EnterParty opens the session of a party that has come by an access link.
func (s *Server) EnterParty(r *Request, link string) error {
	return s.sessions.open(r, s.sessions.party, sessionLink, link)
}

// Identify finds out who of the alliance asks, on a page that is open to anybody.
func (s *Server) Identify(r *Request) error {
	err := s.sessions.identify(r, false)
	if err == nil && r.Actor.User.ID != "" {
		err = r.session.touch(r)
	}
	return err
}

// Leave ends the session of a request.
func (s *Server) Leave(r *Request) error { return r.session.close(r) }
