// Runs conformance.json through the C++ classes. usage: conformance_cpp SCRIPT DATA_FOLDER
//
// Owns the named objects of the script; an action is a lambda that makes one call. Prints TAP.
#include "bindings/script.h"
#include "mlops.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

using numbers = std::vector<double>;
using fields = std::map<std::string, std::variant<double, std::string>>;
using value = std::variant<std::monostate, std::nullptr_t, double, std::string, numbers, fields>;
using object = std::variant<mlops::table, mlops::model, mlops::context, mlops::explainer, mlops::slot, mlops::profile, mlops::reference, mlops::drift,
                            mlops::bundle, mlops::edge, mlops::monitor, mlops::store, mlops::online, std::string>;

namespace {

const char *const types[] = {"NULL", "BOOL", "INT64", "FLOAT64", "STRING"};
const char *const verdicts[] = {"NOT_ENOUGH_DATA", "NO", "YES"};

std::map<std::string, object> objects;
std::vector<std::string> device_bytes; // outlive the devices
std::string data, scratch;

/// One step of the script, read with the types that the calls want.
struct step {
    const js *j;
    std::string text(const char *key) const { return js_text(j, key, ""); }
    const char *optional(const char *key) const { return js_text(j, key, nullptr); }
    double number(const char *key) const { return js_number(j, key, 0); }
    std::int64_t integer(const char *key) const { return static_cast<std::int64_t>(number(key)); }
    bool has(const char *key) const { return js_get(j, key) != nullptr; }
    std::string path(const char *key) const {
        char *found = js_path(js_text(j, key, ""), scratch.c_str(), data.c_str());
        std::string out(found);
        std::free(found);
        return out;
    }
    template <class T> std::vector<T> array(const char *key, std::int64_t *rows = nullptr, std::int64_t *columns = nullptr) const {
        std::size_t n, width;
        double *found = js_numbers(js_get(j, key), &n, &width);
        std::vector<T> out;
        for (std::size_t i = 0; i < n * width; i++) out.push_back(static_cast<T>(found[i]));
        std::free(found);
        if (rows) *rows = static_cast<std::int64_t>(n);
        if (columns) *columns = n == 0 && has("columns") ? integer("columns") : static_cast<std::int64_t>(width);
        return out;
    }
    template <class T> T &get(const char *key) const {
        auto found = objects.find(text(key));
        if (found == objects.end()) throw std::runtime_error("no object " + text(key));
        return std::get<T>(found->second);
    }
    template <class T> value keep(T made) const {
        objects.insert_or_assign(text("as"), object(std::move(made)));
        return {};
    }
    mlops_model_output output() const {
        const std::string name = text("output");
        if (name == "PREFIX") return MLOPS_MODEL_OUTPUT_PREFIX;
        return name == "MARGIN" ? MLOPS_MODEL_OUTPUT_MARGIN : name == "LEAF" ? MLOPS_MODEL_OUTPUT_LEAF : MLOPS_MODEL_OUTPUT_PREDICTION;
    }
};

value maybe(std::optional<std::string_view> text) { return text ? value(std::string(*text)) : value(nullptr); }
value number(std::int64_t n) { return static_cast<double>(n); }

template <class T, class F> std::function<value(const step &)> on(F call) {
    return [call](const step &s) -> value { return call(s.get<T>("on"), s); };
}

std::string file(const std::string &path) {
    std::size_t n;
    char *bytes = js_read_file(path.c_str(), &n);
    std::string out(bytes, n);
    std::free(bytes);
    return out;
}

mlops_drift_opts drift_options(const step &s) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.columns = s.optional("columns");
    opts.alpha = s.number("alpha");
    return opts;
}

using actions = std::map<std::string, std::function<value(const step &)>>;

void add_base(actions &a) {
    a["version"] = [](const step &) { return std::string(mlops::version()); };
    a["status_name"] = [](const step &s) { return std::string(mlops::status_name(static_cast<mlops_status>(s.integer("status")))); };
    a["deploy_bucket"] = [](const step &s) { return number(mlops::deploy_bucket(s.text("salt"), s.text("key"))); };
    a["close"] = [](const step &s) {
        std::visit([](auto &o) { auto gone = std::move(o); }, objects.at(s.text("on")));
        return value();
    };
    a["bytes.equal"] = [](const step &s) -> value { return s.get<std::string>("a") == s.get<std::string>("b") ? 1.0 : 0.0; };
}

