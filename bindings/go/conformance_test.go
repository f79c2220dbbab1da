package mlops_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mlops"
)

// step is one step of the script that every language runs.
type step map[string]interface{}

func (s step) text(key string) string {
	text, _ := s[key].(string)
	return text
}

func (s step) number(key string) float64 {
	n, _ := s[key].(float64)
	return n
}

func (s step) integer(key string) int64 { return int64(s.number(key)) }

// numbers of an array, rows one behind the other; null is NaN.
func (s step) numbers(key string) (values []float64, width int) {
	width = 1
	var add func(v interface{})
	add = func(v interface{}) {
		switch x := v.(type) {
		case nil:
			values = append(values, math.NaN())
		case float64:
			values = append(values, x)
		case []interface{}:
			for _, item := range x {
				add(item)
			}
		}
	}
	rows, _ := s[key].([]interface{})
	if len(rows) > 0 {
		if first, ok := rows[0].([]interface{}); ok {
			width = len(first)
		}
	} else if n, ok := s["columns"].(float64); ok {
		width = int(n)
	}
	add(s[key])
	if s[key] == nil {
		values = nil
	}
	return values, width
}

func (s step) floats(key string) ([]float32, int) {
	wide, width := s.numbers(key)
	out := make([]float32, len(wide))
	for i, v := range wide {
		out[i] = float32(v)
	}
	return out, width
}

func (s step) small(key string) []int32 {
	wide, _ := s.numbers(key)
	out := make([]int32, len(wide))
	for i, v := range wide {
		out[i] = int32(v)
	}
	return out
}

type runner struct {
	data, scratch string
	objects       map[string]interface{}
}

func (r *runner) path(text string) string {
	return strings.NewReplacer("$tmp", r.scratch, "$data", r.data).Replace(text)
}

func get[T any](r *runner, s step, key string) T {
	found, ok := r.objects[s.text(key)].(T)
	if !ok {
		panic(fmt.Sprintf("no object %q", s.text(key)))
	}
	return found
}

var outputs = map[string]mlops.ModelOutput{"PREDICTION": mlops.ModelOutputPrediction,
	"MARGIN": mlops.ModelOutputMargin, "LEAF": mlops.ModelOutputLeaf, "PREFIX": mlops.ModelOutputPrefix}
var types = []string{"NULL", "BOOL", "INT64", "FLOAT64", "STRING"}
var verdicts = []string{"NOT_ENOUGH_DATA", "NO", "YES"}

type closer interface{ Close() error }

// act makes the call of a step.
func (r *runner) act(s step) (interface{}, error) {
	noun, _, _ := strings.Cut(s.text("do"), ".")
	switch noun {
	case "version":
		return mlops.Version(), nil
	case "status_name":
		return mlops.StatusName(int32(s.integer("status"))), nil
	case "deploy_bucket":
		return mlops.DeployBucket(s.text("salt"), s.text("key")), nil
	case "close":
		return nil, r.objects[s.text("on")].(closer).Close()
	case "bytes":
		return reflect.DeepEqual(r.objects[s.text("a")], r.objects[s.text("b")]), nil
	case "table":
		return r.table(s)
	case "stats":
		return r.stats(s)
	case "metric":
		return r.metric(s)
	case "profile":
		return r.profile(s)
	case "model", "context", "slot", "explainer":
		return r.model(s)
	case "bundle":
		return r.bundle(s)
	case "edge":
		return r.edge(s)
	case "reference":
		return r.reference(s)
	case "drift":
		return r.drift(s)
	case "store":
		return mlops.OpenStore(r.path(s.text("path")), nil)
	case "online":
		return r.online(s)
	}
	return r.monitor(s)
}

