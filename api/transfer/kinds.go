package transfer

import (
	"maps"
	"slices"

	"onemap/api/building"
	"onemap/api/facility"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/service"
)

// Fields that several kinds have.
var (
	ref  = textField("ref", "来源编号", "Reference", "id", "编号", "序号id", "fid", "objectid", "uid", "uniquekey", "bsm", "标识码", "主键", "recordid").help("同一来源再次导入时用它认出同一行；没有时自动生成。", "Tells a row when the same source comes again; made when there is none.")
	lon  = typedField("float", "lon", "经度", "Longitude", "lng", "long", "longitude", "jd", "jingdu", "经度wgs84", "经度gcj02", "经度bd09", "centerlon", "pointx")
	lat  = typedField("float", "lat", "纬度", "Latitude", "latitude", "wd", "weidu", "纬度wgs84", "纬度gcj02", "纬度bd09", "centerlat", "pointy")
	east = typedField("float", "x", "横坐标", "Easting", "e", "easting", "xcoord", "xcoordinate", "coordx", "x坐标", "ekoord", "横坐标x", "zbx", "东坐标")
	nrth = typedField("float", "y", "纵坐标", "Northing", "n", "northing", "ycoord", "ycoordinate", "coordy", "y坐标", "nkoord", "纵坐标y", "zby", "北坐标")
	// Tables without shapes of their own carry them as text.
	outline = textField("geometry", "图形(WKT)", "Outline (WKT)", "wkt", "geom", "thegeom", "shape")
	en      = textField("name_en", "英文名称", "English name", "nameen", "englishname", "英文名", "ywmc")
)

func kindsOf(values []string, titles map[string][2]string, aliases map[string][]string) []Choice {
	list := make([]Choice, 0, len(values))
	for _, v := range values {
		if v == "" {
			continue
		}
		t := titles[v]
		if t[0] == "" {
			t = [2]string{v, v}
		}
		list = append(list, Choice{v, t[0], t[1], aliases[v]})
	}
	return list
}

func facilityKinds() []Choice {
	aliases := map[string][]string{
		"waste_basket": {"垃圾箱", "果皮箱", "废物箱", "垃圾桶", "litter bin", "bin", "trash can", "waste bin"}, "manhole": {"上水井盖", "污水井盖", "雨水井盖", "电力井盖", "通信井盖", "manhole"},
		"bus_stop": {"公交站牌", "公交站设施", "公交站点"}, "bench": {"座椅", "长椅", "街头坐椅", "bench"}, "street_lamp": {"路灯杆", "lamp"}, "hydrant": {"消防栓", "消防设施"},
		"tree": {"树木", "行道树"}, "toilets": {"公厕", "卫生间"}, "bicycle_parking": {"存车支架", "非机动车停放点"}, "telephone": {"电话亭"}, "traffic_signals": {"红绿灯"},
		"mobile_toilet": {"移动厕所"}, "bicycle_rental": {"自行车租赁点", "公共自行车"}, "info_board": {"指示牌", "宣传栏"},
	}
	var list []Choice
	for _, name := range slices.Sorted(maps.Keys(facility.Kinds)) {
		k := facility.Kinds[name]
		list = append(list, Choice{name, k.Name, k.NameEn, aliases[name]})
	}
	return list
}

var serviceTitles = map[string][2]string{
	"clinic": {"社区卫生服务站", "Clinic"}, "hospital": {"医院", "Hospital"}, "pharmacy": {"药店", "Pharmacy"}, "school": {"学校", "School"}, "kindergarten": {"幼儿园", "Kindergarten"},
	"college": {"学院", "College"}, "canteen": {"社区食堂", "Canteen"}, "nursing_home": {"养老院", "Nursing home"}, "community_centre": {"社区活动中心", "Community centre"},
	"library": {"图书馆", "Library"}, "police": {"派出所", "Police station"}, "fire_station": {"消防站", "Fire station"}, "post_office": {"邮局", "Post office"}, "bank": {"银行", "Bank"},
	"townhall": {"政务服务中心", "Town hall"}, "marketplace": {"菜市场", "Market"}, "social_facility": {"社会服务设施", "Social facility"},
}

