package dashboard

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A browser shows the page as it is meant: every task, the curve, the picture in
// its whole width, and nothing asked of any other host.
func TestInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: apt-get install chromium")
	}
	dir := t.TempDir()
	red := image.NewRGBA(image.Rect(0, 0, 600, 300))
	for i := range 600 * 300 {
		red.Set(i%600, i/600, color.RGBA{200, 10, 20, 255})
	}
	f, err := os.Create(filepath.Join(dir, "model_001.png"))
	if err == nil {
		err = png.Encode(f, red)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	st := &Status{Run: "runs/a", Phase: "evaluating", Version: 3, Done: true, Present: 2, Tasks: []string{"done", "done"}, Planned: 2, Iterations: []Iteration{{Misfit: 1}, {Misfit: 0.5}, {Misfit: 0.25}}}
	s := httptest.NewServer(Handler(Source{Folder: dir, Status: func(context.Context) (*Status, error) { return st, nil }}))
	defer s.Close()
	shown := func(what ...string) []byte {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		args := append([]string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--window-size=1000,1400", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		}, what...)
		c := exec.CommandContext(ctx, browser, append(args, s.URL+"/")...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
	if page := string(shown("--dump-dom")); !strings.Contains(page, "done after 2 of 2 iterations") || !strings.Contains(page, `points="0.0,0.0 300.0,100.0 600.0,150.0"`) {
		t.Errorf("the page:\n%s", page)
	}
	picture := filepath.Join(dir, "screen.png")
	shown("--screenshot=" + picture)
	screen, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	img, err := png.Decode(screen)
	if err != nil {
		t.Fatal(err)
	}
	redden, blue := 0, 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			switch r, g, b, _ := img.At(x, y).RGBA(); {
			case r>>8 > 180 && g>>8 < 40 && b>>8 < 60:
				redden++
			case b>>8 > 150 && r>>8 < 60:
				blue++
			}
		}
	}
	// The picture is about 960 wide, and half as high; the curve is a line of 1000
	// points, several thick.
	if redden < 900*400 || blue < 1000 {
		t.Errorf("%d points of the picture and %d of the curve are shown", redden, blue)
	}
	st.Done = false
	if page := string(shown("--dump-dom")); strings.Count(page, `class="done"`) != 2 {
		t.Errorf("the page:\n%s", page)
	}
}
