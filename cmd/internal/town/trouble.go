package town

// trouble is what residents write about a kind of facility, or, with a pin,
// about a category of events.
type trouble struct {
	kind       string // of facility; "" is a pin
	category   string // GB/T 47678.5-2026
	title      name   // of a pin's case
	department string // of a pin's case
	concern    string
	photo      string
	weight     int
	urgent     bool
	texts      []string
	done       []string // what the department says afterwards
}

var troubles = []trouble{
	{kind: "waste_basket", category: "03005", concern: "dirty", photo: "bin", weight: 12, texts: []string{
		"垃圾桶满了好几天没人倒，旁边地上全是饭盒，走过去味道很大。", "桶口被塞满了，垃圾都堆到外面来了，请尽快清一下。",
		"早上买菜路过，桶里的污水流到人行道上，老人容易滑倒。", "这个桶周末总是溢出来，能不能多收一次？",
	}, done: []string{"已清运并冲洗桶身及周边地面，该点位周末增加一次清运。", "已清空并消杀，周边散落垃圾一并清理。"}},
	{kind: "waste_basket", category: "03005", concern: "broken", photo: "bin", weight: 5, texts: []string{
		"垃圾桶的盖子掉了，里面的内胆也不见了。", "桶身被车撞歪了，尖角朝着人行道，小孩子经过很危险。",
	}, done: []string{"已更换新桶，旧桶运回仓库。"}},
	{kind: "bench", category: "04007", concern: "broken", photo: "bench", weight: 10, texts: []string{
		"椅子的木条断了两根，坐上去会夹到腿。", "座椅一头的螺丝松了，一坐就晃，老人差点摔倒。",
		"靠背整块掉下来了，露出铁钉，请尽快处理。", "椅面开裂翘起来了，勾破了裤子。",
	}, done: []string{"已更换断裂木条并紧固螺栓，试坐正常。", "整椅更换，露钉部位已处理。"}},
	{kind: "bench", category: "04007", concern: "dirty", photo: "bench", weight: 3, texts: []string{
		"椅子上全是鸟粪，没法坐人。", "座椅上被人泼了油漆，粘手。",
	}, done: []string{"已清洗干净，油漆用脱漆剂去除。"}},
	{kind: "street_lamp", category: "01037", concern: "broken", photo: "lamp", weight: 10, texts: []string{
		"路灯不亮了，这一段晚上黑漆漆的，下晚自习的学生都走这里。", "灯一直闪，晃得睡不着觉。",
		"灯杆下面的检修门开着，能看到电线，很危险。", "连着三盏灯都不亮，已经一个星期了。",
	}, done: []string{"更换光源和驱动电源，夜间复查已亮。", "检修门已锁闭，线头重新包扎。"}},
	{kind: "bus_shelter", category: "02004", concern: "broken", photo: "shelter", weight: 5, texts: []string{
		"候车亭顶棚漏雨，座位上全是水。", "站台的玻璃裂了，一碰就掉渣。", "站牌的线路图褪色了，看不清是几点的末班车。",
	}, done: []string{"顶棚接缝已打胶，玻璃已更换。", "已更换站牌贴面。"}},
	{kind: "parcel_locker", category: "01075", concern: "poor", photo: "cabinet", weight: 3, texts: []string{
		"快递柜屏幕黑了，东西取不出来，打客服没人接。", "柜门关不上，里面的快递露在外面。",
	}, done: []string{"已更换屏幕并补发取件码。"}},
	{kind: "bicycle_parking", category: "02027", concern: "messy", photo: "bicycles", weight: 6, texts: []string{
		"共享单车倒了一大片，把盲道全堵了。", "存车架被人锁了好几辆报废的车，没地方停。", "电动车停到人行道中间，推婴儿车过不去。",
	}, done: []string{"已清理废弃车辆6辆，现场重新摆放。", "已扶正归位，并通知运营单位加强调度。"}},
	{kind: "manhole", category: "01023", concern: "broken", photo: "manhole", weight: 5, urgent: true, texts: []string{
		"井盖塌下去一块，晚上骑车差点掉进去。", "井盖松动，汽车一压就咣当响，整晚睡不着。",
	}, done: []string{"已更换防沉降井盖，周边沥青补平。", "加装防震胶圈，车辆碾压无异响。"}},
	{kind: "street_cabinet", category: "01027", concern: "broken", photo: "cabinet", weight: 3, texts: []string{
		"通信箱的门敞开着，线都露在外面，下雨怎么办？", "箱体上贴满了小广告，门也关不严。",
	}, done: []string{"箱门已修复上锁，箱体清洗完毕。"}},
	{kind: "guidepost", category: "02012", concern: "broken", photo: "sign", weight: 3, texts: []string{
		"路名牌被撞歪了，指的方向是反的。", "牌子上的字掉了，外地人问路都找不到。",
	}, done: []string{"已扶正并更换版面。"}},
	{kind: "tree", category: "04002", concern: "broken", photo: "tree", weight: 5, texts: []string{
		"行道树断了一根大枝，挂在电线上，风一吹就晃。", "树枝长到窗户跟前了，虫子都往屋里爬，麻烦修剪一下。", "树倒向路面，公交车都要绕着走。",
	}, done: []string{"断枝已清除，对相邻三株一并修剪。", "已加支撑扶正，并修剪偏冠。"}},
	{kind: "post_box", category: "01042", concern: "poor", photo: "cabinet", weight: 1, texts: []string{"邮筒掉漆严重，投信口生锈打不开。"}, done: []string{"已除锈补漆，投信口更换。"}},
	{kind: "telephone", category: "01041", concern: "poor", photo: "shelter", weight: 1, texts: []string{"电话亭里堆满了杂物，玻璃也碎了一块。"}, done: []string{"已清理杂物，玻璃更换完毕。"}},
	{kind: "mobile_toilet", category: "03001", concern: "dirty", photo: "shelter", weight: 2, texts: []string{"活动厕所没水了，味道大得没法用。", "门锁坏了，里面没有纸也没有灯。"}, done: []string{"已补水清洁，更换门锁。"}},
	{kind: "playground", category: "01046", concern: "broken", photo: "bench", weight: 2, urgent: true, texts: []string{"滑梯的接缝裂开了，孩子的手划了个口子。"}, done: []string{"已停用裂缝滑梯并更换板件，复检合格后恢复使用。"}},
	{kind: "transformer", category: "01048", concern: "broken", photo: "cabinet", weight: 1, urgent: true, texts: []string{"小区变压器箱的门没锁，小孩在旁边玩，太危险了。"}, done: []string{"已上锁并加装警示牌。"}},

	{category: "06010", title: name{"暴露垃圾", "Exposed rubbish"}, department: "D02", concern: "dirty", photo: "rubbish", weight: 10, texts: []string{
		"不知道谁在路边倒了一堆装修垃圾，已经两天了。", "墙角堆了好多生活垃圾，苍蝇很多。", "草丛里都是塑料袋和饭盒，没人捡。",
	}, done: []string{"已清运垃圾约0.6吨，地面冲洗完毕。", "已清理干净，并在该处设置提示牌。"}},
	{category: "06013", title: name{"道路破损", "Damaged road"}, department: "D03", concern: "broken", photo: "road", weight: 8, texts: []string{
		"路面有个大坑，下雨天积水看不出来，昨天有人骑车摔了。", "人行道的砖翘起来一大片，推轮椅根本过不去。", "路沿石断了，尖角朝外，扎破了轮胎。",
	}, done: []string{"坑槽已切割修补，面积约2.4平方米，恢复通行。", "翘起地砖已重新铺装。"}},
	{category: "09010", title: name{"非机动车乱停放", "Badly parked bicycles"}, department: "D06", concern: "messy", photo: "bicycles", weight: 7, texts: []string{
		"电动车把人行道堵得严严实实，老人只能绕到马路上。", "放学时间路边停满了电动车，孩子只能走到马路上。", "共享单车堆在盲道上，盲人朋友怎么走？",
	}, done: []string{"现场清理并劝离37辆，放学时段安排专人值守。", "已归位摆放，补划停车线。"}},
	{category: "06036", title: name{"乱堆物堆料", "Piled-up clutter"}, department: "D06", concern: "messy", photo: "rubbish", weight: 4, texts: []string{
		"楼下店家把泡沫箱堆到消防通道上，说了也不听。", "沙子水泥堆在人行道上快一个星期了。",
	}, done: []string{"已责令当事人清理，现场恢复通畅。"}},
	{category: "06017", title: name{"绿地脏乱", "Untidy green space"}, department: "D01", concern: "messy", photo: "tree", weight: 3, texts: []string{
		"绿化带里的草长得比人还高，里面都是烟头和饮料瓶。", "草坪被踩秃了一大块，一下雨全是泥。",
	}, done: []string{"已修剪清理，秃斑处补种草皮。"}},
	{category: "07001", title: name{"非法小广告", "Illegal posters"}, department: "D06", concern: "poor", photo: "sign", weight: 4, texts: []string{
		"电线杆上贴满了小广告，撕了又贴。", "路边墙上全是开锁通下水的广告，太难看了。",
	}, done: []string{"已铲除并覆涂，涉及号码已移交处理。"}},
	{category: "09005", title: name{"店外经营", "Trading outside the shop"}, department: "D06", concern: "messy", photo: "rubbish", weight: 3, texts: []string{
		"烧烤店晚上把桌子摆到人行道上，油烟和吵闹到半夜。", "水果店的摊子占了一半人行道。",
	}, done: []string{"已现场教育并要求退店经营，连续三晚复查无反弹。"}},
	{category: "06012", title: name{"道路不洁", "Dirty road"}, department: "D02", concern: "dirty", photo: "road", weight: 3, texts: []string{
		"渣土车漏了一路的泥，汽车一过全是灰。", "地上都是烂菜叶和脏水，每天都这样。",
	}, done: []string{"已安排洒水车冲洗，责任单位已约谈。"}},
	{category: "02014", title: name{"交通信号灯故障", "Traffic signals out of order"}, department: "D09", concern: "broken", photo: "lamp", weight: 2, urgent: true, texts: []string{
		"路口红绿灯不亮了，车都抢着走，接孩子不敢过马路。",
	}, done: []string{"控制机已重启并更换模块，信号恢复正常。"}},
}

