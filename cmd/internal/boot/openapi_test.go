package boot

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/web"
)

// Each route is an operation of the document, with its rule of sight, or says
// its rule beside it.
func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	p := start(t)
	doc := p.spec(t)
	braces := regexp.MustCompile(`:(\w+)`)
	for _, route := range p.server.web.Echo.Routes() {
		if p.server.web.SightOf(route) != "" || route.Method == "HEAD" || strings.HasPrefix(route.Method, "echo_") {
			continue
		}
		path := braces.ReplaceAllString(route.Path, "{$1}")
		switch path { // a route of the tiles takes the name of the file as one parameter
		case "/tiles/{file}":
			path = "/tiles/{layer}.json"
		case "/tiles/fonts/{stack}/{range}":
			path += ".pbf"
		case "/tiles/{layer}/{z}/{x}/{y}":
			path += ".mvt"
		}
		item := doc.Paths.Value(path)
		if item == nil || item.GetOperation(route.Method) == nil {
			t.Errorf("%s %s is not in the OpenAPI document", route.Method, path)
			continue
		}
		rule, _ := item.GetOperation(route.Method).Extensions["x-sight"].(string)
		if web.Sight(rule).Meaning() == "" {
			t.Errorf("%s %s has the rule of sight %q", route.Method, path, rule)
		}
	}
}

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	p := start(t)
	doc := p.spec(t)
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if other := ids[op.OperationID]; other != "" || op.OperationID == "" {
				t.Errorf("%s %s has the operation id %q of %s", method, path, op.OperationID, other)
			}
			ids[op.OperationID] = method + " " + path
			if op.Summary == "" || len(op.Tags) == 0 {
				t.Errorf("%s %s says too little", method, path)
			}
		}
	}
	names := make([]string, 0, len(doc.Components.Schemas))
	for name := range doc.Components.Schemas {
		names = append(names, name)
	}
	for _, want := range []string{"Feature", "FeatureCollection", "Problem"} {
		if !slices.Contains(names, want) {
			t.Errorf("no schema %s among %v", want, names)
		}
	}
	answer := doc.Paths.Value("/api/v1/facilities").Get.Responses.Value("200").Value.Content["application/geo+json"]
	if answer == nil || answer.Schema.Ref != "#/components/schemas/FeatureCollection" {
		t.Errorf("facilities answer %+v", answer)
	}
}

