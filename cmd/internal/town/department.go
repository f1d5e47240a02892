package town

// departments are who looks after what; the event categories that are no
// facility's go to caseDepartment.
func departments() []Department {
	return []Department{
		{"D01", "园林所", "Parks and Gardens", []string{"bench", "tree", "playground", "fountain"}},
		{"D02", "环卫所", "Sanitation", []string{"waste_basket", "recycling", "waste_disposal", "mobile_toilet", "toilets"}},
		{"D03", "市政所", "Municipal Works", []string{"guidepost", "map_board", "info_board", "street_lamp", "manhole", "bollard", "drinking_water", "hydrant", "gas_regulator"}},
		{"D04", "公交公司", "Bus Company", []string{"bus_stop", "bus_shelter"}},
		{"D05", "邮政分公司", "Postal Branch", []string{"post_box", "newsstand", "parcel_locker"}},
		{"D06", "城管执法队", "City Management Enforcement", []string{"bicycle_parking", "bicycle_rental"}},
		{"D07", "电信分公司", "Telecom Branch", []string{"telephone", "street_cabinet"}},
		{"D08", "供电所", "Power Supply Station", []string{"transformer"}},
		{"D09", "交警中队", "Traffic Police Squad", []string{"traffic_signals"}},
	}
}

// kindDepartments turns the list round.
func kindDepartments() map[string]Department {
	of := map[string]Department{}
	for _, d := range departments() {
		for _, k := range d.Kinds {
			of[k] = d
		}
	}
	return of
}

// accounts are one for every role; both handlers are of departments that have
// much to do, and the worker's is the first community.
func accounts(regions []Region) []Account {
	community := ""
	for _, r := range regions {
		if r.Code.Level() == "community" {
			community = string(r.Code)
			break
		}
	}
	return []Account{
		{"operator", "演示·坐席", "operator", CityCode, ""},
		{"supervisor", "演示·监督员", "supervisor", CityCode, ""},
		{"handler", "演示·环卫处置", "handler", CityCode, "D02"},
		{"handler2", "演示·市政处置", "handler", CityCode, "D03"},
		{"worker", "演示·网格员", "worker", community, ""},
		{"planner", "演示·规划", "planner", CityCode, ""},
		{"registrar", "演示·采集员", "registrar", CityCode, ""},
		{"auditor", "演示·审计", "auditor", CityCode, ""},
		{"administrator", "演示·管理员", "administrator", CityCode, ""},
		{"leader", "演示·领导", "leader", CityCode, ""},
	}
}