func (r *runner) table(s step) (interface{}, error) {
	switch s.text("do") {
	case "table.parse":
		return mlops.ParseTable([]byte(s.text("text")), &mlops.CSVOpts{Delimiter: s.text("delimiter"),
			NoHeader: s["no_header"] == true, LineMax: s.integer("line_max")})
	case "table.load":
		return mlops.LoadTable(r.path(s.text("path")), nil)
	case "table.from_matrix":
		values, width := s.numbers("values")
		return mlops.TableFromMatrix(values, width, s.text("names"))
	}
	t, index := get[*mlops.Table](r, s, "on"), s.integer("index")
	switch s.text("do") {
	case "table.n_rows":
		return t.NRows(), nil
	case "table.n_columns":
		return t.NColumns(), nil
	case "table.name":
		return t.Name(index), nil
	case "table.type":
		return types[t.Type(index)], nil
	case "table.find":
		return t.Find(s.text("column")), nil
	case "table.n_nulls":
		return t.NNulls(index), nil
	case "table.values":
		return t.Values(index)
	}
	return t.Text(index, s.integer("row"))
}

func (r *runner) stats(s step) (interface{}, error) {
	x, _ := s.numbers("x")
	y, _ := s.numbers("y")
	if s.text("do") == "stats.compare" {
		measures, _ := s["measures"].(float64)
		opts := &mlops.StatsOpts{Measures: uint32(measures)}
		if s.text("alternative") == "GREATER" {
			opts.Alternative = mlops.StatsAlternativeGreater
		}
		if s.text("alternative") == "LESS" {
			opts.Alternative = mlops.StatsAlternativeLess
		}
		return mlops.StatsCompare(x, y, opts)
	}
	return mlops.StatsCompareCounts(whole(x), whole(y))
}

func (r *runner) metric(s step) (value interface{}, err error) {
	predictions, width := s.numbers("predictions")
	labels, _ := s.numbers("labels")
	weights, _ := s.numbers("weights")
	opts := &mlops.MetricOpts{Weights: weights, SkipNan: s["skip_nan"] == true}
	var found mlops.Metrics
	switch s.text("do") {
	case "metric.binary":
		found, err = mlops.MetricBinary(predictions, labels, opts)
	case "metric.classes":
		found, _, err = mlops.MetricClasses(predictions, width, whole(labels), nil)
	default:
		found, err = mlops.MetricRegression(predictions, labels, opts)
	}
	if err != nil {
		return nil, err
	}
	info, err := mlops.MetricFind(s.text("metric"))
	if err != nil {
		return nil, err
	}
	return mlops.MetricValue(found, info.Metric), nil
}

func whole(values []float64) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}

func (r *runner) profile(s step) (interface{}, error) {
	switch s.text("do") {
	case "profile.new":
		edges, _ := s.numbers("edges")
		return mlops.NewProfile(&mlops.ProfileOpts{Edges: edges})
	case "profile.load":
		if text, ok := s["text"].(string); ok {
			return mlops.LoadProfile([]byte(text))
		}
		return mlops.LoadProfile(get[[]byte](r, s, "bytes"))
	}
	p := get[*mlops.Profile](r, s, "on")
	switch s.text("do") {
	case "profile.add":
		values, _ := s.numbers("values")
		return nil, p.Add(values)
	case "profile.add_nulls":
		return nil, p.AddNulls(s.integer("n"))
	case "profile.merge":
		return nil, p.Merge(get[*mlops.Profile](r, s, "other"))
	case "profile.reset":
		p.Reset()
		return nil, nil
	case "profile.summarize":
		return p.Summarize()
	case "profile.n_bins":
		return p.NBins(), nil
	case "profile.bin":
		return p.Bin(s.integer("index")), nil
	case "profile.edge":
		return p.Edge(s.integer("index")), nil
	case "profile.quantile":
		return p.Quantile(s.number("q")), nil
	}
	return p.Save()
}

