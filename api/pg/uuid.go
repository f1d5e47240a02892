package pg

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// registerID teaches a connection to send ids as the 16 bytes they are: the
// driver's own way goes through their text and back, which is half the cost of
// an import.
func registerID(conn *pgx.Conn) {
	id := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: idCodec{}}
	conn.TypeMap().RegisterType(id)
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: &pgtype.ArrayCodec{ElementType: id}})
}

// idCodec is pgx's codec with a short way for uuid.UUID.
type idCodec struct{ pgtype.UUIDCodec }

// PlanEncode gives the short way for ids in binary.
func (c idCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeID{}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

type encodeID struct{}

func (encodeID) Encode(value any, buf []byte) ([]byte, error) {
	id := value.(uuid.UUID) // PlanEncode has looked
	return append(buf, id[:]...), nil
}
