// Command pruefstein is the tool with which an alliance questions the parties before an election.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"pruefstein/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