void add_tables(actions &a) {
    using mlops::table;
    a["table.parse"] = [](const step &s) {
        mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
        opts.delimiter = s.optional("delimiter");
        opts.line_max = s.integer("line_max");
        if (s.has("no_header")) opts.flags |= MLOPS_CSV_NO_HEADER;
        return s.keep(table::parse(s.text("text"), &opts));
    };
    a["table.load"] = [](const step &s) { return s.keep(table::load(s.path("path"))); };
    a["table.from_matrix"] = [](const step &s) {
        std::int64_t rows, columns;
        const auto values = s.array<double>("values", &rows, &columns);
        return s.keep(table::from_matrix({values.data(), rows, columns}, s.optional("names")));
    };
    a["table.n_rows"] = on<table>([](auto &t, auto &) { return number(t.n_rows()); });
    a["table.n_columns"] = on<table>([](auto &t, auto &) { return number(t.n_columns()); });
    a["table.name"] = on<table>([](auto &t, auto &s) { return maybe(t.name(s.integer("index"))); });
    a["table.type"] = on<table>([](auto &t, auto &s) { return std::string(types[t.type(s.integer("index"))]); });
    a["table.find"] = on<table>([](auto &t, auto &s) { return number(t.find(s.text("column"))); });
    a["table.n_nulls"] = on<table>([](auto &t, auto &s) { return number(t.n_nulls(s.integer("index"))); });
    a["table.values"] = on<table>([](auto &t, auto &s) { return t.values(s.integer("index")); });
    a["table.text"] = on<table>([](auto &t, auto &s) { return t.text(s.integer("index"), s.integer("row")); });
}

void add_stats(actions &a) {
    a["stats.compare"] = [](const step &s) -> value {
        mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
        if (s.text("alternative") == "GREATER") opts.alternative = MLOPS_STATS_GREATER;
        if (s.text("alternative") == "LESS") opts.alternative = MLOPS_STATS_LESS;
        if (s.has("measures")) opts.measures = static_cast<std::uint32_t>(s.integer("measures"));
        const auto r = mlops::stats_compare(s.array<double>("x"), s.array<double>("y"), &opts);
        return fields{{"ks", r.ks}, {"ks_p", r.ks_p}, {"wasserstein", r.wasserstein}, {"energy", r.energy}, {"n", double(r.n)},
                      {"m", double(r.m)}, {"n_nan", double(r.n_nan)}, {"m_nan", double(r.m_nan)}, {"ks_exact", double(r.ks_exact)},
                      {"t_p", r.t_p}, {"mann_whitney", r.mann_whitney}, {"mann_whitney_p", r.mann_whitney_p},
                      {"cramer_p", r.cramer_p}, {"epps_p", r.epps_p}};
    };
    a["stats.compare_counts"] = [](const step &s) -> value {
        const auto r = mlops::stats_compare_counts(s.array<std::int64_t>("x"), s.array<std::int64_t>("y"));
        return fields{{"psi", r.psi}, {"js", r.js}, {"tv", r.tv}, {"chi2", r.chi2}, {"chi2_p", r.chi2_p}, {"dof", double(r.dof)},
                      {"n", double(r.n)}, {"m", double(r.m)}, {"kl", r.kl}, {"g_p", r.g_p}, {"cramers_v", r.cramers_v}};
    };
}

double value_of(const mlops_metrics &found, const step &s) { return mlops::metric_value(found, mlops::metric_find(s.text("metric")).metric); }

