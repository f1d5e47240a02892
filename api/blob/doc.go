// Package blob takes in photographs and keeps them.
//
// The journey of a photo: the bytes of an upload -> Intake.Photo knows them
// by their content, not by a name; looks at the dimensions before anything
// is decoded; decodes, at most a few at once; shrinks to 2048 pixels; turns
// the picture as its camera was held; and writes a new JPEG that has nothing
// but the picture (no place, time or camera), with a thumbnail -> Store.Put
// keeps both under the SHA-256 of the photo -> Store.Open gives them back.
//
// What is refused is refused with a sentence for the person who sent it.
package blob
