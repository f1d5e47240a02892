// Package frontend carries the built pages inside the binary.
//
// A page's journey: TypeScript and templates under src and *.html are built by `npm run build` into dist
// (scripts and styles hashed under dist/assets, each with its .br and .gz beside it), dist is embedded here,
// and the server takes FS to send assets as they are and to parse report.html and receipt.html as html/template.
package frontend

import (
	"embed"
	"io/fs"
)

// A fresh clone has only dist/.gitkeep; `all:` lets that be embedded, so the server builds before the pages do.
//
//go:embed all:dist
var built embed.FS

// FS returns the built pages, rooted at the folder that holds index.html. When the pages were not built it
// holds no page, and opening one gives fs.ErrNotExist.
func FS() fs.FS {
	root, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // only for an invalid path, and the path is constant
	}
	return root
}
