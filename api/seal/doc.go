// Package seal keeps what must not be read out of the database by whoever holds
// only the database: identity numbers, phones, rows about people set aside.
//
// The journey of a value: Seal encrypts it (AES-256-GCM) under a key that the
// master key gives, names that key in front and binds the purpose, so that a
// sealed phone does not open as an identity number; Blind makes the keyed hash
// (HMAC-SHA256, 16 bytes) by which an equal value is found again without opening
// any; Open takes the value back out. The master key comes from a file or the
// environment (Obtain), is made at the first start, and is never in the
// database, which keeps only a fingerprint: a start with another key is refused.
//
// Without the key nothing sealed can ever be read again. Keep a copy of the file
// apart from the copies of the database.
package seal
