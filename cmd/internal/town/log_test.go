package town

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// numbers of phones and of identity cards, by themselves: not a part of an id.
var numbers = regexp.MustCompile(`(?:^|[^0-9A-Za-z-])(1[3-9]\d{9}|\d{17}[\dXx])(?:$|[^0-9A-Za-z-])`)

// named gives the numbers of the lines of a log that tell of a person: that
// hold the name or the phone of somebody of a town, or any number of these
// kinds. A name of two characters is a name where it stands by itself: inside
// other words, such as a street's, the same two may be anything.
func named(log io.Reader, people []Person) ([]int, error) {
	names, phones := map[string]bool{}, map[string]bool{}
	for _, p := range people {
		names[p.Name] = true
		if p.Phone != "" {
			phones[p.Phone] = true
		}
	}
	var hits []int
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		hit := numbers.MatchString(line)
		for phone := range phones {
			hit = hit || strings.Contains(line, phone)
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			hit = hit || names[word]
			for r := []rune(word); len(r) >= 3; r = r[1:] {
				hit = hit || names[string(r[:3])] || len(r) >= 4 && names[string(r[:4])]
			}
		}
		if hit {
			hits = append(hits, n)
		}
	}
	return hits, lines.Err()
}

func TestALineAboutSomebodyIsFound(t *testing.T) {
	t.Parallel()
	people := []Person{{Name: "王小明", Phone: "10000000077"}, {Name: "李芳"}, {Name: "欧阳小明"}}
	for line, want := range map[string]bool{
		`level=DEBUG msg=request route=/api/v1/people/:id status=200 request_id=018f0000-0000-7000-8000-138001380013`: false,
		`msg=failed error="no 王小明 here"`:   true,
		`msg=failed error="去王小明家"`:         true,
		`msg=failed q=欧阳小明`:                true,
		`msg=failed q="李芳"`:                true,
		`msg=failed street=桃李芳园路`:          false,
		`msg=failed phone=10000000077`:     true,
		`msg=failed phone=13800138000`:     true,
		`msg=failed id=11010519491231002X`: true,
		`ms=13800138000123 took=1.5s`:      false,
	} {
		if hits, err := named(strings.NewReader("msg=before\n"+line+"\n"), people); err != nil || (len(hits) == 1 && hits[0] == 2) != want {
			t.Errorf("%s: lines %v, %v", line, hits, err)
		}
	}
}

// ONEMAP_E2E_LOG is what the server logged, at its most talkative, while the
// browser tests used the demo town. Lines are told by their numbers: what they
// hold is not for this log either.
func TestTheServersLogNamesNobody(t *testing.T) {
	t.Parallel()
	file := os.Getenv("ONEMAP_E2E_LOG")
	if file == "" {
		t.Skip("ONEMAP_E2E_LOG names no log of a browser test run")
	}
	log, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	y, m, day := time.Now().In(zone).Date()
	town, err := Make(1, 10_000, time.Date(y, m, day, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if len(town.People) < 5000 || !bytes.Contains(log, []byte("level=DEBUG msg=request")) || utf8.RuneCountInString(town.People[0].Name) < 2 {
		t.Fatalf("%d people and a log of %d bytes prove nothing", len(town.People), len(log))
	}
	hits, err := named(bytes.NewReader(log), town.People)
	if err != nil || len(hits) > 0 {
		t.Errorf("lines %v of %s tell of people, %v", hits, file, err)
	}
}
