package main

import (
	"fmt"

	"onemap/cmd/internal/boot"
)

type openapiCommand struct{}

// Run prints the document; the pages' types are made from it.
func (openapiCommand) Run() error {
	doc, err := boot.OpenAPI(version)
	if err != nil {
		return err
	}
	fmt.Println(string(doc))
	return nil
}