void add_metrics(actions &a) {
    a["metric.binary"] = [](const step &s) -> value {
        mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
        const auto weights = s.array<double>("weights");
        opts.weights = weights.empty() ? nullptr : weights.data();
        opts.n_weights = static_cast<std::int64_t>(weights.size());
        if (s.has("skip_nan")) opts.flags |= MLOPS_METRIC_SKIP_NAN;
        return value_of(mlops::metric_binary(s.array<double>("predictions"), s.array<double>("labels"), &opts), s);
    };
    a["metric.classes"] = [](const step &s) -> value {
        std::int64_t rows, columns;
        const auto probabilities = s.array<double>("predictions", &rows, &columns);
        return value_of(mlops::metric_classes({probabilities.data(), rows, columns}, s.array<std::int64_t>("labels")), s);
    };
    a["metric.regression"] = [](const step &s) -> value {
        return value_of(mlops::metric_regression(s.array<double>("predictions"), s.array<double>("labels")), s);
    };
}

void add_profiles(actions &a) {
    using mlops::profile;
    a["profile.new"] = [](const step &s) {
        mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
        const auto edges = s.array<double>("edges");
        opts.edges = edges.empty() ? nullptr : edges.data();
        opts.n_edges = static_cast<std::int64_t>(edges.size());
        return s.keep(profile(&opts));
    };
    a["profile.add"] = on<profile>([](auto &p, auto &s) { return p.add(s.template array<double>("values")), value(); });
    a["profile.add_nulls"] = on<profile>([](auto &p, auto &s) { return p.add_nulls(s.integer("n")), value(); });
    a["profile.merge"] = on<profile>([](auto &p, auto &s) { return p.merge(s.template get<profile>("other")), value(); });
    a["profile.reset"] = on<profile>([](auto &p, auto &) { return p.reset(), value(); });
    a["profile.summarize"] = on<profile>([](auto &p, auto &) -> value {
        const auto r = p.summarize();
        return fields{{"n", double(r.n)}, {"n_null", double(r.n_null)}, {"n_nan", double(r.n_nan)}, {"min", r.min}, {"max", r.max},
                      {"n_infinite", double(r.n_infinite)}, {"n_zero", double(r.n_zero)}, {"n_negative", double(r.n_negative)},
                      {"mean", r.mean}};
    });
    a["profile.n_bins"] = on<profile>([](auto &p, auto &) { return number(p.n_bins()); });
    a["profile.bin"] = on<profile>([](auto &p, auto &s) { return number(p.bin(s.integer("index"))); });
    a["profile.edge"] = on<profile>([](auto &p, auto &s) { return p.edge(s.integer("index")); });
    a["profile.quantile"] = on<profile>([](auto &p, auto &s) { return p.quantile(s.number("q")); });
    a["profile.save"] = on<profile>([](auto &p, auto &s) { return s.keep(p.save()); });
    a["profile.load"] = [](const step &s) {
        return s.keep(profile::load(s.has("text") ? s.text("text") : s.get<std::string>("bytes")));
    };
}

