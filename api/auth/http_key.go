package auth

import "onemap/api/web"

func (h handlers) keyRoutes(*web.Server) {}
