// Package seal keeps what must not be read out of the database by whoever holds
// only the database: identity numbers, phones, rows about people set aside.
//
// The journey of a value: Hold keeps the newest key the newest until the
// transaction ends; Seal encrypts the value (AES-256-GCM) with what that key
// gives, names the key in front and binds the purpose, so that a sealed phone
// does not open as an identity number; Blind makes the keyed hash (HMAC-SHA256,
// 16 bytes) by which an equal value is found again without opening any; Open
// takes the value back out with the key that it names. The keys come from a file
// or the environment (Obtain); the first is made at the first start, later ones
// by a Rotation, which seals everything again. None is ever in the database,
// which keeps their fingerprints and what each is used for: a start without one
// that is needed is refused.
//
// Without its key nothing sealed can ever be read again. Keep a copy of the file
// apart from the copies of the database.
package seal