void add_models(actions &a) {
    using mlops::context, mlops::model;
    a["model.parse"] = [](const step &s) { return s.keep(model::parse(s.text("text"))); };
    a["model.load"] = [](const step &s) { return s.keep(model::load(s.path("path"))); };
    a["model.n_features"] = on<model>([](auto &m, auto &) { return number(m.n_features()); });
    a["model.feature_name"] = on<model>([](auto &m, auto &s) { return maybe(m.feature_name(s.integer("index"))); });
    a["model.width"] = on<model>([](auto &m, auto &s) { return number(m.width(s.output())); });
    a["model.describe"] = on<model>([](auto &m, auto &) { return m.describe(); });
    const auto predict = [](auto &m, auto &s) {
        std::int64_t n, columns;
        const auto rows = s.template array<float>("rows", &n, &columns);
        return m.predict({rows.data(), n, columns});
    };
    a["model.predict"] = on<model>(predict);
    a["model.predict_table"] = on<model>([](auto &m, auto &s) {
        return m.predict_table(s.template get<mlops::table>("table"), s.optional("columns"), s.output());
    });
    a["explainer.new"] = [](const step &s) {
        return s.keep(mlops::explainer(s.get<model>("model"), nullptr, nullptr));
    };
    a["explainer.n_groups"] = on<mlops::explainer>([](auto &e, auto &) { return number(e.n_groups()); });
    a["explainer.explain"] = on<mlops::explainer>([](auto &e, auto &s) {
        std::int64_t n, columns;
        const auto rows = s.template array<double>("rows", &n, &columns);
        return e.explain({rows.data(), n, columns}, MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS);
    });
    a["context.new"] = [](const step &s) { return s.keep(context(s.get<model>("model"), s.output())); };
    a["context.predict"] = on<context>(predict);
    a["context.bind"] = on<context>([](auto &c, auto &s) {
        static std::vector<float> rows; // outlives the binding
        std::int64_t n, columns;
        rows = s.template array<float>("rows", &n, &columns);
        c.bind({rows.data(), n, columns}, columns, 1);
        return value();
    });
    a["context.bind_table"] = on<context>([](auto &c, auto &s) {
        c.bind_table(s.template get<mlops::table>("table"), s.optional("columns"));
        return value();
    });
    a["context.bind_csr"] = on<context>([](auto &c, auto &s) {
        static std::vector<float> values;
        static std::vector<std::int32_t> features, starts;
        values = s.template array<float>("values");
        features = s.template array<std::int32_t>("features");
        starts = s.template array<std::int32_t>("starts");
        c.bind_csr(values, features, starts, 3, 0.0);
        return value();
    });
    a["context.run"] = on<context>([](auto &c, auto &s) { return c.run(s.integer("first"), s.integer("n")); });
    a["slot.new"] = [](const step &s) { return s.keep(mlops::slot(s.get<model>("model"))); };
    a["slot.acquire"] = on<mlops::slot>([](auto &slot, auto &s) { return s.keep(slot.acquire()); });
    a["slot.publish"] = on<mlops::slot>([](auto &slot, auto &s) {
        slot.publish(s.template get<model>("model"));
        return value();
    });
}

void add_bundles(actions &a) {
    using mlops::bundle, mlops::edge;
    a["bundle.write"] = [](const step &s) {
        mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
        opts.name = s.optional("label");
        opts.version = s.optional("version");
        opts.metadata = s.optional("metadata");
        if (s.has("reference")) opts.reference = s.get<mlops::reference>("reference").get();
        bundle::write(s.path("path"), s.get<mlops::model>("model"), &opts);
        return value();
    };
    a["bundle.load"] = [](const step &s) { return s.keep(bundle::load(s.path("path"))); };
    a["bundle.name"] = on<bundle>([](auto &b, auto &) { return maybe(b.name()); });
    a["bundle.version"] = on<bundle>([](auto &b, auto &) { return maybe(b.version()); });
    a["bundle.metadata"] = on<bundle>([](auto &b, auto &) { return maybe(b.metadata()); });
    a["bundle.id_length"] = on<bundle>([](auto &b, auto &) { return 2.0 * sizeof b.id().bytes; });
    a["bundle.model"] = on<bundle>([](auto &b, auto &s) { return s.keep(b.model()); });
    a["bundle.reference"] = on<bundle>([](auto &b, auto &s) { return s.keep(b.reference()); });
    a["edge.init"] = [](const step &s) { return s.keep(edge(device_bytes.emplace_back(file(s.path("path"))))); };
    a["edge.n_features"] = on<edge>([](auto &e, auto &) { return number(e.n_features()); });
    a["edge.width"] = on<edge>([](auto &e, auto &) { return number(e.width()); });
    a["edge.predict"] = on<edge>([](auto &e, auto &s) { return e.predict(s.template array<float>("row")); });
    a["edge.add"] = on<edge>([](auto &e, auto &s) { return e.add(s.template array<float>("row")), value(); });
    a["edge.selftest"] = on<edge>([](auto &e, auto &) { return e.selftest(), value(); });
}

void add_references(actions &a) {
    using mlops::reference;
    a["reference.new"] = [](const step &s) {
        mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
        opts.columns = s.optional("columns");
        opts.ignore = s.optional("ignore");
        return s.keep(reference(s.get<mlops::table>("table"), &opts));
    };
    a["reference.load"] = [](const step &s) { return s.keep(reference::load(s.path("path"))); };
    a["reference.save"] = on<reference>([](auto &r, auto &s) { return r.save(s.path("path")), value(); });
    a["reference.n_rows"] = on<reference>([](auto &r, auto &) { return number(r.n_rows()); });
    a["reference.n_columns"] = on<reference>([](auto &r, auto &) { return number(r.n_columns()); });
    a["reference.name"] = on<reference>([](auto &r, auto &s) { return maybe(r.name(s.integer("index"))); });
    a["reference.type"] = on<reference>([](auto &r, auto &s) { return std::string(types[r.type(s.integer("index"))]); });
}

