// Package find is how things are found by what people type: Chinese of any
// length, also one or two characters; pinyin initials; Latin words; numbers.
//
// The journey of a text: Words cuts it into lexemes, which are stored beside the
// object; Query cuts what somebody typed the same way into a tsquery that the
// object's lexemes answer from an index; Matches looks at the few rows that came
// back, since the pairs of a word may also stand apart in a text.
//
// A run of Chinese characters 春风路 gives each pair (春风 风路) and its last
// character (路), so that every character begins a lexeme: one character is asked
// for as a prefix, two as a lexeme, more as all their pairs. Its pinyin initials
// give cfl and fl. Latin words and numbers are lexemes as they are.
package find