// What staff write.
var (
	fileNotes     = []string{"情况属实，予以立案。", "网格员现场核实，情况属实。", "照片清晰、位置明确，立案。", "电话核实，情况属实。"}
	rejectNotes   = []string{"现场核查未发现所述问题，不予立案。", "与前一案件重复，已合并处理，不再立案。", "属物业管理范围，已转告物业服务企业。", "位置描述不清，多次联系上报人未果。"}
	dispatchNotes = []string{"请按时限处置并反馈照片。", "请尽快到场，注意安全。", ""}
	urgentNotes   = []string{"存在安全隐患，请立即到场先行围护。"}
	acceptNotes   = []string{"收到，已安排班组。", "已派员前往。", ""}
	returnNotes   = []string{"该设施产权不属我单位，请重新派遣。", "经核实不在我单位养护范围。"}
	suspendNotes  = []string{"配件需厂家发货，预计三天到，申请挂起。", "连续降雨无法施工，申请挂起。", "需与产权单位协调，申请挂起。"}
	resumeNotes   = []string{"配件到货，恢复处置。", "天气转好，恢复施工。"}
	closeNotes    = []string{"网格员现场核查，问题已解决，结案。", "回访上报人，表示满意，结案。", "照片比对合格，结案。"}
	reworkNotes   = []string{"现场核查发现问题仍在，请返工。", "周边未清理干净，请返工后重新反馈。", "修复不牢固，请重新处置。"}
	againNotes    = []string{"已返工处理，请核查。", "已重新处置到位。"}
)
