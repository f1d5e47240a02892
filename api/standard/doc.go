// Package standard reads the codes of the field's standards and says in words
// what is wrong with them.
//
// The journey of a code ([Book.Read]): what was typed loses its blanks and
// full-width forms; its length says what it is, a division, a grid, a component,
// a kind of event or an organisation, and by which edition; each part is looked
// up, the division on this city's map and in the national table, the class in
// the edition's list, and the check character is computed. What is wrong makes
// the code invalid. What cannot be known here (a community of another city, a
// class that a list in use may lack) is a note. Codes that other editions have
// for a thing of the same name are given beside it.
//
// Lists are data: api/cases/codes and lists/ here, each row with its edition.
// None of them was checked against print.
package standard
