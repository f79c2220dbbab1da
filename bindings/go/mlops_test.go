package mlops_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"mlops"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestVersion(t *testing.T) {
	if mlops.Version() != mlops.HeaderVersion {
		t.Errorf("the library is %s and the package %s", mlops.Version(), mlops.HeaderVersion)
	}
}

func TestErrorsAreOfAKind(t *testing.T) {
	_, err := mlops.LoadModel(filepath.Join(t.TempDir(), "none.json"), nil)
	if !errors.Is(err, mlops.ErrNotFound) || errors.Is(err, mlops.ErrCorrupt) {
		t.Errorf("expected ErrNotFound, got %v", err)
	}
	_, err = mlops.ParseTable([]byte("a,b\n1,2\n3\n"), nil)
	var e *mlops.Error
	if !errors.As(err, &e) || e.Line != 3 || !errors.Is(err, mlops.ErrParse) {
		t.Errorf("expected ErrParse in line 3, got %v", err)
	}
}

func TestClosedObjectsRefuse(t *testing.T) {
	p := must[*mlops.Profile](t)(mlops.NewProfile(nil))
	for i := 0; i < 2; i++ {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Add([]float64{1}); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("expected ErrInvalid, got %v", err)
	}
	if n := p.NBins(); n != 0 {
		t.Errorf("a closed profile has %d bins", n)
	}
	q := must[*mlops.Profile](t)(mlops.NewProfile(nil))
	defer q.Close()
	if err := q.Merge(p); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("expected ErrInvalid, got %v", err)
	}
	var none *mlops.Table
	if none.NRows() != 0 || none.Close() != nil {
		t.Error("a nil table is as good as a closed one")
	}
}

func TestShapesAreChecked(t *testing.T) {
	if _, err := mlops.TableFromMatrix(make([]float64, 5), 2, ""); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("five values are no rows of two: %v", err)
	}
	if _, err := mlops.StatsCompareCounts([]int64{1, 2}, []int64{1}); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("histograms of unequal length: %v", err)
	}
}

func TestStride(t *testing.T) {
	p := must[*mlops.Profile](t)(mlops.NewProfile(nil))
	defer p.Close()
	if err := p.AddF32([]float32{1, -9, 2, -9, 3}, 2); err != nil {
		t.Fatal(err)
	}
	s := must[mlops.ProfileSummary](t)(p.Summarize())
	if s.N != 3 || s.Min != 1 || s.Max != 3 || math.Abs(s.Mean-2) > 1e-9 {
		t.Errorf("summary %+v", s)
	}
	if err := p.AddF32([]float32{1}, 0); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("a stride of 0: %v", err)
	}
}

func TestDetector(t *testing.T) {
	d := must[*mlops.Detector](t)(mlops.NewDetector(&mlops.DetectorOpts{Kind: mlops.DetectorKindCusum}))
	defer d.Close()
	values := make([]float64, 200)
	for i := range values {
		values[i] = float64(i%3 + i/100*20)
	}
	signals := must[[]int32](t)(d.Add(values[:101]))
	if signals[99] != 0 || mlops.DetectorSignal(signals[100]) != mlops.DetectorSignalChange {
		t.Errorf("signals %v", signals[90:])
	}
	saved := must[[]byte](t)(d.Save())
	again := must[*mlops.Detector](t)(mlops.LoadDetector(saved))
	defer again.Close()
	a, b := must[[]int32](t)(d.Add(values[101:])), must[[]int32](t)(again.Add(values[101:]))
	s := must[mlops.DetectorSummary](t)(again.Summarize())
	if fmt.Sprint(a) != fmt.Sprint(b) || s.N != 200 || s.LastChange != 100 {
		t.Errorf("summary %+v", s)
	}
	if _, err := mlops.NewDetector(&mlops.DetectorOpts{Clock: -1}); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("a clock below 0: %v", err)
	}
}

func TestZeroThatIsSet(t *testing.T) {
	zero := int32(0)
	whole := must[*mlops.Profile](t)(mlops.NewProfile(&mlops.ProfileOpts{Scale: &zero}))
	defer whole.Close()
	if err := whole.Add([]float64{0.25, 0.25, 0.25, 0.25}); err != nil {
		t.Fatal(err)
	}
	if s := must[mlops.ProfileSummary](t)(whole.Summarize()); s.Mean != 0 {
		t.Errorf("a scale of 0 rounds to whole numbers, mean %v", s.Mean)
	}
}

func TestOptionsWithin(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "train.csv")
	text := "a;id\n"
	for i := 0; i < 100; i++ {
		text += fmt.Sprintf("%d;%d\n", i%10, i)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ref := must[*mlops.Reference](t)(mlops.LoadReference(path,
		&mlops.ReferenceOpts{Ignore: "id", CSV: &mlops.CSVOpts{Delimiter: ";"}}))
	defer ref.Close()
	if ref.NColumns() != 1 || ref.Name(0) != "a" {
		t.Errorf("%d columns, the first %q", ref.NColumns(), ref.Name(0))
	}
}

func TestArraysOfStructs(t *testing.T) {
	table := must[*mlops.Table](t)(mlops.ParseTable([]byte("x,s\n1.5,b\n2.5,\"\"\n"), nil))
	defer table.Close()
	f := must[*mlops.Feature](t)(mlops.FitFeature("a = minmax(x)\ns = one_hot(s)\nn = length(s)", table, nil))
	defer f.Close()
	rows := must[[]float32](t)(f.Matrix(table))
	row := must[[]float32](t)(f.Row([]mlops.FeatureValue{{Type: mlops.TypeFloat64, F64: 2.5}, {Type: mlops.TypeString}}))
	for i, value := range row {
		if value != rows[4+i] {
			t.Errorf("output %d is %g alone and %g in the table", i, value, rows[4+i])
		}
	}
	if _, err := f.Row(nil); !errors.Is(err, mlops.ErrInvalid) {
		t.Errorf("expected ErrInvalid, got %v", err)
	}
}

func TestPool(t *testing.T) {
	pool := must[*mlops.Pool](t)(mlops.NewPool(2))
	defer pool.Close()
	table := must[*mlops.Table](t)(mlops.ParseTable([]byte("a\n1\n2\n"),
		&mlops.CSVOpts{Call: &mlops.Call{Executor: pool.Executor()}}))
	defer table.Close()
	if table.NRows() != 2 {
		t.Error("rows", table.NRows())
	}
}

// Every goroutine reads the message of its own call: 64 x 2,000 failing calls at once.
func TestErrorsDoNotMix(t *testing.T) {
	var wait sync.WaitGroup
	for g := 0; g < 64; g++ {
		wait.Add(1)
		go func(g int) {
			defer wait.Done()
			name := fmt.Sprintf("column_%d", g)
			for i := 0; i < 2000; i++ {
				_, err := mlops.ParseTable([]byte(name+","+name+"\n1,2\n"), nil)
				runtime.Gosched()
				if err == nil || !strings.Contains(err.Error(), name+"'") && !strings.Contains(err.Error(), name+"\"") {
					t.Errorf("expected a message about %s, got %v", name, err)
					return
				}
			}
		}(g)
	}
	wait.Wait()
}

// What nobody closes ends with the garbage collector; what is closed twice does not crash.
func TestCollector(t *testing.T) {
	for i := 0; i < 2000; i++ {
		table, err := mlops.ParseTable([]byte("a\n1\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			table.Close()
		}
	}
	runtime.GC()
	runtime.GC()
}
