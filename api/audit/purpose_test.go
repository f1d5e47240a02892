package audit

import (
	"strings"
	"testing"

	"onemap/api/fault"
)

func TestAPurposeIsSaidWithoutNumbers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"核对证件", " 走访 ", "案件 202603020017", "2026年3月2日入户核对 12 栋 301 室", strings.Repeat("长", 200)} {
		if got, err := Purpose(text, "body.purpose"); err != nil || got != strings.TrimSpace(text) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " x ", strings.Repeat("长", 201), "a\nb", "\xff\xfe\xff", "查 110101199003070000", "电话13800001234", "138 0000 1234", "138-0000-1234", "１３８００００１２３４", "11010119900307001X",
	} {
		_, err := Purpose(text, "body.purpose")
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || f.Fields[0].Location != "body.purpose" || f.Fields[0].Value != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
