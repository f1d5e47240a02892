package boot

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/apitest"
)

// The demand: how much of a report's throughput its audit entry may cost.
const auditDemand = 0.10

// BenchmarkAudit prints the line of make bench-audit: reports sent by eight
// clients at once to two programs over one city, in turn, of which one keeps
// an audit log. Its sealing is counted in.
func BenchmarkAudit(b *testing.B) {
	const clients, each, rounds = 8, 40, 13
	p, city := open(b)
	c := ServeConfig{CacheMB: 8, Unlimited: true}
	audited := answering(b, p.World, c)
	book := p.Audit
	p.Audit = nil
	plain := answering(b, p.World, c)
	p.Audit = book

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	send := func(to *program) time.Duration {
		began := time.Now()
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				for range each {
					to.sendReport(b, client)
				}
			})
		}
		group.Wait()
		if to == audited {
			if _, err := p.Sealer.Now(b.Context()); err != nil {
				b.Error(err)
			}
		}
		return time.Since(began)
	}
	took := map[*program][]time.Duration{}
	for round := range rounds {
		pair := []*program{plain, audited}
		if round%2 == 1 {
			slices.Reverse(pair)
		}
		for _, to := range pair {
			if d := send(to); round > 0 { // the first warms up
				took[to] = append(took[to], d)
			}
		}
	}
	var entries int
	if err := city.Root.QueryRow(b.Context(), "SELECT count(*) FROM audit_log").Scan(&entries); err != nil || entries < clients*each*rounds {
		b.Fatalf("%d entries of %d reports: %v", entries, clients*each*rounds, err)
	}
	rate := func(of *program) float64 {
		slices.Sort(took[of])
		return clients * each / took[of][len(took[of])/2].Seconds()
	}
	cost := 1 - rate(audited)/rate(plain)
	verdict := "ok"
	if cost > auditDemand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH audit-cost-of-reports %.3f demand <=%.2f %s\n", cost, auditDemand, verdict)
	b.Logf("%.0f reports a second without audit, %.0f with", rate(plain), rate(audited))
	b.ReportMetric(cost, "audit-cost")
}

func (p *program) sendReport(b *testing.B, client *http.Client) {
	b.Helper()
	body := fmt.Sprintf(`{"category":"06010","text":"bench","lon":%g,"lat":%g}`, apitest.InGridA[0], apitest.InGridA[1])
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.url+"/api/v1/reports", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", uuid.NewString())
	a, err := client.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	if a.Body.Close(); a.StatusCode != http.StatusCreated {
		b.Errorf("report: %d", a.StatusCode)
	}
}
