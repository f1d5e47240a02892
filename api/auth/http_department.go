package auth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

func (h handlers) departmentRoutes(s *web.Server) {
	tag, manage := []string{"administration"}, web.Seen(web.SightManage)
	web.Add(s, huma.Operation{OperationID: "add-department", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/departments", Summary: "Make a department", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 409, 422}}, h.addDepartment)
	web.Add(s, huma.Operation{OperationID: "change-department", Extensions: manage, Method: http.MethodPatch, Path: "/api/v1/departments/{code}", Summary: "Rename a department or put it under another", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 412, 422, 428}}, h.changeDepartment)
	web.Add(s, huma.Operation{OperationID: "close-department", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/departments/{code}/end", Summary: "Close a department", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 409, 412, 422, 428}}, h.closeDepartment)
	web.Add(s, huma.Operation{OperationID: "reopen-department", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/departments/{code}/reopen", Summary: "Open a closed department again", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 409, 412, 422, 428}}, h.reopenDepartment)
}

type departmentAnswer struct {
	ETag string `header:"ETag"`
	Body Department
}

func oneDepartment(d Department, err error) (*departmentAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &departmentAnswer{ETag: web.ETag(d.Rev), Body: d}, nil
}

type addDepartmentIn struct {
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"40"`
		Name   string `json:"name" minLength:"1" maxLength:"80"`
		NameEn string `json:"name_en,omitempty" maxLength:"80"`
		Scope  string `json:"scope" maxLength:"15" doc:"The area it works in."`
		Parent string `json:"parent,omitempty" maxLength:"40"`
	}
}

func (h handlers) addDepartment(ctx context.Context, in *addDepartmentIn) (*departmentAnswer, error) {
	b := in.Body
	return oneDepartment(h.service.AddDepartment(ctx, Department{Code: b.Code, Name: b.Name, NameEn: b.NameEn, Scope: b.Scope, Parent: b.Parent}))
}

type changeDepartmentIn struct {
	Code    string `path:"code" maxLength:"40"`
	IfMatch string `header:"If-Match"`
	Body    struct {
		Name   *string `json:"name,omitempty" minLength:"1" maxLength:"80"`
		NameEn *string `json:"name_en,omitempty" maxLength:"80"`
		Parent *string `json:"parent,omitempty" maxLength:"40" doc:"Empty is none."`
	}
}

func (h handlers) changeDepartment(ctx context.Context, in *changeDepartmentIn) (*departmentAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "department")
	if err != nil {
		return nil, err
	}
	return oneDepartment(h.service.ChangeDepartment(ctx, in.Code, DepartmentChange{Rev: rev, Name: in.Body.Name, NameEn: in.Body.NameEn, Parent: in.Body.Parent}))
}

type departmentStepIn struct {
	Code    string `path:"code" maxLength:"40"`
	IfMatch string `header:"If-Match"`
}

func (h handlers) closeDepartment(ctx context.Context, in *departmentStepIn) (*departmentAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "department")
	if err != nil {
		return nil, err
	}
	return oneDepartment(h.service.CloseDepartment(ctx, in.Code, rev))
}

func (h handlers) reopenDepartment(ctx context.Context, in *departmentStepIn) (*departmentAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "department")
	if err != nil {
		return nil, err
	}
	return oneDepartment(h.service.ReopenDepartment(ctx, in.Code, rev))
}