void add_drift(actions &a) {
    using mlops::drift, mlops::table;
    a["drift.compare"] = [](const step &s) {
        const auto opts = drift_options(s);
        return s.keep(drift::compare(s.get<table>("reference"), s.get<table>("current"), &opts));
    };
    a["drift.compare_reference"] = [](const step &s) {
        const auto opts = drift_options(s);
        return s.keep(drift::compare_reference(s.get<mlops::reference>("reference"), s.get<table>("current"), &opts));
    };
    a["drift.overall"] = on<drift>([](auto &d, auto &) { return std::string(verdicts[d.overall()]); });
    a["drift.n_columns"] = on<drift>([](auto &d, auto &) { return number(d.n_columns()); });
    a["drift.n_drifted"] = on<drift>([](auto &d, auto &) { return number(d.n_drifted()); });
    a["drift.json"] = on<drift>([](auto &d, auto &) { return d.json(); });
    a["drift.save"] = on<drift>([](auto &d, auto &s) { return d.save(s.path("path")), value(); });
    a["drift.get"] = on<drift>([](auto &d, auto &s) -> value {
        const auto r = d.get(s.integer("index"));
        return fields{{"name", std::string(r.name)}, {"verdict", std::string(verdicts[r.verdict])}, {"test", std::string(r.test)},
                      {"type", std::string(types[r.type])}, {"exact", double(r.exact)}, {"n_reference", double(r.n_reference)},
                      {"n_current", double(r.n_current)}, {"ks", r.ks}, {"tolerance", r.tolerance},
                      {"nulls_current", r.nulls_current}, {"mean_reference", r.mean_reference}, {"mean_current", r.mean_current}};
    });
}

void add_monitors(actions &a) {
    using mlops::monitor;
    a["monitor.new"] = [](const step &s) {
        mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
        opts.name = s.optional("label");
        opts.window_rows = s.integer("window_rows");
        return s.keep(monitor(&s.get<mlops::model>("model"), s.path("reference"), &opts));
    };
    a["monitor.n_features"] = on<monitor>([](auto &m, auto &) { return number(m.n_features()); });
    a["monitor.add"] = on<monitor>([](auto &m, auto &s) {
        std::int64_t n, columns, n2, width;
        const auto rows = s.template array<float>("rows", &n, &columns);
        const auto predictions = s.template array<double>("predictions", &n2, &width);
        m.add({rows.data(), n, columns}, {predictions.data(), n2, width});
        return value();
    });
    a["monitor.add_table"] = on<monitor>([](auto &m, auto &s) { return m.add_table(s.template get<mlops::table>("table")), value(); });
    a["monitor.add_latency"] = on<monitor>([](auto &m, auto &s) { return m.add_latency(s.integer("duration_ns")), value(); });
    a["monitor.n_windows"] = on<monitor>([](auto &m, auto &) { return number(m.n_windows()); });
    a["monitor.verdict"] = on<monitor>([](auto &m, auto &) { return std::string(verdicts[m.verdict()]); });
    a["monitor.metrics"] = on<monitor>([](auto &m, auto &) { return m.metrics(); });
    a["monitor.drift"] = on<monitor>([](auto &m, auto &s) { return s.keep(m.drift()); });
}

void add_online(actions &a) {
    using mlops::online, mlops::store, mlops::table;
    a["store.open"] = [](const step &s) { return s.keep(store::open(s.path("path"))); };
    a["online.define"] = [](const step &s) {
        mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
        opts.created = s.optional("created");
        opts.ttl_ns = s.integer("ttl_ns");
        mlops::change change(s.get<store>("store"));
        online::define(change, s.text("view"), s.get<table>("table"), s.text("key"), s.text("event_time"), &opts);
        change.commit();
        return value();
    };
    a["online.open"] = [](const step &s) { return s.keep(online::open(s.get<store>("store"), s.text("view"))); };
    a["online.put"] = on<online>([](auto &o, auto &s) { return number(o.put(s.template get<table>("table"))); });
    a["online.get"] = on<online>([](auto &o, auto &s) {
        return s.keep(o.get(s.template get<table>("table"), s.integer("as_of_ns")));
    });
    a["online.list"] = [](const step &s) { return s.keep(online::list(s.get<store>("store"))); };
}

