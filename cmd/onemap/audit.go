package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"onemap/api/audit"
	"onemap/cmd/internal/boot"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Compute the audit log again from its first entry to its last; status 1 when something is wrong."`
	Head   auditHead   `cmd:"" help:"Print the signed head of this moment, one line of JSON, to keep elsewhere."`
	NewKey auditNewKey `cmd:"" name:"new-key" help:"Go on under a new key when audit.key was lost or stolen, with a statement in the log; stop all servers first."`
}

type auditVerify struct {
	boot.Config
	Head string `help:"Signed heads that were kept elsewhere, one a line, beside those of --audit-heads; - reads standard input." placeholder:"FILE|-"`
	JSON bool   `help:"Report as JSON." name:"json"`
}

func (c auditVerify) heads() ([]audit.Head, error) {
	switch c.Head {
	case "":
		return nil, nil
	case "-":
		return audit.ReadHeads(os.Stdin)
	}
	file, err := os.Open(c.Head)
	if err != nil {
		return nil, fmt.Errorf("--head: %w", err)
	}
	defer file.Close()
	return audit.ReadHeads(file)
}

func (c auditVerify) Run(ctx context.Context) error {
	heads, err := c.heads()
	if err != nil {
		return err
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	begin := time.Now()
	r, err := w.Sealer.Verify(ctx, nil, heads...)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(r)
	} else {
		printAudit(r, time.Since(begin))
	}
	if err == nil && !r.OK() {
		err = errFailed
	}
	return err
}

func printAudit(r audit.Report, took time.Duration) {
	fmt.Printf("%d entries, %d signed heads, in %.1f s; the newest is %d, %x.\n", r.Entries, r.Heads, took.Seconds(), r.Seq, r.Hash)
	for _, f := range r.Findings {
		fmt.Printf("FAIL %-10s %d-%d  %s\n", f.Kind, f.From, f.To, f.Says)
	}
	switch {
	case r.More > 0:
		fmt.Printf("     and %d more\n", r.More)
	case r.OK():
		if r.KeySince > 0 {
			fmt.Printf("The key was changed with entry %d: of the entries before it the chain and the signed heads were compared, not the marks.\n", r.KeySince)
		}
		fmt.Println("Nothing was edited, removed, inserted or changed in order.")
	}
}

type auditNewKey struct {
	boot.Config
	Reason string `help:"Why; it stays in the log." required:""`
}

func (c auditNewKey) Run(ctx context.Context) error {
	seq, had, err := boot.NewAuditKey(ctx, c.Config, c.Reason, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	if seq > 0 {
		fmt.Printf("Entry %d says that the log goes on under a new key. Keep a copy of the key file now, and a signed head (audit head) elsewhere.\n", seq)
	} else {
		fmt.Println("The change that was broken off is done.")
	}
	if !had {
		fmt.Println("The former key was not there: what waited to be sealed was taken as it lay.")
	}
	return nil
}

type auditHead struct{ boot.Config }

func (c auditHead) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	h, err := w.Sealer.Now(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(h)
}