func (r *runner) model(s step) (interface{}, error) {
	switch s.text("do") {
	case "model.parse":
		return mlops.ParseModel([]byte(s.text("text")), nil)
	case "model.load":
		return mlops.LoadModel(r.path(s.text("path")), nil)
	case "explainer.new":
		return mlops.NewExplainer(get[*mlops.Model](r, s, "model"), nil, "")
	case "explainer.n_groups":
		return get[*mlops.Explainer](r, s, "on").NGroups(), nil
	case "explainer.explain":
		rows, width := s.numbers("rows")
		return get[*mlops.Explainer](r, s, "on").Explain(rows, width, mlops.ExplainerOutputContributions)
	case "context.new":
		return mlops.NewContext(get[*mlops.Model](r, s, "model"), outputs[s.text("output")], nil)
	case "context.predict":
		rows, width := s.floats("rows")
		return get[*mlops.Context](r, s, "on").Predict(rows, width)
	case "context.bind":
		rows, width := s.floats("rows")
		return nil, get[*mlops.Context](r, s, "on").Bind(rows, width)
	case "context.bind_table":
		return nil, get[*mlops.Context](r, s, "on").BindTable(get[*mlops.Table](r, s, "table"), s.text("columns"))
	case "context.bind_csr":
		values, _ := s.floats("values")
		return nil, get[*mlops.Context](r, s, "on").BindCsr(values, s.small("features"), s.small("starts"), 3, 0)
	case "context.run":
		return get[*mlops.Context](r, s, "on").Run(s.integer("first"), s.integer("n"))
	case "slot.new":
		return mlops.NewSlot(get[*mlops.Model](r, s, "model"))
	case "slot.acquire":
		return get[*mlops.Slot](r, s, "on").Acquire()
	case "slot.publish":
		get[*mlops.Slot](r, s, "on").Publish(get[*mlops.Model](r, s, "model"))
		return nil, nil
	}
	m := get[*mlops.Model](r, s, "on")
	switch s.text("do") {
	case "model.n_features":
		return m.NFeatures(), nil
	case "model.feature_name":
		return m.FeatureName(s.integer("index")), nil
	case "model.width":
		return m.Width(outputs[s.text("output")]), nil
	case "model.describe":
		return m.Describe()
	case "model.predict":
		rows, width := s.floats("rows")
		return m.Predict(rows, width)
	}
	return m.PredictTable(get[*mlops.Table](r, s, "table"), s.text("columns"), outputs[s.text("output")])
}

func (r *runner) bundle(s step) (interface{}, error) {
	switch s.text("do") {
	case "bundle.write":
		opts := &mlops.BundleOpts{Name: s.text("label"), Version: s.text("version"), Metadata: s.text("metadata")}
		if s["reference"] != nil {
			opts.Reference = get[*mlops.Reference](r, s, "reference")
		}
		return nil, mlops.WriteBundle(r.path(s.text("path")), get[*mlops.Model](r, s, "model"), opts)
	case "bundle.load":
		return mlops.LoadBundle(r.path(s.text("path")))
	}
	b := get[*mlops.Bundle](r, s, "on")
	switch s.text("do") {
	case "bundle.name":
		return b.Name(), nil
	case "bundle.version":
		return b.Version(), nil
	case "bundle.metadata":
		return b.Metadata(), nil
	case "bundle.model":
		return b.Model(), nil
	case "bundle.reference":
		return b.Reference(), nil
	}
	id, err := b.ID()
	return int64(len(id.String())), err
}

func (r *runner) edge(s step) (interface{}, error) {
	if s.text("do") == "edge.init" {
		content, err := os.ReadFile(r.path(s.text("path")))
		if err != nil {
			return nil, err
		}
		return mlops.NewEdge(content)
	}
	e := get[*mlops.Edge](r, s, "on")
	row, _ := s.floats("row")
	switch s.text("do") {
	case "edge.n_features":
		return e.NFeatures(), nil
	case "edge.width":
		return e.Width(), nil
	case "edge.predict":
		return e.Predict(row)
	case "edge.add":
		return nil, e.Add(row)
	}
	return nil, e.Selftest()
}

