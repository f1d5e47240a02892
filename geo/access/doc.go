// Package access is who reaches what: demand at places, services with
// capacity, and the distance between them.
//
// The journey of a question: [NewField] sorts the demand's places into squares;
// [Field.Within] finds those in reach of a service and [Field.Nearest] the
// service next to a place; [TwoStep] shares each service's capacity among the
// demand in its reach and gives every place its part.
//
// Points are lon, lat in degrees of WGS84; distances are metres along the
// straight line over the ground, rounded to the millimetre, and a reach of d
// takes in what lies at exactly d.
package access
