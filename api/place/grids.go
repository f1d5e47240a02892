package place

// Grids is a way of saying which region what has happened belongs to. What
// somebody may see does not depend on it: it only sorts what they see.
type Grids string

// The two ways.
const (
	// Then is as it was: on the grids of the time that is counted.
	Then Grids = "then"
	// Today is on the grids in force, whatever they were then.
	Today Grids = "today"
)

// By is the question by which grids a statistic is counted.
type By struct {
	Grids Grids `query:"grids" enum:"then,today" default:"then" doc:"then: as it was, on the grids of the time that is counted; today: on the grids in force now, by the places of what is counted. It sorts what one sees and shows no more of it."`
}

// Counted says on which grids figures are: those of one edition, or of several
// that were in force one after the other.
type Counted struct {
	Grids Grids `json:"grids" enum:"then,today"`
	From  int64 `json:"from_edition" doc:"The first edition of the grids that was counted on; 0 is before editions were kept."`
	To    int64 `json:"to_edition" doc:"The last."`
}
