package auth_test

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
)

// desk is an account that has signed in.
type desk struct {
	t      *testing.T
	server *httptest.Server
	cookie string
}

func (d town) desk(server *httptest.Server, login string) desk {
	t := d.t.(*testing.T)
	d.exec("UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE login = 'operator') WHERE login = $1", login)
	a, p := ask(t, server, "POST", "/api/v1/session", `{"login":"`+login+`","password":"`+apitest.Password+`"}`)
	if a.StatusCode != 200 {
		t.Fatalf("%s: %d %v", login, a.StatusCode, p)
	}
	var pairs []string
	for _, c := range a.Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return desk{t, server, strings.Join(pairs, "; ")}
}

// do asks and checks the status; a refusal's code is compared, too.
func (k desk) do(method, path, body string, want int, code string, headers ...string) (reply, map[string]any) {
	k.t.Helper()
	a, p := ask(k.t, k.server, method, path, body, append(headers, "Cookie", k.cookie)...)
	if a.StatusCode != want || code != "" && p["code"] != code {
		k.t.Errorf("%s %s %s: %d %v, want %d %s", method, path, body, a.StatusCode, p, want, code)
	}
	return a, p
}

func TestAccountsOverHTTP(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.member("boss", "", admin(""))
	d.member("street", apitest.StreetA, admin(apitest.StreetA))
	worker := d.member("sweeper", apitest.StreetA, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	stranger := d.member("stranger", apitest.StreetB, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetB})
	mighty := d.member("mighty", apitest.CityCode, actor.Grant{Role: actor.Supervisor, Prefix: apitest.CityCode}, actor.Grant{Role: actor.Leader, Prefix: apitest.StreetA})
	street, plain := d.desk(server, "street"), d.desk(server, "sweeper")

	// What is not administered is not there.
	plain.do("GET", "/api/v1/accounts", "", 403, "auth.forbidden")
	plain.do("GET", "/api/v1/accounts/"+worker.String(), "", 404, "account.missing")
	if _, p := street.do("GET", "/api/v1/accounts/"+worker.String(), "", 200, ""); p["invited"] != false {
		t.Errorf("who has signed in is no longer invited: %v", p)
	}
	plain.do("POST", "/api/v1/accounts", `{"login":"me2","name":"我","scope":"`+apitest.StreetA+`"}`, 403, "auth.forbidden")
	for _, path := range []string{"/api/v1/accounts/" + stranger.String(), "/api/v1/accounts/" + stranger.String() + "/grants?history=true", "/api/v1/accounts/" + uuid.NewString()} {
		street.do("GET", path, "", 404, "account.missing")
	}
	street.do("POST", "/api/v1/accounts/"+stranger.String()+"/grants", `{"role":"worker","scope":"`+apitest.StreetA+`"}`, 404, "account.missing")
	street.do("PATCH", "/api/v1/accounts/"+stranger.String(), `{"name":"x"}`, 404, "account.missing", "If-Match", `"1"`)
	strange := d.grants(stranger)[0].ID.String()
	street.do("POST", "/api/v1/grants/"+strange+"/end", `{}`, 404, "grant.missing")
	street.do("PATCH", "/api/v1/grants/"+strange, `{"reason":"x"}`, 404, "grant.missing")

	_, list := street.do("GET", "/api/v1/accounts?limit=2", "", 200, "")
	logins := []string{}
	for {
		for _, item := range list["items"].([]any) {
			logins = append(logins, item.(map[string]any)["login"].(string))
		}
		next, _ := list["next"].(string)
		if next == "" {
			break
		}
		_, list = street.do("GET", "/api/v1/accounts?limit=2&cursor="+next, "", 200, "")
	}
	if strings.Join(logins, " ") != "street sweeper mighty" {
		t.Errorf("the street's administrator sees %v", logins)
	}
	for query, want := range map[string]int{"role=worker": 1, "q=SWEEP": 1, "state=disabled": 0, "region=" + apitest.StreetB: 0, "role=supervisor": 0, "q=%25": 0} {
		if _, list := street.do("GET", "/api/v1/accounts?"+query, "", 200, ""); len(list["items"].([]any)) != want {
			t.Errorf("%s: %v", query, list["items"])
		}
	}
	// Of one who belongs to the city, only what is held in the street.
	_, one := street.do("GET", "/api/v1/accounts/"+mighty.String(), "", 200, "")
	if grants := one["grants"].([]any); len(grants) != 1 || grants[0].(map[string]any)["role"] != "leader" || one["manageable"] != false {
		t.Errorf("%v", one)
	}
	street.do("PATCH", "/api/v1/accounts/"+mighty.String(), `{"name":"x"}`, 403, "account.beyond", "If-Match", `"1"`)

	// Escalation by editing.
	_, mine := street.do("GET", "/api/v1/accounts?q=street", "", 200, "")
	me := mine["items"].([]any)[0].(map[string]any)
	own, id := me["grants"].([]any)[0].(map[string]any)["id"].(string), me["id"].(string)
	for _, body := range []string{`{"scope":"9901"}`, `{"role":"auditor"}`, `{"scope":"","reason":"x"}`} {
		street.do("PATCH", "/api/v1/grants/"+own, body, 422, "")
	}
	for _, body := range []string{`{"role":"administrator","scope":""}`, `{"role":"operator","scope":"9901"}`, `{"role":"leader","scope":"` + apitest.StreetB + `"}`, `{"role":"auditor","scope":"` + apitest.StreetA + `"}`} {
		street.do("POST", "/api/v1/accounts/"+id+"/grants", body, 403, "grant.beyond")
	}
	street.do("POST", "/api/v1/accounts", `{"login":"puppet","name":"木偶","scope":"`+apitest.StreetA+`","grants":[{"role":"worker","scope":"`+apitest.StreetA+`"},{"role":"administrator","scope":"9901"}]}`, 403, "grant.beyond")
	street.do("POST", "/api/v1/accounts", `{"login":"puppet","name":"木偶","scope":"9901"}`, 403, "grant.beyond")
	street.do("PATCH", "/api/v1/accounts/"+id, `{"scope":""}`, 403, "grant.beyond", "If-Match", `"1"`)

	// An account's life.
	a, made := street.do("POST", "/api/v1/accounts", `{"login":"li.lei","name":"李雷","scope":"`+apitest.StreetA+`","grants":[{"role":"worker","scope":"`+apitest.StreetA+`","reason":"新人"}]}`, 201, "")
	if made["invited"] != true {
		t.Errorf("nobody has opened the new account yet: %v", made)
	}
	if link, _ := made["link"].(string); !strings.HasPrefix(link, "/link#") || len(link) < 30 {
		t.Errorf("the link is %q", link)
	}
	if made["created_by"].(map[string]any)["login"] != "street" || made["scope_name"] == "" || a.Header.Get("ETag") != `"1"` {
		t.Errorf("%v", made)
	}
	address := "/api/v1/accounts/" + made["id"].(string)
	street.do("POST", "/api/v1/accounts", `{"login":"li.lei","name":"x","scope":"`+apitest.StreetA+`"}`, 409, "account.exists")
	street.do("POST", "/api/v1/accounts", `{"login":"Ü!","name":" ","scope":"12"}`, 422, "account.invalid")
	street.do("PATCH", address, `{"name":"李雷雷"}`, 428, "account.if_match")
	street.do("PATCH", address, `{"name":"李雷雷"}`, 412, "account.conflict", "If-Match", `"7"`)
	if _, p := street.do("PATCH", address, `{"name":"李雷雷","sso_allowed":true}`, 200, "", "If-Match", `"1"`); p["name"] != "李雷雷" || p["sso_allowed"] != true || p["rev"] != 2.0 {
		t.Errorf("%v", p)
	}
	grant := made["grants"].([]any)[0].(map[string]any)["id"].(string)
	street.do("PATCH", "/api/v1/grants/"+grant, `{"ends_at":"2026-12-31T00:00:00Z"}`, 200, "")
	if _, p := street.do("PATCH", "/api/v1/grants/"+grant, `{"ends_at":null}`, 200, ""); p["ends_at"] != nil {
		t.Errorf("%v", p)
	}
	street.do("POST", "/api/v1/grants/"+grant+"/end", `{"reason":"调走"}`, 200, "")
	if _, p := street.do("GET", address+"/grants", "", 200, ""); len(p["items"].([]any)) != 0 {
		t.Errorf("%v", p)
	}
	if _, p := street.do("GET", address+"/grants?history=true", "", 200, ""); len(p["items"].([]any)) != 1 || p["items"].([]any)[0].(map[string]any)["state"] != "ended" {
		t.Errorf("%v", p)
	}
	// A closed account is out at once.
	plain.do("GET", "/api/v1/session/deputies", "", 200, "")
	street.do("PATCH", "/api/v1/accounts/"+worker.String(), `{"disabled":true}`, 200, "", "If-Match", `"1"`)
	plain.do("GET", "/api/v1/session", "", 401, "")
	if _, list := street.do("GET", "/api/v1/accounts?state=disabled", "", 200, ""); len(list["items"].([]any)) != 1 {
		t.Errorf("%v", list)
	}
}

