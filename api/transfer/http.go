package transfer

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
)

// Import is a file that was uploaded, and what became of it.
type Import struct {
	ID             string          `json:"id"`
	Kind           string          `json:"kind"`
	FileName       string          `json:"file_name"`
	Bytes          int64           `json:"bytes"`
	State          State           `json:"state" enum:"uploaded,running,done,failed,stopped"`
	DryRun         bool            `json:"dry_run"`
	Format         string          `json:"format"`
	Encoding       string          `json:"encoding"`
	Layers         []string        `json:"layers"`
	CRS            ImportCRS       `json:"crs"`
	Columns        []ImportColumn  `json:"columns" doc:"Only of one import that waits to be run."`
	Mapping        Mapping         `json:"mapping"`
	Preview        []Preview       `json:"preview"`
	Problems       []FieldProblem  `json:"problems"`
	Progress       Progress        `json:"progress"`
	Counts         Counts          `json:"counts"`
	Refused        []Refusal       `json:"refused" doc:"The first hundred; all are in refused.csv."`
	RefusedReasons []RefusedReason `json:"refused_reasons"`
	Draft          *Drafted        `json:"draft,omitempty" doc:"Of regions: the draft they went into, because some are in force already. Without it they are in force."`
	Error          string          `json:"error"`
	CreatedAt      time.Time       `json:"created_at"`
	UpdatedAt      time.Time       `json:"updated_at"`
	EndedAt        *time.Time      `json:"ended_at"`
	By             string          `json:"by"`
}

// ImportCRS is what the file's coordinates are taken as.
type ImportCRS struct {
	Name       string  `json:"name"`
	EPSG       int     `json:"epsg"`
	Sure       bool    `json:"sure" doc:"The file or the mapping says so."`
	Suggestion string  `json:"suggestion,omitempty" doc:"A reading with which most rows would lie inside the city, or at what is known there; or what is odd about the places."`
	Shift      float64 `json:"shift_m,omitempty" doc:"How far from the suggested reading the places lie as they are taken: the median, metres. Only where what is known there tells."`
}

// ImportColumn is a column of the file with a few of its values.
type ImportColumn struct {
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
}

// Preview is one of the first rows as it would be taken.
type Preview struct {
	Line    int64             `json:"line"`
	Values  map[string]string `json:"values"`
	Refused []FieldReason     `json:"refused"`
}

// FieldReason is why a field cannot be taken.
type FieldReason struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// RefusedReason is how often a reason was given.
type RefusedReason struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

type (
	kindsAnswer struct {
		Body struct {
			Items []*Kind `json:"items"`
		}
	}
	importAnswer struct{ Body Import }
	ImportPath   struct {
		ID uuid.UUID `path:"id"`
	}
	importsQuery struct {
		Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
		Cursor string `query:"cursor" maxLength:"100"`
	}
	importsAnswer struct {
		Body struct {
			Items []Import `json:"items"`
			Next  string   `json:"next"`
		}
	}
	mapIn struct {
		ImportPath
		Body Mapping
	}
	runIn struct {
		ImportPath
		Body struct {
			DryRun bool `json:"dry_run" required:"false"`
		}
	}
	startedAnswer struct {
		Status int
		Body   Import
	}
	doubtsQuery struct {
		ImportPath
		State  string `query:"state" enum:"open,taken,new,dropped" default:"open"`
		Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
		Cursor string `query:"cursor" maxLength:"60"`
	}
	doubtsAnswer struct {
		Body struct {
			Items []Doubt `json:"items"`
			Next  string  `json:"next"`
		}
	}
	decideIn struct {
		ImportPath
		Doubt uuid.UUID `path:"doubt"`
		Body  struct {
			Take string `json:"take" maxLength:"36" doc:"The id of a candidate, new, or drop."`
		}
	}
	mappingsQuery struct {
		Kind string `query:"kind"`
	}
	mappingsAnswer struct {
		Body struct {
			Items []SavedMapping `json:"items"`
		}
	}
	MappingPath struct {
		Name string `path:"name" maxLength:"80"`
	}
	mappingIn struct {
		MappingPath
		Body Mapping
	}
)

