package main_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"onemap/api/pgserver/pgtest"
)

// noise is a photo that does not press well.
func noise(seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 0))
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		for y := range 300 {
			img.Set(x, y, color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.String()
}

// The photos lie on a disk of their own, which is full.
func TestTheDiskIsFullWhileAPhotoIsWritten(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	photos := filepath.Join(dir, "photos")
	if err := os.Mkdir(photos, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", photos, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v): run as root to see what a full one does", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(photos, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := serve(t, dir)
	does(t, "import", "regions", regions(t), "--data", dir)
	upload := func(seed uint64) (*problem, error) {
		p, _, err := ask(http.MethodPost, s.url+"/api/v1/photos", map[string]string{"Content-Type": "image/jpeg"}, noise(seed), nil)
		return p, err
	}
	if p, err := upload(1); err != nil || p != nil {
		t.Fatalf("with room: %+v, %v", p, err)
	}
	before := names(t, photos)
	filler := filepath.Join(photos, "filler")
	fill(t, filler)
	for seed := range uint64(3) {
		p, err := upload(10 + seed)
		if err != nil || p == nil || p.Status != http.StatusServiceUnavailable || p.Code != "photo.disk_full" {
			t.Errorf("on a full disk: %+v, %v", p, err)
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if after := names(t, photos); len(after) != len(before) {
		t.Errorf("something half-written is left: %v, before %v", after, before)
	}
	fill(t, filler)
	s.reported() // without a photo it goes
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if p, err := upload(20); err != nil || p != nil {
		t.Errorf("with room again: %+v, %v", p, err)
	}
	does(t, "check", "--data", dir)
	if err := s.end(syscall.SIGINT); err != nil {
		t.Error(err)
	}
}

// fill writes until nothing more fits.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
}

func names(t *testing.T, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
