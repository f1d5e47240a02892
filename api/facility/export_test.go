package facility

import (
	"github.com/labstack/echo/v4"

	"onemap/api/plate"
)

// PlateURL opens plateURL to tests.
func PlateURL(s *Service, c echo.Context, code plate.Code) string { return s.plateURL(c, code) }

// SheetPDF opens sheetPDF to tests.
func SheetPDF(s *Service, c echo.Context) error { return s.sheetPDF(c) }
