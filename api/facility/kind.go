package facility

// Kind is what a facility is: the words of its class, and the component code
// of GB/T 47678.5-2026 under which damage to it is reported, empty where the
// standard has none.
type Kind struct {
	Class        string
	Name, NameEn string
	Component    string
}

// Kinds are the nine classes of facilities that carry a QR plate (DB11/T
// 500-2016), and other street furniture; domain codes are GB/T 47678.5-2026.
var Kinds = map[string]Kind{
	"waste_basket":    {"waste_bin", "废物箱", "Litter bin", "03005"},
	"recycling":       {"waste_bin", "分类回收箱", "Recycling bin", "03005"},
	"waste_disposal":  {"waste_bin", "垃圾桶", "Waste container", "03005"},
	"guidepost":       {"guide_sign", "路名牌", "Guidepost", "02012"},
	"map_board":       {"guide_sign", "导览图", "Map board", "02013"},
	"info_board":      {"guide_sign", "指示牌", "Information board", "02013"},
	"bus_stop":        {"bus_stop", "公交站", "Bus stop", "02004"},
	"bus_shelter":     {"bus_stop", "公交候车亭", "Bus shelter", "02004"},
	"post_box":        {"postal", "邮筒", "Post box", "01042"},
	"newsstand":       {"postal", "报刊亭", "Newsstand", "01040"},
	"parcel_locker":   {"postal", "快递柜", "Parcel locker", "01075"},
	"telephone":       {"phone_booth", "公用电话亭", "Phone booth", "01041"},
	"bench":           {"seat", "街头座椅", "Bench", "04007"},
	"mobile_toilet":   {"mobile_toilet", "活动厕所", "Portable toilet", "03001"},
	"bicycle_parking": {"cycle_parking", "自行车存车架", "Bicycle stand", "02027"},
	"bicycle_rental":  {"cycle_parking", "自行车租赁点", "Bicycle rental", "02026"},
	"street_cabinet":  {"cabinet", "街面箱体", "Street cabinet", "01027"},
	"transformer":     {"cabinet", "变压器箱", "Transformer box", "01048"},
	"gas_regulator":   {"cabinet", "燃气调压箱", "Gas regulator box", "01049"},
	"street_lamp":     {"other", "路灯", "Street lamp", "01037"},
	"traffic_signals": {"other", "交通信号灯", "Traffic signals", "02014"},
	"hydrant":         {"other", "消火栓", "Fire hydrant", "01013"},
	"bollard":         {"other", "阻车桩", "Bollard", "02021"},
	"tree":            {"other", "行道树", "Street tree", "04002"},
	"toilets":         {"other", "公共厕所", "Public toilet", "03001"},
	"drinking_water":  {"other", "饮水点", "Drinking water", ""},
	"manhole":         {"other", "井盖", "Manhole cover", "01023"},
	"playground":      {"other", "游乐设施", "Playground", "01046"},
	"fountain":        {"other", "喷泉", "Fountain", "04010"},
}

// ClassNames names the classes, in Chinese and English.
var ClassNames = map[string][2]string{
	"waste_bin":     {"废物箱", "Bin"},
	"guide_sign":    {"指示牌", "Sign"},
	"bus_stop":      {"公交车站", "Bus stop"},
	"postal":        {"邮政设施", "Postal facility"},
	"phone_booth":   {"公用电话亭", "Phone booth"},
	"seat":          {"座椅", "Seat"},
	"mobile_toilet": {"活动厕所", "Portable toilet"},
	"cycle_parking": {"自行车存车设施", "Bicycle parking"},
	"cabinet":       {"箱体", "Cabinet"},
	"other":         {"其他设施", "Other facility"},
}
