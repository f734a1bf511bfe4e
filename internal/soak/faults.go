package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// sleep waits, and tells whether there is time left.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// restart ends the server under load, starts it, and compares.
func (w *world) restart(how string, end func() error) {
	err := end()
	w.gate.Lock()
	defer w.gate.Unlock()
	if err != nil {
		w.report.fault("%s: %v", how, err)
	}
	if err := w.server.start(); err != nil {
		w.report.fault("after %s: %v", how, err)
		return
	}
	w.compare(how)
}

// kills ends the server with SIGKILL at random instants until the time is over, three times at least.
func (w *world) kills(ctx context.Context) {
	n := 0
	for ; n < 3 || ctx.Err() == nil; n++ {
		time.Sleep(time.Second + rand.N(3*time.Second))
		w.restart("SIGKILL", func() error { w.server.kill(); return nil })
	}
	w.report.survived("SIGKILL at a random instant under load", "%d times, each time started, compared and checked", n)
}

// stops ends the server with SIGTERM under load: within ten seconds, with exit code 0.
func (w *world) stops(ctx context.Context) {
	n, longest := 0, time.Duration(0)
	for ; n < 2 || ctx.Err() == nil; n++ {
		time.Sleep(time.Second + rand.N(2*time.Second))
		w.restart("SIGTERM", func() error {
			took, err := w.server.stop(10 * time.Second)
			longest = max(longest, took)
			return err
		})
	}
	w.report.survived("SIGTERM under load", "%d times, the longest end took %s", n, rounded(longest))
}

// badMail invites people whose mail servers misbehave, while another party submits: its codes must come all the same.
func (w *world) badMail(ctx context.Context) {
	const others = 3 // of four connections, so that one is free for whoever else has a mail
	invite := func(name string) {
		w.act(func() error {
			form, err := w.admin.get("/verwaltung/personen/neu")
			if err != nil {
				return err
			}
			w.book.try("person/"+name, name)
			_, err = w.admin.submit(form, form.path, "name", name, "email", name+"@"+domain, "member", form.choice("member", "Digitale Bildung"))
			if err == nil {
				w.book.ack("person/"+name, name)
				if name != "refuse-1" {
					w.expect(name+"@"+domain, "Einladung")
				}
			}
			return err
		})
	}
	for n := range others {
		invite(fmt.Sprintf("hang-%d", n))
	}
	for _, kind := range []string{"later", "refuse", "drop", "drip", "garbage"} {
		invite(kind + "-1")
	}
	w.report.measure("three mail servers hang")
	p, submitted, slow := w.parties[courier], 0, 0
	for n := range 6 {
		w.act(func() error { return w.saveAnswer(p, 1+n%questions) })
		start := time.Now()
		if w.submit(context.WithoutCancel(ctx), p) { // it has a minute, however short the soak
			submitted++
		}
		if time.Since(start) > 30*time.Second {
			slow++
		}
		if !sleep(ctx, time.Second) {
			break
		}
	}
	<-ctx.Done()
	w.report.measure("")
	if submitted == 0 || slow > 0 {
		w.report.fault("while mail servers hang a party submitted %d times, %d times it waited over 30 s", submitted, slow)
	}
	took := time.Duration(0)
	w.restart("SIGTERM while mail servers hang", func() (err error) {
		took, err = w.server.stop(10 * time.Second)
		return err
	})
	w.post.release()
	w.report.survived("SIGTERM while mail servers hang", "ended after %s", rounded(took))
	w.report.survived("mail servers that hang after the text, refuse, drop, drip, talk garbage", "another party submitted %d times meanwhile", submitted)

	for _, mood := range []string{"silent", "garbage", "421", "drip"} {
		w.post.greetWith(mood)
		invite("gast-" + mood)
		for until := time.Now().Add(10 * time.Second); w.post.greets() && time.Now().Before(until); {
			time.Sleep(100 * time.Millisecond)
		}
	}
	w.post.greetWith() // no mail meets more of them: after the second one it would wait for a quarter of an hour
}

// badClients attacks over HTTP, while a party whose link somebody else holds submits.
func (w *world) badClients(ctx context.Context) {
	before := w.server.sample()
	closeAll := w.holdConnections(200, 40)
	w.textsComeBack()
	w.stolenLink(ctx)
	w.badImports(ctx)
	w.bigOriginals(10)
	<-ctx.Done()
	closeAll()
	w.report.survived("200 idle connections, 40 bodies held back", "the rest went on, from %d MB to %d MB", before, w.server.sample())
}

