package town

import (
	"fmt"
	"slices"
)

// name is a name in Chinese and in English.
type name struct{ zh, en string }

// names gives out names, each once; when the list is done, numbered ones.
type names struct {
	d     dice
	sides []name
	given int
	east  int // how many of eastNames are given out
}

func newNames(d dice) *names {
	n := &names{d: d, sides: slices.Clone(sideNames)}
	d.Shuffle(len(n.sides), func(i, j int) { n.sides[i], n.sides[j] = n.sides[j], n.sides[i] })
	return n
}

// The avenues that run north, from the middle of the town outwards, and those
// that run east, from the south.
var (
	northNames = []name{{"人民路", "Renmin Road"}, {"建设大道", "Jianshe Avenue"}, {"学府路", "Xuefu Road"}, {"青禾大道", "Qinghe Avenue"}, {"丰收路", "Fengshou Road"}, {"迎宾大道", "Yingbin Avenue"}}
	eastNames  = []name{{"和平路", "Heping Road"}, {"朝阳路", "Chaoyang Road"}, {"文化路", "Wenhua Road"}, {"工业路", "Gongye Road"}, {"振兴路", "Zhenxing Road"}, {"团结路", "Tuanjie Road"}}
	sideNames  = []name{
		{"翠竹", "Cuizhu"},
		{"桂花", "Guihua"},
		{"书院", "Shuyuan"},
		{"东门", "Dongmen"},
		{"新桥", "Xinqiao"},
		{"金穗", "Jinsui"},
		{"水塘", "Shuitang"},
		{"榕树", "Rongshu"},
		{"荷花", "Hehua"},
		{"码头", "Matou"},
		{"米行", "Mihang"},
		{"染坊", "Ranfang"},
		{"钟楼", "Zhonglou"},
		{"向阳", "Xiangyang"},
		{"新村", "Xincun"},
		{"石桥", "Shiqiao"},
		{"柳岸", "Liuan"},
		{"梅园", "Meiyuan"},
		{"兰亭", "Lanting"},
		{"松鹤", "Songhe"},
		{"杏林", "Xinglin"},
		{"晨光", "Chenguang"},
		{"晚晴", "Wanqing"},
		{"稻香", "Daoxiang"},
		{"麦田", "Maitian"},
		{"果园", "Guoyuan"},
		{"茶亭", "Chating"},
		{"古井", "Gujing"},
		{"牌坊", "Paifang"},
		{"篾匠", "Miejiang"},
		{"豆市", "Doushi"},
		{"棉花", "Mianhua"},
		{"邮亭", "Youting"},
		{"车站", "Chezhan"},
		{"渔歌", "Yuge"},
		{"鹭洲", "Luzhou"},
		{"白鹭", "Bailu"},
		{"春晖", "Chunhui"},
		{"秋实", "Qiushi"},
		{"云溪", "Yunxi"},
		{"竹溪", "Zhuxi"},
		{"南园", "Nanyuan"},
		{"西园", "Xiyuan"},
		{"北苑", "Beiyuan"},
		{"东篱", "Dongli"},
		{"清风", "Qingfeng"},
		{"明月", "Mingyue"},
		{"平安", "Pingan"},
		{"福寿", "Fushou"},
		{"长乐", "Changle"},
		{"永兴", "Yongxing"},
		{"同心", "Tongxin"},
		{"友爱", "Youai"},
		{"勤俭", "Qinjian"},
		{"育才", "Yucai"},
		{"求知", "Qiuzhi"},
		{"致远", "Zhiyuan"},
		{"笃学", "Duxue"},
		{"锦绣", "Jinxiu"},
		{"彩虹", "Caihong"},
	}
	compoundNames = []name{
		{"翠竹苑", "Cuizhu Court"},
		{"河畔花园", "Hepan Garden"},
		{"锦绣家园", "Jinxiu Homes"},
		{"阳光小区", "Yangguang Estate"},
		{"金穗新村", "Jinsui New Village"},
		{"桂香园", "Guixiang Garden"},
		{"青禾雅苑", "Qinghe Court"},
		{"书香名邸", "Shuxiang Residence"},
		{"和平里", "Hepingli"},
		{"建设新村", "Jianshe New Village"},
		{"柳岸春晓", "Liuan Spring"},
		{"松鹤苑", "Songhe Court"},
		{"幸福里", "Xingfuli"},
		{"明月湾", "Mingyue Bay"},
		{"东方花苑", "Dongfang Garden"},
		{"朝阳小区", "Chaoyang Estate"},
		{"梅园新村", "Meiyuan New Village"},
		{"白鹭洲", "Bailuzhou"},
		{"稻香村", "Daoxiang Village"},
		{"望河楼", "Wanghe House"},
		{"福临家园", "Fulin Homes"},
		{"清风苑", "Qingfeng Court"},
		{"荷塘月色", "Hetang Garden"},
		{"春晖里", "Chunhuili"},
		{"永安小区", "Yongan Estate"},
		{"供销社宿舍", "Co-op Dormitory"},
		{"棉纺厂宿舍", "Cotton Mill Dormitory"},
		{"教师新村", "Teachers' Village"},
		{"百合园", "Baihe Garden"},
		{"绿洲家园", "Lvzhou Homes"},
		{"兰亭雅居", "Lanting Residence"},
		{"枫林苑", "Fenglin Court"},
		{"水岸华庭", "Shuian Court"},
		{"富康小区", "Fukang Estate"},
		{"银杏苑", "Yinxing Court"},
		{"祥和苑", "Xianghe Court"},
		{"嘉和花园", "Jiahe Garden"},
		{"紫荆园", "Zijing Garden"},
		{"碧水湾", "Bishui Bay"},
		{"景秀园", "Jingxiu Garden"},
		{"丽景小区", "Lijing Estate"},
		{"安居苑", "Anju Court"},
		{"金色家园", "Jinse Homes"},
		{"玉兰花园", "Yulan Garden"},
		{"怡景苑", "Yijing Court"},
		{"向阳新村", "Xiangyang New Village"},
		{"农机厂宿舍", "Tractor Works Dormitory"},
		{"粮食局宿舍", "Grain Bureau Dormitory"},
		{"铁路新村", "Railway New Village"},
		{"盛世家园", "Shengshi Homes"},
		{"翰林苑", "Hanlin Court"},
		{"状元府", "Zhuangyuan Residence"},
		{"乐居小区", "Leju Estate"},
		{"星河湾", "Xinghe Bay"},
		{"月亮湾", "Yueliang Bay"},
		{"福田小区", "Futian Estate"},
		{"康宁苑", "Kangning Court"},
		{"长青园", "Changqing Garden"},
		{"春江花园", "Chunjiang Garden"},
		{"仁和里", "Renheli"},
		{"太平里", "Taipingli"},
		{"吉祥里", "Jixiangli"},
		{"如意里", "Ruyili"},
		{"香樟园", "Xiangzhang Garden"},
		{"桃源居", "Taoyuan Residence"},
		{"芳草地", "Fangcaodi"},
		{"同心家园", "Tongxin Homes"},
		{"聚贤里", "Juxianli"},
		{"云溪谷", "Yunxi Valley"},
		{"南园小区", "Nanyuan Estate"},
	}
	communityNames = []name{
		{"翠竹", "Cuizhu"},
		{"河畔", "Hepan"},
		{"书院", "Shuyuan"},
		{"新桥", "Xinqiao"},
		{"金穗", "Jinsui"},
		{"朝阳", "Chaoyang"},
		{"南园", "Nanyuan"},
		{"和平", "Heping"},
		{"松鹤", "Songhe"},
		{"白鹭", "Bailu"},
		{"幸福", "Xingfu"},
		{"荷塘", "Hetang"},
	}
)