func (r *runner) reference(s step) (interface{}, error) {
	switch s.text("do") {
	case "reference.new":
		return mlops.NewReference(get[*mlops.Table](r, s, "table"),
			&mlops.ReferenceOpts{Columns: s.text("columns"), Ignore: s.text("ignore")})
	case "reference.load":
		return mlops.LoadReference(r.path(s.text("path")), nil)
	}
	ref := get[*mlops.Reference](r, s, "on")
	switch s.text("do") {
	case "reference.save":
		return nil, ref.Save(r.path(s.text("path")))
	case "reference.n_rows":
		return ref.NRows(), nil
	case "reference.n_columns":
		return ref.NColumns(), nil
	case "reference.name":
		return ref.Name(s.integer("index")), nil
	}
	return types[ref.Type(s.integer("index"))], nil
}

func (r *runner) drift(s step) (interface{}, error) {
	opts := &mlops.DriftOpts{Columns: s.text("columns"), Alpha: s.number("alpha")}
	switch s.text("do") {
	case "drift.compare":
		return mlops.CompareDrift(get[*mlops.Table](r, s, "reference"), get[*mlops.Table](r, s, "current"), opts)
	case "drift.compare_reference":
		return mlops.CompareDriftReference(get[*mlops.Reference](r, s, "reference"),
			get[*mlops.Table](r, s, "current"), opts)
	}
	d := get[*mlops.Drift](r, s, "on")
	switch s.text("do") {
	case "drift.overall":
		return verdicts[d.Overall()], nil
	case "drift.n_columns":
		return d.NColumns(), nil
	case "drift.n_drifted":
		return d.NDrifted(), nil
	case "drift.json":
		return d.JSON()
	case "drift.save":
		return nil, d.Save(r.path(s.text("path")))
	}
	return d.Get(s.integer("index"))
}

func (r *runner) monitor(s step) (interface{}, error) {
	if s.text("do") == "monitor.new" {
		return mlops.NewMonitor(get[*mlops.Model](r, s, "model"), r.path(s.text("reference")),
			&mlops.MonitorOpts{Name: s.text("label"), WindowRows: s.integer("window_rows")})
	}
	m := get[*mlops.Monitor](r, s, "on")
	switch s.text("do") {
	case "monitor.n_features":
		return m.NFeatures(), nil
	case "monitor.add":
		rows, columns := s.floats("rows")
		predictions, width := s.numbers("predictions")
		return nil, m.Add(rows, columns, predictions, width)
	case "monitor.add_table":
		return nil, m.AddTable(get[*mlops.Table](r, s, "table"))
	case "monitor.add_latency":
		return nil, m.AddLatency(s.integer("duration_ns"))
	case "monitor.n_windows":
		return m.NWindows(), nil
	case "monitor.verdict":
		return verdicts[m.Verdict()], nil
	case "monitor.metrics":
		return m.Metrics()
	}
	return m.Drift()
}

func (r *runner) define(s step) error {
	change, err := mlops.NewChange(get[*mlops.Store](r, s, "store"), nil)
	if err != nil {
		return err
	}
	defer change.Close()
	err = mlops.DefineOnline(change, s.text("view"), get[*mlops.Table](r, s, "table"), s.text("key"),
		s.text("event_time"), &mlops.OnlineOpts{Created: s.text("created"), TtlNs: s.integer("ttl_ns")})
	if err == nil {
		_, err = change.Commit()
	}
	return err
}

func (r *runner) online(s step) (interface{}, error) {
	switch s.text("do") {
	case "online.define":
		return nil, r.define(s)
	case "online.open":
		return mlops.OpenOnline(get[*mlops.Store](r, s, "store"), s.text("view"))
	case "online.list":
		return mlops.ListOnline(get[*mlops.Store](r, s, "store"))
	}
	o, table := get[*mlops.Online](r, s, "on"), get[*mlops.Table](r, s, "table")
	if s.text("do") == "online.put" {
		return o.Put(table)
	}
	return o.Get(table, s.integer("as_of_ns"))
}

