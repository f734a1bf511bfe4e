package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
)

// pass lets time pass in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// Mails the server never answers hold up the others for seconds at most, codes even if three of them hang.
func TestHungMailsHoldUpNobody(t *testing.T) {
	for _, step := range []string{"RCPT", "DATA", "."} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &relay{}
				hang := []string{"hang0@x.example", "hang1@x.example", "hang2@x.example"}
				r.hang(step, hang...)
				d := bubbleDesk(t, memory.New(), r.transport(t))
				start := time.Now()
				var ids []string
				for i := range 2 {
					ids = append(ids, d.add(t, survey.MailInvitation, fmt.Sprintf("hang%d@x.example", i)))
				}
				for i := range 20 {
					ids = append(ids, d.add(t, survey.MailInvitation, fmt.Sprintf("good%d@x.example", i)))
				}
				ids = append(ids, d.add(t, survey.MailInvitation, "hang2@x.example"))
				stop := d.start(t)
				pass(20 * time.Second)
				for i := range 20 {
					if late := r.after(t, fmt.Sprintf("good%d@x.example", i), start); late > 2*slow {
						t.Errorf("good%d waited for %s", i, late)
					}
				}
				// three hang now, and a fourth does not get the last connection
				ids = append(ids, d.add(t, survey.MailInvitation, "later@x.example"))
				at := time.Now()
				code := d.add(t, survey.MailCode, "code@x.example")
				link := d.add(t, survey.MailStaff, "link@x.example")
				pass(slow + time.Second)
				for to, most := range map[string]time.Duration{"code@x.example": time.Second, "link@x.example": slow} { // the code's lane may have just ended
					if late := r.after(t, to, at); late > most {
						t.Errorf("%s waited for %s", to, late)
					}
				}
				pass(2 * finalTimeout)
				r.hang("", hang...)
				pass(time.Hour)
				stop()
				for _, id := range append(ids, code, link) {
					if m := d.mail(t, id); m.State != survey.MailSent {
						t.Errorf("%s: %s after %d attempts, %s", m.To, m.State, m.Attempts, m.Reply)
					}
				}
				if r.peak > lanesMost {
					t.Errorf("%d connections at once", r.peak)
				}
				d.checkSecrets(t)
			})
		})
	}
}

// A code waits at most 30 seconds also when codes before it hang, as long as fewer than eight mails do; further ones wait for
// one of these to end.
func TestHungCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		d := bubbleDesk(t, memory.New(), r.transport(t))
		hang := func(kind survey.MailKind, n int) {
			for i := range n {
				to := fmt.Sprintf("%s%d@hang.example", kind, i)
				r.hang(".", to)
				d.add(t, kind, to)
			}
		}
		hang(survey.MailInvitation, 3)
		stop := d.start(t)
		pass(time.Minute)
		start := time.Now()
		hang(survey.MailCode, 4)
		d.add(t, survey.MailCode, "code@x.example")
		pass(time.Minute)
		if late := r.after(t, "code@x.example", start); late > 30*time.Second {
			t.Errorf("it waited for %s", late)
		}
		if r.peak != lanesMost+lanesSpare {
			t.Errorf("%d connections at once", r.peak)
		}
		r.hang(".", "eighth@hang.example")
		d.add(t, survey.MailCode, "eighth@hang.example")
		pass(time.Second)
		start = time.Now()
		d.add(t, survey.MailCode, "ninth@x.example")
		pass(finalTimeout)
		if late := r.after(t, "ninth@x.example", start); late > finalTimeout-time.Minute || r.peak > lanesMost+lanesSpare {
			t.Errorf("the ninth waited for %s, %d connections", late, r.peak)
		}
		stop()
	})
}

// Each step of a conversation has its limit, whatever drips in; the reply to the text has five minutes.
func TestStepLimits(t *testing.T) {
	for step, want := range map[string]time.Duration{"greeting": defaultTimeout, "EHLO": defaultTimeout, "MAIL": defaultTimeout, "RCPT": defaultTimeout,
		"DATA": defaultTimeout, ".": finalTimeout} {
		for _, drips := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %v", step, drips), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := &relay{silent: step, drips: drips}
					d := bubbleDesk(t, memory.New(), r.transport(t))
					id := queue(t, d.mails, 1)[0]
					start := time.Now()
					stop := d.start(t)
					pass(want - time.Second)
					if m := d.mail(t, id); m.Attempts != 0 {
						t.Errorf("ended after %s: %s", m.LastAttempt.Sub(start), m.Reply)
					}
					pass(2 * time.Second)
					if m := d.mail(t, id); m.Attempts != 1 || m.State != survey.MailQueued || !m.NoReply {
						t.Errorf("%d attempts, %s, %s", m.Attempts, m.State, m.Reply)
					}
					stop()
				})
			})
		}
	}
}

// A server that takes few connections, and refuses further ones, gets all mails over those it takes: that is no failure of a
// mail.
func TestFewConnections(t *testing.T) {
	for _, most := range []int{1, 2} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &relay{most: most, takes: 2 * slow}
				d := bubbleDesk(t, memory.New(), r.transport(t))
				ids := queue(t, d.mails, 10)
				ids = append(ids, d.add(t, survey.MailCode, "code@x.example"))
				stop := d.start(t)
				pass(time.Hour)
				stop()
				for _, id := range ids {
					if m := d.mail(t, id); m.State != survey.MailSent || m.Attempts != 1 {
						t.Errorf("%s: %s after %d attempts, %s", m.To, m.State, m.Attempts, m.Reply)
					}
				}
				if got := r.arrived(); len(got) != len(ids) || got[0].to != "code@x.example" {
					t.Errorf("arrived %+v", got)
				}
			})
		})
	}
}

