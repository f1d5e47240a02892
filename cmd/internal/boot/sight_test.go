package boot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/region"
	"onemap/api/web"
)

// said is an answer: its status and what it says.
type said struct {
	status int
	media  string
	body   string
	etag   string
}

// somebody asks: with a key, with a session, or as a visitor.
type somebody struct {
	name string
	role actor.Role // of staff
	key  string
	as   facts // what they fill calls with in another way than everybody
}

// request is a call as somebody sends it.
func (p *program) request(ctx context.Context, by somebody, c call) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, p.url+c.address, strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "identity")
	if c.media != "" {
		r.Header.Set("Content-Type", c.media)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if session, ok := strings.CutPrefix(by.key, "session "); ok {
		r.AddCookie(&http.Cookie{Name: web.SessionCookie(false), Value: session})
	} else if by.key != "" {
		r.Header.Set("Authorization", "Bearer "+by.key)
	}
	return r, nil
}

func (p *program) send(t *testing.T, by somebody, c call) said {
	t.Helper()
	r, err := p.request(t.Context(), by, c)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	return said{a.StatusCode, media, string(b), a.Header.Get("ETag")}
}

// made sends JSON and gives the id of what was made.
func (p *program) made(t *testing.T, by somebody, method, path string, body any) string {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	c := call{method: method, address: "/api/v1" + path, media: "application/json", body: string(b)}
	if text, ok := body.(string); ok {
		c.media, c.body = "application/octet-stream", text
	}
	s := p.send(t, by, c)
	if s.status/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, path, s.status, s.body)
	}
	var made struct {
		ID         string `json:"id"`
		Properties struct{ ID string }
	}
	_ = json.Unmarshal([]byte(s.body), &made)
	return made.ID + made.Properties.ID
}

// tile is the address z, x, y of the tile that holds a point.
func tile(z int, at orb.Point) (zoom, x, y string) {
	t := maptile.At(at, maptile.Zoom(z))
	return fmt.Sprint(z), fmt.Sprint(t.X), fmt.Sprint(t.Y)
}