// field is a field of a result by its name in C.
func field(result interface{}, name string) interface{} {
	v := reflect.ValueOf(result)
	for i := 0; i < v.NumField(); i++ {
		if strings.EqualFold(v.Type().Field(i).Name, strings.ReplaceAll(name, "_", "")) {
			return v.Field(i).Interface()
		}
	}
	return nil
}

func same(have, want interface{}, within float64) bool {
	switch w := want.(type) {
	case nil:
		n, ok := have.(float64)
		return have == nil || have == "" || (ok && math.IsNaN(n))
	case map[string]interface{}:
		for name, value := range w {
			if !same(field(have, name), value, within) {
				return false
			}
		}
		return true
	case []interface{}:
		wanted, _ := step{"x": want}.numbers("x")
		values, _ := have.([]float64)
		if len(values) != len(wanted) {
			return false
		}
		for i := range values {
			if !(math.Abs(values[i]-wanted[i]) <= within || (math.IsNaN(wanted[i]) && math.IsNaN(values[i]))) {
				return false
			}
		}
		return true
	case float64:
		v := reflect.ValueOf(have)
		if v.CanInt() {
			return float64(v.Int()) == w
		}
		return v.CanFloat() && math.Abs(v.Float()-w) <= within
	case string:
		switch v := have.(type) {
		case mlops.Type:
			return types[v] == w
		case mlops.DriftVerdict:
			return verdicts[v] == w
		}
	}
	return have == want
}

// judge says what is wrong with a step, or nothing.
func (r *runner) judge(s step) (fault string) {
	defer func() {
		if p := recover(); p != nil {
			fault = fmt.Sprint(p)
		}
	}()
	got, err := r.act(s)
	wanted, _ := s["fails_one_of"].([]interface{})
	if s["fails"] != nil {
		wanted = append(wanted, s["fails"])
	}
	if err != nil {
		var e *mlops.Error
		if !errors.As(err, &e) {
			return err.Error()
		}
		for _, name := range wanted {
			if name == mlops.StatusName(e.Code) {
				return r.place(s, e)
			}
		}
		return mlops.StatusName(e.Code) + ": " + e.Message
	}
	if len(wanted) > 0 {
		return "did not fail"
	}
	if name := s.text("as"); name != "" {
		r.objects[name] = got
	}
	if want, ok := s["gives"]; ok && !same(got, want, s.number("within")) {
		return fmt.Sprintf("gives %v, not %v", got, want)
	}
	has, _ := s["has"].([]interface{})
	for _, word := range has {
		if !strings.Contains(got.(string), word.(string)) {
			return fmt.Sprintf("no %q in it", word)
		}
	}
	return ""
}

func (r *runner) place(s step, e *mlops.Error) string {
	if s["line"] != nil && s.integer("line") != int64(e.Line) {
		return fmt.Sprintf("line %d: %s", e.Line, e.Message)
	}
	words, _ := s["message"].([]interface{})
	for _, word := range words {
		if !strings.Contains(e.Message, word.(string)) {
			return fmt.Sprintf("no %q in %s", word, e.Message)
		}
	}
	return ""
}

func TestConformance(t *testing.T) {
	root := os.Getenv("MLOPS_SOURCE_ROOT")
	if root == "" {
		root = filepath.Join("..", "..")
	}
	folder, err := filepath.Abs(filepath.Join(root, "tests", "bindings"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "conformance.json"))
	if err != nil && os.Getenv("MLOPS_SOURCE_ROOT") == "" {
		t.Skip(err) // an installed package comes without the script
	}
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	if err := json.Unmarshal(text, &steps); err != nil {
		t.Fatal(err)
	}
	r := &runner{data: folder, scratch: t.TempDir(), objects: map[string]interface{}{}}
	for number, s := range steps {
		t.Run(fmt.Sprintf("%d %s", number+1, s.text("name")), func(t *testing.T) {
			if fault := r.judge(s); fault != "" {
				t.Error(fault)
			}
		})
	}
	for _, object := range r.objects {
		if c, ok := object.(closer); ok {
			c.Close()
		}
	}
}
