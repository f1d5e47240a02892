package address_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"onemap/api/address"
)

type a = address.Address

var cases = []struct {
	text string
	want a
	key  string
}{
	// Whole addresses, as a registry writes them.
	{"广东省佛山市南海区桂城街道南海大道12号阳光花园3栋2单元502室", a{Province: "广东省", City: "佛山市", District: "南海区", Street: "桂城街道", Road: "南海大道", Number: "12", Estate: "阳光花园", Building: "3", Unit: "2", Room: "502"}, "南海大道12号3栋"},
	{"佛山市南海区桂城街道南海大道十二号阳光花园３幢二单元502室", a{City: "佛山市", District: "南海区", Street: "桂城街道", Road: "南海大道", Number: "12", Estate: "阳光花园", Building: "3", Unit: "2", Room: "502"}, "南海大道12号3栋"},
	{"北京市海淀区中关村街道科学院南路6号院3号楼5层502", a{City: "北京市", District: "海淀区", Street: "中关村街道", Road: "科学院南路", Number: "6", Building: "3", Storey: "5", Room: "502"}, "科学院南路6号3栋"},
	{"上海市静安区南京西路街道延安中路100弄5号502室", a{City: "上海市", District: "静安区", Street: "南京西路街道", Road: "延安中路", Lane: "100弄", Number: "5", Room: "502"}, "延安中路100弄5号"},
	{"浙江省杭州市西湖区文三路477号华星科技大厦8楼801室", a{Province: "浙江省", City: "杭州市", District: "西湖区", Road: "文三路", Number: "477", Estate: "华星科技大厦", Storey: "8", Room: "801"}, "文三路477号"},
	{"四川省成都市武侯区人民南路四段15号附1号", a{Province: "四川省", City: "成都市", District: "武侯区", Road: "人民南路", Lane: "4段", Number: "15附1"}, "人民南路4段15附1号"},
	{"江苏省苏州市昆山市玉山镇人民路88号", a{Province: "江苏省", City: "苏州市", District: "昆山市", Street: "玉山镇", Road: "人民路", Number: "88"}, "人民路88号"},
	{"内蒙古自治区呼和浩特市新城区新华大街8号", a{Province: "内蒙古自治区", City: "呼和浩特市", District: "新城区", Road: "新华大街", Number: "8"}, "新华大街8号"},
	{"广西壮族自治区南宁市青秀区民族大道131号航洋国际城1号楼", a{Province: "广西壮族自治区", City: "南宁市", District: "青秀区", Road: "民族大道", Number: "131", Estate: "航洋国际城", Building: "1"}, "民族大道131号1栋"},
	{"云南省大理白族自治州大理市下关镇建设东路6号", a{Province: "云南省", City: "大理白族自治州", District: "大理市", Street: "下关镇", Road: "建设东路", Number: "6"}, "建设东路6号"},
	{"上海市浦东新区世纪大道8号", a{City: "上海市", District: "浦东新区", Road: "世纪大道", Number: "8"}, "世纪大道8号"},
	{"济南市市中区经十路12号", a{City: "济南市", District: "市中区", Road: "经十路", Number: "12"}, "经十路12号"},
	{"唐山市路南区建设南路5号", a{City: "唐山市", District: "路南区", Road: "建设南路", Number: "5"}, "建设南路5号"},
	{"哈尔滨市道里区中央大街33号", a{City: "哈尔滨市", District: "道里区", Road: "中央大街", Number: "33"}, "中央大街33号"},
	{"佛山市南海区大沥镇盐步居委会穗盐路7号", a{City: "佛山市", District: "南海区", Street: "大沥镇", Community: "盐步居委会", Road: "穗盐路", Number: "7"}, "穗盐路7号"},
	{"青禾市临川区第1街道第2社区解放路1号", a{City: "青禾市", District: "临川区", Street: "第1街道", Community: "第2社区", Road: "解放路", Number: "1"}, "解放路1号"},
	{"南海区桂城街道东二社区居委会南海大道北20号", a{District: "南海区", Street: "桂城街道", Community: "东二社区", Road: "南海大道北", Number: "20"}, "南海大道北20号"},
	// The road and its numbers.
	{"解放路12号", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路 12 号", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路１２号", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路十二号", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路12-1号", a{Road: "解放路", Number: "12-1"}, "解放路12-1号"},
	{"解放路12号之3", a{Road: "解放路", Number: "12-3"}, "解放路12-3号"},
	{"解放路12号之三", a{Road: "解放路", Number: "12-3"}, "解放路12-3号"},
	{"解放路12之3号", a{Road: "解放路", Number: "12-3"}, "解放路12-3号"},
	{"解放路甲12号", a{Road: "解放路", Number: "甲12"}, "解放路甲12号"},
	{"解放路12号甲", a{Road: "解放路", Number: "甲12"}, "解放路甲12号"},
	{"解放路12A号", a{Road: "解放路", Number: "12A"}, "解放路12a号"},
	{"解放路12", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路12#", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路12号附2号", a{Road: "解放路", Number: "12附2"}, "解放路12附2号"},
	{"解放路12号院", a{Road: "解放路", Number: "12"}, "解放路12号"},
	{"解放路12号(原糖厂宿舍)", a{Road: "解放路", Number: "12", Note: "原糖厂宿舍"}, "解放路12号"},
	{"解放路12号【已拆】", a{Road: "解放路", Number: "12", Note: "已拆"}, "解放路12号"},
	{"中山二路5号", a{Road: "中山二路", Number: "5"}, "中山二路5号"},
	{"中山2路5号", a{Road: "中山2路", Number: "5"}, "中山二路5号"},
	{"经10路20号", a{Road: "经10路", Number: "20"}, "经十路20号"},
	{"八一大道3号", a{Road: "八一大道", Number: "3"}, "八一大道3号"},
	{"三里河路9号", a{Road: "三里河路", Number: "9"}, "三里河路9号"},
	{"一号路12号", a{Road: "一号路", Number: "12"}, "一号路12号"},
	{"1号路12号", a{Road: "1号路", Number: "12"}, "1号路12号"},
	{"中山路北街12号", a{Road: "中山路北街", Number: "12"}, "中山路北街12号"},
	{"解放路东一巷5号", a{Road: "解放路东一巷", Number: "5"}, "解放路东一巷5号"},
	{"解放路三巷5号", a{Road: "解放路", Lane: "3巷", Number: "5"}, "解放路3巷5号"},
	{"解放路3巷5号", a{Road: "解放路", Lane: "3巷", Number: "5"}, "解放路3巷5号"},
	{"东四三条12号", a{Road: "东四三条", Number: "12"}, "东四三条12号"},
	{"帽儿胡同7号", a{Road: "帽儿胡同", Number: "7"}, "帽儿胡同7号"},
	{"吉祥里12号", a{Road: "吉祥里", Number: "12"}, "吉祥里12号"},
	{"市场路12号", a{Road: "市场路", Number: "12"}, "市场路12号"},
	{"古镇大道12号", a{Road: "古镇大道", Number: "12"}, "古镇大道12号"},
	{"水乡路12号", a{Road: "水乡路", Number: "12"}, "水乡路12号"},
	{"佛山市民路12号", a{Road: "佛山市民路", Number: "12"}, "佛山市民路12号"},
	{"中山市石岐区民生路1号", a{City: "中山市", District: "石岐区", Road: "民生路", Number: "1"}, "民生路1号"},
	// Estates and houses.
	{"阳光花园3栋", a{Estate: "阳光花园", Building: "3"}, "阳光花园3栋"},
	{"阳光花园3号楼", a{Estate: "阳光花园", Building: "3"}, "阳光花园3栋"},
	{"阳光花园第三栋", a{Estate: "阳光花园", Building: "3"}, "阳光花园3栋"},
	{"阳光花园3#楼", a{Estate: "阳光花园", Building: "3"}, "阳光花园3栋"},
	{"阳光花园3#502", a{Estate: "阳光花园", Building: "3", Room: "502"}, "阳光花园3栋"},
	{"阳光花园A座1201", a{Estate: "阳光花园", Building: "A", Room: "1201"}, "阳光花园a座"},
	{"阳光花园a座1201房", a{Estate: "阳光花园", Building: "A", Room: "1201"}, "阳光花园a座"},
	{"阳光花园A3栋", a{Estate: "阳光花园", Building: "A3"}, "阳光花园a3座"},
	{"阳光花园二期3栋", a{Estate: "阳光花园2期", Building: "3"}, "阳光花园2期3栋"},
	{"阳光花园2期3栋", a{Estate: "阳光花园2期", Building: "3"}, "阳光花园2期3栋"},
	{"百花二区3栋", a{Estate: "百花2区", Building: "3"}, "百花2区3栋"},
	{"阳光花园东区3栋", a{Estate: "阳光花园东区", Building: "3"}, "阳光花园东区3栋"},
	{"阳光小区3栋", a{Estate: "阳光小区", Building: "3"}, "阳光小区3栋"},
	{"阳光花园东楼", a{Estate: "阳光花园", Building: "东"}, "阳光花园东座"},
	{"阳光花园12号", a{Estate: "阳光花园", Number: "12"}, "阳光花园12栋"},
	{"曹杨三村12号502室", a{Estate: "曹杨3村", Number: "12", Room: "502"}, "曹杨3村12栋"},
	{"青山村三组12号", a{Estate: "青山村3组", Number: "12"}, "青山村3组12栋"},
	{"解放路阳光花园3栋", a{Road: "解放路", Estate: "阳光花园", Building: "3"}, "阳光花园3栋"},
	{"解放路阳光花园12号", a{Road: "解放路", Estate: "阳光花园", Building: "12"}, "阳光花园12栋"},
	{"解放路12号青禾大厦B座", a{Road: "解放路", Number: "12", Estate: "青禾大厦", Building: "B"}, "解放路12号b座"},
	{"SOHO现代城A座", a{Estate: "SOHO现代城", Building: "A"}, "soho现代城a座"},
	{"都市花园5栋", a{Estate: "都市花园", Building: "5"}, "都市花园5栋"},
	{"阳光社区3栋", a{Community: "阳光社区", Building: "3"}, "阳光社区3栋"},
	// Inside the house.
	{"阳光花园3-1-502", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "502"}, "阳光花园3栋"},
	{"阳光花园 3-1-502", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3－1－502室", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3-502", a{Estate: "阳光花园", Building: "3", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋1-502", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋1单元1-302", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "1-302"}, "阳光花园3栋"},
	{"阳光花园3栋1-5-502", a{Estate: "阳光花园", Building: "3", Unit: "1", Storey: "5", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋1单元5楼502", a{Estate: "阳光花园", Building: "3", Unit: "1", Storey: "5", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋甲单元502", a{Estate: "阳光花园", Building: "3", Unit: "甲", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋东单元五〇二室", a{Estate: "阳光花园", Building: "3", Unit: "东", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋2梯502房", a{Estate: "阳光花园", Building: "3", Unit: "2", Room: "502"}, "阳光花园3栋"},
	{"阳光花园3栋1单元12A03", a{Estate: "阳光花园", Building: "3", Unit: "1", Room: "12A03"}, "阳光花园3栋"},
	{"阳光花园3栋12A层12A03室", a{Estate: "阳光花园", Building: "3", Storey: "12A", Room: "12A03"}, "阳光花园3栋"},
	{"阳光花园3栋5F", a{Estate: "阳光花园", Building: "3", Storey: "5"}, "阳光花园3栋"},
	{"阳光花园3栋一楼东户", a{Estate: "阳光花园", Building: "3", Storey: "1", Room: "东"}, "阳光花园3栋"},
	{"阳光花园3栋地下一层12号车位", a{Estate: "阳光花园", Building: "3", Storey: "B1", Room: "12"}, "阳光花园3栋"},
	{"阳光花园3栋负一层B023", a{Estate: "阳光花园", Building: "3", Storey: "B1", Room: "B023"}, "阳光花园3栋"},
	{"阳光花园3栋-1层", a{Estate: "阳光花园", Building: "3", Storey: "B1"}, "阳光花园3栋"},
	{"阳光花园3栋B1层", a{Estate: "阳光花园", Building: "3", Storey: "B1"}, "阳光花园3栋"},
	{"阳光花园3栋首层2号铺", a{Estate: "阳光花园", Building: "3", Storey: "1", Room: "2"}, "阳光花园3栋"},
	{"解放路12号502", a{Road: "解放路", Number: "12", Room: "502"}, "解放路12号"},
	{"解放路12号3-1-502", a{Road: "解放路", Number: "12", Building: "3", Unit: "1", Room: "502"}, "解放路12号3栋"},
	{"解放路12-3-502", a{Road: "解放路", Number: "12", Building: "3", Room: "502"}, "解放路12号3栋"},
	{"解放路12号3门502室", a{Road: "解放路", Number: "12", Unit: "3", Room: "502"}, "解放路12号"},
	{"3栋502室", a{Building: "3", Room: "502"}, ""},
	{"502室", a{Room: "502"}, ""},
	// Elsewhere in the world.
	{"Bahnhofstrasse 12", a{Road: "Bahnhofstrasse", Number: "12"}, "bahnhofstrasse 12"},
	{"Bahnhofstr. 12a, 8001 Zürich", a{Road: "Bahnhofstr.", Number: "12a", City: "8001 Zürich"}, "bahnhofstrasse 12a"},
	{"12 Main St", a{Road: "Main St", Number: "12"}, "main street 12"},
	{"12 Main Street, Apt 4B, New York", a{Road: "Main Street", Number: "12", City: "Apt 4B, New York"}, "main street 12"},
	{"12 Main Street #4B", a{Road: "Main Street", Number: "12", Room: "4B"}, "main street 12"},
	{"Main Street", a{Road: "Main Street"}, ""},
	{"", a{}, ""},
	{"不详", a{Estate: "不详"}, "不详"},
}

func TestAddressesAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		got := address.Parse(c.text)
		if got != c.want {
			t.Errorf("%s\n got %+v\nwant %+v", c.text, got, c.want)
		}
		if key := got.Key(); key != c.key {
			t.Errorf("%s: key %q, want %q", c.text, key, c.key)
		}
		if again := address.Parse(got.String()); again != got {
			t.Errorf("%s: %s reads as %+v, not %+v", c.text, got, again, got)
		}
	}
	if len(cases) < 80 {
		t.Errorf("%d cases", len(cases))
	}
}