bool near(double have, double want, double within) { return std::isnan(want) ? std::isnan(have) : std::fabs(have - want) <= within; }

bool same(const js *want, const value &have, double within) {
    if (want->kind == JS_NULL) {
        const double *n = std::get_if<double>(&have);
        return std::holds_alternative<std::nullptr_t>(have) || (n && std::isnan(*n));
    }
    if (want->kind == JS_STRING) return std::holds_alternative<std::string>(have) && std::get<std::string>(have) == want->text;
    if (want->kind == JS_OBJECT) {
        const auto &all = std::get<fields>(have);
        for (std::size_t i = 0; i < want->n; i++) {
            const auto found = all.find(want->keys[i]);
            if (found == all.end()) return false;
            const value one = std::visit([](const auto &v) { return value(v); }, found->second);
            if (!same(want->items[i], one, within)) return false;
        }
        return true;
    }
    if (want->kind != JS_ARRAY) return near(std::get<double>(have), want->number, within);
    std::size_t n, width;
    double *wanted = js_numbers(want, &n, &width);
    const auto &values = std::get<numbers>(have);
    bool equal = values.size() == n * width;
    for (std::size_t i = 0; equal && i < n * width; i++) equal = near(values[i], wanted[i], within);
    std::free(wanted);
    return equal;
}

std::string refused(const step &s, const mlops::error &e) {
    const std::string name = mlops_status_name(e.code());
    const js *many = js_get(s.j, "fails_one_of"), *words = js_get(s.j, "message");
    bool right = s.text("fails") == name;
    for (std::size_t i = 0; many && i < many->n; i++) right |= name == many->items[i]->text;
    right &= !s.has("line") || s.integer("line") == e.line();
    for (std::size_t i = 0; words && i < words->n; i++) right &= std::strstr(e.what(), words->items[i]->text) != nullptr;
    return right ? "" : name + ": " + e.what();
}

std::string judge(const actions &all, const step &s) {
    const auto found = all.find(s.text("do"));
    if (found == all.end()) return "no such action";
    value got;
    try {
        got = found->second(s);
    } catch (const mlops::error &e) {
        return refused(s, e);
    } catch (const std::exception &e) {
        return e.what();
    }
    if (s.has("fails") || s.has("fails_one_of")) return "did not fail";
    const js *want = js_get(s.j, "gives"), *has = js_get(s.j, "has");
    if (want && !same(want, got, s.number("within"))) return "gives another value";
    for (std::size_t i = 0; has && i < has->n; i++) {
        if (std::get<std::string>(got).find(has->items[i]->text) == std::string::npos) return std::string("no ") + has->items[i]->text;
    }
    return "";
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    char folder[] = "/tmp/mlops-conformance-XXXXXX";
    if (!mkdtemp(folder)) return 1;
    data = argv[2], scratch = folder;
    device_bytes.reserve(16);
    actions all;
    for (auto add : {add_base, add_tables, add_stats, add_metrics, add_profiles, add_models, add_bundles, add_references, add_drift, add_monitors,
                     add_online})
        add(all);
    js *script = js_load(argv[1]);
    int failed = 0;
    std::printf("1..%zu\n", script->n);
    for (std::size_t i = 0; i < script->n; i++) {
        const step s{script->items[i]};
        const std::string fault = judge(all, s);
        failed += !fault.empty();
        std::printf("%s %zu - %s\n", fault.empty() ? "ok" : "not ok", i + 1, s.text("name").c_str());
        if (!fault.empty()) std::printf("# %s\n", fault.c_str());
    }
    objects.clear();
    js_free(script);
    return std::system(("rm -r '" + scratch + "'").c_str()) || failed;
}