func TestDepartmentsOverHTTP(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.member("street", apitest.StreetA, admin(apitest.StreetA))
	worker := d.member("sweeper", apitest.StreetA)
	street := d.desk(server, "street")
	street.do("POST", "/api/v1/departments", `{"code":"S1","name":"街道城管","scope":"9901"}`, 403, "grant.beyond")
	street.do("POST", "/api/v1/departments", `{"code":"?","name":" ","scope":"x"}`, 422, "department.invalid")
	street.do("POST", "/api/v1/departments", `{"code":"S1","name":"街道城管","scope":"`+apitest.StreetA+`"}`, 201, "")
	street.do("POST", "/api/v1/departments", `{"code":"S1","name":"又一个","scope":"`+apitest.StreetA+`"}`, 409, "department.exists")
	street.do("POST", "/api/v1/departments", `{"code":"S2","name":"街道城管二队","scope":"`+apitest.StreetA+`","parent":"S1"}`, 201, "")
	street.do("PATCH", "/api/v1/departments/S1", `{"parent":"S2"}`, 422, "department.invalid", "If-Match", `"1"`)
	street.do("PATCH", "/api/v1/departments/D01", `{"name":"x"}`, 404, "department.missing", "If-Match", `"1"`)
	street.do("PATCH", "/api/v1/departments/S1", `{"name_en":"Street"}`, 412, "department.conflict", "If-Match", `"3"`)
	street.do("PATCH", "/api/v1/departments/S1", `{"name_en":"Street"}`, 200, "", "If-Match", `"1"`)
	grants := "/api/v1/accounts/" + worker.String() + "/grants"
	street.do("POST", grants, `{"role":"handler","scope":"`+apitest.StreetA+`","department":"S1"}`, 201, "")
	street.do("POST", grants, `{"role":"handler","scope":"`+apitest.StreetA+`","department":"S9"}`, 422, "account.department")
	street.do("POST", "/api/v1/departments/S1/end", `{}`, 409, "department.parent", "If-Match", `"2"`)
	street.do("POST", "/api/v1/departments/S2/end", `{}`, 200, "", "If-Match", `"1"`)
	street.do("POST", "/api/v1/departments/S2/end", `{}`, 409, "department.closed", "If-Match", `"2"`)
	street.do("POST", grants, `{"role":"handler","scope":"`+apitest.StreetA+`","department":"S2"}`, 422, "grant.invalid")
	_, list := street.do("GET", "/api/v1/departments", "", 200, "")
	for _, item := range list["items"].([]any) {
		if item.(map[string]any)["code"] == "S2" {
			t.Error("a closed department is offered")
		}
	}
	// A department of the street does not work next door.
	d.member("city", apitest.CityCode, admin(apitest.CityCode))
	d.desk(server, "city").do("POST", grants, `{"role":"handler","scope":"`+apitest.StreetB+`","department":"S1"}`, 422, "grant.invalid")
}

