package town

// Two characters make a name that no place has: 翠溪, 永安.
var (
	firstSyllables = []name{
		{"翠", "Cui"},
		{"金", "Jin"},
		{"文", "Wen"},
		{"永", "Yong"},
		{"福", "Fu"},
		{"安", "An"},
		{"和", "He"},
		{"德", "De"},
		{"仁", "Ren"},
		{"明", "Ming"},
		{"春", "Chun"},
		{"秋", "Qiu"},
		{"东", "Dong"},
		{"南", "Nan"},
		{"西", "Xi"},
		{"北", "Bei"},
		{"长", "Chang"},
		{"新", "Xin"},
		{"古", "Gu"},
		{"石", "Shi"},
		{"白", "Bai"},
		{"红", "Hong"},
		{"云", "Yun"},
		{"星", "Xing"},
		{"月", "Yue"},
		{"柳", "Liu"},
		{"梅", "Mei"},
		{"兰", "Lan"},
		{"竹", "Zhu"},
		{"荷", "He"},
		{"松", "Song"},
		{"枫", "Feng"},
		{"榕", "Rong"},
		{"银", "Yin"},
		{"宝", "Bao"},
		{"龙", "Long"},
		{"凤", "Feng"},
		{"玉", "Yu"},
		{"清", "Qing"},
		{"丰", "Feng"},
	}
	secondSyllables = []name{
		{"山", "shan"},
		{"江", "jiang"},
		{"湖", "hu"},
		{"溪", "xi"},
		{"桥", "qiao"},
		{"塘", "tang"},
		{"岭", "ling"},
		{"坪", "ping"},
		{"田", "tian"},
		{"园", "yuan"},
		{"林", "lin"},
		{"泉", "quan"},
		{"洲", "zhou"},
		{"湾", "wan"},
		{"港", "gang"},
		{"渡", "du"},
		{"门", "men"},
		{"亭", "ting"},
		{"台", "tai"},
		{"楼", "lou"},
		{"井", "jing"},
		{"坊", "fang"},
		{"铺", "pu"},
		{"庄", "zhuang"},
		{"岗", "gang"},
		{"坡", "po"},
		{"沙", "sha"},
		{"屏", "ping"},
		{"阳", "yang"},
		{"光", "guang"},
		{"华", "hua"},
		{"兴", "xing"},
		{"盛", "sheng"},
		{"乐", "le"},
		{"宁", "ning"},
		{"康", "kang"},
		{"平", "ping"},
		{"昌", "chang"},
		{"源", "yuan"},
		{"谷", "gu"},
	}
)

// invented are all of them, shuffled.
func invented(d dice) []name {
	var list []name
	for _, a := range firstSyllables {
		for _, b := range secondSyllables {
			list = append(list, name{a.zh + b.zh, a.en + b.en})
		}
	}
	d.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
