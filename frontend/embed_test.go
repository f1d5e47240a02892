package frontend_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"onemap/frontend"
)

type facility struct {
	Code, Name, ClassName, Place, Maintainer string
	Lon, Lat                                 float64
}

type category struct {
	Code, Name string
	Chosen     bool
}

var factsTag = regexp.MustCompile(`(?s)<script type="application/json" id="facts">(.*?)</script>`)

// execute renders a built page as the server does. It skips when the pages were not built.
func execute(t *testing.T, page string, data map[string]any) string {
	t.Helper()
	parsed, err := template.ParseFS(frontend.FS(), page)
	if _, missing := fs.Stat(frontend.FS(), page); errors.Is(missing, fs.ErrNotExist) {
		t.Skipf("%s is not built; run npm run build in frontend", page)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestReportPageIsATemplate(t *testing.T) {
	t.Parallel()
	seat := &facility{Code: "7K3M9QX8", ClassName: "座椅", Place: "人民路东侧 </script>", Maintainer: "区园林所"}
	categories := []category{{Code: "06010", Name: "暴露垃圾"}, {Code: "06013", Name: "道路破损", Chosen: true}}
	tests := []struct {
		name string
		data map[string]any
		want []string
		not  []string
	}{
		{
			"a scanned plate",
			map[string]any{"Lang": "zh", "Facility": seat, "Key": "k1"},
			[]string{`lang="zh-CN"`, "座椅", "7K3M-9QX8", "区园林所", `name="facility_code" value="7K3M9QX8"`, `value="k1"`, "它怎么了？"},
			[]string{`id="where"`, `name="category"`, "没有找到"},
		},
		{
			"English",
			map[string]any{"Lang": "en", "Facility": seat, "Key": "k1"},
			[]string{`lang="en"`, "What is wrong with it?", `href="?lang=zh"`, `action="/report?lang=en"`},
			[]string{"它怎么了"},
		},
		{
			"no code",
			map[string]any{"Lang": "zh", "Facility": (*facility)(nil), "Categories": categories},
			[]string{`id="where"`, `<option value="06010">暴露垃圾</option>`},
			[]string{`id="facility"`, "没有找到"},
		},
		{
			"a form that comes back",
			map[string]any{"Lang": "zh", "Categories": categories, "Error": "照片太大了", "Typed": "7K3M", "Lon": "113.3", "Lat": "23.4", "Text": "<b>坑</b>", "Broken": true},
			[]string{`value="7K3M"`, `value="113.3"`, `&lt;b&gt;坑&lt;/b&gt;</textarea>`, `value="broken" checked`, `value="06013" selected`},
			[]string{`value="dirty" checked`, `value="06010" selected`},
		},
		{
			"an unknown code and an error",
			map[string]any{"Lang": "zh", "Unknown": true, "Error": "照片太大了"},
			[]string{"没有找到这个编号", "照片太大了", `id="where"`},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.data["Facts"] = map[string]any{"facility": seat, "categories": categories}
			page := strings.ReplaceAll(execute(t, "report.html", tt.data), `" >`, `">`) // a blank before a tag's end says nothing
			for _, want := range tt.want {
				if !strings.Contains(page, want) {
					t.Errorf("page lacks %q", want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(page, not) {
					t.Errorf("page has %q", not)
				}
			}
			facts := factsTag.FindStringSubmatch(page)
			if facts == nil {
				t.Fatal("no facts")
			}
			if !json.Valid([]byte(facts[1])) {
				t.Errorf("facts are not JSON: %s", facts[1])
			}
		})
	}
}

func TestReceiptPageIsATemplate(t *testing.T) {
	t.Parallel()
	type step struct{ At, Text string }
	page := execute(t, "receipt.html", map[string]any{
		"Lang": "zh", "Found": true, "Number": "N1", "Title": "座椅破损", "State": "filed", "StateName": "已立案",
		"Steps": []step{{"11-22 18:00", "已收到您的上报"}}, "Receipt": map[string]any{"number": "N1"},
	})
	for _, want := range []string{"座椅破损", "已立案", "已收到您的上报", "11-22 18:00"} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	missing := execute(t, "receipt.html", map[string]any{"Lang": "en", "Found": false, "Receipt": nil})
	if !strings.Contains(missing, "This receipt was not found") || strings.Contains(missing, `id="receipt"`) {
		t.Error("an unknown receipt does not say so")
	}
}