// Where accounts belong is counted of the places administered; a department's
// handlers are found by it.
func TestWhereAccountsBelong(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.exec("UPDATE account SET scope = '' WHERE scope = $1", apitest.CityCode)
	d.member("street", apitest.StreetA, admin(apitest.StreetA))
	d.member("sweeper", apitest.StreetA, actor.Grant{Role: actor.Handler, Prefix: apitest.StreetA, Department: "D01"})
	d.member("gone", apitest.StreetA)
	d.exec("UPDATE account SET disabled_at = $1 WHERE login = 'gone'", apitest.Start)
	d.member("stranger", apitest.StreetB, actor.Grant{Role: actor.Handler, Prefix: apitest.StreetB, Department: "D01"})
	street := d.desk(server, "street")
	_, p := street.do("GET", "/api/v1/account-places", "", 200, "")
	if got := p["items"].([]any); len(got) != 1 || !reflect.DeepEqual(got[0], map[string]any{"scope": apitest.StreetA, "accounts": 3.0, "disabled": 1.0}) {
		t.Errorf("%v", got)
	}
	for department, want := range map[string]int{"D01": 1, "D02": 0} {
		if _, list := street.do("GET", "/api/v1/accounts?department="+department, "", 200, ""); len(list["items"].([]any)) != want {
			t.Errorf("%s: %v", department, list["items"])
		}
	}
	plain := d.desk(server, "sweeper")
	plain.do("GET", "/api/v1/account-places", "", 403, "auth.forbidden")
}