// made is a random address of the kinds a registry holds.
func made(r *rand.Rand) address.Address {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	x := address.Address{
		City: pick("", "佛山市", "青禾市"), District: pick("", "南海区", "临川区"), Street: pick("", "桂城街道", "大沥镇"), Community: pick("", "东二社区", "第1社区"),
	}
	if r.IntN(2) == 0 {
		x.Road, x.Number = pick("解放路", "南海大道", "中山二路", "帽儿胡同", "东一巷"), pick("1", "12", "12-1", "甲12", "12附1")
		x.Lane = pick("", "", "3巷")
	} else {
		x.Estate = pick("阳光花园", "曹杨3村", "青禾苑", "百花2区", "SOHO现代城")
		x.Building = pick("1", "12", "A", "B2", "东")
	}
	if strings.HasSuffix(x.Road, "巷") || strings.HasSuffix(x.Road, "同") {
		x.Lane = ""
	}
	x.Unit, x.Storey, x.Room = pick("", "1", "甲", "东"), pick("", "5", "B1", "12A"), pick("", "502", "12A03", "1")
	if x.Building+x.Unit+x.Storey != "" && r.IntN(4) == 0 {
		x.Room = "东"
	}
	return x
}

func TestAWrittenAddressIsReadBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		want := made(r)
		if got := address.Parse(want.String()); got != want {
			t.Fatalf("%s\n got %+v\nwant %+v", want, got, want)
		}
	}
}