// nothing is what calls hold before anything of ours exists: ids of nothing,
// and everything that is not about an object.
func nothing() facts {
	z, x, y := tile(16, apitest.InGridA)
	today, now := time.Now().Format(time.DateOnly), time.Now().Format(time.RFC3339)
	f := facts{
		"region": apitest.StreetA, "regions.code": apitest.StreetA, "q": "无此物", "layer": "cases", "z": z, "x": x, "y": y, "stack": "Regular", "range": "0-255",
		"lon": apitest.InGridA[0], "lat": apitest.InGridA[1], "Idempotency-Key": apitest.NewID().String(), "If-Match": `"1"`, "exports.kind": "people", "format": "csv", "purpose": "对账", "X-Purpose": "%E7%AD%94%E5%A4%8D",
		"receipt": "unknown-receipt-of-nobody", "codes.code": apitest.StreetA, "facilities.code": "4H00-0000", "codes": "4H000000", "mappings.name": "无此映射", "imports.kind": "organisations",
		"sign-in.login": "nobody", "sign-in.password": "not-the-password", "text": "井盖响", "report.category": "06010", "photos": []string{},
		"upload-photo body": "not a picture", "upload-import.kind": "organisations", "upload-import.name": "next.csv", "upload-import body": "ref,name,lon,lat\n1,甲,113.3025,23.405\n",
		"take-step.action": "file", "put-stack.floors": 2, "put-stack.rooms_per_floor": 2, "put-stack.pattern": "{floor}{col:02}", "plan-stack.floors": 2, "plan-stack.rooms_per_floor": 2,
		"plan-stack.pattern": "{floor}{col:02}", "add-dwelling.code": "909", "edit-dwelling.use": "shop", "edit-building.name": "青禾大楼", "edit-facility.place": "解放路13号", "add-facility.kind": "bench",
		"edit-service.name": "青禾大诊所", "add-service.kind": "clinic", "add-service.name": "第二诊所", "create-organisation.name": "新店", "create-organisation.kind": "company",
		"change-organisation.name": "改名", "create-person.name": "李芳", "create-person.born_on": "1990-01-01", "change-person.kind": "floating", "leave.on": today, "leave.why": "moved", "erase-person.reason": "doubled",
		"end-residence.until": today, "end-tag.until": today, "give-tag.tag": "veteran", "decide-import-doubt.take": "drop", "map-import.columns": map[string]string{"ref": "ref", "name": "name"}, "put-mapping.kind": "organisations",
		"run-import.dry_run": true, "move-in.relation": "tenant", "add-account.login": "new.colleague", "add-account.name": "新同事", "add-account.scope": apitest.StreetA, "list-accounts.q": "nobody", "change-account.name": "改名",
		"give-grant.role": "worker", "give-grant.scope": apitest.StreetA, "add-department.code": "D77", "add-department.name": "新科室", "add-department.scope": apitest.StreetA,
		"departments.code": "D99", "change-department.name": "改名", "change-grant.reason": "值班", "end-grant.reason": "调岗", "name-deputy.login": "nobody", "name-deputy.from": now, "name-deputy.until": now,
		"challenge": "unknown", "credential": map[string]any{}, "rename-passkey.name": "改名", "devices.id": uuid.NewString(), "passkeys.id": uuid.NewString(),
		"keys.id": uuid.NewString(), "session": uuid.NewString(), "sessions.session": uuid.NewString(), "make-key.name": "传感器", "make-key.role": "worker", "make-key.scope": apitest.StreetA,
		"make-key.expires_at": time.Now().AddDate(0, 1, 0).Format(time.RFC3339), "make-key.read_only": true,
		"actor": uuid.NewString(), "list-audit.kind": "person", "export-audit.kind": "person", "list-accounts.department": "D99",
		"settings.key": "contact", "change-setting.value": "12345", "rid": uuid.NewString(), "tid": uuid.NewString(), "doubt": uuid.NewString(),
		"nets.net": uuid.NewString(), "cells.code": "P1", "define-net.scope": apitest.StreetA, "define-net.name": "fire", "define-net.kind": "fire", "change-net.kind": "fire",
		"draft": uuid.NewString(), "edition": 999, "begin-draft.name": "改名", "cut-grids.target": "area", "cut-grids.much": 100000, "cut-grids.preview": true, "change-draft.name": "改名", "mend-draft.parent": "990101001001", "mend-draft.set": "x", "fill-draft.name": "grids.geojson", "read-code.code": "990101001001001",
		"fill-draft body": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101001001001","name":"改名"},"geometry":{"type":"Polygon","coordinates":[[[113.3,23.4],[113.305,23.4],[113.305,23.41],[113.3,23.41],[113.3,23.4]]]}}]}`,
	}
	for _, of := range strings.Fields("accounts.id grants.id buildings.id cases.id dwellings.id imports.id organisations.id people.id leave.id photos.id services.id building dwelling household object building_id dwelling_id") {
		f[of] = uuid.NewString()
	}
	f["list-people.building"], f["remove-dwelling.id"] = f["building"], f["dwelling"]
	return f
}