// holdConnections opens connections that say nothing, and others that begin a form and do not end it.
func (w *world) holdConnections(idle, held int) (closeAll func()) {
	var all []net.Conn
	for n := range idle + held {
		conn, err := net.Dial("tcp", w.server.address)
		if err != nil {
			w.report.fault("connection %d: %v", n, err)
			break
		}
		all = append(all, conn)
		if n >= idle {
			fmt.Fprintf(conn, "POST /antwort/fragen/1 HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: 192.0.2.9\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ntext=held", w.server.address)
		}
	}
	return func() {
		for _, conn := range all {
			conn.Close()
		}
	}
}

// textsComeBack has people whose session is over send what they typed, while others hold their bodies back.
func (w *world) textsComeBack() {
	const people = 10
	came := 0
	for n := range people {
		const typed = "Das habe ich lange getippt."
		c := newClient("http://"+w.server.address, fmt.Sprintf("10.99.%d.1", n))
		p, err := c.do(http.MethodPost, "/antwort/fragen/1", "application/x-www-form-urlencoded", strings.NewReader("status=answered&text="+strings.ReplaceAll(typed, " ", "+")))
		if err == nil && strings.Contains(string(p.body), typed) {
			came++
		}
	}
	if came < people {
		w.report.fault("while bodies are held back only %d of %d people got their typed text back", came, people)
	}
	w.report.survived("expired sessions while others hold their bodies back", "%d of %d people got their typed text back", came, people)
}

// stolenLink floods with requests for codes and wrong codes in a session of the party's own link.
func (w *world) stolenLink(ctx context.Context) {
	p, thief := w.parties[victim], w.person()
	codes := len(w.post.all(p.email, codeSubject))
	w.act(func() error { return w.saveAnswer(p, 1) })
	if err := p.signIn(thief); err != nil {
		w.report.fault("a second session of the same link: %v", err)
		return
	}
	asked, guessed := 0, 0
	flood, stop := context.WithCancel(context.WithoutCancel(ctx))
	var floods sync.WaitGroup
	attack := func() {
		_ = p.signIn(thief) // another session, with tries of its own
		form, err := thief.get("/antwort/pruefen")
		if err == nil {
			_, err = thief.submit(form, "/antwort/pruefen", "name", "Niemand", "function", "Dieb", "verbatim", "on")
		}
		if err == nil {
			asked++
		}
		form, err = thief.get("/antwort/code")
		for range 5 {
			if err == nil {
				_, _ = thief.submit(form, "/antwort/code", "code", fmt.Sprintf("%012d", rand.Int64N(1_000_000_000_000)))
				guessed++
			}
		}
	}
	for range 12 { // before the party comes
		attack()
	}
	floods.Go(func() { // and while it is there
		for sleep(flood, 200*time.Millisecond) {
			attack()
		}
	})
	done := false
	for range 3 {
		if done = w.submit(context.WithoutCancel(ctx), p); done {
			break
		}
		time.Sleep(time.Second)
		w.act(func() error { return w.saveAnswer(p, 2) })
	}
	stop()
	floods.Wait()
	mailed := len(w.post.all(p.email, codeSubject)) - codes
	if !done {
		w.report.fault("a party cannot submit while a holder of its link floods")
	}
	w.report.survived("the holder of a party's link floods", "%d requests for codes, %d wrong codes, %d code mails; the party submitted: %v", asked, guessed, mailed, done)
}

// badImports sends 4 MB of faults, twice at once.
func (w *world) badImports(ctx context.Context) {
	var file strings.Builder
	file.WriteString(`{"format":"pruefstein/1","election":{},"questionnaire":{},"questions":[`)
	for file.Len() < 4<<20 {
		file.WriteString(`{"id":"!","number":-1,"kind":"?","text":""},`)
	}
	file.WriteString(`{}],"parties":[],"answers":[]}`)
	most := w.most(func() {
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				form, err := w.admin.get("/verwaltung/import")
				if err == nil {
					_, err = w.admin.submitFile(form, form.path, upload{"file", "fehler.json", []byte(file.String())})
				}
				if refused := (refusal{}); !errors.As(err, &refused) || refused.status != http.StatusUnprocessableEntity {
					w.report.fault("an import of faults is not refused with its faults: %.200v", err)
				}
			})
		}
		all.Wait()
	})
	if most > 256 {
		w.report.fault("an import of 4 MB of faults, twice at once, takes %d MB more", most)
	}
	w.report.survived("4 MB of faulty import, twice at once", "refused with its faults, %d MB more memory", most)
}

