package tiles

import (
	"strconv"
	"strings"
)

// encoding is a content coding we can send; the zero value is none.
type encoding string

const (
	encodingIdentity encoding = ""
	encodingGzip     encoding = "gzip"
	encodingZstd     encoding = "zstd"
)

// negotiate picks from an Accept-Encoding field (RFC 9110, 12.5.3): the highest
// weight, and among equals zstd, gzip, then as it is. False when the sender
// refuses all of them.
func negotiate(accept string) (encoding, bool) {
	if strings.TrimSpace(accept) == "" {
		return encodingIdentity, true
	}
	weights := map[string]float64{}
	for item := range strings.SplitSeq(accept, ",") {
		name, q, ok := weighted(item)
		if ok {
			weights[name] = q
		}
	}
	weight := func(name string, otherwise float64) float64 {
		if q, ok := weights[name]; ok {
			return q
		}
		if q, ok := weights["*"]; ok {
			return q
		}
		return otherwise
	}
	gzip := max(weight("gzip", 0), weights["x-gzip"])
	// Unnamed, identity is acceptable, but less so than any coding that was named.
	const barely = 0.0001
	best, q := encodingZstd, weight("zstd", 0)
	if gzip > q {
		best, q = encodingGzip, gzip
	}
	if plain := weight("identity", barely); plain > q {
		best, q = encodingIdentity, plain
	}
	return best, q > 0
}

// weighted reads one item: a name in lower case and its q, 1 when absent.
func weighted(item string) (name string, q float64, ok bool) {
	name, params, _ := strings.Cut(item, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	q = 1
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return "", 0, false
		}
		q = v
	}
	return name, q, name != ""
}