// wide writes digits and letters in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' && r != '(' && r != ')' {
			return r + '！' - '!'
		}
		return r
	}, s)
}

func TestTheKeyIsTheHouse(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		x := made(r)
		key := x.Key()
		plain := x
		plain.City, plain.District, plain.Street, plain.Community = "", "", "", ""
		full := plain
		full.Province, full.City, full.District = "广东省", "佛山市", "南海区"
		house := plain
		house.Unit, house.Storey, house.Room = "", "", ""
		for how, text := range map[string]string{
			"full width": wide(x.String()), "spaces": " " + strings.ReplaceAll(x.String(), "号", " 号 ") + "　", "no city": plain.String(),
			"a province": full.String(), "a note": x.String() + "（旧）", "the house alone": house.String(),
		} {
			if got := address.Parse(text).Key(); got != key {
				t.Fatalf("%s: %s has the key %q, %s has %q", how, text, got, x, key)
			}
		}
		other := x
		if other.Building != "" {
			other.Building += "1"
		} else {
			other.Number += "1"
		}
		if other.Building != "东1" && other.Key() == key {
			t.Fatalf("%s and %s share a key", x, other)
		}
	}
}

func TestKeysNameAHouseByItsEstate(t *testing.T) {
	t.Parallel()
	keys := address.Parse("解放路12号阳光花园3栋").Keys()
	if len(keys) != 2 || keys[0] != "解放路12号3栋" || keys[1] != address.Parse("阳光花园三号楼").Key() {
		t.Errorf("%q", keys)
	}
}

func TestColumnsAreNormalised(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"三单元": "3", "3": "3", "１单元": "1", "甲单元": "甲", "": "", "2梯": "2", "第2单元": "2", "a单元": "A"} {
		if got := address.Unit(given); got != want {
			t.Errorf("unit %s is %q, want %q", given, got, want)
		}
	}
	for given, want := range map[string]string{"502室": "502", "５０２": "502", "12a03房": "12A03", "五〇二": "502", "12号车位": "12", "2号铺": "2", " 502 ": "502"} {
		if got := address.Room(given); got != want {
			t.Errorf("room %s is %q, want %q", given, got, want)
		}
	}
	for given, want := range map[string]string{"5层": "5", "五楼": "5", "5F": "5", "地下一层": "B1", "负2楼": "B2", "-1": "B1", "首层": "1", "12A": "12A", "b1": "B1"} {
		if got := address.Storey(given); got != want {
			t.Errorf("storey %s is %q, want %q", given, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := address.Parse(text)
		if again := address.Parse(got.String()); again != got {
			t.Errorf("%q: %q reads as %+v, not %+v", text, got, again, got)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		address.Parse("佛山市南海区桂城街道南海大道12号阳光花园3栋2单元502室")
	}
}