// A closed department is listed on demand, and can be opened again when what it
// belongs to is open.
func TestADepartmentIsOpenedAgain(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.member("boss", "", admin(""))
	d.member("street", apitest.StreetB, admin(apitest.StreetB))
	boss, street := d.desk(server, "boss"), d.desk(server, "street")
	boss.do("POST", "/api/v1/departments", `{"code":"D70","name":"总队","scope":"`+apitest.StreetA+`"}`, 201, "")
	boss.do("POST", "/api/v1/departments", `{"code":"D71","name":"分队","scope":"`+apitest.StreetA+`","parent":"D70"}`, 201, "")
	for _, code := range []string{"D71", "D70"} {
		boss.do("POST", "/api/v1/departments/"+code+"/end", "", 200, "", "If-Match", `"1"`)
	}
	listed := func(query string) (codes []string) {
		_, p := boss.do("GET", "/api/v1/departments"+query, "", 200, "")
		for _, x := range p["items"].([]any) {
			if code := x.(map[string]any)["code"].(string); strings.HasPrefix(code, "D7") {
				codes = append(codes, code)
			}
		}
		return codes
	}
	if open, all := listed(""), listed("?closed=true"); len(open) != 0 || strings.Join(all, " ") != "D70 D71" {
		t.Errorf("%v of %v", open, all)
	}
	boss.do("POST", "/api/v1/departments/D71/reopen", "", 409, "department.parent_closed", "If-Match", `"2"`)
	boss.do("POST", "/api/v1/departments/D70/reopen", "", 412, "department.conflict", "If-Match", `"1"`)
	street.do("POST", "/api/v1/departments/D70/reopen", "", 404, "department.missing", "If-Match", `"2"`)
	boss.do("POST", "/api/v1/departments/D70/reopen", "", 200, "", "If-Match", `"2"`)
	boss.do("POST", "/api/v1/departments/D70/reopen", "", 409, "department.open", "If-Match", `"3"`)
	boss.do("POST", "/api/v1/departments/D71/reopen", "", 200, "", "If-Match", `"2"`)
	if open := listed(""); strings.Join(open, " ") != "D70 D71" {
		t.Errorf("%v", open)
	}
}
