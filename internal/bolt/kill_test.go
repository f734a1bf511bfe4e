package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pruefstein/internal/bolt"
	"pruefstein/internal/survey"
)

// killPath names the database for the child process of TestKilled.
const killPath = "PRUEFSTEIN_TEST_KILL_PATH"

func TestMain(m *testing.M) {
	if path := os.Getenv(killPath); path != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// numbered is the n-th record of the child.
func numbered(n int) survey.Party {
	return survey.Party{ID: survey.PartyID(fmt.Sprintf("%06d", n)), Revision: n}
}

// writeUntilKilled commits one record after another and acknowledges each on standard output.
func writeUntilKilled(path string) error {
	s, err := bolt.Open(path, bolt.Options{Create: true})
	if err != nil {
		return err
	}
	ctx := context.Background()
	next := 0
	err = s.View(ctx, func(tx *survey.Tx) error {
		for _, err := range tx.Parties.List("") {
			if err != nil {
				return err
			}
			next++
		}
		return nil
	})
	for ; err == nil; next++ {
		err = s.Update(ctx, func(tx *survey.Tx) error { return tx.Parties.Put(numbered(next)) })
		if err == nil {
			_, err = fmt.Println(next)
		}
	}
	return err
}

// TestKilled shows promise P1 as far as a process can: what was acknowledged survives SIGKILL at any moment. (That a
// commit also survives a power cut rests on bbolt's fdatasync before Update returns, see BenchmarkUpdateOneAnswer.)
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "pruefstein.db")
	acked, total := -1, 0
	for round := range 12 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), killPath+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		acks := bufio.NewScanner(out)
		for n, killAt := 0, rand.IntN(20); acks.Scan(); n++ {
			if acked, err = strconv.Atoi(acks.Text()); err != nil {
				t.Fatal(err)
			}
			total++
			if n == killAt { // and from there a random moment, so that it also falls within a commit
				time.AfterFunc(rand.N(5*time.Millisecond), func() { _ = child.Process.Kill() })
			}
		}
		if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
			t.Fatalf("round %d: the child was not killed: %v", round, err)
		}
		s := open(t, path, bolt.Options{})
		if faults, _ := s.Check(); len(faults) > 0 {
			t.Fatalf("round %d: %q", round, faults)
		}
		next := 0
		err = s.View(t.Context(), func(tx *survey.Tx) error {
			for p, err := range tx.Parties.List("") {
				if err != nil || p != numbered(next) {
					return fmt.Errorf("record %d is %v, %v", next, p, err)
				}
				next++
			}
			return nil
		})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if next <= acked {
			t.Fatalf("round %d: acknowledged up to %d, but only %d records are there", round, acked, next)
		}
		closeStore(t, s)
	}
	t.Logf("%d acknowledged records, none lost", total)
}