// ours makes one thing of each kind in street A, and more where a list has to
// have a second page, and says how calls name them.
func (p *program) ours(t *testing.T, city *apitest.City, own owners, none facts) facts {
	t.Helper()
	registrar, administrator := own[web.SightRegister], own[web.SightManage]
	p.furnish(t, city)
	city.Report(t, apitest.InGridA)
	f := maps.Clone(none)
	house := func(code string) string {
		return p.made(t, registrar, "POST", "/dwellings", map[string]any{"building_id": p.building, "code": code})
	}
	home := house("101")
	person := func(name, born string) string {
		return p.made(t, registrar, "POST", "/people", map[string]any{"name": name, "born_on": born, "dwelling_id": home, "since": time.Now().Format(time.DateOnly), "phone": "13800001234", "tags": []string{"disabled"}})
	}
	shop := func(name string) string {
		return p.made(t, registrar, "POST", "/organisations", map[string]any{"name": name, "kind": "company", "lon": apitest.InGridA[0], "lat": apitest.InGridA[1], "building_id": p.building})
	}
	f["cases.id"], f["photos.id"], f["receipt"], f["q"] = p.receipt.ID.String(), p.photo, p.receipt.Receipt, p.receipt.Number
	f["buildings.id"], f["building"], f["building_id"], f["list-people.building"] = p.building, p.building, p.building, p.building
	f["nets.net"] = p.net
	f["services.id"], f["facilities.code"], f["codes"] = p.service, p.facility.Code.String(), p.facility.Code.Raw()
	f["dwellings.id"], f["dwelling"], f["dwelling_id"], f["remove-dwelling.id"] = home, home, home, house("102")
	f["people.id"] = person("王小明", "1950-05-06")
	person("王小明", "1955-05-06") // a second page of this name
	f["object"], f["household"] = f["people.id"], uuid.NewString()
	city.Beneath(t, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue("INSERT INTO household (id, source, source_ref, dwelling_id, scope_code, rev, updated_at) VALUES ($1, 'test', 'h', $2, $3, 1, now())", f["household"], home, apitest.GridA)
		b.Queue("UPDATE person SET household_id = $1 WHERE id = $2", f["household"], f["people.id"])
		return tx.SendBatch(t.Context(), b).Close()
	})
	f["leave.id"] = person("赵大海", "1985-05-06")
	f["erase-person.id"] = person("钱小河", "1986-05-06")
	// Whoever has left is counted until their time is over.
	left := call{
		method: "POST", address: "/api/v1/people/" + person("孙大江", "1940-05-06") + "/leave", media: "application/json",
		body: `{"on":"` + time.Now().Format(time.DateOnly) + `","why":"moved"}`, header: map[string]string{"X-Purpose": "visit"},
	}
	if s := p.send(t, registrar, left); s.status != http.StatusOK {
		t.Fatal(s)
	}
	f["organisations.id"] = shop("青禾超市")
	shop("青禾超市") // a row of this name is about either
	f["list-accounts.q"], f["departments.code"], f["list-accounts.department"] = "colleague", "D88", "D88"
	p.made(t, administrator, "POST", "/departments", map[string]any{"code": "D88", "name": "科室", "scope": apitest.StreetA})
	f["accounts.id"] = p.made(t, administrator, "POST", "/accounts", map[string]any{
		"login": "colleague", "name": "王同事", "scope": apitest.StreetA, "grants": []map[string]any{{"role": "handler", "scope": apitest.StreetA, "department": "D88"}},
	})
	f["keys.id"] = p.made(t, administrator, "POST", "/keys", map[string]any{"name": "传感器", "role": "worker", "scope": apitest.StreetA, "expires_at": f["make-key.expires_at"]})
	signed := uuid.NewString()
	if _, err := city.Pool.Exec(t.Context(), `
INSERT INTO session (id, token_hash, account_id, how, stage, proved_at, agent, address, created_at, seen_at, expires_at)
VALUES ($1, '\x00', $2, 'password', 'open', $3, '', '', $3, $3, $4)`, signed, f["accounts.id"], time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f["session"], f["sessions.session"] = signed, signed
	// Whoever is signed out everywhere has no device left to be signed out at.
	f["end-account-sessions.id"] = p.made(t, administrator, "POST", "/accounts", map[string]any{"login": "second", "name": "第二位", "scope": apitest.StreetA})
	f["reset-factors.id"] = f["end-account-sessions.id"]
	f["devices.id"] = anyID.FindString(p.send(t, registrar, call{method: http.MethodGet, address: "/api/v1/session/devices"}).body)
	upload := func(name string) string {
		return p.made(t, registrar, "POST", "/imports?kind=organisations&name="+name, "ref,name,kind,lon,lat\n9,青禾超市,company,113.3025,23.405\n10,,company,1,1\n")
	}
	upload("second.csv")
	f["imports.id"] = upload("first.csv")
	p.made(t, registrar, "POST", "/imports/"+f["imports.id"].(string)+"/run", map[string]any{})
	f["mappings.name"] = "我们的"
	p.made(t, registrar, "PUT", "/mappings/我们的", map[string]any{"kind": "organisations"})
	running := call{method: "GET", address: "/api/v1/imports/" + f["imports.id"].(string)}
	for strings.Contains(p.send(t, registrar, running).body, `"running"`) { // ends by itself, or by the test's own limit
	}
	for name, sql := range map[string]string{
		"grants.id": "SELECT id::text FROM account_grant WHERE account_id = '" + f["accounts.id"].(string) + "'",
		"doubt":     "SELECT id::text FROM import_doubt",
		"actor":     "SELECT id::text FROM account WHERE login = 'registrar.a'",
	} {
		var id string
		if err := city.Pool.QueryRow(t.Context(), sql).Scan(&id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f[name] = id
	}
	f["list-dwellings.q"], f["list-organisations.q"], f["query-people.q"], f["list-buildings.q"], f["list-services.q"], f["list-facilities.q"] = "101", "青禾超市", "王小明", "青禾", "青禾", "长椅"
	record := p.send(t, registrar, call{method: http.MethodGet, address: "/api/v1/people/" + f["people.id"].(string), header: map[string]string{"X-Purpose": "check"}})
	var carried struct{ Residences, Tags []struct{ ID string } }
	if err := json.Unmarshal([]byte(record.body), &carried); err != nil || len(carried.Residences) == 0 || len(carried.Tags) == 0 {
		t.Fatalf("%d %s: %v", record.status, record.body, err)
	}
	f["rid"], f["tid"] = carried.Residences[0].ID, carried.Tags[0].ID
	f["edition"], f["draft"] = p.redrawn(t, city)
	p.server.tiles.InvalidateAll() // as the follower of changes does
	p.Analysis.Forget()
	return f
}

// redrawn publishes a draft of street A and begins another one.
func (p *program) redrawn(t *testing.T, city *apitest.City) (edition int64, draft string) {
	t.Helper()
	ctx := city.As(actor.Administrator, apitest.StreetA)
	renamed := func(code string) region.Draft {
		name := "改名" + code
		d, err := city.Regions.Begin(ctx, apitest.StreetA, apitest.NewID(), "", "")
		if err == nil {
			d, err = city.Regions.Edit(ctx, apitest.StreetA, d.ID, d.Rev, nil, []region.Edit{{Op: "put", Code: code, Name: &name}})
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := renamed(apitest.GridA)
	done, err := city.Regions.PublishDraft(ctx, apitest.StreetA, d.ID, d.Rev)
	if err == nil {
		err = p.Regions.Load(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return done.Edition, renamed(apitest.StreetA + "001002").ID.String()
}

// ownRoles are the roles of ours that prove a call right, by its rule.
var ownRoles = map[web.Sight]actor.Role{
	web.SightArea: actor.Worker, web.SightCases: actor.Operator, web.SightPlanning: actor.Planner, web.SightAudit: actor.Auditor,
}

// wholeCity stands for the rule of what is done for a city as a whole.
const wholeCity web.Sight = "the whole city"

// owners are those of us who prove a call right, by its rule.
type owners map[web.Sight]somebody

// owners makes them: those of street A, and the administrator of the city.
func (p *program) owners(t *testing.T) owners {
	t.Helper()
	registrar := p.account(t, "registrar.a", actor.Registrar, apitest.StreetA)
	own := owners{
		web.SightRegister: registrar, web.SightPeople: registrar, web.SightSelf: registrar, web.SightReceipt: {}, web.SightPublic: {},
		web.SightManage: p.account(t, "administrator.a", actor.Administrator, apitest.StreetA),
		wholeCity:       p.account(t, "administrator.city", actor.Administrator, apitest.CityCode),
	}
	for rule, role := range ownRoles {
		own[rule] = somebody{name: "our " + string(role), key: p.key(t, role, apitest.StreetA)}
	}
	return own
}

func (o owners) of(c call) somebody {
	switch c.op {
	case "plan-uncovered": // for planners who see people
		return o[web.SightPeople]
	case "erase-person", "get-nets-fit": // seen by others, done by administrators; a draft is theirs
		return o[web.SightManage]
	case "list-settings", "change-setting", "get-retention": // for those of a whole city
		return o[wholeCity]
	}
	return o[c.rule]
}

// alike are the operations that answer all who may ask alike, whatever there is.
var alike = map[string]string{
	"case-departments":  "nothing of ours waits for a department; whose cases are counted is proven in package cases",
	"list-settings":     "the settings are no object of ours, and only administrators of a whole city read them",
	"list-import-kinds": "the names of fields", "plan-options": "the words of a question, and how many services there are, which is public",
	"list-tile-layers": "names of layers", "get-tilejson": "a layer's description holds no object", "plan-coverage": "so few people are withheld", "plan-coverage-csv": "so few people are withheld",
	"plan-coverage-geojson": "so few people are withheld", "plan-flows": "so few moves are withheld", "plan-uncovered": "nobody is out of reach of nothing",
	"list-region-findings": "regions are there before anything of ours; that neighbours do not find them is proven in package region", "list-region-proposals": "likewise",
}

// From next door nothing of ours exists: whoever works in the neighbouring
// street, whoever visits, and whoever holds another receipt gets the answers
// that they got before any of it was made.
func TestNextDoorNothingOfOursExists(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	doc := p.spec(t)
	own := p.owners(t)
	other := city.Report(t, apitest.InGridB)
	another := facts{"receipt": other.Receipt}
	next := []somebody{{name: "a visitor", as: facts{"receipt": "unknown-receipt-of-nobody"}}, {name: "a resident", as: another}}
	for _, role := range actor.Roles {
		by := somebody{role: role, key: p.key(t, role, apitest.StreetB)}
		if role == actor.Administrator { // a key administers nobody
			by = p.account(t, "administrator.b", role, apitest.StreetB)
		}
		by.name, by.as = "the neighbours' "+string(role), another
		next = append(next, by)
	}

	none := nothing()
	before := map[string]said{}
	note := func(by somebody, list []call) {
		for _, c := range list {
			if c.reading() {
				before[by.name+" "+c.op+fmt.Sprint(strings.Contains(c.address, "?"))] = p.send(t, by, c)
			}
		}
	}
	for _, by := range next {
		note(by, none.but(by.as).all(t, doc))
	}
	for _, c := range none.all(t, doc) {
		by := own.of(c)
		by.name = "us"
		note(by, []call{c})
	}
	ours := p.ours(t, city, own, none)
	if _, err := p.Sealer.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	hide := p.hider(none, ours)
	list := ours.all(t, doc)

	seen := map[string]said{}
	for i, c := range list {
		if !c.reading() {
			continue
		}
		s := p.send(t, own.of(c), c)
		seen[c.op+fmt.Sprint(i)] = s
		was := before["us "+c.op+fmt.Sprint(strings.Contains(c.address, "?"))]
		if s.status/100 != 2 || c.rule != web.SightPublic && c.rule != web.SightSelf && alike[c.op] == "" && hide(was.body) == hide(s.body) {
			t.Errorf("%s %s shows those it belongs to nothing, so it proves nothing: %d %.300s", c.method, c.address, s.status, s.body)
		}
	}
	for _, by := range next {
		for _, c := range ours.but(by.as).all(t, doc) {
			if c.rule == web.SightSelf && !c.named || c.rule == web.SightPublic {
				p.alike(t, by, c)
				continue
			}
			s := p.send(t, by, c)
			was := before[by.name+" "+c.op+fmt.Sprint(strings.Contains(c.address, "?"))]
			switch {
			case growing[c.op] && c.op != "list-readings":
				if strings.Contains(s.body, apitest.StreetA) {
					t.Errorf("%s tells %s of ours: %.300s", c.op, by.name, s.body)
				}
			case s.status >= 500:
				t.Errorf("%s breaks %s %s: %d %s", by.name, c.method, c.address, s.status, s.body)
			case c.reading():
				if c.op != "plan-options" && (s.status != was.status || hide(s.body) != hide(was.body)) {
					t.Errorf("%s %s tells %s of ours: %d %.300s, and before it existed %d %.300s", c.method, c.address, by.name, s.status, s.body, was.status, was.body)
				}
				if c.named && s.status/100 == 2 && alike[c.op] == "" && c.op != "get-tile" && c.op != "export" && c.op != "get-receipt" {
					t.Errorf("%s %s answers %s %d, want 404", c.method, c.address, by.name, s.status)
				}
			case s.status == 404, s.status == 401, s.status == 403 && (c.creates() || c.rule == web.SightSelf || !mayThere(by.role, c.rule)): // a key has no self
			case (c.op == "put-mapping" || c.op == "delete-mapping") && s.status == 204, c.op == "upload-import" && s.status == 201, (c.op == "create-person" || c.op == "create-organisation") && s.status == 422: // their own; "no such dwelling"
			default:
				t.Errorf("%s %s lets %s through or tells them of it: %d %.300s", c.method, c.address, by.name, s.status, s.body)
			}
		}
	}
	p.cursors(t, doc, own, next, ours)
	for i, c := range list {
		switch now := p.send(t, own.of(c), p.current(t, own.of(c), c)); {
		case growing[c.op]:
		case c.reading() && !strings.HasPrefix(now.body, "%PDF") && hide(now.body) != hide(seen[c.op+fmt.Sprint(i)].body) && seen[c.op+fmt.Sprint(i)].status == 200:
			t.Errorf("%s %s says something else after the neighbours' tries: %.300s, it was %.300s", c.method, c.address, now.body, seen[c.op+fmt.Sprint(i)].body)
		case c.reading(), c.rule == web.SightPublic, c.rule == web.SightSelf:
		case now.status/100 != 2 && now.status != 409 && now.status != 412: // taken or changed meanwhile: it is there for them
			t.Errorf("%s %s %s is refused to those it belongs to, so its refusal proves nothing: %d %.300s", c.method, c.address, c.body, now.status, now.body)
		}
	}
}

// alike asks for what is public: everybody reads the same bytes. Anybody may
// write there, too, which proves nothing.
func (p *program) alike(t *testing.T, by somebody, c call) {
	t.Helper()
	if c.rule != web.SightPublic || !c.reading() {
		return
	}
	if s, visitor := p.send(t, by, c), p.send(t, somebody{}, c); s != visitor {
		t.Errorf("%s %s is public and tells %s %d %.200s, a visitor %d %.200s", c.method, c.address, by.name, s.status, s.body, visitor.status, visitor.body)
	}
}

// growing are the answers that grow with every request, ours too: the audit. A
// verification is of the whole log and tells of no entry.
var growing = map[string]bool{"list-audit": true, "export-audit": true, "audit-verification": true, "audit-head": true, "verify-audit": true, "list-readings": true}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// A cursor says where a page begins, not what may be on it.
func (p *program) cursors(t *testing.T, doc *openapi3.T, own owners, next []somebody, f facts) {
	t.Helper()
	tried := 0
	var list []call
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Parameters.GetByInAndName("query", "cursor") != nil && op.Extensions["x-sight"] != string(web.SightPublic) {
				list = append(list, f.calls(t, method, path, op)[0])
			}
		}
	}
	for _, c := range list {
		all := anyID.FindAllString(p.send(t, own.of(c), c).body, -1)
		c.address += "?limit=1"
		var page struct{ Next string }
		if s := p.send(t, own.of(c), c); json.Unmarshal([]byte(s.body), &page) != nil || page.Next == "" {
			if alike[c.op] == "" && c.op != "export-audit" && c.op != "list-readings" && c.op != "list-dwellings" && c.op != "list-import-doubts" { // a room and a doubt is left of them
				t.Errorf("%s has no second page for us, so it proves nothing: %s", c.op, s.body)
			}
			continue
		}
		tried++
		c.address += "&cursor=" + page.Next
		for _, by := range next {
			s := p.send(t, by, c)
			for _, id := range all {
				if s.status >= 500 || s.status == 200 && strings.Contains(s.body, id) {
					t.Errorf("%s shows %s what is ours by our cursor: %d %.300s", c.op, by.name, s.status, s.body)
				}
			}
		}
	}
	if tried < 8 {
		t.Errorf("%d lists were tried with our cursors", tried)
	}
}

// but gives the facts with some changed.
func (f facts) but(as facts) facts {
	out := maps.Clone(f)
	maps.Copy(out, as)
	return out
}

// hider takes what a call named out of its answer: it may be repeated in a refusal.
func (p *program) hider(lists ...facts) func(string) string {
	var pairs []string
	for _, f := range lists {
		for name, v := range f {
			if text, ok := v.(string); ok && len(text) >= 8 && name != "region" && name != "regions.code" {
				pairs = append(pairs, text, "#")
			}
		}
	}
	names := strings.NewReplacer(pairs...)
	return func(body string) string { return lastUse.ReplaceAllString(names.Replace(body), "") }
}

// lastUse of a key moves on by asking for it; an export has a number of its own
// each time, at the end of each row. Which edition of the grids was in force when is public.
var lastUse = regexp.MustCompile(`"used_at":(?:null|"[^"]*"),|,[2-9A-HJKMNP-Z]{10}\r?\n|"(?:from|to)_edition":\d+`)

// creates says that a call makes something, at a place on the public map.
func (c call) creates() bool { return !c.named }

// mayThere says whether a role may do what a rule is for, where it holds.
func mayThere(role actor.Role, rule web.Sight) bool {
	a := actor.Actor{Grants: []actor.Grant{{Role: role, Department: "D01"}}}
	switch rule {
	case web.SightPeople:
		return !a.People().Empty()
	case web.SightCases:
		return !a.Cases().Empty()
	case web.SightPlanning:
		return !a.Planning().Empty()
	case web.SightRegister:
		return a.Has(actor.Registrar, actor.Administrator)
	case web.SightManage:
		return a.Has(actor.Administrator)
	case web.SightAudit:
		return a.Has(actor.Auditor, actor.Administrator)
	}
	return true
}

// current gives a call the ETag of what it changes.
func (p *program) current(t *testing.T, by somebody, c call) call {
	t.Helper()
	if c.header["If-Match"] == "" {
		return c
	}
	for at := c.address; strings.Count(at, "/") > 3; at = at[:strings.LastIndex(at, "/")] {
		if s := p.send(t, by, call{method: http.MethodGet, address: at, header: map[string]string{web.PurposeHeader: "check"}}); s.etag != "" {
			c.header = maps.Clone(c.header)
			c.header["If-Match"] = s.etag
			break
		}
	}
	return c
}

// account is somebody with a session.
func (p *program) account(t *testing.T, login string, role actor.Role, prefix string) somebody {
	t.Helper()
	if _, err := p.Auth.AddAccount(t.Context(), auth.NewAccount{Login: login, Name: login, Password: apitest.Password, Grants: []actor.Grant{{Role: role, Prefix: prefix}}}); err != nil {
		t.Fatal(err)
	}
	in, err := p.Auth.SignIn(t.Context(), auth.Try{Login: login, Password: apitest.Password})
	if err != nil {
		t.Fatal(err)
	}
	return somebody{name: login, role: role, key: "session " + in.Token}
}

// spec is the OpenAPI document.
func (p *program) spec(t *testing.T) *openapi3.T {
	t.Helper()
	_, b := p.get(t, "/openapi-3.0.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
