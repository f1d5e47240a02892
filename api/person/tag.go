package person

import (
	"time"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/vault"
)

// Tag is a care tag: what help somebody has a right to. There are no tags of
// belief, opinion, petitioning or descent, and none is ever to be added.
type Tag struct {
	Tag            string
	Title, TitleEn string
	// Purpose and Basis are what a tag is given for and by which law, unless said
	// otherwise; Months is how long it lasts then.
	Purpose, Basis string
	Months         int
	// Seen are the roles that hold the tag's purpose: nobody else sees who carries it.
	Seen []actor.Role
}

// Who brings the help that a tag is for. An administrator keeps accounts and
// brings none; what a grid worker need not know at the door stays at the desk.
var (
	atTheDoor = []actor.Role{actor.Registrar, actor.Worker}
	atTheDesk = []actor.Role{actor.Registrar}
)

// Tags are the care tags there are.
var Tags = []Tag{
	{"disabled", "残疾人", "Disabled", "残疾人帮扶与无障碍服务", "中华人民共和国残疾人保障法", 24, atTheDoor},
	{"low_income", "低收入", "Low income", "社会救助", "社会救助暂行办法", 12, atTheDoor},
	{"left_behind_child", "留守儿童", "Left-behind child", "农村留守儿童关爱保护", "中华人民共和国未成年人保护法", 12, atTheDoor},
	{"lost_only_child", "失独", "Lost an only child", "计划生育特殊家庭扶助", "中华人民共和国人口与计划生育法", 24, atTheDesk},
	{"veteran", "退役军人", "Veteran", "退役军人优待与服务", "中华人民共和国退役军人保障法", 60, atTheDoor},
	{"mental_illness_care", "精神障碍照护", "Mental illness care", "严重精神障碍患者管理与服务", "中华人民共和国精神卫生法", 12, atTheDesk},
	{"community_correction", "社区矫正", "Community correction", "社区矫正帮扶", "中华人民共和国社区矫正法", 12, atTheDesk},
	{"resettlement", "安置帮教", "Resettlement", "刑满释放人员安置帮教", "中华人民共和国监狱法", 36, atTheDesk},
}

func tagOf(name string) (Tag, bool) {
	for _, t := range Tags {
		if t.Tag == name {
			return t, true
		}
	}
	return Tag{}, false
}

// ends is when a tag given on a day ends unless said otherwise.
func (t Tag) ends(since time.Time) time.Time { return since.AddDate(0, t.Months, 0) }

// sightOf is what somebody sees of people: records where they keep them, and
// each tag where they hold its purpose.
func sightOf(a actor.Actor) vault.Sight {
	tags := map[string]actor.Scope{}
	for _, t := range Tags {
		tags[t.Tag] = t.scope(a)
	}
	return vault.Of(a.People(), tags)
}

// sightAfter is the sight of somebody who has just changed a record: the record
// is theirs to see once more, wherever it is seen now; tags are as before.
func sightAfter(a actor.Actor) vault.Sight { return sightOf(a).Widened() }

// notHeld refuses a tag to whoever does not bring its help.
func notHeld(tag string) error {
	t, _ := tagOf(tag)
	return fault.Newf(fault.Forbidden, "person.tag_purpose", "The tag %s is given by those who bring its help.", t.Tag)
}

// scope is where somebody holds a tag's purpose.
func (t Tag) scope(a actor.Actor) actor.Scope { return a.Only(t.Seen...).People() }

// holds says whether somebody holds a tag's purpose at a place.
func (t Tag) holds(a actor.Actor, code string) bool { return t.scope(a).Holds(code, "") }