// bigOriginals uploads the largest originals at once.
func (w *world) bigOriginals(count int) {
	file := []byte("%PDF-1.7\n" + strings.Repeat("Ein großer Scan.\n", 19<<20/18) + "%%EOF\n")
	most := w.most(func() {
		var all sync.WaitGroup
		for n := range count {
			all.Go(func() {
				w.act(func() error {
					form, err := w.admin.get(w.parties[len(w.parties)-1-n%senders].letters + "/neu")
					if err == nil {
						_, err = w.admin.submitFile(form, form.action("/uebertragung/"), upload{"original", "brief.pdf", append(file, byte(n))}, "kind", "letter",
							"received_on", time.Now().Format(time.DateOnly), "act", "save")
					}
					return err
				})
			})
		}
		all.Wait()
	})
	w.report.survived(fmt.Sprintf("%d originals of 19 MB at once", count), "stored, %d MB more memory", most)
}

// most is how many MB more than before the server took at most while something ran.
func (w *world) most(run func()) int {
	before, most := w.server.sample(), 0
	done := make(chan struct{})
	go func() {
		run()
		close(done)
	}()
	for {
		most = max(most, w.server.sample()-before)
		select {
		case <-done:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// fullDisk moves the data onto a small disk of its own, fills it under load, kills the server once while it is full, gives
// the space back, and moves the data home.
func (w *world) fullDisk(ctx context.Context) {
	const what = "a full disk"
	if os.Geteuid() != 0 {
		w.report.survived(what, "not run: needs root")
		return
	}
	image, small := filepath.Join(w.folder, "disk.img"), filepath.Join(w.folder, "disk")
	home := w.server.data
	run := func(name string, args ...string) error {
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
		return nil
	}
	w.gate.Lock()
	_, err := w.server.stop(10 * time.Second)
	if err == nil {
		err = errors.Join(os.Mkdir(small, 0o700), os.WriteFile(image, nil, 0o600), os.Truncate(image, sizeOf(home)+64<<20))
	}
	if err == nil {
		err = run("mkfs.ext4", "-q", "-m", "0", "-F", image)
	}
	if err == nil {
		err = run("mount", "-o", "loop", image, small)
	}
	if err != nil {
		w.report.survived(what, "not run: %v", err)
		err = w.server.start()
		w.gate.Unlock()
		if err != nil {
			w.report.fault("%s: %v", what, err)
		}
		return
	}
	unmount := atEnd(func() {
		w.server.kill() // when it is interrupted, it still runs there
		_ = run("umount", small)
		_ = os.Remove(image)
	})
	w.server.data = filepath.Join(small, "data")
	err = errors.Join(run("cp", "-a", "--sparse=always", home, w.server.data), w.server.start())
	w.gate.Unlock()
	if err != nil {
		w.report.fault("%s: %v", what, err)
	}

	ballast, times := filepath.Join(small, "ballast"), 0
	for ; times < 2 || ctx.Err() == nil; times++ {
		w.gate.Lock() // what is under way began with room
		w.report.setFull(true)
		fill(ballast)
		w.gate.Unlock()
		time.Sleep(3 * time.Second)
		fill(ballast)
		time.Sleep(2 * time.Second)
		if times == 0 {
			w.gate.Lock()
			w.server.kill()
			if err := w.server.start(); err != nil {
				w.report.fault("the server does not start on a full disk: %v", err)
			}
			w.compare("SIGKILL on a full disk")
			w.gate.Unlock()
			time.Sleep(time.Second)
		}
		w.gate.Lock()
		if err := os.Remove(ballast); err != nil {
			w.report.fault("%v", err)
		}
		w.report.setFull(false)
		w.compare("a full disk")
		w.gate.Unlock()
		before := w.book.count("answer")
		time.Sleep(2 * time.Second)
		if w.book.count("answer") == before && !errors.Is(ctx.Err(), context.Canceled) {
			w.report.fault("nothing is saved within two seconds after the disk has room again")
		}
	}
	w.gate.Lock()
	defer w.gate.Unlock()
	_, err = w.server.stop(10 * time.Second)
	err = errors.Join(err, w.server.check(), os.RemoveAll(home), run("cp", "-a", w.server.data, home))
	w.server.data = home
	unmount()
	if err := errors.Join(err, w.server.start()); err != nil {
		w.report.fault("%s: %v", what, err)
	}
	w.compare("the move from the full disk")
	w.report.survived(what, "%d times, SIGKILL while it was full; %d acts refused with “%s”", times, w.report.clear, diskFull)
}

// fill writes until nothing more fits.
func fill(name string) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	_ = file.Sync()
}

// sizeOf is how many bytes the files of a folder have.
func sizeOf(folder string) (n int64) {
	_ = filepath.WalkDir(folder, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			if info, err := entry.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