// avenue names the i-th of last avenues: the outer ones are ring roads, the
// middle one comes first in the list.
func (n *names) avenue(i, last int, upright bool) (name, string) {
	ring := map[bool][2]name{
		true:  {{"西环路", "West Ring Road"}, {"东环路", "East Ring Road"}},
		false: {{"南环路", "South Ring Road"}, {"北环路", "North Ring Road"}},
	}[upright]
	switch i {
	case 0:
		return ring[0], "tertiary"
	case last:
		return ring[1], "tertiary"
	}
	list, at := northNames, fromMiddle(i, last)
	if !upright {
		list, at = eastNames, n.east
		n.east++
	}
	if at >= len(list) {
		word := map[bool]name{true: {"经", "Jing"}, false: {"纬", "Wei"}}[upright]
		k := at - len(list) + 1
		return name{fmt.Sprintf("%s%d路", word.zh, k), fmt.Sprintf("%s %d Road", word.en, k)}, "secondary"
	}
	if at == 0 {
		return list[at], "primary"
	}
	return list[at], "secondary"
}

// fromMiddle numbers 0 to last from the middle outwards, by turns.
func fromMiddle(i, last int) int {
	if off := 2*i - last; off > 0 {
		return off - 1
	} else {
		return -off
	}
}

// side names a side street: 路 and 街 are Road and Street, narrow ones 巷.
func (n *names) side(upright bool) name {
	ending := name{"街", " Street"}
	if upright {
		ending = name{"路", " Road"}
	}
	if n.d.chance(0.25) {
		ending = name{"巷", " Lane"}
	}
	n.given++
	base := n.sides[(n.given-1)%len(n.sides)]
	if round := (n.given - 1) / len(n.sides); round > 0 {
		base = name{base.zh + numeral(round), fmt.Sprintf("%s No. %d", base.en, round+1)}
	}
	return name{base.zh + ending.zh, base.en + ending.en}
}

// numeral counts 二, 三, ... as in 棉花二巷; beyond ten it repeats itself,
// which only the largest towns reach.
func numeral(round int) string {
	return []string{"二", "三", "四", "五", "六", "七", "八", "九", "十"}[(round-1)%9]
}

func bridgeName(road name) name {
	words := map[string]name{
		"人民路": {"人民桥", "Renmin Bridge"}, "建设大道": {"建设桥", "Jianshe Bridge"}, "学府路": {"学府桥", "Xuefu Bridge"},
	}
	if n, ok := words[road.zh]; ok {
		return n
	}
	return name{road.zh + "桥", road.en + " Bridge"}
}