// SavedMapping is a mapping kept by name.
type SavedMapping struct {
	Name      string    `json:"name"`
	Kind      string    `json:"kind"`
	Mapping   Mapping   `json:"mapping"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Routes registers the adapter.
func Routes(s *web.Server, l *Loader) {
	staff, tag := web.Staff, []string{"imports"}
	op := func(id, method, path, summary string, status int, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Extensions: web.Seen(web.SightRegister), Method: method, Path: path, Summary: summary, Tags: tag, Security: staff, DefaultStatus: status, Errors: append([]int{401, 403}, errors...)}
	}
	web.Add(s, op("list-import-kinds", http.MethodGet, "/api/v1/import-kinds", "What can be imported, with its fields", 0), l.listKinds)
	web.Add(s, op("list-imports", http.MethodGet, "/api/v1/imports", "Imports, the newest first", 0, 422), l.listImports)
	web.Add(s, op("get-import", http.MethodGet, "/api/v1/imports/{id}", "An import with its columns and preview, or its progress", 0, 404, 422), l.getImport)
	web.Add(s, op("map-import", http.MethodPut, "/api/v1/imports/{id}/mapping", "Say how the columns become fields", 0, 404, 409, 422), l.mapImport)
	web.Add(s, op("run-import", http.MethodPost, "/api/v1/imports/{id}/run", "Run an import, or go on with one that stopped", http.StatusAccepted, 404, 409, 422), l.runImport)
	web.Add(s, op("stop-import", http.MethodPost, "/api/v1/imports/{id}/stop", "Stop an import that is running; what was taken stays", 0, 404, 409, 422), l.stopImport)
	web.Add(s, op("delete-import", http.MethodDelete, "/api/v1/imports/{id}", "Forget an import and its file; what was taken stays", http.StatusNoContent, 404, 409, 422), l.deleteImport)
	web.Add(s, op("list-import-doubts", http.MethodGet, "/api/v1/imports/{id}/doubts", "Rows that wait for a decision", 0, 404, 422), l.listDoubts)
	web.Add(s, op("decide-import-doubt", http.MethodPost, "/api/v1/imports/{id}/doubts/{doubt}", "Decide what a row is about", http.StatusNoContent, 404, 409, 422), l.decideDoubt)
	web.Add(s, op("list-mappings", http.MethodGet, "/api/v1/mappings", "Saved mappings", 0, 422), l.listMappings)
	web.Add(s, op("put-mapping", http.MethodPut, "/api/v1/mappings/{name}", "Keep a mapping by name", http.StatusNoContent, 422), l.putMapping)
	web.Add(s, op("delete-mapping", http.MethodDelete, "/api/v1/mappings/{name}", "Forget a mapping", http.StatusNoContent, 404, 422), l.deleteMapping)
	l.rawRoutes(s, tag)
	l.draftRoutes(s)
	l.exportRoute(s)
}

// keeper is the actor, who must be a registrar or an administrator, with the
// prefixes where that holds; nil prefixes are everywhere.
func keeper(ctx context.Context) (actor.Actor, []string, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return a, nil, err
	}
	prefixes := []string{}
	for _, g := range a.Grants {
		if g.Role != actor.Registrar && g.Role != actor.Administrator {
			continue
		}
		if g.Prefix == "" {
			return a, nil, nil
		}
		prefixes = append(prefixes, g.Prefix)
	}
	if len(prefixes) == 0 {
		return a, nil, errRole
	}
	return a, prefixes, nil
}

var errRole = fault.New(fault.Forbidden, "auth.forbidden", "This is not for your role.")

// keeping is the actor with no other grants than those that make a keeper.
func keeping(a actor.Actor) actor.Actor { return a.Only(actor.Registrar, actor.Administrator) }

// seen finds an import that the actor may see. It belongs to the jurisdiction it
// was uploaded in: whoever keeps all of that sees it, whoever keeps less does not.
func (l *Loader) seen(ctx context.Context, id uuid.UUID) (Run, error) {
	_, prefixes, err := keeper(ctx)
	if err != nil {
		return Run{}, err
	}
	return l.oneRun(ctx, l.Pool, "WHERE r.id = $1 AND "+covered("r.scope", "$2"), id, prefixes)
}

// covered is the condition that all prefixes of a run's scope, a list as JSON or
// nothing for everywhere, lie under prefixes, a parameter that is null for
// everywhere.
func covered(scope, prefixes string) string {
	return "(" + prefixes + "::text[] IS NULL OR " + scope + " <> '' AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(NULLIF(" + scope + ", '')::jsonb) s (own) " +
		"WHERE NOT EXISTS (SELECT FROM unnest(" + prefixes + "::text[]) p (kept) WHERE starts_with(s.own, p.kept))))"
}

func (l *Loader) listKinds(ctx context.Context, _ *struct{}) (*kindsAnswer, error) {
	if _, _, err := keeper(ctx); err != nil {
		return nil, err
	}
	out := &kindsAnswer{}
	out.Body.Items = kinds
	return out, nil
}
