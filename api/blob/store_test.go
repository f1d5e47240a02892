package blob_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"onemap/api/blob"
)

func folder(t *testing.T, root string) *blob.Folder {
	t.Helper()
	f, err := blob.OpenFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func keyed(data []byte) blob.Key { return blob.KeyOf(sha256.Sum256(data)) }

// files lists what lies in the folder, relative to it.
func files(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			relative, err := filepath.Rel(root, path)
			all = append(all, relative)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func content(t *testing.T, s blob.Store, key blob.Key) []byte {
	t.Helper()
	file, size, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil || int64(len(data)) != size {
		t.Fatalf("%d bytes of %d, %v", len(data), size, err)
	}
	return data
}

func TestFolderKeepsAndForgets(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var store blob.Store = folder(t, root)
	data, thumb := []byte("a photo"), []byte("its thumbnail")
	key := keyed(data)
	for range 2 {
		if err := errors.Join(store.Put(t.Context(), key, data), store.Put(t.Context(), key.Thumb(), thumb)); err != nil {
			t.Fatal(err)
		}
	}
	store = folder(t, root) // as after a restart
	if !bytes.Equal(content(t, store, key), data) || !bytes.Equal(content(t, store, key.Thumb()), thumb) {
		t.Fatal("not what was put")
	}
	if got := files(t, root); len(got) != 2 || got[0] != filepath.Join(string(key[:2]), string(key[2:4]), string(key)) {
		t.Fatalf("%v", got)
	}
	for range 2 {
		if err := store.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := store.Open(t.Context(), key); !errors.Is(err, blob.ErrNotFound) {
		t.Fatalf("deleted: %v", err)
	}
}

func TestKeysCannotLeaveTheFolder(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "photos")
	store := folder(t, root)
	data := []byte("a photo")
	good := string(keyed(data))
	for _, key := range []string{
		"", "..", "../../etc/passwd", strings.Repeat("a", 63), strings.Repeat("a", 65), strings.ToUpper(good),
		good[:60] + "/../", good + "/x", good + ".thumb/..", good + ".other", good + "\n", good[:63] + "\x00",
	} {
		_, _, err := store.Open(t.Context(), blob.Key(key))
		for _, err := range []error{err, store.Put(t.Context(), blob.Key(key), data), store.Delete(t.Context(), blob.Key(key))} {
			if !errors.Is(err, blob.ErrKey) {
				t.Errorf("%q: %v", key, err)
			}
		}
	}
	if err := store.Put(t.Context(), keyed([]byte("another")), data); !errors.Is(err, blob.ErrKey) {
		t.Errorf("a key that is another's: %v", err)
	}
	if got := files(t, filepath.Dir(root)); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestWritersOfTheSamePhotoDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data := bytes.Repeat([]byte("photo"), 40_000)
	key := keyed(data)
	var group sync.WaitGroup
	for range 8 {
		store := folder(t, root)
		group.Go(func() {
			for range 5 {
				if err := store.Put(t.Context(), key, data); err != nil {
					t.Error(err)
				}
				file, size, err := store.Open(t.Context(), key)
				if err != nil || size != int64(len(data)) {
					t.Errorf("half a photo was seen: %d bytes, %v", size, err)
					continue
				}
				if err := file.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := files(t, root); len(got) != 1 {
		t.Fatalf("%v", got)
	}
}

// A real file system of 256 kB, filled: what did not fit is not there in
// part, what was there before still is, and there is room again afterwards.
func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("mounts a tmpfs, which is Linux's")
	}
	root := t.TempDir()
	if err := syscall.Mount("onemap-test", root, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("not permitted to mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	store := folder(t, root)
	first, second := bytes.Repeat([]byte("1"), 150_000), bytes.Repeat([]byte("2"), 150_000)
	if err := store.Put(t.Context(), keyed(first), first); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), keyed(second), second); !errors.Is(err, blob.ErrFull) {
		t.Fatalf("on a full disk: %v", err)
	}
	if got := files(t, root); len(got) != 1 {
		t.Fatalf("left behind: %v", got)
	}
	if !bytes.Equal(content(t, store, keyed(first)), first) {
		t.Fatal("the first photo suffered")
	}
	if err := errors.Join(store.Delete(t.Context(), keyed(first)), store.Put(t.Context(), keyed(second), second)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
}

func TestSweepRemovesOnlyWhatIsOld(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	store := folder(t, root)
	now := time.Now()
	for name, age := range map[string]time.Duration{"photo-old": 2 * time.Hour, "photo-new": time.Minute} {
		path := filepath.Join(root, "incoming", name)
		if err := errors.Join(os.WriteFile(path, []byte("half"), 0o600), os.Chtimes(path, now.Add(-age), now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := store.Sweep(now.Add(-time.Hour)); n != 1 || err != nil {
		t.Fatalf("%d swept, %v", n, err)
	}
	if got := files(t, root); len(got) != 1 || filepath.Base(got[0]) != "photo-new" {
		t.Fatalf("%v", got)
	}
}
