// Command onemap is the one binary: the server and everything done to its data.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the city's time zone, on machines without the tables

	"github.com/alecthomas/kong"

	"onemap/api/fault"
)

// version is set at the build.
var version = "unknown"

// cli is every command; one file each.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"Serve the map."`
	Import  importCommand  `cmd:"" help:"Bring files in."`
	Plates  platesCommand  `cmd:"" help:"Print the QR plates of facilities as a PDF."`
	Export  exportCommand  `cmd:"" help:"Write files out."`
	Grids   gridsCommand   `cmd:"" help:"Cut regions into grids."`
	Demo    demoCommand    `cmd:"" help:"Put the demo town into the data folder."`
	Check   checkCommand   `cmd:"" help:"Prove against PostGIS what must always be true."`
	Audit   auditCommand   `cmd:"" help:"The log of who did and read what."`
	User    userCommand    `cmd:"" help:"Accounts of people."`
	Key     keyCommand     `cmd:"" help:"Keys of machines."`
	People  peopleCommand  `cmd:"" help:"Records of people: erase them, change the keys they are sealed with."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up, or down."`
	Config  configCommand  `cmd:"" help:"Show the configuration in force."`
	OpenAPI openapiCommand `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Version versionCommand `cmd:"" help:"Show the version."`
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Printf("onemap %s\n", version)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Println(info.GoVersion)
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser := kong.Parse(&c, kong.Name("onemap"), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("One map for governing a city by grids. Every flag can be set in the environment, too."))
	parser.BindTo(ctx, (*context.Context)(nil))
	if err := parser.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "onemap: %s\n", sentence(err))
		os.Exit(1)
	}
}

// errFailed is for a command that has said already what failed.
var errFailed = errors.New("not everything was done; see above")

// sentence is an error as a person reads it: a fault's public words, with what
// is wrong in each field.
func sentence(err error) string {
	f := fault.As(err)
	if f == nil {
		return err.Error()
	}
	text := f.Public
	for _, field := range f.Fields {
		text += fmt.Sprintf("\n  %s: %s", field.Location, field.Message)
	}
	return text
}
