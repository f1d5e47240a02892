package town

// Surnames, and of ten thousand people how many have each: about those of the
// country.
var surnames = []struct {
	name  string
	share int
}{
	{"王", 725},
	{"李", 719},
	{"张", 683},
	{"刘", 517},
	{"陈", 454},
	{"杨", 308},
	{"黄", 227},
	{"赵", 207},
	{"吴", 205},
	{"周", 202},
	{"徐", 166},
	{"孙", 154},
	{"马", 129},
	{"朱", 126},
	{"胡", 131},
	{"林", 118},
	{"郭", 115},
	{"何", 117},
	{"高", 100},
	{"罗", 95},
	{"郑", 93},
	{"梁", 85},
	{"谢", 72},
	{"宋", 70},
	{"唐", 69},
	{"许", 66},
	{"邓", 62},
	{"冯", 62},
	{"韩", 61},
	{"曹", 60},
	{"曾", 58},
	{"彭", 57},
	{"萧", 56},
	{"蔡", 53},
	{"潘", 52},
	{"田", 52},
	{"董", 51},
	{"袁", 50},
	{"于", 48},
	{"余", 48},
	{"叶", 48},
	{"蒋", 47},
	{"杜", 47},
	{"苏", 46},
	{"魏", 45},
	{"程", 45},
	{"吕", 45},
	{"丁", 43},
	{"沈", 41},
	{"任", 40},
	{"姚", 40},
	{"卢", 40},
	{"傅", 40},
	{"钟", 39},
	{"姜", 38},
	{"崔", 37},
	{"谭", 37},
	{"廖", 36},
	{"范", 36},
	{"汪", 36},
	{"陆", 35},
	{"金", 35},
	{"石", 34},
	{"戴", 33},
	{"贾", 33},
	{"韦", 32},
	{"夏", 31},
	{"邱", 31},
	{"方", 30},
	{"侯", 30},
	{"邹", 30},
	{"熊", 29},
	{"孟", 29},
	{"秦", 28},
	{"白", 28},
	{"江", 28},
	{"阎", 27},
	{"薛", 27},
	{"尹", 26},
	{"段", 25},
	{"雷", 24},
	{"黎", 23},
	{"史", 22},
	{"龙", 22},
	{"陶", 21},
	{"贺", 21},
	{"顾", 20},
	{"毛", 20},
	{"郝", 20},
	{"龚", 20},
	{"邵", 19},
	{"万", 19},
	{"钱", 19},
	{"严", 18},
	{"赖", 18},
	{"覃", 18},
	{"洪", 17},
	{"武", 17},
	{"莫", 16},
	{"孔", 16},
	{"欧阳", 6},
	{"司徒", 2},
	{"上官", 1},
}

var surnameTotal = func() (total int) {
	for _, s := range surnames {
		total += s.share
	}
	return total
}()

func surnameOf(d dice) string {
	at := d.IntN(surnameTotal)
	for _, s := range surnames {
		if at -= s.share; at < 0 {
			return s.name
		}
	}
	return surnames[0].name
}

// given are the characters of given names by generation and sex: the first and
// the second character, which may also stand alone.
var given = []struct {
	until  int // year of birth
	male   [2]string
	female [2]string
	alone  float64 // how many have but one
}{
	{1959, [2]string{"德志国建永文明福金玉长春树世家兴正光庆荣", "明华生祥林德福贵财山海云成良才清根发义堂"}, [2]string{"秀桂玉淑凤金美春月素兰翠惠爱瑞彩银巧雪莲", "英兰珍芳华梅荣珠琴云清香莲花娥凤芝仙贞玲"}, 0.12},
	{1979, [2]string{"建国志卫永红海文晓伟立新俊军宏小少东继振", "军平强明华国民伟东辉斌林峰波勇刚杰涛兵胜"}, [2]string{"丽秀红晓小春海燕玉艳桂美建雪爱慧淑雅月冬", "红梅霞萍芳燕玲英敏娟丽华琴云艳莉群玉洁珍"}, 0.28},
	{1999, [2]string{"志俊晓建伟文海家嘉宇浩少子明振国永健冠锦", "伟杰强鹏磊超波涛辉斌浩宇飞龙亮锋凯俊恒翔"}, [2]string{"晓丽雪婷静思佳文嘉慧燕海小梦雅玉诗丹春欣", "婷静敏娟丽雪莹倩颖琳娜燕玲洁慧芳怡欣萍媛"}, 0.3},
	{9999, [2]string{"子浩宇梓俊嘉一天泽睿铭思皓奕博昊晨沐景家", "轩涵宇豪泽然睿宸辰熙洋瑞航阳霖明杰恩毅安"}, [2]string{"子梓欣诗雨思一语嘉梦雅佳可沐若芷艺书妍悦", "涵萱彤怡琪妍菲瑶欣桐玥然婷溪曦雯诺宁悦琳"}, 0.08},
}

func givenName(d dice, sex string, year int) string {
	for _, g := range given {
		if year > g.until {
			continue
		}
		lists := g.male
		if sex == "female" {
			lists = g.female
		}
		pick := func(list string) string {
			runes := []rune(list)
			return string(runes[d.IntN(len(runes))])
		}
		if d.chance(g.alone) {
			return pick(lists[1])
		}
		return pick(lists[0]) + pick(lists[1])
	}
	return ""
}
