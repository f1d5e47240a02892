// Package person is the people of the city: who they are, where they live, whom
// they live with, what help they have a right to.
//
// The journey of a person: a file's row or a registrar's form is checked (Check:
// identity number, phone, dates, name; no refusal ever repeats what it refuses);
// Find says whom it is about; Import seals the identity number and the phone
// (api/seal), keeps their blinds for equality, and writes the person with the
// household, the tie to a dwelling (residence) and the care tags. Who lives in a
// dwelling is seen where that dwelling lies: building_id, grid_code and
// scope_code are folds of the residence that has not ended. MoveIn ends the
// former residence, Leave ends them all; what has ended stays, and Flows counts
// it. Lists show masks; Reveal shows a record to a person who says what for,
// and keeps who, when and why. When regions are redrawn, Follow follows. Who has
// left for long enough is erased (EraseLeft): what remains is a count.
//
// Sight is actor.People: registrars, workers and administrators within their
// prefix. Who has no place is seen from the whole city only. All reads go by
// key, by plain comparison or by range, which row-level security leaves
// indexes usable for.
package person
