package town

import (
	"fmt"
	"strings"
	"time"
)

// Organisation is who works in a room; its code follows GB 32100 and begins
// with the code of no city.
type Organisation struct {
	Ref, Code      string
	Name, NameEn   string
	Kind, Industry string
	Phone          string
	Employees      int
	Door           Door
	Opened         time.Time
}

// trades are what shops, offices and workshops do: the ending of the name, its
// English, the industry and the kind.
var trades = map[string][]struct{ zh, en, industry, kind string }{
	"shop": {
		{"便利店", "Convenience Store", "零售业", "sole_trader"},
		{"水果店", "Fruit Shop", "零售业", "sole_trader"},
		{"面馆", "Noodle House", "餐饮业", "sole_trader"},
		{"小吃店", "Snack Bar", "餐饮业", "sole_trader"},
		{"理发店", "Barber", "居民服务业", "sole_trader"},
		{"五金店", "Hardware", "零售业", "sole_trader"},
		{"药房有限公司", "Pharmacy Ltd", "零售业", "company"},
		{"服装店", "Clothing", "零售业", "sole_trader"},
		{"文具店", "Stationery", "零售业", "sole_trader"},
		{"粮油店", "Grain and Oil", "零售业", "sole_trader"},
		{"茶庄", "Tea House", "零售业", "sole_trader"},
		{"洗衣店", "Laundry", "居民服务业", "sole_trader"},
		{"餐饮有限公司", "Catering Ltd", "餐饮业", "company"},
		{"超市有限公司", "Supermarket Ltd", "零售业", "company"},
		{"房产中介", "Estate Agency", "房地产业", "company"},
	},
	"office": {
		{"科技有限公司", "Technology Ltd", "软件和信息技术服务业", "company"},
		{"贸易有限公司", "Trading Ltd", "批发业", "company"},
		{"建设工程有限公司", "Construction Ltd", "建筑业", "company"},
		{"咨询有限公司", "Consulting Ltd", "商务服务业", "company"},
		{"律师事务所", "Law Firm", "商务服务业", "other"},
		{"物业服务有限公司", "Property Services Ltd", "房地产业", "company"},
		{"养老服务中心", "Senior Services", "社会工作", "institution"},
		{"教育培训有限公司", "Training Ltd", "教育", "company"},
		{"商会", "Chamber of Commerce", "社会团体", "association"},
	},
	"workshop": {
		{"机械厂", "Machine Works", "通用设备制造业", "company"},
		{"纺织有限公司", "Textiles Ltd", "纺织业", "company"},
		{"食品有限公司", "Foods Ltd", "食品制造业", "company"},
		{"电器有限公司", "Appliances Ltd", "电气机械制造业", "company"},
		{"物流有限公司", "Logistics Ltd", "仓储业", "company"},
		{"包装厂", "Packaging", "造纸和纸制品业", "company"},
	},
}

// employ moves organisations into shops, offices and workshops; some stay empty.
func (m *maker) employ() {
	d := m.dice("organisations")
	for i := range m.town.Stacks {
		s := &m.town.Stacks[i]
		for k := range s.Rooms {
			r := &s.Rooms[k]
			list, ok := trades[r.Use]
			if !ok {
				continue
			}
			if !d.chance(0.86) {
				r.Tenure = "vacant"
				continue
			}
			t := list[d.IntN(len(list))]
			r.Tenure = "let"
			a, b := firstSyllables[d.IntN(len(firstSyllables))], secondSyllables[d.IntN(len(secondSyllables))]
			n := len(m.town.Organisations) + 1
			employees := 1 + d.IntN(5)
			switch r.Use {
			case "office":
				employees = 2 + d.IntN(40)
			case "workshop":
				employees = 15 + d.IntN(220)
			}
			m.town.Organisations = append(m.town.Organisations, Organisation{
				Ref: fmt.Sprintf("organisation-%s%05d", m.prefix, n), Code: m.creditCode(n, t.kind),
				Name: "青禾" + a.zh + b.zh + t.zh, NameEn: "Qinghe " + a.en + b.en + " " + t.en, Kind: t.kind, Industry: t.industry,
				Phone: fmt.Sprintf("%s%02d%06d", orgPrefix, m.index%100, n%1_000_000), Employees: employees,
				Door: Door{i, k}, Opened: m.day.AddDate(0, -d.IntN(220), -d.IntN(28)),
			})
		}
	}
}

// orgPrefix begins the phone numbers of organisations.
const orgPrefix = "179"

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode is the n-th unified social credit code of the quarter: who
// registered it, the place, an organisation code of GB 11714, a check character.
func (m *maker) creditCode(n int, kind string) string {
	registrar := map[string]string{"sole_trader": "92", "institution": "12", "association": "51", "other": "31"}[kind]
	if registrar == "" {
		registrar = "91"
	}
	body := fmt.Sprintf("Q%02d%05d", m.index%100, n%100_000)
	code := registrar + m.district + body + string(bodyCheck(body))
	sum, weight := 0, 1
	for i := range len(code) {
		sum += strings.IndexByte(creditAlphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + string(creditAlphabet[(31-sum%31)%31])
}

// bodyCheck is the check character of GB 11714 over 8 characters.
func bodyCheck(body string) byte {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(body[i] - '0')
		if body[i] >= 'A' {
			v = int(body[i]-'A') + 10
		}
		sum += v * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}