// What the operations send is what the document says they do: status, media
// type and, where there is one, schema.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	p := start(t)
	_, b := p.get(t, "/openapi.json", "") // in 3.0 a property of any type cannot be null
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	key := p.key(t, actor.Operator, apitest.CityCode)
	addresses := map[string][]string{
		"/api/v1/locate":                                  {"/api/v1/locate?lon=113.3025&lat=23.405", "/api/v1/locate?lon=0&lat=0", "/api/v1/locate?lon=x&lat=95"},
		"/api/v1/at":                                      {"/api/v1/at?lon=113.3025&lat=23.405&reach=500", "/api/v1/at?lon=0&lat=0", "/api/v1/at?lon=113.3&lat=95", "/api/v1/at?lon=113.3&lat=23.4&reach=NaN"},
		"/api/v1/regions":                                 {"/api/v1/regions", "/api/v1/regions?level=grid", "/api/v1/regions?level=planet"},
		"/api/v1/regions/{code}":                          {"/api/v1/regions/9901", "/api/v1/regions/9902"},
		"/api/v1/regions/{code}/parts":                    {"/api/v1/regions/9901/parts", "/api/v1/regions/9901/parts?level=grid&zoom=9", "/api/v1/regions/9902/parts", "/api/v1/regions/9901/parts?zoom=99"},
		"/api/v1/regions/{code}/findings":                 {"/api/v1/regions/9901/findings", "/api/v1/regions/990101001001/findings?limit=1"},
		"/api/v1/regions/{code}/editions":                 {"/api/v1/regions/9901/editions", "/api/v1/regions/9902/editions?limit=0"},
		"/api/v1/regions/{code}/drafts":                   {"/api/v1/regions/9901/drafts", "/api/v1/regions/9902/drafts"},
		"/api/v1/regions/{code}/drafts/{draft}":           {"/api/v1/regions/9902/drafts/" + p.building, "/api/v1/regions/9901/drafts/x"},
		"/api/v1/regions/{code}/drafts/{draft}/regions":   {"/api/v1/regions/9902/drafts/" + p.building + "/regions"},
		"/api/v1/regions/{code}/terrain":                  {"/api/v1/regions/990101001001/terrain?lon=113.31&lat=23.41", "/api/v1/regions/9902/terrain?lon=113.31&lat=23.41&radius=900"},
		"/api/v1/regions/{code}/drafts/{draft}/findings":  {"/api/v1/regions/9902/drafts/" + p.building + "/findings"},
		"/api/v1/regions/{code}/drafts/{draft}/proposals": {"/api/v1/regions/9902/drafts/" + p.building + "/proposals", "/api/v1/regions/9901/drafts/x/proposals"},
		"/api/v1/regions/{code}/drafts/{draft}/preview":   {"/api/v1/regions/9902/drafts/" + p.building + "/preview"},
		"/api/v1/regions/{code}/drafts/{draft}/moves":     {"/api/v1/regions/9902/drafts/" + p.building + "/moves"},
		"/api/v1/regions/{code}/drafts/{draft}/areas":     {"/api/v1/regions/9902/drafts/" + p.building + "/areas"},
		"/api/v1/regions/{code}/proposals":                {"/api/v1/regions/9901/proposals"},
		"/api/v1/nets":                                    {"/api/v1/nets", "/api/v1/nets?region=x"},
		"/api/v1/nets/at":                                 {"/api/v1/nets/at?lon=113.3025&lat=23.405", "/api/v1/nets/at?lon=x&lat=95"},
		"/api/v1/nets/fit":                                {"/api/v1/nets/fit?region=9901", "/api/v1/nets/fit?region=9902"},
		"/api/v1/nets/{net}":                              {"/api/v1/nets/" + p.net, "/api/v1/nets/" + p.building},
		"/api/v1/nets/{net}/cells":                        {"/api/v1/nets/" + p.net + "/cells", "/api/v1/nets/" + p.building + "/cells"},
		"/api/v1/nets/{net}/cells/{code}":                 {"/api/v1/nets/" + p.net + "/cells/P1", "/api/v1/nets/" + p.net + "/cells/P9"},
		"/api/v1/nets/{net}/crosswalk":                    {"/api/v1/nets/" + p.net + "/crosswalk", "/api/v1/nets/" + p.net + "/crosswalk?sliver_m=999"},
		"/api/v1/nets/{net}/crosswalk.csv":                {"/api/v1/nets/" + p.net + "/crosswalk.csv", "/api/v1/nets/" + p.net + "/crosswalk.csv?edition=x"},
		"/api/v1/nets/{net}/disagreements":                {"/api/v1/nets/" + p.net + "/disagreements?sliver_m=1", "/api/v1/nets/" + p.building + "/disagreements"},
		"/api/v1/codes/{code}":                            {"/api/v1/codes/99010104007000001", "/api/v1/codes/x"},
		"/api/v1/facilities":                              {"/api/v1/facilities?q=长椅&limit=1", "/api/v1/facilities?near=113.3025,23.405&radius=1000", "/api/v1/facilities?near=113.3425,23.405&radius=1", "/api/v1/facilities?near=1", "/api/v1/facilities?near=113.3,23.4&radius=NaN"},
		"/api/v1/facilities/{code}":                       {"/api/v1/facilities/" + p.facility.Code.String(), "/api/v1/facilities/0"},
		"/api/v1/facilities/{code}/plate.svg":             {"/api/v1/facilities/" + p.facility.Code.Raw() + "/plate.svg", "/api/v1/facilities/0/plate.svg"},
		"/api/v1/facilities/{code}/plate.png":             {"/api/v1/facilities/" + p.facility.Code.Raw() + "/plate.png?size=128", "/api/v1/facilities/" + p.facility.Code.Raw() + "/plate.png?size=9"},
		"/api/v1/facilities/plates.pdf":                   {"/api/v1/facilities/plates.pdf?layout=2x5"},
		"/api/v1/services":                                {"/api/v1/services?near=113.3025,23.405", "/api/v1/services?q=青禾", "/api/v1/services?near=113.3025,23.405&kind=castle"},
		"/api/v1/services/{id}":                           {"/api/v1/services/" + p.service, "/api/v1/services/" + p.building},
		"/api/v1/buildings/{id}":                          {"/api/v1/buildings/" + p.building, "/api/v1/buildings/1"},
		"/api/v1/buildings":                               {"/api/v1/buildings", "/api/v1/buildings?q=青禾&limit=1", "/api/v1/buildings?cursor=x"},
		"/api/v1/buildings/{id}/stack":                    {"/api/v1/buildings/" + p.building + "/stack", "/api/v1/buildings/" + p.service + "/stack"},
		"/api/v1/plan/options":                            {"/api/v1/plan/options"},
		"/api/v1/plan/coverage":                           {"/api/v1/plan/coverage", "/api/v1/plan/coverage?metres=7", "/api/v1/plan/coverage?region=9902"},
		"/api/v1/plan/coverage.csv":                       {"/api/v1/plan/coverage.csv", "/api/v1/plan/coverage.csv?metres=7"},
		"/api/v1/plan/coverage.geojson":                   {"/api/v1/plan/coverage.geojson", "/api/v1/plan/coverage.geojson?lang=fr"},
		"/api/v1/plan/uncovered":                          {"/api/v1/plan/uncovered", "/api/v1/plan/uncovered?cursor=x"},
		"/api/v1/dwellings":                               {"/api/v1/dwellings", "/api/v1/dwellings?building=x"},
		"/api/v1/dwellings/{id}":                          {"/api/v1/dwellings/" + p.building},
		"/api/v1/people":                                  {"/api/v1/people"},
		"/api/v1/audit":                                   {"/api/v1/audit"},
		"/api/v1/audit.csv":                               {"/api/v1/audit.csv"},
		"/api/v1/audit/verification":                      {"/api/v1/audit/verification"},
		"/api/v1/audit/head.jsonl":                        {"/api/v1/audit/head.jsonl"},
		"/api/v1/account-places":                          {"/api/v1/account-places"},
		"/api/v1/cases/departments":                       {"/api/v1/cases/departments"},
		"/api/v1/people/{id}/readings":                    {"/api/v1/people/" + p.building + "/readings"},
		"/api/v1/people/{id}":                             {"/api/v1/people/" + p.building},
		"/api/v1/flows":                                   {"/api/v1/flows"},
		"/api/v1/retention":                               {"/api/v1/retention"},
		"/api/v1/plan/flows":                              {"/api/v1/plan/flows"},
		"/api/v1/organisations":                           {"/api/v1/organisations", "/api/v1/organisations?kind=castle"},
		"/api/v1/organisations/{id}":                      {"/api/v1/organisations/" + p.building},
		"/api/v1/imports":                                 {"/api/v1/imports"},
		"/api/v1/imports/{id}":                            {"/api/v1/imports/" + p.building},
		"/api/v1/imports/{id}/doubts":                     {"/api/v1/imports/" + p.building + "/doubts"},
		"/api/v1/imports/{id}/refused.csv":                {"/api/v1/imports/" + p.building + "/refused.csv"},
		"/api/v1/import-kinds":                            {"/api/v1/import-kinds"},
		"/api/v1/mappings":                                {"/api/v1/mappings"},
		"/api/v1/exports/{kind}":                          {"/api/v1/exports/services?format=csv", "/api/v1/exports/castles"},
		"/api/v1/categories":                              {"/api/v1/categories"},
		"/api/v1/accounts":                                {"/api/v1/accounts", "/api/v1/accounts?cursor=x"},
		"/api/v1/accounts/{id}":                           {"/api/v1/accounts/" + apitest.ID("operator").String()},
		"/api/v1/accounts/{id}/grants":                    {"/api/v1/accounts/" + apitest.ID("operator").String() + "/grants?history=true"},
		"/api/v1/session/sso":                             {"/api/v1/session/sso"},
		"/api/v1/session/sso/return":                      {"/api/v1/session/sso/return"},
		"/api/v1/session/sso/leave":                       {"/api/v1/session/sso/leave"},
		"/api/v1/session/deputies":                        {"/api/v1/session/deputies"},
		"/api/v1/departments":                             {"/api/v1/departments"},
		"/api/v1/settings":                                {"/api/v1/settings"},
		"/api/v1/demo":                                    {"/api/v1/demo"},
		"/api/v1/session":                                 {"/api/v1/session"},
		"/api/v1/keys":                                    {"/api/v1/keys"},
		"/api/v1/accounts/{id}/sessions":                  {"/api/v1/accounts/" + p.building + "/sessions"},
		"/api/v1/session/ways":                            {"/api/v1/session/ways"},
		"/api/v1/session/security":                        {"/api/v1/session/security"},
		"/api/v1/session/devices":                         {"/api/v1/session/devices"},
		"/api/v1/receipts/{receipt}":                      {"/api/v1/receipts/" + p.receipt.Receipt, "/api/v1/receipts/unknown"},
		"/api/v1/receipts/{receipt}/photos/{id}":          {"/api/v1/receipts/" + p.receipt.Receipt + "/photos/" + p.photo, "/api/v1/receipts/unknown/photos/" + p.photo},
		"/tiles":                                          {"/tiles"},
		"/tiles/{layer}.json":                             {"/tiles/grids.json", "/tiles/nothing.json"},
		"/tiles/fonts/{stack}/{range}.pbf":                {"/tiles/fonts/Sans/0-255.pbf"},
	}
	z, x, y := tile(16, apitest.InGridA)
	for path, address := range map[string]string{
		"/api/v1/cases":                  "/api/v1/cases?q=" + p.receipt.Number,
		"/api/v1/cases/figures":          "/api/v1/cases/figures",
		"/api/v1/cases/times":            "/api/v1/cases/times",
		"/api/v1/cases/{id}":             "/api/v1/cases/" + p.receipt.ID.String(),
		"/api/v1/photos/{id}":            "/api/v1/photos/" + p.photo + "?size=thumb",
		"/api/v1/search":                 "/api/v1/search?q=" + p.receipt.Number,
		"/tiles/{layer}/{z}/{x}/{y}.mvt": "/tiles/cases/" + z + "/" + x + "/" + y + ".mvt",
	} {
		addresses[path] = append(addresses[path], address)
	}
	addresses["/api/v1/cases"] = append(addresses["/api/v1/cases"], "/api/v1/cases?state=nowhere&since=yesterday", "/api/v1/cases?cursor=x")
	for path, item := range doc.Paths.Map() {
		if item.Get == nil || path == "/api/v1/feed" {
			continue
		}
		if len(addresses[path]) == 0 {
			t.Errorf("GET %s is new: give it an address here", path)
		}
		for _, address := range addresses[path] {
			p.checkAnswer(t, doc, item.Get, address, key)
		}
	}
}

func (p *program) checkAnswer(t *testing.T, doc *openapi3.T, op *openapi3.Operation, address, key string) {
	t.Helper()
	status, media, body := p.getTyped(t, address, key)
	described := op.Responses.Status(status)
	if described == nil || status >= 500 {
		t.Errorf("GET %s answers %d, which is not described: %.200s", address, status, body)
		return
	}
	content := described.Value.Content[media]
	if content == nil {
		t.Errorf("GET %s answers %d of %q, which is not described", address, status, media)
		return
	}
	if content.Schema == nil || !strings.HasSuffix(media, "json") {
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Errorf("GET %s: %v: %.200s", address, err, body)
		return
	}
	if err := doc.ValidateSchemaJSON(content.Schema.Value, value); err != nil {
		t.Errorf("GET %s: %d is not as described: %v\n%.300s", address, status, err, body)
	}
}
