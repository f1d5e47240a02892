//go:build !race

package plate_test

const symbols = 500