// A quick server sees one connection, and one mail in doubt if the program dies.
func TestOneLaneIfItIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{takes: time.Second}
		d := bubbleDesk(t, memory.New(), r.transport(t))
		queue(t, d.mails, 50)
		stop := d.start(t)
		pass(time.Minute)
		stop()
		if len(r.arrived()) != 50 || r.peak != 1 || r.dialled != 1 {
			t.Errorf("%d mails over %d connections, %d at once", len(r.arrived()), r.dialled, r.peak)
		}
	})
}

// What happens to a mail while others hang counts: revoked it does not go out.
func TestRevokedWhileOthersHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		r.hang(".", "hang@x.example")
		d := bubbleDesk(t, memory.New(), r.transport(t))
		d.add(t, survey.MailInvitation, "hang@x.example")
		revoked := d.add(t, survey.MailInvitation, "revoked@x.example")
		good := d.add(t, survey.MailInvitation, "good@x.example")
		stop := d.start(t)
		synctest.Wait()
		err := d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
			m, err := tx.Mails.Get(revoked)
			m.State, m.Sealed = survey.MailRevoked, nil
			return errors.Join(err, tx.Mails.Put(m), tx.Outbox.Delete(revoked))
		})
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		stop()
		if m := d.mail(t, good); m.State != survey.MailSent {
			t.Errorf("%+v", m)
		}
		for _, a := range r.arrived() {
			if a.to == "revoked@x.example" {
				t.Error("the revoked mail went out")
			}
		}
	})
}

// Mails of a kind to one address go one after another: an older code does not come after a newer one.
func TestOneAfterAnotherToOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &relay{}
		r.hang(".", "partei@x.example")
		d := bubbleDesk(t, memory.New(), r.transport(t))
		older := d.add(t, survey.MailCode, "partei@x.example")
		newer := d.add(t, survey.MailCode, "Partei@x.example")
		stop := d.start(t)
		pass(finalTimeout - time.Second)
		if a, b := d.mail(t, older), d.mail(t, newer); len(r.arrived()) != 1 || a.Attempts+b.Attempts != 0 {
			t.Errorf("%+v", r.arrived())
		}
		pass(10 * time.Second)
		if m := d.mail(t, newer); m.State != survey.MailSent {
			t.Errorf("%+v", m)
		}
		stop()
	})
}

// While the database takes no outcome, no lane sends anything more; afterwards nothing went out twice.
func TestLanesOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &brokenStore{Store: memory.New()}
		r := &relay{takes: 3 * slow}
		d := bubbleDesk(t, store, r.transport(t))
		ids := queue(t, d.mails, 12)
		stop := d.start(t)
		pass(2*slow + time.Second) // three are under way
		store.broken.Store(true)
		pass(10 * time.Minute)
		if n := len(r.arrived()); n != 3 {
			t.Errorf("%d mails went out, three were under way", n)
		}
		store.broken.Store(false)
		pass(10 * time.Minute)
		stop()
		if n := len(r.arrived()); n != len(ids) {
			t.Errorf("%d mails arrived", n)
		}
		for _, id := range ids {
			if m := d.mail(t, id); m.State != survey.MailSent || m.Attempts != 1 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// Lanes that hang do not hold up the end of the program, and what they had is sent again later.
func TestShutdownWhileLanesHang(t *testing.T) {
	for _, step := range []string{"greeting", "EHLO", "RCPT", "."} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &relay{silent: step}
				d := bubbleDesk(t, memory.New(), r.transport(t))
				ids := queue(t, d.mails, 3)
				for i := range 4 {
					ids = append(ids, d.add(t, survey.MailCode, fmt.Sprintf("code%d@x.example", i)))
				}
				stop := d.start(t)
				pass(28 * time.Second)
				start := time.Now()
				stop()
				if took := time.Since(start); took > defaultGrace+quitTimeout {
					t.Errorf("it took %s", took)
				}
				for _, id := range ids {
					if m := d.mail(t, id); m.State != survey.MailQueued || m.Attempts > 1 {
						t.Errorf("%s: %s after %d attempts", m.To, m.State, m.Attempts)
					}
				}
			})
		})
	}
}

// Whoever watches a test mail gets what was said so far within a minute, whatever the server does.
func TestDialogueWithAHungServer(t *testing.T) {
	for step, want := range map[string]string{"greeting": "* 127.0.0.1:587", "EHLO": "S: 220 relay.example ready", "RCPT": "C: RCPT TO:<kontakt@freie-mitte.example>",
		".": "bytes]"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &relay{silent: step, drips: true}
				msg, err := Compose(testMail(), "Text\n", testSender)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				lines, err := r.transport(t).Dialogue(t.Context(), msg)
				if took := time.Since(start); err == nil || took > dialogueTimeout+quitTimeout {
					t.Errorf("%v after %s", err, took)
				}
				if step == "." && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v", err)
				}
				if got := strings.Join(lines, "\n"); !strings.Contains(got, want) || !strings.HasPrefix(lines[len(lines)-1], "* ") {
					t.Errorf("the dialogue so far:\n%s", got)
				}
			})
		})
	}
}
