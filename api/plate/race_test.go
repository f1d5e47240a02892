//go:build race

package plate_test

// The race detector slows the reading of pictures tenfold, and reading has
// no goroutines of its own: a hundred symbols will do.
const symbols = 100