var personTags = func() (list []Choice) {
	aliases := map[string][]string{"disabled": {"残疾", "肢体残疾"}, "low_income": {"低保", "低保户", "特困"}, "left_behind_child": {"留守"}, "lost_only_child": {"失独家庭"}, "veteran": {"退伍军人"}, "mental_illness_care": {"严重精神障碍"}}
	for _, t := range person.Tags {
		list = append(list, Choice{t.Tag, t.Title, t.TitleEn, aliases[t.Tag]})
	}
	return list
}()

var kinds = prepared([]*Kind{
	{Name: "regions", Title: "行政区与网格", TitleEn: "Regions and grids", Geometry: "polygon", Fields: []Field{
		textField("code", "代码", "Code", "adcode", "区划代码", "行政区划代码", "xzqdm", "网格编码", "网格代码", "单元网格标识码", "wgbsm", "gridcode").help("城市4位、区县6位、街道9位、社区12位、网格15位。", "4 digits for a city, 6 a district, 9 a street, 12 a community, 15 a grid."),
		textField("name", "名称", "Name", "区划名称", "行政区划名称", "xzqmc", "网格名称", "社区名称", "街道名称", "mc", "bezeichnung"), en,
		textField("level", "级别", "Level", "层级"), outline,
	}},
	{Name: "cells", Title: "部门网格", TitleEn: "Other departments' grids", Geometry: "polygon", Fields: []Field{
		textField("code", "部门网格代码", "Department's code", "网格编码", "网格代码", "网格编号", "网格号", "警务区编码", "警格编码", "单元编码", "wgbm", "wgdm", "gridcode", "cell", "编码", "代码", "编号", "id", "objectid", "bsm").help("该部门自己的网格代码，按它查找和对照。", "The department's own code, by which the grid is found.").required(),
		textField("name", "名称", "Name", "网格名称", "警务区名称", "wgmc", "mc", "title"), outline,
	}},
	{Name: "buildings", Title: "楼栋", TitleEn: "Buildings", Geometry: "polygon", Fields: []Field{
		ref, textField("code", "楼栋编码", "Building code", "楼栋代码", "建筑编码", "房屋编码", "ldbm", "buildingcode", "幢号编码"), textField("name", "名称", "Name", "楼栋名称", "建筑名称", "楼名", "ldmc", "buildingname"), en,
		textField("use", "用途", "Use", "建筑用途", "房屋用途", "usage", "building", "ft"), textField("address", "地址", "Address", "楼栋地址", "详细地址", "坐落", "门牌", "dz", "addr", "fulladdress"),
		typedField("int", "levels", "地上层数", "Storeys above ground", "层数", "楼层数", "总层数", "floors", "storeys", "floor", "cs", "buildinglevels"),
		typedField("int", "levels_below", "地下层数", "Storeys below ground", "basements", "undergroundlevels"),
		typedField("float", "height", "高度(m)", "Height (m)", "楼高", "建筑高度", "gd", "buildingheight"), typedField("int", "built_year", "建成年份", "Year built", "建成年代", "竣工年份", "建造年份", "builtin", "yearbuilt"),
		textField("structure", "结构", "Structure", "建筑结构", "结构类型", "jglx"), lon, lat, east, nrth, outline,
	}},
	{Name: "dwellings", Title: "房屋", TitleEn: "Dwellings", Geometry: "none", Fields: []Field{
		ref, textField("building_code", "楼栋编码", "Building code", "楼栋代码", "ldbm", "所属楼栋"), textField("address", "地址", "Address", "楼栋地址", "坐落", "详细地址", "房屋地址"),
		textField("unit", "单元", "Unit", "单元号", "dy", "staircase"), textField("storey", "楼层", "Storey", "所在层", "层", "floor", "lc"), textField("code", "房号", "Room", "室号", "房间号", "户室号", "fh", "roomno", "门牌号").required(),
		choiceField("use", "用途", "Use", kindsOf(building.Uses, map[string][2]string{"dwelling": {"住宅", "Dwelling"}, "shop": {"商铺", "Shop"}, "office": {"办公", "Office"}, "workshop": {"厂房", "Workshop"}, "storage": {"仓储", "Storage"}, "parking": {"车库", "Parking"}, "civil_defence": {"人防", "Civil defence"}, "plant": {"设备用房", "Plant room"}, "public": {"公共服务", "Public"}, "other": {"其他", "Other"}}, map[string][]string{"dwelling": {"居住", "成套住宅", "residential"}, "shop": {"商业", "门面", "retail"}, "parking": {"车位"}}), "房屋用途", "用途"),
		choiceField("tenure", "权属", "Tenure", kindsOf(building.Tenures, map[string][2]string{"own": {"自有", "Own"}, "let": {"出租", "Let"}, "public": {"公房", "Public"}, "vacant": {"空置", "Vacant"}}, map[string][]string{"own": {"自住"}, "let": {"租赁", "出租屋"}, "vacant": {"闲置", "空房"}}), "房屋状态", "居住方式"),
		typedField("float", "area", "面积", "Area (m²)", "建筑面积", "套内面积", "mj", "aream2"), textField("realty_code", "不动产单元号", "Real-estate code", "不动产编码", "bdcdyh"),
	}},
	{Name: "people", Title: "实有人口", TitleEn: "People", Geometry: "none", secret: true, Fields: []Field{
		ref, textField("name", "姓名", "Name", "xm", "xingming", "人员姓名", "居民姓名", "fullname").required(),
		choiceField("sex", "性别", "Sex", []Choice{{"male", "男", "Male", []string{"1", "m", "男性", "man"}}, {"female", "女", "Female", []string{"2", "f", "女性", "woman"}}, {"", "未知", "Unknown", []string{"0", "9", "未说明", "不详"}}}, "xb", "gender", "xingbie"),
		typedField("date", "born_on", "出生日期", "Date of birth", "出生年月", "生日", "csrq", "birthday", "birthdate", "dob", "出生年月日"),
		choiceField("id_kind", "证件类型", "Document", []Choice{{"resident", "居民身份证", "Resident identity card", []string{"身份证", "1", "01", "111", "idcard"}}, {"passport", "护照", "Passport", []string{"414"}}, {"permit", "通行证", "Permit", []string{"港澳居民来往内地通行证", "台湾居民来往大陆通行证", "居住证"}}, {"other", "其他", "Other", nil}}, "证件种类", "zjlx", "idtype"),
		textField("id_number", "证件号码", "Document number", "身份证号", "身份证号码", "公民身份号码", "身份证", "证件号", "zjhm", "sfzh", "gmsfhm", "idcard", "idno", "idnumber"),
		textField("phone", "电话", "Phone", "手机", "手机号", "手机号码", "联系电话", "联系方式", "lxdh", "sjh", "mobile", "tel"),
		choiceField("kind", "人口类型", "Kind", []Choice{{"registered", "户籍", "Registered", []string{"户籍人口", "常住", "1"}}, {"floating", "流动", "Floating", []string{"流动人口", "暂住", "外来", "2"}}, {"left_behind", "留守", "Left behind", []string{"留守人员", "3"}}, {"overseas", "境外", "Overseas", []string{"境外人员", "4"}}}, "人口类别", "人员类型", "rklx", "persontype"),
		typedField("bool", "lives_alone", "独居", "Lives alone", "是否独居", "独居老人", "sfdj", "alone"), textField("household", "户号", "Household", "户编号", "家庭编号", "hh", "householdid", "户口编号"),
		typedField("bool", "head", "户主", "Head of the household", "是否户主", "sfhz", "ishead", "与户主关系"),
		textField("building_code", "楼栋编码", "Building code", "楼栋代码", "ldbm"), textField("address", "居住地址", "Address", "现住址", "现居住地址", "住址", "地址", "居住地", "家庭住址", "详细地址", "xzz", "jzdz"),
		textField("unit", "单元", "Unit", "单元号", "dy"), textField("room", "房号", "Room", "室号", "房间号", "户室号", "门牌号", "fh", "roomno"), textField("dwelling_code", "房屋编码", "Dwelling code", "不动产单元号", "房屋代码", "fwbm"),
		choiceField("relation", "人房关系", "Relation to the dwelling", []Choice{{"registered", "户籍人", "Registered there", []string{"户籍", "户籍地"}}, {"resident", "居住人", "Lives there", []string{"居住", "现住", "自住"}}, {"owner", "房屋人", "Owner", []string{"产权人", "业主", "房主"}}, {"tenant", "租户", "Tenant", []string{"承租人", "租客", "租住"}}, {"other", "其他", "Other", nil}}, "与房屋关系", "居住关系"),
		typedField("date", "since", "起始日期", "Since", "入住日期", "迁入日期", "rzrq"), typedField("date", "until", "结束日期", "Until", "迁出日期", "搬离日期"),
		{Name: "tags", Title: "关爱标签", TitleEn: "Care tags", Type: "choices", Values: personTags, aliases: []string{"标签", "特殊人群", "人群标签", "tszt", "特殊群体"}},
		typedField("date", "tag_until", "标签到期", "Tags until", "标签有效期"),
	}},
	{Name: "organisations", Title: "单位", TitleEn: "Organisations", Geometry: "point", Fields: []Field{
		ref, textField("uscc", "统一社会信用代码", "Unified social credit code", "信用代码", "社会信用代码", "tyshxydm", "机构代码", "营业执照号"),
		textField("name", "名称", "Name", "单位名称", "企业名称", "商户名称", "机构名称", "店名", "dwmc", "company", "betriebsname", "companyname").required(), en,
		choiceField("kind", "类型", "Kind", kindsOf(organisation.Kinds, map[string][2]string{"company": {"企业", "Company"}, "sole_trader": {"个体工商户", "Sole trader"}, "institution": {"事业单位", "Institution"}, "government": {"机关", "Government"}, "association": {"社会组织", "Association"}, "school": {"学校", "School"}, "hospital": {"医院", "Hospital"}, "other": {"其他", "Other"}}, map[string][]string{"company": {"公司", "有限责任公司", "有限公司"}, "sole_trader": {"个体", "个体户"}, "government": {"机关单位", "政府"}, "association": {"社会团体", "社团"}}), "单位类型", "企业类型", "机构类型", "betriebsart"),
		textField("industry", "行业", "Industry", "所属行业", "行业类别", "经营范围"), textField("phone", "电话", "Phone", "联系电话", "lxdh", "tel"), typedField("int", "employees", "人数", "Employees", "从业人数", "员工数", "职工人数"),
		textField("address", "地址", "Address", "单位地址", "经营地址", "注册地址", "住所", "dz", "addr"), textField("building_code", "楼栋编码", "Building code", "楼栋代码", "ldbm"),
		typedField("date", "opened_on", "成立日期", "Opened on", "注册日期", "开业日期", "clrq"), typedField("date", "closed_on", "注销日期", "Closed on", "歇业日期"), lon, lat, east, nrth,
	}},
	{Name: "facilities", Title: "部件设施", TitleEn: "Facilities", Geometry: "point", Fields: []Field{
		ref, textField("code", "二维码/编号", "Plate code", "二维码", "铭牌编号", "platecode", "设施编号", "部件编号"),
		choiceField("kind", "类型", "Kind", facilityKinds(), "部件类型", "设施类型", "小类", "小类名称", "type", "category", "部件名称", "glbjmc").required(),
		textField("name", "名称", "Name", "设施名称", "bjmc", "title"), en, textField("place", "位置", "Place", "位置描述", "所在位置", "地址", "道路", "安装位置", "address", "ort", "location"),
		textField("owner", "权属单位", "Owner", "权属单位名称", "qsdwmc", "产权单位"), textField("maintainer", "养护单位", "Maintainer", "养护单位名称", "yhdwmc", "管养单位", "维护单位"), textField("purpose", "用途", "Purpose"),
		choiceField("state", "状态", "State", []Choice{{"intact", "完好", "Intact", []string{"正常", "良好", "ok", "good", "0"}}, {"damaged", "破损", "Damaged", []string{"损坏", "broken"}}, {"lost", "丢失", "Lost", []string{"缺失", "missing"}}, {"abandoned", "废弃", "Abandoned", []string{"停用"}}, {"removed", "移除", "Removed", []string{"拆除"}}}, "glbjzt", "设施状态", "部件状态", "status"),
		typedField("date", "installed_on", "初始日期", "Installed on", "安装日期", "csrq", "建设日期"), textField("department", "主管部门代码", "Department", "zgbmdm", "主管部门"),
		textField("standard_code", "部件标识码", "Code of the standard", "glbjbsm", "管理部件标识码", "标识码"), textField("edition", "标准版本", "Edition of the standard"), lon, lat, east, nrth,
	}},
	{Name: "services", Title: "服务设施", TitleEn: "Services", Geometry: "point", Fields: []Field{
		ref, textField("code", "编码", "Code", "机构编码", "设施编码"), choiceField("kind", "类型", "Kind", kindsOf(service.Kinds, serviceTitles, map[string][]string{"clinic": {"诊所", "卫生服务站", "社区卫生服务中心", "doctors"}, "pharmacy": {"药房"}, "canteen": {"食堂", "长者食堂", "老年助餐点", "助餐点"}, "nursing_home": {"敬老院", "养老机构", "福利院"}, "community_centre": {"文化活动中心", "居民活动中心", "党群服务中心"}, "school": {"小学", "中学"}, "marketplace": {"农贸市场", "集贸市场"}, "police": {"公安派出所"}, "townhall": {"便民服务中心"}}), "服务类型", "机构类型", "类别", "amenity", "type", "category").required(),
		textField("name", "名称", "Name", "机构名称", "服务名称", "title"), en, textField("address", "地址", "Address", "详细地址", "dz", "addr"),
		textField("hours", "服务时间", "Hours", "营业时间", "开放时间", "openinghours"), typedField("int", "capacity", "容量", "Capacity", "床位数", "餐位", "规模"),
		choiceField("capacity_unit", "容量单位", "Unit of capacity", kindsOf(service.Units, map[string][2]string{"meals": {"餐", "Meals"}, "beds": {"床", "Beds"}, "places": {"座", "Places"}, "visits": {"人次", "Visits"}}, map[string][]string{"meals": {"份"}, "beds": {"床位", "张"}, "places": {"学位", "人"}}), "单位"),
		textField("operator", "运营单位", "Operator", "主办单位", "运营方"), textField("phone", "电话", "Phone", "联系电话", "tel"),
		choiceField("state", "状态", "State", []Choice{{"open", "开放", "Open", []string{"营业", "在营", "运营"}}, {"planned", "规划", "Planned", []string{"在建", "筹建"}}, {"closed", "关闭", "Closed", []string{"停业", "停用"}}}, "运营状态"), lon, lat, east, nrth,
	}},
	{Name: "cases", Title: "案件", TitleEn: "Cases", Geometry: "point", Fields: []Field{
		ref, textField("category", "类别", "Category", "问题类别", "事项代码", "sxdm", "案件类别", "小类代码", "servicecode", "complainttype", "category", "servicename"),
		choiceField("concern", "关切", "Concern", []Choice{{"dirty", "脏", "Dirty", nil}, {"messy", "乱", "Messy", nil}, {"poor", "差", "Poor", nil}, {"broken", "坏", "Broken", nil}}),
		textField("title", "标题", "Title", "事项名称", "sxmc", "案件标题", "问题名称"), textField("text", "内容", "Text", "问题描述", "诉求内容", "描述", "description", "descriptor", "detail"),
		textField("place", "地点", "Place", "事发位置", "sfwz", "事发地址", "地址", "incidentaddress", "address"),
		typedField("time", "created_at", "上报时间", "Reported at", "受理时间", "创建时间", "sbsj", "登记时间", "createddate", "createdat", "date", "datum", "requesteddatetime").required(),
		typedField("time", "closed_at", "结案时间", "Closed at", "办结时间", "jasj", "closeddate", "closedat"),
		choiceField("state", "状态", "State", []Choice{{"reported", "已上报", "Reported", []string{"待受理", "open", "new"}}, {"filed", "已立案", "Filed", []string{"立案", "pending"}}, {"dispatched", "已派遣", "Dispatched", []string{"派遣", "assigned"}}, {"in_progress", "处理中", "In progress", []string{"处置中", "started", "email sent"}}, {"resolved", "已处理", "Resolved", []string{"待核查"}}, {"closed", "已结案", "Closed", []string{"结案", "办结", "closed"}}, {"rejected", "不予受理", "Rejected", []string{"作废", "退回"}}}, "案件状态", "办理状态", "status"),
		typedField("bool", "urgent", "紧急", "Urgent", "是否紧急"), textField("facility_code", "设施编号", "Facility code", "部件编号"), lon, lat, east, nrth,
	}},
})
