package standard

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"onemap/api/cases"
)

// The editions before the one in force. What lists of theirs are here is what
// systems carry, not the text of the standards.
const (
	edition2013 = "GB/T 30428.2-2013"
	edition2007 = "CJ/T 214-2007"
)

// Class is a class of components or events in an edition's list.
type Class struct {
	Edition string `json:"edition"`
	Kind    string `json:"kind" enum:"component,event"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	major   string
}

//go:embed lists/earlier.csv
var earlierCSV string

//go:embed lists/divisions-2023.csv
var divisionsCSV string

func rows(name, csvText string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(csvText)).ReadAll()
	if err != nil {
		panic("standard: the embedded list of " + name + " cannot be read: " + err.Error())
	}
	return rows[1:]
}

// classes are those of all editions, the newest first.
var classes = sync.OnceValue(func() (list []Class) {
	for _, c := range cases.StandardCodes() {
		list = append(list, Class{c.Edition, c.Kind, c.Code, c.Name, c.MajorName})
	}
	for _, r := range rows("earlier classes", earlierCSV) {
		list = append(list, Class{r[0], r[1], r[4], r[5], r[3]})
	}
	return list
})

// divisions are the names of provinces, cities and districts of 2023 by their
// codes of 2, 4 and 6 digits.
var divisions = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, r := range rows("divisions", divisionsCSV) {
		names[r[0]] = r[1]
	}
	return names
})

// listed are the classes of a kind with a code, in any of some editions.
func listed(kind, code string, editions ...string) (found []Class) {
	for _, c := range classes() {
		for _, e := range editions {
			if c.Edition == e && c.Kind == kind && c.Code == code {
				found = append(found, c)
			}
		}
	}
	return found
}

// elsewhere are the classes that other editions have under the same name.
func elsewhere(of []Class) []Class {
	found := []Class{}
	for _, c := range classes() {
		for _, known := range of {
			if c.Name == known.Name && c.Kind == known.Kind && c.Edition != known.Edition {
				found = append(found, c)
				break
			}
		}
	}
	return found
}
