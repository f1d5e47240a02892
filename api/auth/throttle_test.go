package auth

import (
	"fmt"
	"testing"
	"time"
	"unsafe"
)

func TestWaitsGrow(t *testing.T) {
	t.Parallel()
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	a := allowance{3, 10 * time.Second}
	for n := range 3 {
		if wait := th.take(now, "x", a); wait != 0 {
			t.Fatalf("try %d waits %v", n, wait)
		}
	}
	for _, seconds := range []int{1, 2, 4, 8, 10, 10} {
		want := time.Duration(seconds) * time.Second
		if wait := th.take(now, "x", a); wait != want {
			t.Fatalf("waits %v, want %v", wait, want)
		}
		if wait := th.take(now.Add(want-1), "x", a); wait != 1 {
			t.Fatalf("a try while waiting makes the wait %v", wait)
		}
		now = now.Add(want)
		if wait := th.take(now, "x", a); wait != 0 {
			t.Fatalf("after the wait another %v", wait)
		}
	}
	if wait := th.take(now, "y", a); wait != 0 {
		t.Error("another name waits, too")
	}
	if wait := th.take(now.Add(forgotten+time.Second), "x", a); wait != 0 {
		t.Error("nothing is ever forgotten")
	}
	th.take(now, "z", a)
	th.giveBack(now, "z")
	for range 3 {
		if th.take(now, "z", a) != 0 {
			t.Error("a right one was counted")
		}
	}
}

// A million tries with a million names take no more memory than one, make no
// new name wait, and do not free the one that is under attack.
func TestAMillionNames(t *testing.T) {
	t.Parallel()
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	if size := unsafe.Sizeof(*th); size > 2<<20 {
		t.Errorf("%d bytes", size)
	}
	for range ofLogin.free {
		th.take(now, "login victim", ofLogin)
	}
	waited := 0
	for n := range 1_000_000 {
		now = now.Add(100 * time.Nanosecond)
		if th.take(now, fmt.Sprint("login ", n), ofLogin) > 0 {
			waited++
		}
	}
	if waited > 0 {
		t.Errorf("%d names that were never tried before had to wait", waited)
	}
	if th.take(now, "login victim", ofLogin) == 0 {
		t.Error("a flood of other names freed the one under attack")
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "": "", "rubbish": "rubbish",
	} {
		if got := network(address); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	for _, p := range []string{
		"password123", "Password123!", "P@ssw0rd123", "1234567890", "0987654321", "12345678910", "qwertyuiop", "1qaz2wsx3edc", "1q2w3e4r5t", "qazwsxedcrfv",
		"aaaaaaaaaa", "1212121212", "abcabcabcabc", "woaini1314", "woaini520520", "5201314520", "woaini5201314", "a123456789", "abc123456789", "admin@123456",
		"admin888888", "iloveyou1314", "zhangwei1990", "wangfang520", "qq123456789", "147258369a", "Beijing2008", "liverpool1", "foshan2026!", "onemap2026!", "asdfghjkl123",
		"nihao123456", "1314woaini", "19900101abc", "letmein12345", "superman2024",
	} {
		if !commonPassword(p) {
			t.Errorf("%s is taken", p)
		}
	}
	for _, p := range []string{
		"apitest-password", "correct horse battery staple", "long enough pw", "tR7#kdm2Lw", "四个不相干的词语放一起", "heron kettle gravel ninth", "wubwub-lantern-93", "我家的猫今年三岁了",
		"9f3kd82hs7", "qwert plough",
	} {
		if commonPassword(p) {
			t.Errorf("%s is refused", p)
		}
	}
	if !tellsOf("my-operator-pw", "operator", "") || !tellsOf("王小明的密码二〇二六", "wxm", "王小明") || !tellsOf("hanmeimei-rocks", "hmm", "Hanmeimei Li") || tellsOf("something else", "li", "Li Lei") {
		t.Error("the login or the name in a password")
	}
}
