// libmlops for C++17, header only. Generated from the C headers by bindings/gen; do not edit.
//
// A class for each handle: move-only, ended by its destructor; share() gives another owner where the library counts
// shares. What fails throws mlops::error. A moved-from object throws when it is used. Options and results are the
// structs of C: mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT. What the C headers say about threads holds here.
#ifndef MLOPS_HPP
#define MLOPS_HPP

#include <mlops.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops {

/// What a verb reported: which kind, where, and in what() what would be right.
class error : public std::runtime_error {
public:
    error(mlops_status code, const std::string &message) : std::runtime_error(message), code_(code) {}
    error(mlops_status code, const mlops_error &e)
        : std::runtime_error(e.message), code_(code), os_code_(e.os_code), line_(e.line), column_(e.column),
          offset_(e.offset) {}
    mlops_status code() const noexcept { return code_; }
    std::int32_t os_code() const noexcept { return os_code_; }
    std::int32_t line() const noexcept { return line_; }
    std::int32_t column() const noexcept { return column_; }
    std::int64_t offset() const noexcept { return offset_; }

private:
    mlops_status code_;
    std::int32_t os_code_ = 0, line_ = 0, column_ = 0;
    std::int64_t offset_ = -1;
};

/// A view of values in a row, as std::span of C++20.
template <class T> class span {
public:
    constexpr span() noexcept = default;
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class C, class = decltype(std::declval<C &>().data() + std::declval<C &>().size())>
    constexpr span(C &&container) : data_(container.data()), size_(container.size()) {}
    template <std::size_t N> constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}
    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/// A view of a row-major matrix.
template <class T> struct matrix {
    T *data = nullptr;
    std::int64_t rows = 0, columns = 0;
};

namespace detail {

inline void check(mlops_status status, const char *verb, const mlops_error *e = nullptr) {
    if (status >= 0) return;
    if (e != nullptr && e->code != 0) throw error(status, *e);
    throw error(status, std::string(verb) + ": " + mlops_status_name(status));
}

inline void require(bool condition, const char *what) {
    if (!condition) throw error(MLOPS_E_INVALID, what);
}

/// Owns a handle of C; or a part of memory_, which needs no end.
template <class T, void (*End)(T *)> class handle {
public:
    handle() noexcept = default;
    explicit handle(T *owned, std::shared_ptr<void> memory = nullptr) noexcept
        : p_(owned), memory_(std::move(memory)) {}
    handle(handle &&other) noexcept : p_(std::exchange(other.p_, nullptr)), memory_(std::move(other.memory_)) {}
    handle &operator=(handle &&other) noexcept {
        std::swap(p_, other.p_);
        std::swap(memory_, other.memory_);
        return *this;
    }
    ~handle() {
        if (!memory_) End(p_);
    }
    /// The handle of C, which stays ours; NULL if there is none.
    T *get() const noexcept { return p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }

protected:
    T *need() const {
        require(p_ != nullptr, "this object was moved away or never made");
        return p_;
    }
    T *p_ = nullptr;
    std::shared_ptr<void> memory_;
};

template <class T> void nothing(T *) {}

template <class H> auto required(const H &h) {
    require(h.get() != nullptr, "an argument was moved away or never made");
    return h.get();
}

template <class H> auto optional(const H *h) { return h == nullptr ? nullptr : required(*h); }

inline std::shared_ptr<void> storage(std::size_t size) {
    constexpr auto alignment = std::align_val_t(64);
    return {::operator new(size == 0 ? 1 : size, alignment), [](void *p) { ::operator delete(p, alignment); }};
}

/// What a verb writes, asked again with more room while it does not fit.
template <class F> std::string written(F call, const char *verb, const mlops_error *e = nullptr) {
    std::string text(1024, '\0');
    for (;;) {
        std::size_t needed = 0;
        const mlops_status status = call(text.data(), text.size(), &needed);
        if (status != MLOPS_E_ARENA || needed < text.size()) {
            check(status, verb, e);
            text.resize(needed);
            return text;
        }
        text.resize(needed + 1);
    }
}

} // namespace detail

/// What scores rows, in mlops_anomaly_size() bytes aligned to 8. One thread at a time.
class anomaly : public detail::handle<mlops_anomaly, mlops_anomaly_free> {
public:
    using handle::handle;

    /// Name of a kind, such as "forest".
    static std::optional<std::string_view> kind_name(mlops_anomaly_kind kind) {
        const char *text = mlops_anomaly_kind_name(kind);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Bytes that learning with this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_anomaly_opts *opts = nullptr) {
        return mlops_anomaly_size(opts);
    }

    /// Start learning on the host's heap.
    explicit anomaly(const mlops_anomaly_opts *opts = nullptr) {
        mlops_anomaly *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_anomaly_new(&out, opts, &e), "mlops_anomaly_new", &e);
        p_ = out;
    }

    /// Number of values of a row.
    std::int64_t n_features() const {
        return mlops_anomaly_n_features(need());
    }

    /// Learn from rows, in parts or at once: it makes no difference. A row with a value that is NaN or infinite is
    /// skipped and counted.
    void add(matrix<const float> rows) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_anomaly_add(need(), rows.data, rows.rows, rows.columns, &e), "mlops_anomaly_add", &e);
    }

    /// End learning: what scores is made of the rows, and those held back are scored. From then on nothing is learnt.
    void freeze() {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_anomaly_freeze(need(), &e), "mlops_anomaly_freeze", &e);
    }

    /// Score rows. A value that is NaN is taken to be the mean of its feature.
    std::vector<float> score(matrix<const float> rows) {
        mlops_error e;
        e.code = 0;
        std::vector<float> out(static_cast<std::size_t>(rows.rows));
        detail::check(mlops_anomaly_score(need(), rows.data, rows.rows, rows.columns, out.data(), &e), "mlops_anomaly_score", &e);
        return out;
    }

    /// Score rows. A value that is NaN is taken to be the mean of its feature.
    void score(matrix<const float> rows, span<float> out) {
        mlops_error e;
        e.code = 0;
        detail::require(out.size() == static_cast<std::size_t>(rows.rows), "out has another length");
        detail::check(mlops_anomaly_score(need(), rows.data, rows.rows, rows.columns, out.data(), &e), "mlops_anomaly_score", &e);
    }

    /// Conformal p-values of scores: with m rows held back, of which c score as high or higher, (1 + c) / (m + 1). An
    /// alarm wherever it is at most r has a rate of false alarms of at most r, for any distribution and m, if rows
    /// without anomaly are exchangeable with those learnt from.
    std::vector<double> p_values(span<const float> scores) const {
        mlops_error e;
        e.code = 0;
        std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(scores.size())));
        detail::check(mlops_anomaly_p_values(need(), scores.data(), static_cast<std::int64_t>(scores.size()), out.data(), &e), "mlops_anomaly_p_values", &e);
        return out;
    }

    /// Conformal p-values of scores: with m rows held back, of which c score as high or higher, (1 + c) / (m + 1). An
    /// alarm wherever it is at most r has a rate of false alarms of at most r, for any distribution and m, if rows
    /// without anomaly are exchangeable with those learnt from.
    void p_values(span<const float> scores, span<double> out) const {
        mlops_error e;
        e.code = 0;
        detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(scores.size())), "out has another length");
        detail::check(mlops_anomaly_p_values(need(), scores.data(), static_cast<std::int64_t>(scores.size()), out.data(), &e), "mlops_anomaly_p_values", &e);
    }

    /// The score beyond which a row is an alarm: exactly where its p-value is at most the rate.
    double threshold(double rate) const {
        double out = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_anomaly_threshold(need(), rate, &out, &e), "mlops_anomaly_threshold", &e);
        return out;
    }

    /// What was learnt, and whether it is frozen.
    mlops_anomaly_summary summarize() const {
        mlops_anomaly_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_anomaly_summarize(need(), &out), "mlops_anomaly_summarize");
        return out;
    }

    /// Write as bytes what is frozen, or what learns: canonical, little-endian, equal for equal state on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_anomaly_save(need(), text, cap, needed);
        }, "mlops_anomaly_save");
    }

    /// Storage that saved bytes need when they are loaded, exact: of what is frozen less than learning takes.
    static std::size_t load_size(std::string_view bytes) {
        std::size_t size = 0;
        detail::check(mlops_anomaly_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &size), "mlops_anomaly_load_size");
        return size;
    }

    /// Read bytes of mlops_anomaly_save() into the caller's storage.
    static ::mlops::anomaly load(std::string_view bytes) {
        mlops_anomaly *out = nullptr;
        std::size_t room = 0;
        detail::check(mlops_anomaly_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &room), "mlops_anomaly_load_size");
        const std::size_t size = room;
        auto memory = detail::storage(size);
        detail::check(mlops_anomaly_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_anomaly_load");
        return ::mlops::anomaly(out, std::move(memory));
    }
};

/// Threads that wait for work. Several callers may use one pool at once.
class pool : public detail::handle<mlops_pool, mlops_pool_free> {
public:
    using handle::handle;

    /// Start a pool.
    explicit pool(std::int32_t n_workers, const mlops_host *host = nullptr) {
        mlops_pool *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_pool_new(&out, n_workers, host, &e), "mlops_pool_new", &e);
        p_ = out;
    }

    /// The pool as an executor.
    const mlops_executor *executor() const {
        return mlops_pool_executor(need());
    }
};

/// A directory that is open. Opening it again in one process gives the same one.
class store : public detail::handle<mlops_store, mlops_store_close> {
public:
    using handle::handle;

    /// Open a store, or make one where there is none.
    static ::mlops::store open(const std::string &path, const mlops_store_opts *opts = nullptr) {
        mlops_store *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_open(&out, path.c_str(), opts, &e), "mlops_store_open", &e);
        return ::mlops::store(out);
    }

    /// Make all commits durable.
    void flush() {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_flush(need(), &e), "mlops_store_flush", &e);
    }

    /// Do a piece of the work that may wait: make commits durable, write the index down from time to time, so that
    /// opening after a power cut need not read the whole journal, and collect garbage as mlops_store_opts.gc_every_ns
    /// says, in pieces of 50 ms at the most and 32 MiB of memory. A collection of mlops_store_gc() that was left off
    /// in this process goes on.
    void service(std::int64_t budget_ns) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_service(need(), budget_ns, &e), "mlops_store_service", &e);
    }

    /// What the store holds now.
    mlops_store_stats stat() {
        mlops_store_stats out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_stat(need(), &out, &e), "mlops_store_stat", &e);
        return out;
    }

    /// Content by its name: bytes that a dataset, run or model keeps.
    std::string content(const mlops_id &id) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_store_content(need(), &id, text, cap, needed, &e);
        }, "mlops_store_content", &e);
    }

    /// Write all that the store holds to one file: for backups, and for machines of another kind. The file has the
    /// commits as they are, with their chain of hashes, and the content that they name.
    void export_(const std::string &path) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_export(need(), path.c_str(), &e), "mlops_store_export", &e);
    }

    /// Make a store of what mlops_store_export() wrote: the same commits, content and id.
    static void import_(const std::string &path, const std::string &from,
                        const mlops_store_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_import(path.c_str(), from.c_str(), opts, &e), "mlops_store_import", &e);
    }

    /// Make a damaged store usable: the index anew, and of the journal all commits that are whole. What was damaged
    /// is kept beside, under "damaged". A lost commit leaves an empty one with its number and a note; commits behind
    /// it keep their numbers, and their former hashes in a note. Content that is damaged stays lost;
    /// mlops_check_store() names it.
    static std::int64_t repair(const std::string &path, const mlops_store_opts *opts = nullptr) {
        std::int64_t n_lost = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_repair(path.c_str(), opts, &n_lost, &e), "mlops_store_repair", &e);
        return n_lost;
    }

    /// Collect garbage for a while, or to the end. A collection that was left off goes on with the next call, if that
    /// asks for the same; one whose process ends is begun anew by the next.
    mlops_gc_stat gc(const mlops_gc_opts *opts = nullptr, const mlops_call *call = nullptr) {
        mlops_gc_stat out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_store_gc(need(), opts, call, &out, &e), "mlops_store_gc", &e);
        return out;
    }
};

/// Commits that were read. Immutable and shared; ends with the last mlops_audit_unref().
class audit : public detail::handle<mlops_audit, mlops_audit_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    audit share() const { return audit(mlops_audit_ref(need())); }

    /// Read commits.
    static ::mlops::audit read(const ::mlops::store &store, std::int64_t from, std::int64_t n_max) {
        mlops_audit *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_audit_read(&out, detail::required(store), from, n_max, &e), "mlops_audit_read", &e);
        return ::mlops::audit(out);
    }

    /// Number of commits that were read.
    std::int64_t n_entries() const {
        return mlops_audit_n_entries(need());
    }

    /// One commit.
    mlops_audit_entry at(std::int64_t index) const {
        mlops_audit_entry out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_audit_at(need(), index, &out), "mlops_audit_at");
        return out;
    }

    /// The link of a commit: SHA-256 over it and the link before.
    mlops_id link(std::int64_t index) const {
        mlops_id out = {};
        detail::check(mlops_audit_link(need(), index, &out), "mlops_audit_link");
        return out;
    }

    /// What a commit did, as a JSON array of objects: {"op", "table", "key", "value"}. Parts of a key are joined by
    /// TAB. A value is JSON where it is an object of JSON; keys and other values are text where they are UTF-8, else
    /// hexadecimal digits behind "0x".
    std::string operations(std::int64_t index) const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_audit_operations(need(), index, text, cap, needed);
        }, "mlops_audit_operations");
    }

    /// Verify the whole chain: each commit is what its link says, and goes on with the one before. What a repair has
    /// put in the place of a lost commit goes on with it too, and says so of itself.
    static mlops_id verify(const ::mlops::store &store) {
        mlops_id link = {};
        std::int64_t n = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_audit_verify(detail::required(store), &link, &n, &e), "mlops_audit_verify", &e);
        return link;
    }

    /// One hash over the first commits: the root of the Merkle tree (RFC 6962) whose leaves are their links. Who has
    /// kept it can be shown any one of them without the others.
    static mlops_id root(const ::mlops::store &store, std::int64_t n) {
        mlops_id root = {};
        mlops_error e;
        e.code = 0;
        detail::check(mlops_audit_root(detail::required(store), n, &root, &e), "mlops_audit_root", &e);
        return root;
    }

    /// Prove that a commit is one of the first n: the commit whole, and the hashes beside its way up the tree, as
    /// JSON. mlops_audit_parse() takes it; docs/format.md tells others how to.
    static std::string prove(const ::mlops::store &store, std::int64_t seq, std::int64_t n) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_audit_prove(detail::required(store), seq, n, text, cap, needed, &e);
        }, "mlops_audit_prove", &e);
    }

    /// Take a proof: no store is needed. What it proves is read like what a store has.
    static ::mlops::audit parse(std::string_view text, const mlops_id &root, const mlops_host *host = nullptr) {
        mlops_audit *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_audit_parse(&out, text.data(), static_cast<std::size_t>(text.size()), &root, host, &e), "mlops_audit_parse", &e);
        return ::mlops::audit(out);
    }
};

/// A table. Immutable and shared; ends with the last mlops_table_unref().
class table : public detail::handle<mlops_table, mlops_table_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    table share() const { return table(mlops_table_ref(need())); }

    /// Read a CSV file (RFC 4180; LF, CRLF or CR; a byte order mark is passed over), in steps, never whole, and twice
    /// where a column turns out late to hold strings.
    ///
    /// A column takes the first type that fits every value that is not null: bool (true, True, TRUE, false, False,
    /// FALSE), int64, float64 (inf and nan in any case too; whole numbers beyond int64), string. Blanks around a
    /// number are passed over. A quoted field is a string; "" in quotes is an empty string, no null. Empty lines are
    /// passed over; in a table of one column they are empty fields, from the first record on. Lines count as an
    /// editor counts them. A header without records is a table without rows, whose columns are of type null. A column
    /// whose type is given has it, or is refused if a value does not fit. Times, quoted or not, are int64, UTC
    /// nanoseconds since 1970; FORMAT is as of strptime, with %Y %y %m %b %d %H %I %p %M %S %f %z and %%.
    static ::mlops::table load(const std::string &path, const mlops_csv_opts *opts = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_load(&out, path.c_str(), opts, &e), "mlops_table_load", &e);
        return ::mlops::table(out);
    }

    /// Read CSV from memory. As mlops_table_load().
    static ::mlops::table parse(std::string_view text, const mlops_csv_opts *opts = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_parse(&out, text.data(), static_cast<std::size_t>(text.size()), opts, &e), "mlops_table_parse", &e);
        return ::mlops::table(out);
    }

    /// Take over a table (a struct array) from Arrow.
    ///
    /// Both structs are moved: they are released by the library, also after an error, except where their own release
    /// is already NULL. Structure (counts, buffers, offsets, indices) is validated; so are the bytes of strings. A
    /// row that the struct itself calls null is null in each column.
    ///
    /// bool, integers, floats, strings (large, view), null, and dictionaries of these are taken in; dates and
    /// timestamps as int64 nanoseconds since 1970. uint64 beyond int64 makes a float64 column, where that holds each
    /// value exactly. All else is refused.
    static ::mlops::table import_(ArrowSchema *schema, ArrowArray *array, const mlops_host *host = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_import(&out, schema, array, host, &e), "mlops_table_import", &e);
        return ::mlops::table(out);
    }

    /// Take over a stream of tables from Arrow, joined to one. The stream is moved, as above.
    static ::mlops::table import_stream(ArrowArrayStream *stream, const mlops_host *host = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_import_stream(&out, stream, host, &e), "mlops_table_import_stream", &e);
        return ::mlops::table(out);
    }

    /// Make a table of float64 columns from a matrix. The values are copied.
    static ::mlops::table from_matrix(matrix<const double> values, const char *names = nullptr,
                                      const mlops_host *host = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_from_matrix(&out, values.data, values.rows, values.columns, names, host, &e), "mlops_table_from_matrix", &e);
        return ::mlops::table(out);
    }

    /// Number of rows.
    std::int64_t n_rows() const {
        return mlops_table_n_rows(need());
    }

    /// Number of columns.
    std::int64_t n_columns() const {
        return mlops_table_n_columns(need());
    }

    /// Name of a column.
    std::optional<std::string_view> name(std::int64_t index) const {
        const char *text = mlops_table_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Type of a column; MLOPS_TYPE_NULL also where index is out of range.
    mlops_type type(std::int64_t index) const {
        return mlops_table_type(need(), index);
    }

    /// Index of the column of this name, -1 if there is none.
    std::int64_t find(const std::string &name) const {
        return mlops_table_find(need(), name.c_str());
    }

    /// Number of nulls in a column; -1 if index is out of range.
    std::int64_t n_nulls(std::int64_t index) const {
        return mlops_table_n_nulls(need(), index);
    }

    /// Values of a bool, int64 or float64 column as float64; a null becomes NaN.
    std::vector<double> values(std::int64_t index) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(need());
        std::vector<double> out(static_cast<std::size_t>(n_rows));
        detail::check(mlops_table_values(need(), index, out.data(), n_rows, &e), "mlops_table_values", &e);
        return out;
    }

    /// Values of a bool, int64 or float64 column as float64; a null becomes NaN.
    void values(std::int64_t index, span<double> out) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(need());
        detail::require(out.size() == static_cast<std::size_t>(n_rows), "out has another length");
        detail::check(mlops_table_values(need(), index, out.data(), n_rows, &e), "mlops_table_values", &e);
    }

    /// Values of a bool or int64 column as they are; a null becomes INT64_MIN.
    std::vector<std::int64_t> integers(std::int64_t index) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(need());
        std::vector<std::int64_t> out(static_cast<std::size_t>(n_rows));
        detail::check(mlops_table_integers(need(), index, out.data(), n_rows, &e), "mlops_table_integers", &e);
        return out;
    }

    /// Values of a bool or int64 column as they are; a null becomes INT64_MIN.
    void integers(std::int64_t index, span<std::int64_t> out) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(need());
        detail::require(out.size() == static_cast<std::size_t>(n_rows), "out has another length");
        detail::check(mlops_table_integers(need(), index, out.data(), n_rows, &e), "mlops_table_integers", &e);
    }

    /// One value as text, as it would stand in a CSV field without its quotes. A null is empty.
    std::string text(std::int64_t index, std::int64_t row) const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_table_text(need(), index, row, text, cap, needed);
        }, "mlops_table_text");
    }

    /// Hand the table out as Arrow: a struct array of its columns, strings as dictionaries.
    ///
    /// Numbers, codes and validity are not copied; bool values are packed to bits, and distinct texts laid side by
    /// side. What is handed out keeps the table alive until it is released; children may be moved out.
    void export_(ArrowSchema *schema, ArrowArray *array) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_export(need(), schema, array, &e), "mlops_table_export", &e);
    }

    /// Rows of one table that stand in another, too: what has leaked from training into held-out rows, or from an
    /// older version into a newer one. Rows are equal if all columns are: null equals null, NaN equals NaN, and 0.0
    /// equals -0.0. They are found by hash and confirmed by comparison.
    static ::mlops::table overlap(const ::mlops::table &a, const ::mlops::table &b,
                                  const char *columns = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_overlap(&out, detail::required(a), detail::required(b), columns, &e), "mlops_table_overlap", &e);
        return ::mlops::table(out);
    }

    /// Write a table as CSV (RFC 4180, lines end in LF), whole or not at all. mlops_table_load() with the same
    /// options gives back the same values, nulls and types; only a column without any value comes back as one of type
    /// null, and so do all columns of a table without rows.
    ///
    /// A null is an empty field and an empty string is "" in quotes; texts that would be taken for a number, a bool
    /// or a null are quoted. NaN is spelled so that it is no null: NAN.
    void write(const std::string &path, const mlops_csv_opts *opts = nullptr) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_write(need(), path.c_str(), opts, &e), "mlops_table_write", &e);
    }

    /// Hand the table out as a stream of Arrow that has it as its one batch, as mlops_table_export() makes it. What
    /// is handed out keeps the table alive until it is released.
    void export_stream(ArrowArrayStream *out) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_export_stream(need(), out, &e), "mlops_table_export_stream", &e);
    }

    /// Describe the texts of a column, row by row, by numbers that can be compared, profiled, kept as a reference and
    /// watched. A column "review" gives
    ///
    ///     review.length       characters (int64)
    ///     review.words        what blanks part (int64)
    ///     review.letters      share of the characters that are ASCII letters (float64)
    ///     review.digits       share of ASCII digits
    ///     review.punctuation  share of ASCII punctuation
    ///     review.non_ascii    share of characters beyond ASCII
    ///     review.upper        share of the ASCII letters that are upper case
    ///     review.word         one word of four characters or more, in lower case and at most 64 bytes,
    ///                         drawn by a hash of the text (string)
    ///
    /// Of a null all are null, and each is where there is nothing to take it of.
    ::mlops::table texts(const std::string &column) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_table_texts(&out, need(), column.c_str(), &e), "mlops_table_texts", &e);
        return ::mlops::table(out);
    }
};

/// A compiled model. Immutable and shared; ends with the last mlops_model_unref().
class model : public detail::handle<mlops_model, mlops_model_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    model share() const { return model(mlops_model_ref(need())); }

    /// Load a model file and compile it. The format is found from the content, never from the name. Nothing outside
    /// the file is read, whatever the file says.
    static ::mlops::model load(const std::string &path, const mlops_model_opts *opts = nullptr) {
        mlops_model *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_model_load(&out, path.c_str(), opts, &e), "mlops_model_load", &e);
        return ::mlops::model(out);
    }

    /// Load a model from memory. As mlops_model_load().
    static ::mlops::model parse(std::string_view bytes, const mlops_model_opts *opts = nullptr) {
        mlops_model *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_model_parse(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), opts, &e), "mlops_model_parse", &e);
        return ::mlops::model(out);
    }

    /// What an ONNX file needs, and what of it is missing here, as JSON, without loading it: format, producer, opsets
    /// (domain, version), operators (operator, domain), and missing, which is empty if the file can be loaded: part
    /// (node, initializer, input, operator set), name, reason, and of nodes operator, domain, opset.
    static std::string inspect(const std::string &path, const mlops_model_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_model_inspect(path.c_str(), text, cap, needed, opts, &e);
        }, "mlops_model_inspect", &e);
    }

    /// Number of features of a row.
    std::int64_t n_features() const {
        return mlops_model_n_features(need());
    }

    /// Name of a feature.
    std::optional<std::string_view> feature_name(std::int64_t index) const {
        const char *text = mlops_model_feature_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Name of a class, which MLOPS_MODEL_OUTPUT_CLASS tells.
    std::optional<std::string_view> class_name(std::int64_t index) const {
        const char *text = mlops_model_class_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Number of values that one row yields for this output; 0 if output is unknown.
    std::int64_t width(mlops_model_output output) const {
        return mlops_model_width(need(), output);
    }

    /// What the model is, as JSON: format, objective, the type that it computes in, trees, nodes, depth, features
    /// with their names, outputs, plan size, working memory, id, chosen kernels.
    std::string describe() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_model_describe(need(), text, cap, needed);
        }, "mlops_model_describe");
    }

    /// Predict rows of float32. Values are those of the trainer's own predictor: margins bit for bit, in the
    /// trainer's order of summation. A missing value is NaN. The same rows give the same values in any batch and on
    /// any machine. A model that computes in float64, as LightGBM's do, takes each value widened. Inputs of an ONNX
    /// file take the features in their order, each converted to its type.
    std::vector<double> predict(matrix<const float> rows) const {
        const auto width = mlops_model_width(need(), MLOPS_MODEL_OUTPUT_PREDICTION);
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_model_predict(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_model_predict");
        return out;
    }

    /// Predict rows of float32. Values are those of the trainer's own predictor: margins bit for bit, in the
    /// trainer's order of summation. A missing value is NaN. The same rows give the same values in any batch and on
    /// any machine. A model that computes in float64, as LightGBM's do, takes each value widened. Inputs of an ONNX
    /// file take the features in their order, each converted to its type.
    void predict(matrix<const float> rows, span<double> out) const {
        const auto width = mlops_model_width(need(), MLOPS_MODEL_OUTPUT_PREDICTION);
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_model_predict(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_model_predict");
    }

    /// Predict rows of float64. A model that computes in float32 takes the nearest of each value.
    std::vector<double> predict_f64(matrix<const double> rows) const {
        const auto width = mlops_model_width(need(), MLOPS_MODEL_OUTPUT_PREDICTION);
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_model_predict_f64(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_model_predict_f64");
        return out;
    }

    /// Predict rows of float64. A model that computes in float32 takes the nearest of each value.
    void predict_f64(matrix<const double> rows, span<double> out) const {
        const auto width = mlops_model_width(need(), MLOPS_MODEL_OUTPUT_PREDICTION);
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_model_predict_f64(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_model_predict_f64");
    }

    /// Predict the rows of a table, its columns bound to features by name. Further columns are ignored. A model
    /// without feature names needs a list of columns. Bool and int64 columns are converted; a null is a missing
    /// value; a string column is an error that names it, but where an ONNX file's input takes texts.
    std::vector<double> predict_table(const ::mlops::table &table, const char *columns,
                                      mlops_model_output output) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_model_width(need(), output);
        std::vector<double> out(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width));
        detail::check(mlops_model_predict_table(need(), detail::required(table), columns, output, out.data(), n_rows, width, &e), "mlops_model_predict_table", &e);
        return out;
    }

    /// Predict the rows of a table, its columns bound to features by name. Further columns are ignored. A model
    /// without feature names needs a list of columns. Bool and int64 columns are converted; a null is a missing
    /// value; a string column is an error that names it, but where an ONNX file's input takes texts.
    void predict_table(const ::mlops::table &table, mlops_model_output output, span<double> out,
                       const char *columns = nullptr) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_model_width(need(), output);
        detail::require(out.size() == static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_model_predict_table(need(), detail::required(table), columns, output, out.data(), n_rows, width, &e), "mlops_model_predict_table", &e);
    }
};

/// A reference. Immutable and shared; ends with the last mlops_reference_unref().
class reference : public detail::handle<mlops_reference, mlops_reference_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    reference share() const { return reference(mlops_reference_ref(need())); }

    /// Make a reference from a table.
    explicit reference(const ::mlops::table &table, const mlops_reference_opts *opts = nullptr) {
        mlops_reference *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_reference_new(&out, detail::required(table), opts, &e), "mlops_reference_new", &e);
        p_ = out;
    }

    /// Make a reference of what memory may not hold, in as many passes as call.memory_max demands: each keeps a few
    /// columns, of every row. It is that of the whole table, to the byte. What is counted is all that the library
    /// allocates, the reference too. Progress is told in columns, and asked after each batch.
    static ::mlops::reference new_stream(const mlops_reference_stream_opts *opts = nullptr) {
        mlops_reference *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_reference_new_stream(&out, opts, &e), "mlops_reference_new_stream", &e);
        return ::mlops::reference(out);
    }

    /// Load a reference from a file: a saved reference, a bundle that has one, or a CSV file, found from the content
    /// and never from the name.
    static ::mlops::reference load(const std::string &path, const mlops_reference_opts *opts = nullptr) {
        mlops_reference *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_reference_load(&out, path.c_str(), opts, &e), "mlops_reference_load", &e);
        return ::mlops::reference(out);
    }

    /// Save to a file, whole or not at all.
    void save(const std::string &path) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_reference_save(need(), path.c_str(), &e), "mlops_reference_save", &e);
    }

    /// Number of rows that it was made from.
    std::int64_t n_rows() const {
        return mlops_reference_n_rows(need());
    }

    /// Whether it keeps every value of its numeric columns, as MLOPS_REFERENCE_EXACT has it.
    std::int32_t is_exact() const {
        return mlops_reference_is_exact(need());
    }

    /// Bytes of memory that it takes; saved it takes about as many.
    std::int64_t size() const {
        return mlops_reference_size(need());
    }

    /// Number of columns.
    std::int64_t n_columns() const {
        return mlops_reference_n_columns(need());
    }

    /// Name of a column.
    std::optional<std::string_view> name(std::int64_t index) const {
        const char *text = mlops_reference_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Type of a column; MLOPS_TYPE_NULL also where index is out of range.
    mlops_type type(std::int64_t index) const {
        return mlops_reference_type(need(), index);
    }
};

/// An open bundle. Immutable and shared; ends with the last mlops_bundle_unref().
class bundle : public detail::handle<mlops_bundle, mlops_bundle_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    bundle share() const { return bundle(mlops_bundle_ref(need())); }

    /// Write a bundle, whole or not at all. Equal content gives equal bytes.
    static void write(const std::string &path, const ::mlops::model &model,
                      const mlops_bundle_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_bundle_write(path.c_str(), detail::required(model), opts, &e), "mlops_bundle_write", &e);
    }

    /// Write a bundle to memory. As mlops_bundle_write().
    static std::string save(const ::mlops::model &model, const mlops_bundle_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_bundle_save(detail::required(model), text, cap, needed, opts, &e);
        }, "mlops_bundle_save", &e);
    }

    /// Open a bundle: check every byte, and predict its golden rows.
    static ::mlops::bundle load(const std::string &path, const mlops_host *host = nullptr) {
        mlops_bundle *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_bundle_load(&out, path.c_str(), host, &e), "mlops_bundle_load", &e);
        return ::mlops::bundle(out);
    }

    /// Open a bundle from memory. As mlops_bundle_load().
    static ::mlops::bundle parse(std::string_view bytes, const mlops_host *host = nullptr) {
        mlops_bundle *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_bundle_parse(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), host, &e), "mlops_bundle_parse", &e);
        return ::mlops::bundle(out);
    }

    /// The model.
    ::mlops::model model() const {
        return ::mlops::model(mlops_model_ref(mlops_bundle_model(need())));
    }

    /// The reference.
    ::mlops::reference reference() const {
        mlops_reference *p = mlops_bundle_reference(need());
        return ::mlops::reference(p == nullptr ? nullptr : mlops_reference_ref(p));
    }

    /// Name of the model.
    std::string_view name() const {
        return mlops_bundle_name(need());
    }

    /// Version of the model.
    std::string_view version() const {
        return mlops_bundle_version(need());
    }

    /// Metadata, as JSON text.
    std::string_view metadata() const {
        return mlops_bundle_metadata(need());
    }

    /// Name of the content: the SHA-256 that the file carries.
    mlops_id id() const {
        mlops_id out = {};
        detail::check(mlops_bundle_id(need(), &out), "mlops_bundle_id");
        return out;
    }
};

/// A fitted calibration; immutable, shared by threads.
class calibration : public detail::handle<mlops_calibration, mlops_calibration_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    calibration share() const { return calibration(mlops_calibration_ref(need())); }

    /// Fit to rows.
    ///
    /// Isotonic regression is scikit-learn's IsotonicRegression(out_of_bounds="clip"), a straight line between its
    /// steps and the outermost values beyond them; Platt's sigmoid that of Lin, Lin and Weng (2007), with Platt's
    /// smoothed targets, as in scikit-learn.
    static ::mlops::calibration fit(mlops_calibration_method method, span<const double> scores,
                                    span<const double> labels, span<const double> weights = {},
                                    const mlops_host *host = nullptr) {
        mlops_calibration *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(labels.size() == scores.size(), "labels and scores differ in length");
        detail::require(weights.data() == nullptr || weights.size() == scores.size(), "weights and scores differ in length");
        detail::check(mlops_calibration_fit(&out, method, scores.data(), labels.data(), weights.data(), static_cast<std::int64_t>(scores.size()), host, &e), "mlops_calibration_fit", &e);
        return ::mlops::calibration(out);
    }

    /// Fit each of k classes against the rest.
    static ::mlops::calibration fit_classes(mlops_calibration_method method,
                                            matrix<const double> probabilities,
                                            span<const std::int64_t> labels, span<const double> weights = {},
                                            const mlops_host *host = nullptr) {
        mlops_calibration *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(std::size_t(labels.size()) == std::size_t(probabilities.rows), "labels and probabilities differ in length");
        detail::require(weights.data() == nullptr || std::size_t(weights.size()) == std::size_t(probabilities.rows), "weights and probabilities differ in length");
        detail::check(mlops_calibration_fit_classes(&out, method, probabilities.data, probabilities.rows, probabilities.columns, labels.data(), weights.data(), host, &e), "mlops_calibration_fit_classes", &e);
        return ::mlops::calibration(out);
    }

    /// Number of classes that it was fitted to; 0 for scores of a binary task.
    std::int64_t n_classes() const {
        return mlops_calibration_n_classes(need());
    }

    /// Which way it was fitted.
    mlops_calibration_method kind() const {
        return mlops_calibration_kind(need());
    }

    /// Calibrate scores.
    std::vector<double> apply(span<const double> scores) const {
        mlops_error e;
        e.code = 0;
        std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(scores.size())));
        detail::check(mlops_calibration_apply(need(), scores.data(), out.data(), static_cast<std::int64_t>(scores.size()), &e), "mlops_calibration_apply", &e);
        return out;
    }

    /// Calibrate scores.
    void apply(span<const double> scores, span<double> out) const {
        mlops_error e;
        e.code = 0;
        detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(scores.size())), "out has another length");
        detail::check(mlops_calibration_apply(need(), scores.data(), out.data(), static_cast<std::int64_t>(scores.size()), &e), "mlops_calibration_apply", &e);
    }

    /// Calibrate probabilities of classes: each against the rest, then over their sum. A row whose sum is 0 becomes 1
    /// / k throughout.
    std::vector<double> apply_classes(matrix<const double> probabilities) const {
        mlops_error e;
        e.code = 0;
        std::vector<double> out(static_cast<std::size_t>(probabilities.rows) * static_cast<std::size_t>(probabilities.columns));
        detail::check(mlops_calibration_apply_classes(need(), probabilities.data, out.data(), probabilities.rows, probabilities.columns, &e), "mlops_calibration_apply_classes", &e);
        return out;
    }

    /// Calibrate probabilities of classes: each against the rest, then over their sum. A row whose sum is 0 becomes 1
    /// / k throughout.
    void apply_classes(matrix<const double> probabilities, span<double> out) const {
        mlops_error e;
        e.code = 0;
        detail::require(out.size() == static_cast<std::size_t>(probabilities.rows) * static_cast<std::size_t>(probabilities.columns), "out has another length");
        detail::check(mlops_calibration_apply_classes(need(), probabilities.data, out.data(), probabilities.rows, probabilities.columns, &e), "mlops_calibration_apply_classes", &e);
    }

    /// Write the calibration as bytes: canonical, little-endian.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_calibration_save(need(), text, cap, needed);
        }, "mlops_calibration_save");
    }

    /// Read bytes of mlops_calibration_save().
    static ::mlops::calibration load(std::string_view bytes, const mlops_host *host = nullptr) {
        mlops_calibration *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_calibration_load(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), host, &e), "mlops_calibration_load", &e);
        return ::mlops::calibration(out);
    }
};

/// Operations that wait for their commit. Mutable; one thread at a time.
class change : public detail::handle<mlops_change, mlops_change_free> {
public:
    using handle::handle;

    /// Begin a change.
    explicit change(const ::mlops::store &store, const mlops_change_opts *opts = nullptr) {
        mlops_change *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_change_new(&out, detail::required(store), opts, &e), "mlops_change_new", &e);
        p_ = out;
    }

    /// Commit: all of the change or nothing. Afterwards it is empty and may be used for the next one. After
    /// MLOPS_E_CONFLICT it is empty too.
    std::int64_t commit() {
        std::int64_t seq = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_change_commit(need(), &seq, &e), "mlops_change_commit", &e);
        return seq;
    }

    /// Keep content. It is stored once, however often it is kept, and is there with the commit, for as long as a
    /// record names it and nobody collects garbage (mlops_store_gc()) after that.
    mlops_id content(std::string_view bytes) {
        mlops_id out = {};
        mlops_error e;
        e.code = 0;
        detail::check(mlops_change_content(need(), &out, bytes.data(), static_cast<std::size_t>(bytes.size()), &e), "mlops_change_content", &e);
        return out;
    }
};

/// What was found. Immutable and shared; ends with the last mlops_check_unref().
class check : public detail::handle<mlops_check, mlops_check_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    check share() const { return check(mlops_check_ref(need())); }

    /// Check a store. Writers wait meanwhile, readers do not.
    ///
    /// All of it is read, and each content held against its SHA-256. With MLOPS_STORE_QUICK, journal, index, heads of
    /// frames and how content is put together of them: that takes a fraction of the time, and finds what is missing
    /// or cut, but no changed byte of content.
    static ::mlops::check store(const std::string &path, const mlops_store_opts *opts = nullptr) {
        mlops_check *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_check_store(&out, path.c_str(), opts, &e), "mlops_check_store", &e);
        return ::mlops::check(out);
    }

    /// What was read.
    mlops_check_counts count() const {
        mlops_check_counts out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_check_count(need(), &out), "mlops_check_count");
        return out;
    }

    /// Number of damaged places.
    std::int64_t n_faults() const {
        return mlops_check_n_faults(need());
    }

    /// One damaged place, in words.
    std::optional<std::string_view> fault(std::int64_t index) const {
        const char *text = mlops_check_fault(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }
};

/// Working memory and settings of one predicting thread. One thread at a time.
class context : public detail::handle<mlops_context, mlops_context_free> {
public:
    using handle::handle;

    /// Bytes that a context needs; exact.
    static std::size_t size(const ::mlops::model &model, const mlops_context_opts *opts = nullptr) {
        return mlops_context_size(detail::required(model), opts);
    }

    /// Make a context on the heap of the model's host. It holds a share of the model.
    explicit context(const ::mlops::model &model, mlops_model_output output,
                     const mlops_context_opts *opts = nullptr) {
        mlops_context *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_context_new(&out, detail::required(model), output, opts, &e), "mlops_context_new", &e);
        p_ = out;
    }

    /// Number of values that one row yields.
    std::int64_t width() const {
        return mlops_context_width(need());
    }

    /// Predict rows, as mlops_model_predict(), for a model of any size. What is bound stays so.
    std::vector<double> predict(matrix<const float> rows) {
        const auto width = mlops_context_width(need());
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_context_predict(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_context_predict");
        return out;
    }

    /// Predict rows, as mlops_model_predict(), for a model of any size. What is bound stays so.
    void predict(matrix<const float> rows, span<double> out) {
        const auto width = mlops_context_width(need());
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_context_predict(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_context_predict");
    }

    /// Predict rows, as mlops_model_predict_f64(), for a model of any size. What is bound stays so.
    std::vector<double> predict_f64(matrix<const double> rows) {
        const auto width = mlops_context_width(need());
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_context_predict_f64(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_context_predict_f64");
        return out;
    }

    /// Predict rows, as mlops_model_predict_f64(), for a model of any size. What is bound stays so.
    void predict_f64(matrix<const double> rows, span<double> out) {
        const auto width = mlops_context_width(need());
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_context_predict_f64(need(), rows.data, rows.rows, rows.columns, out.data(), width), "mlops_context_predict_f64");
    }

    /// Bind rows of float32. They are read anew by each run: their values may change in between. A binding takes the
    /// place of the one before it; after an error nothing is bound.
    void bind(matrix<const float> rows, std::int64_t row_stride, std::int64_t column_stride) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_context_bind(need(), rows.data, rows.rows, rows.columns, row_stride, column_stride, &e), "mlops_context_bind", &e);
    }

    /// Bind rows of float64. As mlops_context_bind().
    void bind_f64(matrix<const double> rows, std::int64_t row_stride, std::int64_t column_stride) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_context_bind_f64(need(), rows.data, rows.rows, rows.columns, row_stride, column_stride, &e), "mlops_context_bind_f64", &e);
    }

    /// Bind the columns of a table, as mlops_model_predict_table() does. Nothing is copied.
    void bind_table(const ::mlops::table &table, const char *columns = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_context_bind_table(need(), detail::required(table), columns, &e), "mlops_context_bind_table", &e);
    }

    /// Bind a sparse matrix in compressed rows (CSR): float32 with indices of 32 bits. Row i is made of the entries
    /// starts[i] to starts[i + 1] - 1. All indices are held against their bounds here, and must stay as they are; the
    /// values may change between runs.
    void bind_csr(span<const float> values, span<const std::int32_t> features, span<const std::int32_t> starts,
                  std::int64_t n_features, double absent) {
        mlops_error e;
        e.code = 0;
        detail::require(features.data() == nullptr || features.size() == values.size(), "features and values differ in length");
        detail::check(mlops_context_bind_csr(need(), values.data(), features.data(), static_cast<std::int64_t>(values.size()), starts.data(), static_cast<std::int64_t>(starts.size()), n_features, absent, &e), "mlops_context_bind_csr", &e);
    }

    /// Bind a sparse matrix of float64 with indices of 32 bits. As mlops_context_bind_csr().
    void bind_csr_f64(span<const double> values, span<const std::int32_t> features,
                      span<const std::int32_t> starts, std::int64_t n_features, double absent) {
        mlops_error e;
        e.code = 0;
        detail::require(features.data() == nullptr || features.size() == values.size(), "features and values differ in length");
        detail::check(mlops_context_bind_csr_f64(need(), values.data(), features.data(), static_cast<std::int64_t>(values.size()), starts.data(), static_cast<std::int64_t>(starts.size()), n_features, absent, &e), "mlops_context_bind_csr_f64", &e);
    }

    /// Bind a sparse matrix of float32 with indices of 64 bits. As mlops_context_bind_csr().
    void bind_csr_i64(span<const float> values, span<const std::int64_t> features,
                      span<const std::int64_t> starts, std::int64_t n_features, double absent) {
        mlops_error e;
        e.code = 0;
        detail::require(features.data() == nullptr || features.size() == values.size(), "features and values differ in length");
        detail::check(mlops_context_bind_csr_i64(need(), values.data(), features.data(), static_cast<std::int64_t>(values.size()), starts.data(), static_cast<std::int64_t>(starts.size()), n_features, absent, &e), "mlops_context_bind_csr_i64", &e);
    }

    /// Bind a sparse matrix of float64 with indices of 64 bits. As mlops_context_bind_csr().
    void bind_csr_f64_i64(span<const double> values, span<const std::int64_t> features,
                          span<const std::int64_t> starts, std::int64_t n_features, double absent) {
        mlops_error e;
        e.code = 0;
        detail::require(features.data() == nullptr || features.size() == values.size(), "features and values differ in length");
        detail::check(mlops_context_bind_csr_f64_i64(need(), values.data(), features.data(), static_cast<std::int64_t>(values.size()), starts.data(), static_cast<std::int64_t>(starts.size()), n_features, absent, &e), "mlops_context_bind_csr_f64_i64", &e);
    }

    /// Predict rows of what is bound.
    std::vector<double> run(std::int64_t first_row, std::int64_t n_rows) {
        const auto width = mlops_context_width(need());
        std::vector<double> out(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width));
        detail::check(mlops_context_run(need(), first_row, n_rows, out.data(), width), "mlops_context_run");
        return out;
    }

    /// Predict rows of what is bound.
    void run(std::int64_t first_row, std::int64_t n_rows, span<double> out) {
        const auto width = mlops_context_width(need());
        detail::require(out.size() == static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_context_run(need(), first_row, n_rows, out.data(), width), "mlops_context_run");
    }
};

/// What differs between two tables, which it shares. Immutable and shared; ends with the last mlops_diff_unref().
class diff : public detail::handle<mlops_diff, mlops_diff_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    diff share() const { return diff(mlops_diff_ref(need())); }

    /// Compare two tables. Keys may come in any order; a null is a value of a key like any other.
    static ::mlops::diff compare(const ::mlops::table &from, const ::mlops::table &to,
                                 const mlops_diff_opts *opts = nullptr) {
        mlops_diff *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_compare(&out, detail::required(from), detail::required(to), opts, &e), "mlops_diff_compare", &e);
        return ::mlops::diff(out);
    }

    /// Number of cells that differ, of rows and columns that are on both sides.
    std::int64_t n_cells() const {
        return mlops_diff_n_cells(need());
    }

    /// Number of rows on both sides of which a cell differs.
    std::int64_t n_changed() const {
        return mlops_diff_n_changed(need());
    }

    /// Number of rows that the newer table alone has.
    std::int64_t n_added() const {
        return mlops_diff_n_added(need());
    }

    /// Number of rows that the older table alone has.
    std::int64_t n_removed() const {
        return mlops_diff_n_removed(need());
    }

    /// Number of columns that were added, removed, renamed or retyped.
    std::int64_t n_schema() const {
        return mlops_diff_n_schema(need());
    }

    /// Cells that differ, by row of the older table, then by its columns.
    ::mlops::table cells() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_cells(&out, need(), &e), "mlops_diff_cells", &e);
        return ::mlops::table(out);
    }

    /// Rows that differ: changed and removed ones by row of the older table, then those added by row of the newer
    /// one.
    ::mlops::table rows() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_rows(&out, need(), &e), "mlops_diff_rows", &e);
        return ::mlops::table(out);
    }

    /// Rows that the newer table alone has, with its columns and types, in its order.
    ::mlops::table added() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_added(&out, need(), &e), "mlops_diff_added", &e);
        return ::mlops::table(out);
    }

    /// Rows that the older table alone has, with its columns and types, in its order.
    ::mlops::table removed() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_removed(&out, need(), &e), "mlops_diff_removed", &e);
        return ::mlops::table(out);
    }

    /// Columns that were added, removed, renamed or retyped; their order is not compared. A column was renamed if one
    /// of the same type and of equal values in all rows that are on both sides, of which there is one at the least,
    /// has another name. It takes the first such column.
    ::mlops::table schema() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_schema(&out, need(), &e), "mlops_diff_schema", &e);
        return ::mlops::table(out);
    }

    /// What became of each column: those of the older table in its order, then those added.
    ::mlops::table columns() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_diff_columns(&out, need(), &e), "mlops_diff_columns", &e);
        return ::mlops::table(out);
    }
};

/// Entries that wait to become a commit. Content goes to the store as it is added, where nobody sees it before
/// the commit; of a draft that is not committed it takes room there and nothing else. Mutable; one thread at a
/// time.
class draft : public detail::handle<mlops_draft, mlops_draft_free> {
public:
    using handle::handle;

    /// Begin a commit of a dataset, which is made if it is not there.
    explicit draft(const ::mlops::change &change, const std::string &dataset,
                   const mlops_draft_opts *opts = nullptr) {
        mlops_draft *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_new(&out, detail::required(change), dataset.c_str(), opts, &e), "mlops_draft_new", &e);
        p_ = out;
    }

    /// Add a file as it is, part by part, or replace the entry of that path.
    void add_file(const std::string &path, const std::string &file) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_file(need(), path.c_str(), file.c_str(), &e), "mlops_draft_add_file", &e);
    }

    /// Add bytes as a file.
    void add_bytes(const std::string &path, std::string_view bytes) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_bytes(need(), path.c_str(), bytes.data(), static_cast<std::size_t>(bytes.size()), &e), "mlops_draft_add_bytes", &e);
    }

    /// Add a CSV file as a table. Its bytes are kept as they are; it must parse.
    void add_csv(const std::string &path, const std::string &file,
                 const mlops_draft_table_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_csv(need(), path.c_str(), file.c_str(), opts, &e), "mlops_draft_add_csv", &e);
    }

    /// Add a table. Its id is over its names, types and values, whatever they were read from.
    void add_table(const std::string &path, const ::mlops::table &table,
                   const mlops_draft_table_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_table(need(), path.c_str(), detail::required(table), opts, &e), "mlops_draft_add_table", &e);
    }

    /// Hold rows of a table out, for good with the commit. The draw depends on the number of rows, the values of the
    /// column and the seed alone, and is the same on every machine; docs/dataset.md says how it is made. A table that
    /// is replaced has no split until it gets one. A column of time is of numbers, or of texts that are ISO 8601, all
    /// of one form and offset: 2020-01-26, or with T or a blank, time, fraction, and Z or an offset.
    void split(const std::string &path, const mlops_split_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_split(need(), path.c_str(), opts, &e), "mlops_draft_split", &e);
    }

    /// Take an entry out. MLOPS_E_NOT_FOUND if there is none.
    void remove(const std::string &path) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_remove(need(), path.c_str(), &e), "mlops_draft_remove", &e);
    }

    /// Add the commit to the change. It is there once the change is committed. If the branch has moved since the
    /// draft was begun, this returns MLOPS_E_CONFLICT, or the change's commit does. The draft is used up.
    mlops_id commit() {
        mlops_id out = {};
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_commit(need(), &out, &e), "mlops_draft_commit", &e);
        return out;
    }

    /// Merge a commit into a draft, whose commit gets it as its second parent. What both go back to is their newest
    /// common ancestor, or nothing. Entries that one side alone has added, removed or changed are taken; tables that
    /// both have changed are merged as mlops_merge_tables() does it, and written as ours are: CSV in the form that it
    /// was read in, with a header where there was one, or where it could not be read again without; in the form of
    /// theirs, if they alone have changed it. Target, time, row_id, split and parts are merged each by itself; where
    /// rows of both sides come together there is neither split nor parts. What was added to the draft before counts
    /// as ours. A commit that ours goes back to is merged already, and nothing is done.
    ///
    /// With MLOPS_MERGE_REFUSE and conflicts the draft stays as it is, and is not committed before a merge has been
    /// successful. After an error it can be ended alone.
    ::mlops::table merge(const char *ref = nullptr, const mlops_dataset_merge_opts *opts = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_merge(&out, need(), ref, opts, &e), "mlops_draft_merge", &e);
        return ::mlops::table(out);
    }

    /// Add the bytes of a stream as an entry, or replace the entry of that path. A table is in memory while it is
    /// added, a file is not. After an error the draft is as it was; what was read is gone.
    void add_stream(const std::string &path, const mlops_stream_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_stream(need(), path.c_str(), opts, &e), "mlops_draft_add_stream", &e);
    }

    /// Add a folder: afterwards the entries under the prefix are its files. Those that have not changed stay as they
    /// are, tables with all that is known of them. A table whose file has changed stays one, read with the options
    /// that it was read with, with its target, time and row_id where it has the columns yet, and a split and parts
    /// drawn by their rules where they can be; of kind "csv" from then on. One that is no such table any more becomes
    /// a file. If n_added, n_changed and n_removed are 0, there is nothing to commit. All is read before the first
    /// entry changes: after an error the draft is as it was.
    mlops_folder_stat add_folder(const char *prefix, const std::string &folder,
                                 const mlops_folder_opts *opts = nullptr) {
        mlops_folder_stat out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_add_folder(need(), prefix, folder.c_str(), opts, &out, &e), "mlops_draft_add_folder", &e);
        return out;
    }

    /// Add what a tree of DVC or git-lfs names. Of DVC, an object that the cache lacks is taken from its place in the
    /// tree if that is a file of the same hash. Files of before DVC 3 may be named by the MD5 of their text with Unix
    /// line ends, as these versions did. Entries of the same content stay as they are, tables with all that is known
    /// of them. An error leaves in the draft what was added ahead of it: begin another one.
    mlops_import_stat import_(const char *prefix, const std::string &folder,
                              const mlops_import_opts *opts = nullptr) {
        mlops_import_stat out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_import(need(), prefix, folder.c_str(), opts, &out, &e), "mlops_draft_import", &e);
        return out;
    }

    /// Hold a table of a draft against what is kept for it, as the draft's commit would.
    ::mlops::table validate(const std::string &path) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_validate(&out, need(), path.c_str(), &e), "mlops_draft_validate", &e);
        return ::mlops::table(out);
    }

    /// Let the draft's commit pass whatever its tables break. The reason is recorded with it.
    void override(const std::string &reason) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_override(need(), reason.c_str(), &e), "mlops_draft_override", &e);
    }

    /// Divide the rows of a table of a draft. It stands beside what mlops_draft_split() holds out, and takes the
    /// place of an earlier division. A table that is replaced has none until it gets one.
    ///
    /// Folds are called fold0, fold1, ..., the rows to train for each train0, train1, ...: all others, or, by time,
    /// those that are older (an expanding window, so that the oldest rows are in no fold).
    void divide(const std::string &path, const mlops_divide_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_draft_divide(need(), path.c_str(), opts, &e), "mlops_draft_divide", &e);
    }
};

/// What became of three tables. Immutable and shared; ends with the last mlops_merge_unref().
class merge : public detail::handle<mlops_merge, mlops_merge_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    merge share() const { return merge(mlops_merge_ref(need())); }

    /// Merge two tables that come from one. Rows stand for each other, and cells are equal, as in
    /// mlops_diff_compare(). A column that was renamed is one removed and one added.
    ///
    /// Rows come in the order of ours, or of theirs if theirs alone has put the rows of the base in another order; a
    /// row that one side has put in follows the row that it followed there; where both have put rows in, ours come
    /// first, and by position equal ones once. So do columns.
    static ::mlops::merge tables(const ::mlops::table *base, const ::mlops::table &ours,
                                 const ::mlops::table &theirs, const mlops_merge_opts *opts = nullptr) {
        mlops_merge *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_merge_tables(&out, detail::optional(base), detail::required(ours), detail::required(theirs), opts, &e), "mlops_merge_tables", &e);
        return ::mlops::merge(out);
    }

    /// Number of conflicts, decided or not.
    std::int64_t n_conflicts() const {
        return mlops_merge_n_conflicts(need());
    }

    /// What both sides have changed, otherwise than each other.
    ::mlops::table conflicts() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_merge_conflicts(&out, need(), &e), "mlops_merge_conflicts", &e);
        return ::mlops::table(out);
    }

    /// The table that the sides add up to.
    ::mlops::table table() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_merge_table(&out, need(), &e), "mlops_merge_table", &e);
        return ::mlops::table(out);
    }
};

/// Fitted features. Immutable and shared; ends with the last mlops_feature_unref().
class feature : public detail::handle<mlops_feature, mlops_feature_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    feature share() const { return feature(mlops_feature_ref(need())); }

    /// Fit features to a table.
    ///
    /// impute(x, 'mean'|'median'|'mode'|constant) fills null and NaN; standardise(x) is x less its mean, divided by
    /// its population standard deviation; minmax(x) is x less its minimum, divided by the range; where x is constant,
    /// both divide by 1. one_hot(x), one_hot(x, max) makes an output name=category of each of the max (default 50, at
    /// most 10,000) most frequent categories of a string, int64 or bool x, 1 or 0, and stands alone on its line. Null
    /// and NaN do not count. docs/features.md has the formulas.
    static ::mlops::feature fit(const std::string &definition, const ::mlops::table &table,
                                const mlops_feature_opts *opts = nullptr) {
        mlops_feature *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_feature_fit(&out, definition.c_str(), detail::required(table), opts, &e), "mlops_feature_fit", &e);
        return ::mlops::feature(out);
    }

    /// Load fitted features from a file that mlops_feature_write() wrote.
    static ::mlops::feature load(const std::string &path, const mlops_host *host = nullptr) {
        mlops_feature *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_feature_load(&out, path.c_str(), host, &e), "mlops_feature_load", &e);
        return ::mlops::feature(out);
    }

    /// Load fitted features from memory.
    static ::mlops::feature parse(std::string_view bytes, const mlops_host *host = nullptr) {
        mlops_feature *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_feature_parse(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), host, &e), "mlops_feature_parse", &e);
        return ::mlops::feature(out);
    }

    /// Write to a file, whole or not at all.
    void write(const std::string &path) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_feature_write(need(), path.c_str(), &e), "mlops_feature_write", &e);
    }

    /// The features as JSON: definition, inputs with their types, outputs with their expressions. Equal features give
    /// equal bytes.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_feature_save(need(), text, cap, needed);
        }, "mlops_feature_save");
    }

    /// Name of the content: SHA-256 of what mlops_feature_save() gives.
    mlops_id id() const {
        mlops_id out = {};
        detail::check(mlops_feature_id(need(), &out), "mlops_feature_id");
        return out;
    }

    /// The definition, as it was given.
    std::string_view definition() const {
        return mlops_feature_definition(need());
    }

    /// Number of columns that the features read.
    std::int64_t n_inputs() const {
        return mlops_feature_n_inputs(need());
    }

    /// Name of an input, in the order in which the outputs first read them.
    std::optional<std::string_view> input_name(std::int64_t index) const {
        const char *text = mlops_feature_input_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Type of an input; MLOPS_TYPE_NULL where index is out of range.
    mlops_type input_type(std::int64_t index) const {
        return mlops_feature_input_type(need(), index);
    }

    /// Number of values of a row.
    std::int64_t n_outputs() const {
        return mlops_feature_n_outputs(need());
    }

    /// Name of an output, in the order of the definition.
    std::optional<std::string_view> output_name(std::int64_t index) const {
        const char *text = mlops_feature_output_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Expression of an output, with what was fitted as constants in it.
    std::optional<std::string_view> expression(std::int64_t index) const {
        const char *text = mlops_feature_expression(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Compute the features of a table.
    ///
    /// Inputs are bound to columns by name; further columns are ignored. int64 and float64 columns stand for each
    /// other where every value is exact; a NaN is a null of an int64 input. Outputs are float64 columns; null stays
    /// null and NaN stays NaN.
    ::mlops::table apply(const ::mlops::table &table) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_feature_apply(&out, need(), detail::required(table), &e), "mlops_feature_apply", &e);
        return ::mlops::table(out);
    }

    /// Compute the features of a table as rows to predict: the values of mlops_feature_apply(), rounded to float32;
    /// null is NaN.
    std::vector<float> matrix(const ::mlops::table &table) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto n_outputs = mlops_feature_n_outputs(need());
        std::vector<float> out(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(n_outputs));
        detail::check(mlops_feature_matrix(need(), detail::required(table), out.data(), n_rows, n_outputs, &e), "mlops_feature_matrix", &e);
        return out;
    }

    /// Compute the features of a table as rows to predict: the values of mlops_feature_apply(), rounded to float32;
    /// null is NaN.
    void matrix(const ::mlops::table &table, span<float> out) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto n_outputs = mlops_feature_n_outputs(need());
        detail::require(out.size() == static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(n_outputs), "out has another length");
        detail::check(mlops_feature_matrix(need(), detail::required(table), out.data(), n_rows, n_outputs, &e), "mlops_feature_matrix", &e);
    }

    /// Compute the features of one row: the bits of mlops_feature_matrix(). Nothing is allocated, locked or called of
    /// the system.
    std::vector<float> row(span<const mlops_feature_value> values) const {
        const auto n_outputs = mlops_feature_n_outputs(need());
        std::vector<float> out(static_cast<std::size_t>(n_outputs));
        detail::check(mlops_feature_row(need(), values.data(), static_cast<std::int64_t>(values.size()), out.data(), n_outputs), "mlops_feature_row");
        return out;
    }

    /// Compute the features of one row: the bits of mlops_feature_matrix(). Nothing is allocated, locked or called of
    /// the system.
    void row(span<const mlops_feature_value> values, span<float> out) const {
        const auto n_outputs = mlops_feature_n_outputs(need());
        detail::require(out.size() == static_cast<std::size_t>(n_outputs), "out has another length");
        detail::check(mlops_feature_row(need(), values.data(), static_cast<std::int64_t>(values.size()), out.data(), n_outputs), "mlops_feature_row");
    }
};

/// Versions that serve. Any number of threads may predict at once, also during a refresh: none of them waits.
class deployment : public detail::handle<mlops_deployment, mlops_deployment_close> {
public:
    using handle::handle;

    /// Begin to serve.
    ///
    /// What the verbs below take is settled now: rows have the features of the champion's model, values are the
    /// inputs of the champion's features and behind them those that the canary's need further.
    static ::mlops::deployment open(const ::mlops::store &store, const std::string &name) {
        mlops_deployment *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_deployment_open(&out, detail::required(store), name.c_str(), &e), "mlops_deployment_open", &e);
        return ::mlops::deployment(out);
    }

    /// Read the store, and serve what it says from now on. Predictions go on meanwhile; versions that serve no more
    /// end after the last prediction that uses them. After an error everything is as it was, and goes on.
    std::int64_t refresh() {
        std::int64_t n_swapped = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_deployment_refresh(need(), &n_swapped, &e), "mlops_deployment_refresh", &e);
        return n_swapped;
    }

    /// Number of values that one row yields.
    std::int64_t width() const {
        return mlops_deployment_width(need());
    }

    /// Number of features of a row of mlops_deployment_predict().
    std::int64_t n_features() const {
        return mlops_deployment_n_features(need());
    }

    /// Number of values of a row of mlops_deployment_predict_values(); 0 if no version had features of its own when
    /// this was opened.
    std::int64_t n_inputs() const {
        return mlops_deployment_n_inputs(need());
    }

    /// Name of an input.
    std::optional<std::string_view> input_name(std::int64_t index) const {
        const char *text = mlops_deployment_input_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Type of an input; MLOPS_TYPE_NULL where index is out of range.
    mlops_type input_type(std::int64_t index) const {
        return mlops_deployment_input_type(need(), index);
    }

    /// What serves, and what it did.
    mlops_deployment_stats stat() const {
        mlops_deployment_stats out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_deployment_stat(need(), &out), "mlops_deployment_stat");
        return out;
    }

    /// Number of the version that serves a key.
    std::int64_t route(const char *key = nullptr) const {
        return mlops_deployment_route(need(), key);
    }

    /// Predict rows with the version that serves a key, as mlops_model_predict(). Nothing is locked, and nothing
    /// allocated but for models larger than that: a context where more threads predict at once than ever did, and
    /// what rows that run together take beyond 64.
    std::int64_t predict(const char *key, matrix<const float> rows) {
        std::int64_t version = 0;
        const auto width = mlops_deployment_width(need());
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_deployment_predict(need(), key, rows.data, rows.rows, rows.columns, out.data(), width, &version), "mlops_deployment_predict");
        return version;
    }

    /// Predict rows with the version that serves a key, as mlops_model_predict(). Nothing is locked, and nothing
    /// allocated but for models larger than that: a context where more threads predict at once than ever did, and
    /// what rows that run together take beyond 64.
    std::int64_t predict(matrix<const float> rows, span<double> out, const char *key = nullptr) {
        std::int64_t version = 0;
        const auto width = mlops_deployment_width(need());
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_deployment_predict(need(), key, rows.data, rows.rows, rows.columns, out.data(), width, &version), "mlops_deployment_predict");
        return version;
    }

    /// Predict one row of values, through the features of the version that serves a key. Nothing is allocated or
    /// locked but as mlops_deployment_predict() does.
    std::int64_t predict_values(const char *key, span<const mlops_feature_value> values) {
        std::int64_t version = 0;
        const auto width = mlops_deployment_width(need());
        std::vector<double> out(static_cast<std::size_t>(width));
        detail::check(mlops_deployment_predict_values(need(), key, values.data(), static_cast<std::int64_t>(values.size()), out.data(), width, &version), "mlops_deployment_predict_values");
        return version;
    }

    /// Predict one row of values, through the features of the version that serves a key. Nothing is allocated or
    /// locked but as mlops_deployment_predict() does.
    std::int64_t predict_values(span<const mlops_feature_value> values, span<double> out,
                                const char *key = nullptr) {
        std::int64_t version = 0;
        const auto width = mlops_deployment_width(need());
        detail::require(out.size() == static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_deployment_predict_values(need(), key, values.data(), static_cast<std::int64_t>(values.size()), out.data(), width, &version), "mlops_deployment_predict_values");
        return version;
    }

    /// Predict the rows of a table, each with the version that serves its key. Columns are bound by name to the
    /// inputs of the version's features or, if it has none, to the features of its model.
    std::vector<double> predict_table(const ::mlops::table &table, const char *key_column = nullptr) {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_deployment_width(need());
        std::vector<double> out(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width));
        std::vector<std::int64_t> versions(static_cast<std::size_t>(n_rows));
        detail::check(mlops_deployment_predict_table(need(), detail::required(table), key_column, out.data(), n_rows, width, versions.data(), &e), "mlops_deployment_predict_table", &e);
        return out;
    }

    /// Predict the rows of a table, each with the version that serves its key. Columns are bound by name to the
    /// inputs of the version's features or, if it has none, to the features of its model.
    void predict_table(const ::mlops::table &table, span<double> out, span<std::int64_t> versions,
                       const char *key_column = nullptr) {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_deployment_width(need());
        detail::require(out.size() == static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width), "out has another length");
        detail::require(versions.size() == static_cast<std::size_t>(n_rows), "versions has another length");
        detail::check(mlops_deployment_predict_table(need(), detail::required(table), key_column, out.data(), n_rows, width, versions.data(), &e), "mlops_deployment_predict_table", &e);
    }
};

/// A detector, in mlops_detector_size() bytes aligned to 8. One thread at a time.
class detector : public detail::handle<mlops_detector, mlops_detector_free> {
public:
    using handle::handle;

    /// Name of a kind, such as "page_hinkley".
    static std::optional<std::string_view> kind_name(mlops_detector_kind kind) {
        const char *text = mlops_detector_kind_name(kind);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Bytes that a detector of this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_detector_opts *opts = nullptr) {
        return mlops_detector_size(opts);
    }

    /// Start a detector on the host's heap.
    explicit detector(const mlops_detector_opts *opts = nullptr) {
        mlops_detector *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_detector_new(&out, opts, &e), "mlops_detector_new", &e);
        p_ = out;
    }

    /// Take values, one after the other: in parts or at once makes no difference.
    ///
    /// A change does not end the call: the detector goes on behind it. A value that is NaN, infinite or at least
    /// 1e100 in magnitude is skipped and counted; it has a place and no signal.
    std::vector<std::int32_t> add(span<const double> values) {
        mlops_error e;
        e.code = 0;
        std::vector<std::int32_t> signals(static_cast<std::size_t>(static_cast<std::int64_t>(values.size())));
        detail::check(mlops_detector_add(need(), values.data(), static_cast<std::int64_t>(values.size()), signals.data(), &e), "mlops_detector_add", &e);
        return signals;
    }

    /// Take values, one after the other: in parts or at once makes no difference.
    ///
    /// A change does not end the call: the detector goes on behind it. A value that is NaN, infinite or at least
    /// 1e100 in magnitude is skipped and counted; it has a place and no signal.
    void add(span<const double> values, span<std::int32_t> signals) {
        mlops_error e;
        e.code = 0;
        detail::require(signals.size() == static_cast<std::size_t>(static_cast<std::int64_t>(values.size())), "signals has another length");
        detail::check(mlops_detector_add(need(), values.data(), static_cast<std::int64_t>(values.size()), signals.data(), &e), "mlops_detector_add", &e);
    }

    /// What it has seen and where it stands.
    mlops_detector_summary summarize() const {
        mlops_detector_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_detector_summarize(need(), &out), "mlops_detector_summarize");
        return out;
    }

    /// Forget all values and counts; the configuration stays.
    void reset() {
        mlops_detector_reset(need());
    }

    /// Write the detector as bytes: canonical, little-endian, equal for equal state on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_detector_save(need(), text, cap, needed);
        }, "mlops_detector_save");
    }

    /// Read bytes of mlops_detector_save() into the caller's storage.
    static ::mlops::detector load(std::string_view bytes) {
        mlops_detector *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_detector_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_detector_load");
            return ::mlops::detector(out, std::move(memory));
        }
    }

    /// Hold alarms against the changes that there were.
    static mlops_detector_score evaluate(span<const std::int64_t> alarms, span<const std::int64_t> changes,
                                         std::int64_t n, const mlops_detector_score_opts *opts = nullptr) {
        mlops_detector_score out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_detector_evaluate(&out, alarms.data(), static_cast<std::int64_t>(alarms.size()), changes.data(), static_cast<std::int64_t>(changes.size()), n, opts, &e), "mlops_detector_evaluate", &e);
        return out;
    }
};

/// Verdicts of a comparison, column by column. Immutable and shared; ends with the last mlops_drift_unref().
class drift : public detail::handle<mlops_drift, mlops_drift_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    drift share() const { return drift(mlops_drift_ref(need())); }

    /// Compare two tables, column by column by name, with every row of both.
    static ::mlops::drift compare(const ::mlops::table &reference, const ::mlops::table &current,
                                  const mlops_drift_opts *opts = nullptr) {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_drift_compare(&out, detail::required(reference), detail::required(current), opts, &e), "mlops_drift_compare", &e);
        return ::mlops::drift(out);
    }

    /// Compare a table with a kept reference. The loss of precision of the reference is part of the confidence bound.
    /// opts.ignore may name columns that the reference was made without.
    static ::mlops::drift compare_reference(const ::mlops::reference &reference, const ::mlops::table &current,
                                            const mlops_drift_opts *opts = nullptr) {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_drift_compare_reference(&out, detail::required(reference), detail::required(current), opts, &e), "mlops_drift_compare_reference", &e);
        return ::mlops::drift(out);
    }

    /// DRIFT_YES if any column has drifted (EVIDENTLY: half of them or more), else NO if any could be judged.
    mlops_drift_verdict overall() const {
        return mlops_drift_overall(need());
    }

    /// How grave it is: the largest effect over its tolerance, at most 1,000. Of a column that has drifted the effect
    /// is what it is at least, so that drift is above 1; what is not shown to be drift is held to 1. Of a preset
    /// whose rule is one of p it is ln(p) over ln(its limit).
    double severity() const {
        return mlops_drift_severity(need());
    }

    /// Number of columns.
    std::int64_t n_columns() const {
        return mlops_drift_n_columns(need());
    }

    /// Number of columns that have drifted.
    std::int64_t n_drifted() const {
        return mlops_drift_n_drifted(need());
    }

    /// What was found of one column.
    mlops_drift_column get(std::int64_t index) const {
        mlops_drift_column out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_drift_get(need(), index, &out), "mlops_drift_get");
        return out;
    }

    /// Where columns have changed: what gained and what lost the largest shares. A row a region, of the columns whose
    /// p_value is at most alpha (of a preset: of all), the largest change first.
    ///
    ///     column              its name (string)
    ///     kind                "values", "category", "new" (all categories that the reference has not),
    ///                         "rest" (all that are not told apart) or "nulls" (string)
    ///     low, high           of values: from low to high; of a kept reference above low (float64)
    ///     category            text of a category (string)
    ///     reference, current  its shares of the values, of nulls of the rows (float64)
    ///
    /// What does not apply is null. Values are the interval that gained the most, of all intervals, and that which
    /// lost the most. Of categories there are up to three that gained and three that lost.
    ::mlops::table regions() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_drift_regions(&out, need(), &e), "mlops_drift_regions", &e);
        return ::mlops::table(out);
    }

    /// Write a report, whole or not at all: self-contained HTML, or JSON if the name ends in ".json".
    void save(const std::string &path) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_drift_save(need(), path.c_str(), &e), "mlops_drift_save", &e);
    }

    /// The verdicts as JSON text.
    std::string json() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_drift_json(need(), text, cap, needed);
        }, "mlops_drift_json");
    }

    /// Compare two sources column by column by name, with every row of both, in as many passes as the bound on memory
    /// demands. A kept reference needs one pass less of memory, and no rows of its own.
    ///
    /// Progress is told in columns, at least once for each batch; what it is asked within a pass is whether to go on.
    /// There are more of them once a column has turned out to be one of texts. What is counted against the bound is
    /// all that the library allocates in the call, not what the producer of a stream holds.
    static ::mlops::drift compare_stream(const mlops_drift_stream_opts *opts = nullptr) {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_drift_compare_stream(&out, opts, &e), "mlops_drift_compare_stream", &e);
        return ::mlops::drift(out);
    }
};

/// A profile, in mlops_profile_size() bytes aligned to 8. One thread at a time.
class profile : public detail::handle<mlops_profile, mlops_profile_free> {
public:
    using handle::handle;

    /// Bytes that a profile of this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_profile_opts *opts = nullptr) {
        return mlops_profile_size(opts);
    }

    /// Start an empty profile on the host's heap.
    explicit profile(const mlops_profile_opts *opts = nullptr) {
        mlops_profile *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_profile_new(&out, opts, &e), "mlops_profile_new", &e);
        p_ = out;
    }

    /// Count values.
    void add(span<const double> values) {
        detail::check(mlops_profile_add(need(), values.data(), static_cast<std::int64_t>(values.size())), "mlops_profile_add");
    }

    /// Count float32 values, one of each stride-th element.
    void add_f32(span<const float> values, std::int64_t stride = 1) {
        detail::require(stride >= 1, "stride is below 1");
        detail::check(mlops_profile_add_f32(need(), values.data(), static_cast<std::int64_t>((values.size() + std::size_t(stride) - 1) / std::size_t(stride)), stride), "mlops_profile_add_f32");
    }

    /// Count a text: its characters as a value, and itself among different values and categories.
    void add_text(const char *text = nullptr) {
        detail::check(mlops_profile_add_text(need(), text), "mlops_profile_add_text");
    }

    /// Count n nulls; n is 0 or more.
    void add_nulls(std::int64_t n) {
        detail::check(mlops_profile_add_nulls(need(), n), "mlops_profile_add_nulls");
    }

    /// Add what another profile has seen.
    void merge(const ::mlops::profile &other) {
        detail::check(mlops_profile_merge(need(), detail::required(other)), "mlops_profile_merge");
    }

    /// Forget all values; the configuration stays.
    void reset() {
        mlops_profile_reset(need());
    }

    /// Totals and extremes.
    mlops_profile_summary summarize() const {
        mlops_profile_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_profile_summarize(need(), &out), "mlops_profile_summarize");
        return out;
    }

    /// Write the profile as bytes: canonical, little-endian, equal for equal content on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_profile_save(need(), text, cap, needed);
        }, "mlops_profile_save");
    }

    /// Read bytes of mlops_profile_save() into the caller's storage.
    static ::mlops::profile load(std::string_view bytes) {
        mlops_profile *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_profile_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_profile_load");
            return ::mlops::profile(out, std::move(memory));
        }
    }

    /// Moments. Mean and variance are exact but for a last rounding; the others are as fine as the bins.
    mlops_profile_moments measure() const {
        mlops_profile_moments out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_profile_measure(need(), &out), "mlops_profile_measure");
        return out;
    }

    /// How many different values there are, by estimate, or a bound of it: see mlops_hll_estimate(). Nulls and NaN
    /// are none. NaN if the profile has no registers.
    double distinct(double errors) const {
        return mlops_profile_distinct(need(), errors);
    }

    /// Number of categories.
    std::int64_t n_categories() const {
        return mlops_profile_n_categories(need());
    }

    /// Texts of a category; -1 if index is out of range.
    std::int64_t category(std::int64_t index) const {
        return mlops_profile_category(need(), index);
    }

    /// Name of a category.
    std::optional<std::string_view> category_name(std::int64_t index) const {
        const char *text = mlops_profile_category_name(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// Number of bins; without edges it changes with what is counted.
    std::int64_t n_bins() const {
        return mlops_profile_n_bins(need());
    }

    /// Values in a bin (infinities count in the outermost); -1 if index is out of range.
    std::int64_t bin(std::int64_t index) const {
        return mlops_profile_bin(need(), index);
    }

    /// Upper edge of a bin: +inf of the last, NaN if out of range. It belongs to the bin, but for log-linear bins
    /// below zero, which have their lower one.
    double edge(std::int64_t index) const {
        return mlops_profile_edge(need(), index);
    }

    /// Quantile, from the bins: the upper edge of the first bin up to which q of the values lie, bounded by the
    /// extremes. Nulls and NaN do not count.
    double quantile(double q) const {
        return mlops_profile_quantile(need(), q);
    }

    /// Shape of the exponential histogram.
    mlops_profile_powers count_powers() const {
        mlops_profile_powers out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_profile_count_powers(need(), &out), "mlops_profile_count_powers");
        return out;
    }

    /// Values in a bin of it: of magnitude above base^index, up to base^(index + 1). Those above 2^64, infinities
    /// among them, are in the bin that begins there.
    std::int64_t power(std::int32_t sign, std::int64_t index) const {
        return mlops_profile_power(need(), sign, index);
    }

    /// The exponential histogram as JSON, with the names of OTLP's ExponentialHistogramDataPoint; sum, min and max
    /// where they are finite, sum unless a value is below zero: OTLP takes it to grow with each value. Times and
    /// attributes are for the caller to add.
    std::string otlp() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_profile_otlp(need(), text, cap, needed);
        }, "mlops_profile_otlp");
    }
};

/// A bundle in use on a device, in mlops_edge_size() bytes. One thread at a time.
class edge : public detail::handle<mlops_edge, detail::nothing> {
public:
    using handle::handle;

    /// Bytes that a device needs for this bundle; exact. Checks header, section table and CRCs.
    static std::size_t size(std::string_view bundle) {
        std::size_t size = 0;
        detail::check(mlops_edge_size(bundle.data(), static_cast<std::size_t>(bundle.size()), &size), "mlops_edge_size");
        return size;
    }

    /// Begin to use a bundle in the caller's storage.
    explicit edge(std::string_view bundle) {
        mlops_edge *out = nullptr;
        std::size_t room = 0;
        detail::check(mlops_edge_size(bundle.data(), static_cast<std::size_t>(bundle.size()), &room), "mlops_edge_size");
        const std::size_t size = room;
        auto memory = detail::storage(size);
        detail::check(mlops_edge_init(&out, memory.get(), size, bundle.data(), static_cast<std::size_t>(bundle.size())), "mlops_edge_init");
        p_ = out;
        memory_ = std::move(memory);
    }

    /// Number of features of a row.
    std::int64_t n_features() const {
        return mlops_edge_n_features(need());
    }

    /// Number of values that one row yields.
    std::int64_t width() const {
        return mlops_edge_width(need());
    }

    /// Predict one row.
    std::vector<double> predict(span<const float> row) {
        const auto width = mlops_edge_width(need());
        std::vector<double> out(static_cast<std::size_t>(width));
        detail::check(mlops_edge_predict(need(), row.data(), static_cast<std::int64_t>(row.size()), out.data(), width), "mlops_edge_predict");
        return out;
    }

    /// Predict one row.
    void predict(span<const float> row, span<double> out) {
        const auto width = mlops_edge_width(need());
        detail::require(out.size() == static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_edge_predict(need(), row.data(), static_cast<std::int64_t>(row.size()), out.data(), width), "mlops_edge_predict");
    }

    /// Count one row into the profiles of the features.
    void add(span<const float> row) {
        detail::check(mlops_edge_add(need(), row.data(), static_cast<std::int64_t>(row.size())), "mlops_edge_add");
    }

    /// Profile of one feature, to summarise, save or reset.
    ::mlops::profile profile(std::int64_t index) {
        return ::mlops::profile(mlops_edge_profile(need(), index), memory_);
    }

    /// Predict the bundle's golden rows and compare every bit.
    void selftest() {
        detail::check(mlops_edge_selftest(need()), "mlops_edge_selftest");
    }

    /// Check the SHA-256 of a whole bundle, as after an update over the air.
    static void verify(std::string_view bundle) {
        detail::check(mlops_edge_verify(bundle.data(), static_cast<std::size_t>(bundle.size())), "mlops_edge_verify");
    }
};

/// Expectations. Immutable and shared; ends with the last mlops_expectations_unref().
class expectations : public detail::handle<mlops_expectations, mlops_expectations_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    expectations share() const { return expectations(mlops_expectations_ref(need())); }

    /// Read expectations. What does not need a table is checked here: the grammar, functions, how many arguments they
    /// take, and patterns.
    static ::mlops::expectations parse(const std::string &text, const mlops_host *host = nullptr) {
        mlops_expectations *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_parse(&out, text.c_str(), host, &e), "mlops_expectations_parse", &e);
        return ::mlops::expectations(out);
    }

    /// Write down what a table is like: types, nulls, ranges, categories, uniqueness, order, lengths and the number
    /// of rows, with a margin. The table itself always holds to it. It is a draft to be edited, as
    /// mlops_expectations_text() gives it. Of more than expectations hold, types come first, then nulls, values, NaN,
    /// uniqueness and order, each from the first column on.
    static ::mlops::expectations infer(const ::mlops::table &table, const mlops_infer_opts *opts = nullptr) {
        mlops_expectations *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_infer(&out, detail::required(table), opts, &e), "mlops_expectations_infer", &e);
        return ::mlops::expectations(out);
    }

    /// The same expectations with a table at hand that references() reads under a name.
    ::mlops::expectations bind(const std::string &name, const ::mlops::table &table) const {
        mlops_expectations *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_bind(&out, need(), name.c_str(), detail::required(table), &e), "mlops_expectations_bind", &e);
        return ::mlops::expectations(out);
    }

    /// The expectations in canonical spelling, one a line: equal ones are equal bytes, and reading them gives the
    /// same.
    std::string_view text() const {
        return mlops_expectations_text(need());
    }

    /// Number of expectations.
    std::int64_t n() const {
        return mlops_expectations_n(need());
    }

    /// Hold a table against each expectation, in their order.
    ::mlops::table validate(const ::mlops::table &table, const mlops_expectations_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_validate(&out, need(), detail::required(table), opts, &e), "mlops_expectations_validate", &e);
        return ::mlops::table(out);
    }

    /// All rows that fail one expectation of rows, also where few enough do for it to hold.
    ::mlops::table rows(const std::string &id, const ::mlops::table &table,
                        const mlops_expectations_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_rows(&out, need(), id.c_str(), detail::required(table), opts, &e), "mlops_expectations_rows", &e);
        return ::mlops::table(out);
    }

    /// Refuse a report in which an expectation of severity "error" does not hold, or is unknown. One that compares
    /// with a reference that there is none of does not count.
    static void require(const ::mlops::table &report) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_expectations_require(detail::required(report), &e), "mlops_expectations_require", &e);
    }
};

/// A run that is open. Closing does not end the run.
class run : public detail::handle<mlops_run, mlops_run_close> {
public:
    using handle::handle;

    /// Begin a run. It is committed at once; so is its experiment, if it is not there.
    static ::mlops::run start(const ::mlops::store &store, const std::string &experiment,
                              const mlops_run_opts *opts = nullptr) {
        mlops_run *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_start(&out, detail::required(store), experiment.c_str(), opts, &e), "mlops_run_start", &e);
        return ::mlops::run(out);
    }

    /// Open a run, to read it or to go on with it.
    static ::mlops::run open(const ::mlops::store &store, const std::string &id) {
        mlops_run *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_open(&out, detail::required(store), id.c_str(), &e), "mlops_run_open", &e);
        return ::mlops::run(out);
    }

    /// Id of the run: 32 hexadecimal digits.
    std::string_view id() const {
        return mlops_run_id(need());
    }

    /// Set a param, once: the same value again is fine.
    void param(const std::string &key, const std::string &value) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_param(need(), key.c_str(), value.c_str(), &e), "mlops_run_param", &e);
    }

    /// Set a tag, or take it away.
    void tag(const std::string &key, const char *value = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_tag(need(), key.c_str(), value, &e), "mlops_run_tag", &e);
    }

    /// Log a point of a metric, at the time of now.
    void log(const std::string &metric, double value, std::int64_t step) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_log(need(), metric.c_str(), value, step, &e), "mlops_run_log", &e);
    }

    /// Log many points of a metric; all of them or none.
    void log_points(const std::string &metric, span<const double> values, span<const std::int64_t> steps = {},
                    span<const std::int64_t> times_ns = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(steps.data() == nullptr || steps.size() == values.size(), "steps and values differ in length");
        detail::require(times_ns.data() == nullptr || times_ns.size() == values.size(), "times_ns and values differ in length");
        detail::check(mlops_run_log_points(need(), metric.c_str(), values.data(), steps.data(), times_ns.data(), static_cast<std::int64_t>(values.size()), &e), "mlops_run_log_points", &e);
    }

    /// Keep bytes as an artifact, in place of what was at its path.
    void artifact(const std::string &path, std::string_view bytes) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_artifact(need(), path.c_str(), bytes.data(), static_cast<std::size_t>(bytes.size()), &e), "mlops_run_artifact", &e);
    }

    /// Keep a file as an artifact.
    void artifact_file(const std::string &path, const std::string &file) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_artifact_file(need(), path.c_str(), file.c_str(), &e), "mlops_run_artifact_file", &e);
    }

    /// Commit the points that wait.
    void flush() {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_flush(need(), &e), "mlops_run_flush", &e);
    }

    /// Set how far the run is, with the time of now as its end. A run that has ended may go on, and end again.
    void end(mlops_run_status status) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_end(need(), status, &e), "mlops_run_end", &e);
    }

    /// A run as a JSON object: {"run", "experiment", "name", "status", "start_ns", "end_ns", "parent", "actor",
    /// "source", "dataset", "commit", "params": {name: text}, "metrics": {name: {"value", "step", "time_ns", "n"}},
    /// "tags": {name: text}, "artifacts": {path: {"id", "size"}}}. What is not known is left out; of a metric the
    /// latest point and the number of all; values that are not finite are the texts "nan", "inf" and "-inf".
    std::string describe() {
        mlops_error e;
        e.code = 0;
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_run_describe(need(), text, cap, needed, &e);
        }, "mlops_run_describe", &e);
    }

    /// Points of a metric in the order of their commits, and as logged within one: columns step (int64), time_ns
    /// (int64) and value (float64).
    ::mlops::table points(const std::string &metric) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_points(&out, need(), metric.c_str(), &e), "mlops_run_points", &e);
        return ::mlops::table(out);
    }

    /// Artifacts of a run by path: columns path (string), size (int64) and id (string, SHA-256 as 64 digits).
    ::mlops::table artifacts() {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_artifacts(&out, need(), &e), "mlops_run_artifacts", &e);
        return ::mlops::table(out);
    }

    /// An artifact, whole.
    std::string artifact_read(const std::string &path) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_run_artifact_read(need(), path.c_str(), text, cap, needed, &e);
        }, "mlops_run_artifact_read", &e);
    }

    /// Runs that a filter picks, newest start first, then by id. Columns: run_id, experiment, name, status (string),
    /// start_ns, end_ns (int64), parent, actor, source, dataset, commit (string); then of what the found runs have,
    /// by name, params.NAME (string), metrics.NAME (float64, the latest) and tags.NAME (string). Null where a run has
    /// none.
    ///
    /// The latest point of a metric is the one with the greatest step, then time, then value, where NaN counts as 0;
    /// of equal ones the first that was committed.
    ///
    /// A filter is a condition (docs/expressions.md) over metrics.NAME (float64), params.NAME, tags.NAME (string) and
    /// the run's own: run_id, experiment, name, status, parent, actor, source, dataset, commit (string), start_ns,
    /// end_ns, start_time, end_time (int64; the last two in milliseconds). MLflow's other spellings are taken:
    /// metric., param., parameter., parameters., tag., attribute., attributes., attr., run., run_name, user_id,
    /// created. What a run lacks is null: it never matches, with != neither.
    ///
    ///     metrics.auc > 0.9 and params.lr = '0.1' and tags.`a b` like 'x%' and status = 'FINISHED'
    static ::mlops::table search(const ::mlops::store &store, const char *experiment, const char *filter,
                                 std::int64_t n_max) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_search(&out, detail::required(store), experiment, filter, n_max, &e), "mlops_run_search", &e);
        return ::mlops::table(out);
    }

    /// Experiments by name: columns experiment (string), n_runs (int64) and created_ns (int64).
    static ::mlops::table experiments(const ::mlops::store &store) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_run_experiments(&out, detail::required(store), &e), "mlops_run_experiments", &e);
        return ::mlops::table(out);
    }
};

/// Explains a model. Immutable and shared; ends with mlops_explainer_unref().
class explainer : public detail::handle<mlops_explainer, mlops_explainer_unref> {
public:
    using handle::handle;

    /// Another owner of the same.
    explainer share() const { return explainer(mlops_explainer_ref(need())); }

    /// Make an explainer. It holds a share of the model.
    ///
    /// Without a background the weights come from the covers in the model's file: what rows of training came by each
    /// node. With one, each of its rows is a game against the row that is explained, and contributions are the mean
    /// over them; the bias is the mean margin of the background. Time grows with its rows: some hundred will do. A
    /// linear model needs no covers.
    explicit explainer(const ::mlops::model &model, const ::mlops::table *background,
                       const char *columns = nullptr) {
        mlops_explainer *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_explainer_new(&out, detail::required(model), detail::optional(background), columns, &e), "mlops_explainer_new", &e);
        p_ = out;
    }

    /// Number of groups: margins that a row has, one a class or target.
    std::int64_t n_groups() const {
        return mlops_explainer_n_groups(need());
    }

    /// Number of values that one row yields; 0 if output is unknown. With f features it is f + 1 for each group, and
    /// (f + 1) squared of interactions.
    std::int64_t width(mlops_explainer_output output) const {
        return mlops_explainer_width(need(), output);
    }

    /// Explain rows. Working memory is taken once for the call, whatever the number of rows.
    std::vector<double> explain(matrix<const double> rows, mlops_explainer_output output) const {
        mlops_error e;
        e.code = 0;
        const auto width = mlops_explainer_width(need(), output);
        std::vector<double> out(static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width));
        detail::check(mlops_explainer_explain(need(), rows.data, rows.rows, rows.columns, output, out.data(), width, &e), "mlops_explainer_explain", &e);
        return out;
    }

    /// Explain rows. Working memory is taken once for the call, whatever the number of rows.
    void explain(matrix<const double> rows, mlops_explainer_output output, span<double> out) const {
        mlops_error e;
        e.code = 0;
        const auto width = mlops_explainer_width(need(), output);
        detail::require(out.size() == static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_explainer_explain(need(), rows.data, rows.rows, rows.columns, output, out.data(), width, &e), "mlops_explainer_explain", &e);
    }

    /// Explain the rows of a table, its columns bound to features by name.
    std::vector<double> explain_table(const ::mlops::table &table, const char *columns,
                                      mlops_explainer_output output) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_explainer_width(need(), output);
        std::vector<double> out(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width));
        detail::check(mlops_explainer_explain_table(need(), detail::required(table), columns, output, out.data(), n_rows, width, &e), "mlops_explainer_explain_table", &e);
        return out;
    }

    /// Explain the rows of a table, its columns bound to features by name.
    void explain_table(const ::mlops::table &table, mlops_explainer_output output, span<double> out,
                       const char *columns = nullptr) const {
        mlops_error e;
        e.code = 0;
        const auto n_rows = mlops_table_n_rows(detail::required(table));
        const auto width = mlops_explainer_width(need(), output);
        detail::require(out.size() == static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(width), "out has another length");
        detail::check(mlops_explainer_explain_table(need(), detail::required(table), columns, output, out.data(), n_rows, width, &e), "mlops_explainer_explain_table", &e);
    }
};

/// Counts by group. One thread at a time.
class fairness : public detail::handle<mlops_fairness, mlops_fairness_free> {
public:
    using handle::handle;

    /// Begin without any row.
    explicit fairness(const mlops_fairness_opts *opts = nullptr) {
        mlops_fairness *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_new(&out, opts, &e), "mlops_fairness_new", &e);
        p_ = out;
    }

    /// Count rows of one group.
    void add(const std::string &group, span<const double> predictions, span<const double> labels = {},
             span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(labels.data() == nullptr || labels.size() == predictions.size(), "labels and predictions differ in length");
        detail::require(weights.data() == nullptr || weights.size() == predictions.size(), "weights and predictions differ in length");
        detail::check(mlops_fairness_add(need(), group.c_str(), predictions.data(), labels.data(), weights.data(), static_cast<std::int64_t>(predictions.size()), &e), "mlops_fairness_add", &e);
    }

    /// Count the rows of a table. A group is what the columns of groups have in a row: of one column its text, of
    /// several (intersections) a line of CSV, such as "F,north". A row in which one of them is null is left out, and
    /// counted as such.
    void add_table(const ::mlops::table &table, const std::string &groups, const std::string &prediction,
                   const char *label = nullptr, const char *weight = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_add_table(need(), detail::required(table), groups.c_str(), prediction.c_str(), label, weight, &e), "mlops_fairness_add_table", &e);
    }

    /// Add what other counts have.
    void merge(const ::mlops::fairness &other) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_merge(need(), detail::required(other), &e), "mlops_fairness_merge", &e);
    }

    /// Number of groups.
    std::int64_t n_groups() const {
        return mlops_fairness_n_groups(need());
    }

    /// Rows that were left out: without a prediction, or without a group.
    std::int64_t n_left_out() const {
        return mlops_fairness_n_left_out(need());
    }

    /// The groups and their rates, one row each, by name.
    ///
    /// Columns: group; n, rows; n_labelled, those with a label; tp, fp, tn, fn, rows of these; base_rate, the share
    /// of label 1; selection_rate, the share decided positive, with selection_low and _high; tpr and fpr, true and
    /// false positive rate, each with _low and _high; precision; accuracy; weight of the rows; n_effective, Kish's
    /// effective number of them. Rates are shares of the weight. A quotient with 0 below is null. Intervals are
    /// Wilson's of the effective number of rows that stand below, each for itself.
    ::mlops::table groups() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_groups(&out, need(), &e), "mlops_fairness_groups", &e);
        return ::mlops::table(out);
    }

    /// The measures, one row each; docs/fairness.md has their formulas.
    ///
    /// Columns: measure; value, low and high, null where less than two groups have enough rows, or there is no such
    /// interval; group and against, between which the measure lies, as docs/fairness.md tells; n_groups that take
    /// part.
    ::mlops::table measures() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_measures(&out, need(), &e), "mlops_fairness_measures", &e);
        return ::mlops::table(out);
    }

    /// Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_fairness_save(need(), text, cap, needed);
        }, "mlops_fairness_save");
    }

    /// Read bytes of mlops_fairness_save().
    static ::mlops::fairness load(std::string_view bytes, const mlops_fairness_opts *opts = nullptr) {
        mlops_fairness *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_fairness_load(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), opts, &e), "mlops_fairness_load", &e);
        return ::mlops::fairness(out);
    }
};

/// A sketch of distinct values, in mlops_hll_size() bytes aligned to 8. One thread at a time.
class hll : public detail::handle<mlops_hll, mlops_hll_free> {
public:
    using handle::handle;

    /// Bytes that a sketch of this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_hll_opts *opts = nullptr) {
        return mlops_hll_size(opts);
    }

    /// Start an empty sketch on the host's heap.
    explicit hll(const mlops_hll_opts *opts = nullptr) {
        mlops_hll *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_hll_new(&out, opts, &e), "mlops_hll_new", &e);
        p_ = out;
    }

    /// Add float64 values. Zeros of either sign are one value, and all NaN are one; a whole number is another one
    /// here than in mlops_hll_add_i64().
    void add(span<const double> values) {
        detail::check(mlops_hll_add(need(), values.data(), static_cast<std::int64_t>(values.size())), "mlops_hll_add");
    }

    /// Add int64 values.
    void add_i64(span<const std::int64_t> values) {
        detail::check(mlops_hll_add_i64(need(), values.data(), static_cast<std::int64_t>(values.size())), "mlops_hll_add_i64");
    }

    /// Add a text, by its bytes. An empty one is none, as for DataSketches.
    void add_text(const std::string &text) {
        mlops_hll_add_text(need(), text.c_str());
    }

    /// Add what another sketch has seen: the values of both, each once. History ends where both have registers.
    void merge(const ::mlops::hll &other) {
        detail::check(mlops_hll_merge(need(), detail::required(other)), "mlops_hll_merge");
    }

    /// Forget all values; the configuration stays.
    void reset() {
        mlops_hll_reset(need());
    }

    /// Estimate and state.
    mlops_hll_summary summarize() const {
        mlops_hll_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_hll_summarize(need(), &out), "mlops_hll_summarize");
        return out;
    }

    /// How many different values there were, or one bound of that: so many standard errors above the estimate, or
    /// below it where they are negative. 2 and -2 enclose 95 %.
    double estimate(double errors) const {
        return mlops_hll_estimate(need(), errors);
    }

    /// Write the sketch as bytes.
    std::string save(mlops_hll_form form) const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_hll_save(need(), form, text, cap, needed);
        }, "mlops_hll_save");
    }

    /// Read bytes of any form into the caller's storage: of mlops_hll_save(), or HLL_4, HLL_6 and HLL_8 of
    /// DataSketches, compact or not.
    static ::mlops::hll load(std::string_view bytes) {
        mlops_hll *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_hll_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_hll_load");
            return ::mlops::hll(out, std::move(memory));
        }
    }
};

/// Two samples of rows. Immutable: any thread may compare.
class multivariate : public detail::handle<mlops_multivariate, mlops_multivariate_free> {
public:
    using handle::handle;

    /// Two tables, columns bound by name. Texts become numbers, and what is missing counts as the mean and is told
    /// beside it, as each way to compare has it (docs/multivariate.md).
    static ::mlops::multivariate tables(const ::mlops::table &reference, const ::mlops::table &current,
                                        const mlops_multivariate_opts *opts = nullptr) {
        mlops_multivariate *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_tables(&out, detail::required(reference), detail::required(current), opts, &e), "mlops_multivariate_tables", &e);
        return ::mlops::multivariate(out);
    }

    /// Two matrices of float32, such as embeddings. A value that is not finite counts as the mean.
    static ::mlops::multivariate rows(matrix<const float> reference, matrix<const float> current,
                                      std::int64_t reference_row_stride, std::int64_t reference_column_stride,
                                      std::int64_t current_row_stride, std::int64_t current_column_stride,
                                      const mlops_multivariate_opts *opts = nullptr) {
        mlops_multivariate *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(current.columns == reference.columns, "current and reference differ in length");
        detail::check(mlops_multivariate_rows(&out, reference.data, reference.rows, current.data, current.rows, reference.columns, reference_row_stride, reference_column_stride, current_row_stride, current_column_stride, opts, &e), "mlops_multivariate_rows", &e);
        return ::mlops::multivariate(out);
    }

    /// Two matrices of float64. As mlops_multivariate_rows().
    static ::mlops::multivariate rows_f64(matrix<const double> reference, matrix<const double> current,
                                          std::int64_t reference_row_stride,
                                          std::int64_t reference_column_stride,
                                          std::int64_t current_row_stride, std::int64_t current_column_stride,
                                          const mlops_multivariate_opts *opts = nullptr) {
        mlops_multivariate *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(current.columns == reference.columns, "current and reference differ in length");
        detail::check(mlops_multivariate_rows_f64(&out, reference.data, reference.rows, current.data, current.rows, reference.columns, reference_row_stride, reference_column_stride, current_row_stride, current_column_stride, opts, &e), "mlops_multivariate_rows_f64", &e);
        return ::mlops::multivariate(out);
    }

    /// Maximum mean discrepancy with a Gaussian kernel (Gretton and others 2012): 0 where the rows come from the same
    /// distribution, and up to the square root of 2.
    mlops_multivariate_result mmd(const mlops_mmd_opts *opts = nullptr) const {
        mlops_multivariate_result out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_mmd(&out, need(), opts, &e), "mlops_multivariate_mmd", &e);
        return out;
    }

    /// Reconstruction by principal components: how far rows lie from the components of the reference.
    ///
    /// Components are of one of each two rows of the reference; the errors of the others and those of the current
    /// ones are compared by the rule of mlops_drift_compare(): effect is their KS distance. Where all components are
    /// kept no row has an error: not enough data. NANNYML fits all rows, and alarms where a chunk of current rows has
    /// an error beyond three standard deviations of those of the reference: effect is the mean error, tolerance the
    /// upper threshold.
    mlops_multivariate_result pca(const mlops_pca_opts *opts = nullptr) const {
        mlops_multivariate_result out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_pca(&out, need(), opts, &e), "mlops_multivariate_pca", &e);
        return out;
    }

    /// The errors of mlops_multivariate_pca(), which is done again, of consecutive rows.
    ///
    /// Columns: side ("reference" or "current"); first, the first row; n, rows with an error; error, their mean; low
    /// and high, thresholds by the reference's chunks; alarm, whether it is beyond.
    ::mlops::table chunks(const mlops_pca_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_chunks(&out, need(), opts, &e), "mlops_multivariate_chunks", &e);
        return ::mlops::table(out);
    }

    /// By which columns rows lie off the components of mlops_multivariate_pca(), which is done again.
    ///
    /// Columns: feature; reference and current, the mean squares of their errors in it, of rows that are judged;
    /// share, its part in what these have grown by. The largest growth comes first.
    ::mlops::table residuals(const mlops_pca_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_residuals(&out, need(), opts, &e), "mlops_multivariate_residuals", &e);
        return ::mlops::table(out);
    }

    /// A domain classifier: boosted trees learn to tell current rows from those of the reference, and are judged on
    /// rows that they have not seen. An AUC of 0.5 is chance. A missing value is a value of its own kind here.
    mlops_multivariate_result classify(const mlops_classify_opts *opts = nullptr) const {
        mlops_multivariate_result out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_classify(&out, need(), opts, &e), "mlops_multivariate_classify", &e);
        return out;
    }

    /// What the trees of mlops_multivariate_classify(), which is done again, tell rows apart by.
    ///
    /// Columns: feature; gain, its share in what all splits gained. The largest comes first.
    ::mlops::table features(const mlops_classify_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_features(&out, need(), opts, &e), "mlops_multivariate_features", &e);
        return ::mlops::table(out);
    }

    /// Compare in all three ways and write a report, whole or not at all: self-contained HTML, or JSON if the name
    /// ends in ".json". Beside the answers it has what mlops_multivariate_chunks(), mlops_multivariate_residuals()
    /// and mlops_multivariate_features() tell. Each answer stands by itself: the chance of a false alarm is that of
    /// its own options.
    void save(const std::string &path, const mlops_multivariate_report_opts *opts = nullptr) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_multivariate_save(need(), path.c_str(), opts, &e), "mlops_multivariate_save", &e);
    }
};

/// What rows left behind. Immutable: any thread may compare.
class imprint : public detail::handle<mlops_imprint, mlops_imprint_free> {
public:
    using handle::handle;

    /// Take the imprint of a reference.
    static ::mlops::imprint fit(const ::mlops::multivariate &samples, const mlops_mmd_opts *opts = nullptr) {
        mlops_imprint *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_imprint_fit(&out, detail::required(samples), opts, &e), "mlops_imprint_fit", &e);
        return ::mlops::imprint(out);
    }

    /// Compare current rows with the imprint, by the rule of mlops_multivariate_mmd() with FOURIER.
    mlops_multivariate_result mmd(const ::mlops::multivariate &samples,
                                  const mlops_mmd_opts *opts = nullptr) const {
        mlops_multivariate_result out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_imprint_mmd(&out, need(), detail::required(samples), opts, &e), "mlops_imprint_mmd", &e);
        return out;
    }

    /// The same for one window of rows after the other. Each has a chance of alpha of a false alarm.
    ///
    /// Columns: first, the first row; n, rows; effect, effect_low, effect_high, p_value; verdict: "drift", "no drift"
    /// or "not enough data".
    ::mlops::table windows(const ::mlops::multivariate &samples, std::int64_t n_rows,
                           const mlops_mmd_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_imprint_windows(&out, need(), detail::required(samples), n_rows, opts, &e), "mlops_imprint_windows", &e);
        return ::mlops::table(out);
    }

    /// Write the imprint as bytes: canonical, little-endian, 16 for each frequency and each column.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_imprint_save(need(), text, cap, needed);
        }, "mlops_imprint_save");
    }

    /// Read bytes of mlops_imprint_save().
    static ::mlops::imprint load(std::string_view bytes, const mlops_host *host = nullptr) {
        mlops_imprint *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_imprint_load(&out, bytes.data(), static_cast<std::size_t>(bytes.size()), host, &e), "mlops_imprint_load", &e);
        return ::mlops::imprint(out);
    }
};

/// A sketch of frequent values, in mlops_items_size() bytes aligned to 8. One thread at a time.
class items : public detail::handle<mlops_items, mlops_items_free> {
public:
    using handle::handle;

    /// Bytes that a sketch of this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_items_opts *opts = nullptr) {
        return mlops_items_size(opts);
    }

    /// Start an empty sketch on the host's heap.
    explicit items(const mlops_items_opts *opts = nullptr) {
        mlops_items *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_items_new(&out, opts, &e), "mlops_items_new", &e);
        p_ = out;
    }

    /// Count int64 values.
    void add(span<const std::int64_t> values) {
        detail::check(mlops_items_add(need(), values.data(), static_cast<std::int64_t>(values.size())), "mlops_items_add");
    }

    /// Count a text a number of times.
    void add_text(const std::string &text, std::int64_t times) {
        detail::check(mlops_items_add_text(need(), text.c_str(), times), "mlops_items_add_text");
    }

    /// Add what another sketch has seen. What counts may be short of adds up.
    void merge(const ::mlops::items &other) {
        detail::check(mlops_items_merge(need(), detail::required(other)), "mlops_items_merge");
    }

    /// Forget all values; the configuration stays.
    void reset() {
        mlops_items_reset(need());
    }

    /// Totals and the bound of the error.
    mlops_items_summary summarize() const {
        mlops_items_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_items_summarize(need(), &out), "mlops_items_summarize");
        return out;
    }

    /// How many values are frequent: these come first in mlops_items_at(). -1 if kind is unknown.
    std::int64_t frequent(mlops_items_kind kind, std::int64_t threshold) {
        return mlops_items_frequent(need(), kind, threshold);
    }

    /// A value by its place, the most frequent first; of equal ones the lesser.
    mlops_items_row at(std::int64_t index) {
        mlops_items_row out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_items_at(need(), index, &out), "mlops_items_at");
        return out;
    }

    /// How often a value was added.
    mlops_items_row find(std::int64_t value) const {
        mlops_items_row out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_items_find(need(), value, &out), "mlops_items_find");
        return out;
    }

    /// The same of a text, in a sketch of texts.
    mlops_items_row find_text(const std::string &text) const {
        mlops_items_row out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_items_find_text(need(), text.c_str(), &out), "mlops_items_find_text");
        return out;
    }

    /// Write the sketch as bytes, the most frequent value first.
    std::string save(mlops_items_form form) {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_items_save(need(), form, text, cap, needed);
        }, "mlops_items_save");
    }

    /// Read bytes of any form into the caller's storage: of mlops_items_save(), or of DataSketches.
    static ::mlops::items load(std::string_view bytes, std::int64_t text_max) {
        mlops_items *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_items_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()), text_max);
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_items_load");
            return ::mlops::items(out, std::move(memory));
        }
    }
};

/// A sketch of quantiles, in mlops_kll_size() bytes aligned to 8. One thread at a time.
class kll : public detail::handle<mlops_kll, mlops_kll_free> {
public:
    using handle::handle;

    /// Bytes that a sketch of this configuration needs; 0 if opts are not valid.
    static std::size_t size(const mlops_kll_opts *opts = nullptr) {
        return mlops_kll_size(opts);
    }

    /// Start an empty sketch on the host's heap.
    explicit kll(const mlops_kll_opts *opts = nullptr) {
        mlops_kll *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_kll_new(&out, opts, &e), "mlops_kll_new", &e);
        p_ = out;
    }

    /// Add values. NaN are counted apart.
    void add(span<const double> values) {
        detail::check(mlops_kll_add(need(), values.data(), static_cast<std::int64_t>(values.size())), "mlops_kll_add");
    }

    /// Add float32 values, one of each stride-th element.
    void add_f32(span<const float> values, std::int64_t stride = 1) {
        detail::require(stride >= 1, "stride is below 1");
        detail::check(mlops_kll_add_f32(need(), values.data(), static_cast<std::int64_t>((values.size() + std::size_t(stride) - 1) / std::size_t(stride)), stride), "mlops_kll_add_f32");
    }

    /// Add what another sketch has seen. Of different k the error is that of the smaller.
    void merge(const ::mlops::kll &other) {
        detail::check(mlops_kll_merge(need(), detail::required(other)), "mlops_kll_merge");
    }

    /// Forget all values; k and seed stay.
    void reset() {
        mlops_kll_reset(need());
    }

    /// Totals, extremes and bounds of the error.
    mlops_kll_summary summarize() const {
        mlops_kll_summary out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_kll_summarize(need(), &out), "mlops_kll_summarize");
        return out;
    }

    /// Share of the values that are up to this one; NaN if there are none, or value is NaN.
    double rank(double value) const {
        return mlops_kll_rank(need(), value);
    }

    /// Quantile: the least kept value up to which q of the values lie; the exact extremes for 0 and 1.
    double quantile(double q) const {
        return mlops_kll_quantile(need(), q);
    }

    /// Many quantiles.
    std::vector<double> quantiles(span<const double> q) const {
        std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(q.size())));
        detail::check(mlops_kll_quantiles(need(), q.data(), static_cast<std::int64_t>(q.size()), out.data()), "mlops_kll_quantiles");
        return out;
    }

    /// Many quantiles.
    void quantiles(span<const double> q, span<double> out) const {
        detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(q.size())), "out has another length");
        detail::check(mlops_kll_quantiles(need(), q.data(), static_cast<std::int64_t>(q.size()), out.data()), "mlops_kll_quantiles");
    }

    /// Cumulative distribution: the share of the values up to each point.
    std::vector<double> cdf(span<const double> points) const {
        std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(points.size())));
        detail::check(mlops_kll_cdf(need(), points.data(), static_cast<std::int64_t>(points.size()), out.data()), "mlops_kll_cdf");
        return out;
    }

    /// Cumulative distribution: the share of the values up to each point.
    void cdf(span<const double> points, span<double> out) const {
        detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(points.size())), "out has another length");
        detail::check(mlops_kll_cdf(need(), points.data(), static_cast<std::int64_t>(points.size()), out.data()), "mlops_kll_cdf");
    }

    /// Shares between points: up to the first one, and up to each from the one before. What lies above the last is in
    /// none; let that be +inf for shares of all.
    std::vector<double> pmf(span<const double> points) const {
        std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(points.size())));
        detail::check(mlops_kll_pmf(need(), points.data(), static_cast<std::int64_t>(points.size()), out.data()), "mlops_kll_pmf");
        return out;
    }

    /// Shares between points: up to the first one, and up to each from the one before. What lies above the last is in
    /// none; let that be +inf for shares of all.
    void pmf(span<const double> points, span<double> out) const {
        detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(points.size())), "out has another length");
        detail::check(mlops_kll_pmf(need(), points.data(), static_cast<std::int64_t>(points.size()), out.data()), "mlops_kll_pmf");
    }

    /// Write the sketch as bytes. What waits to be sorted in is sorted in first.
    std::string save(mlops_kll_form form) {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_kll_save(need(), form, text, cap, needed);
        }, "mlops_kll_save");
    }

    /// Read bytes of any form into the caller's storage: of mlops_kll_save(), or of DataSketches in C++, Java and
    /// Python, double or float as their length says.
    static ::mlops::kll load(std::string_view bytes) {
        mlops_kll *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_kll_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_kll_load");
            return ::mlops::kll(out, std::move(memory));
        }
    }
};

/// Counts of scores by label, of mlops_performance_size() bytes. One thread at a time.
class performance : public detail::handle<mlops_performance, mlops_performance_free> {
public:
    using handle::handle;

    /// Bytes that counts need.
    static std::size_t size() {
        return mlops_performance_size();
    }

    /// Start empty counts on the host's heap.
    explicit performance(const mlops_host *host = nullptr) {
        mlops_performance *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_new(&out, host, &e), "mlops_performance_new", &e);
        p_ = out;
    }

    /// Count rows.
    void add(span<const double> scores, span<const double> labels = {}, span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(labels.data() == nullptr || labels.size() == scores.size(), "labels and scores differ in length");
        detail::require(weights.data() == nullptr || weights.size() == scores.size(), "weights and scores differ in length");
        detail::check(mlops_performance_add(need(), scores.data(), labels.data(), weights.data(), static_cast<std::int64_t>(scores.size()), &e), "mlops_performance_add", &e);
    }

    /// Add what other counts have.
    void merge(const ::mlops::performance &other) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_merge(need(), detail::required(other), &e), "mlops_performance_merge", &e);
    }

    /// Forget all rows.
    void reset() {
        mlops_performance_reset(need());
    }

    /// Totals, and errors of calibration.
    mlops_performance_summary summarize(const mlops_performance_opts *opts = nullptr) const {
        mlops_performance_summary out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_summarize(&out, need(), opts, &e), "mlops_performance_summarize", &e);
        return out;
    }

    /// Judge the rows that have a label. Scores in one of the 1,024 bins are ties: auc, average_precision and ks are
    /// those of bins.
    mlops_metrics metrics(const mlops_performance_opts *opts = nullptr) const {
        mlops_metrics out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_metrics(&out, need(), opts, &e), "mlops_performance_metrics", &e);
        return out;
    }

    /// The reliability table: what came of the rows that have a label, by their score.
    ///
    /// Columns: low, high, edges of the bin; weight of its rows; mean_score; observed, the share of label 1, with
    /// observed_low and observed_high, Wilson's interval at opts.confidence. One row a bin, of n_bins; without rows
    /// in it all but edges and weight are null.
    ::mlops::table reliability(const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_reliability(&out, need(), opts, &e), "mlops_performance_reliability", &e);
        return ::mlops::table(out);
    }

    /// What would be predicted at n_bins thresholds, of 0, 1 / n_bins, 2 / n_bins and so on.
    ///
    /// Columns: threshold, tp, fp, tn, fn, accuracy, balanced_accuracy, precision, recall, specificity, f1, mcc,
    /// positive_rate, f_beta, kappa, and lift, precision over the share of label 1; null where a metric has no value.
    ::mlops::table thresholds(const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_thresholds(&out, need(), opts, &e), "mlops_performance_thresholds", &e);
        return ::mlops::table(out);
    }

    /// Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_performance_save(need(), text, cap, needed);
        }, "mlops_performance_save");
    }

    /// Read bytes of mlops_performance_save() into the caller's storage.
    static ::mlops::performance load(std::string_view bytes) {
        mlops_performance *out = nullptr;
        const std::size_t size = mlops_performance_size();
        auto memory = detail::storage(size);
        detail::check(mlops_performance_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_performance_load");
        return ::mlops::performance(out, std::move(memory));
    }

    /// Fit a calibration to the rows that have a label, each at the mean score of its bin.
    ::mlops::calibration calibrate(mlops_calibration_method method, const mlops_host *host = nullptr) const {
        mlops_calibration *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_calibrate(&out, need(), method, host, &e), "mlops_performance_calibrate", &e);
        return ::mlops::calibration(out);
    }

    /// Choose a threshold for the rows that have a label. Of several that are as good it is the highest.
    double choose(const mlops_performance_choice_opts *opts = nullptr) const {
        double out = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_choose(need(), &out, opts, &e), "mlops_performance_choose", &e);
        return out;
    }

    /// Estimate the metrics of all rows of counts, with a label or without, from their scores alone. Each row counts
    /// at the mean score of its bin.
    ///
    /// Columns: metric, a name of mlops_metric_find(); value, expected; sampling_error, the standard deviation of the
    /// metric about it, since so many labels come out by chance; low and high, bounds that hold it at opts.confidence
    /// (0.9973: three sampling errors). Null where there is none.
    ::mlops::table estimate(const ::mlops::calibration *calibration,
                            const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_performance_estimate(&out, need(), detail::optional(calibration), opts, &e), "mlops_performance_estimate", &e);
        return ::mlops::table(out);
    }

    /// Estimate the metrics of rows: the same table.
    static ::mlops::table estimate_rows(span<const double> scores, span<const double> probabilities = {},
                                        const mlops_performance_opts *opts = nullptr) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(probabilities.data() == nullptr || probabilities.size() == scores.size(), "probabilities and scores differ in length");
        detail::check(mlops_performance_estimate_rows(&out, scores.data(), probabilities.data(), static_cast<std::int64_t>(scores.size()), opts, &e), "mlops_performance_estimate_rows", &e);
        return ::mlops::table(out);
    }
};

/// Counts of probabilities by label, aligned to 8. One thread at a time.
class class_performance : public detail::handle<mlops_class_performance, mlops_class_performance_free> {
public:
    using handle::handle;

    /// Bytes that counts of k classes need, 2 to 256: about 56 KiB a class, and as many once; 0 for another k.
    static std::size_t size(std::int64_t k) {
        return mlops_class_performance_size(k);
    }

    /// Start empty counts on the host's heap.
    explicit class_performance(std::int64_t k, const mlops_host *host = nullptr) {
        mlops_class_performance *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_new(&out, k, host, &e), "mlops_class_performance_new", &e);
        p_ = out;
    }

    /// Number of classes.
    std::int64_t n_classes() const {
        return mlops_class_performance_n_classes(need());
    }

    /// Count rows.
    void add(matrix<const double> probabilities, span<const std::int64_t> labels = {},
             span<const std::int64_t> predictions = {}, span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(labels.data() == nullptr || std::size_t(labels.size()) == std::size_t(probabilities.rows), "labels and probabilities differ in length");
        detail::require(predictions.data() == nullptr || std::size_t(predictions.size()) == std::size_t(probabilities.rows), "predictions and probabilities differ in length");
        detail::require(weights.data() == nullptr || std::size_t(weights.size()) == std::size_t(probabilities.rows), "weights and probabilities differ in length");
        detail::check(mlops_class_performance_add(need(), probabilities.data, probabilities.rows, probabilities.columns, labels.data(), predictions.data(), weights.data(), &e), "mlops_class_performance_add", &e);
    }

    /// Add what other counts have.
    void merge(const ::mlops::class_performance &other) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_merge(need(), detail::required(other), &e), "mlops_class_performance_merge", &e);
    }

    /// Forget all rows.
    void reset() {
        mlops_class_performance_reset(need());
    }

    /// Judge the rows that have a label, as mlops_metric_classes() does; auc_macro and auc_weighted are those of
    /// scores in 1,024 bins, and so is ece_adaptive.
    mlops_metrics metrics(const mlops_performance_opts *opts = nullptr) const {
        mlops_metrics out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_metrics(&out, need(), opts, &e), "mlops_class_performance_metrics", &e);
        return out;
    }

    /// Each class by itself. Columns: class; weight of its rows; predicted, weight of the rows predicted so;
    /// precision, recall, f1 of the predictions; auc, average_precision, brier, log_loss, ece of its probabilities
    /// against the rest; f_beta of the predictions. Null where there is none.
    ::mlops::table by_class(const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_by_class(&out, need(), opts, &e), "mlops_class_performance_by_class", &e);
        return ::mlops::table(out);
    }

    /// The confusion matrix. Columns: label, predicted, weight of the rows that have a label; expected, the
    /// probability of the label times weight over all rows predicted so; and weight as a share_of_label, a
    /// share_of_predicted and a share of all, null of none; k * k rows.
    ::mlops::table confusion(const mlops_host *host = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_confusion(&out, need(), host, &e), "mlops_class_performance_confusion", &e);
        return ::mlops::table(out);
    }

    /// Counts of one class against the rest, as if its probabilities alone had been added to them; or of the
    /// probability of the predicted class, against whether it was right.
    ::mlops::performance one(std::int64_t at, const mlops_host *host = nullptr) const {
        mlops_performance *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_one(&out, need(), at, host, &e), "mlops_class_performance_one", &e);
        return ::mlops::performance(out);
    }

    /// Estimate metrics of all rows from their probabilities alone, which must be calibrated: the table of
    /// mlops_performance_estimate(). sampling_error is at most a little too wide.
    ::mlops::table estimate(const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_class_performance_estimate(&out, need(), opts, &e), "mlops_class_performance_estimate", &e);
        return ::mlops::table(out);
    }

    /// Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_class_performance_save(need(), text, cap, needed);
        }, "mlops_class_performance_save");
    }

    /// Read bytes of mlops_class_performance_save() into the caller's storage.
    static ::mlops::class_performance load(std::string_view bytes) {
        mlops_class_performance *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_class_performance_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_class_performance_load");
            return ::mlops::class_performance(out, std::move(memory));
        }
    }
};

/// Sums of errors, of mlops_regression_performance_size() bytes. One thread at a time.
class regression_performance : public detail::handle<mlops_regression_performance, mlops_regression_performance_free> {
public:
    using handle::handle;

    /// Bytes that sums need.
    static std::size_t size() {
        return mlops_regression_performance_size();
    }

    /// Start empty sums on the host's heap.
    explicit regression_performance(const mlops_host *host = nullptr) {
        mlops_regression_performance *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_regression_performance_new(&out, host, &e), "mlops_regression_performance_new", &e);
        p_ = out;
    }

    /// Add rows.
    void add(span<const double> predictions, span<const double> labels, span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(labels.size() == predictions.size(), "labels and predictions differ in length");
        detail::require(weights.data() == nullptr || weights.size() == predictions.size(), "weights and predictions differ in length");
        detail::check(mlops_regression_performance_add(need(), predictions.data(), labels.data(), weights.data(), static_cast<std::int64_t>(predictions.size()), &e), "mlops_regression_performance_add", &e);
    }

    /// Add what other sums have.
    void merge(const ::mlops::regression_performance &other) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_regression_performance_merge(need(), detail::required(other), &e), "mlops_regression_performance_merge", &e);
    }

    /// Forget all rows.
    void reset() {
        mlops_regression_performance_reset(need());
    }

    /// Judge the rows, as mlops_metric_regression() does; median_ae is that of
    /// mlops_regression_performance_quantile().
    mlops_metrics metrics(const mlops_performance_opts *opts = nullptr) const {
        mlops_metrics out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_regression_performance_metrics(&out, need(), opts, &e), "mlops_regression_performance_metrics", &e);
        return out;
    }

    /// The least absolute error up to which a share q of the weight lies, within a thirty-second of its size from
    /// 2^-64 to 2^64; errors below count as 0. NaN without rows, or if q is not in [0, 1].
    double quantile(double q) const {
        return mlops_regression_performance_quantile(need(), q);
    }

    /// Estimate a metric of rows whose labels are not known, from the loss that a model of the caller's predicts for
    /// each: one row of the table of mlops_performance_estimate(). The sampling error is the standard deviation of
    /// the loss on reference rows over the root of the number of rows.
    ::mlops::table estimate(mlops_metric metric, span<const double> losses, span<const double> weights = {},
                            const mlops_performance_opts *opts = nullptr) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::require(weights.data() == nullptr || weights.size() == losses.size(), "weights and losses differ in length");
        detail::check(mlops_regression_performance_estimate(&out, need(), metric, losses.data(), weights.data(), static_cast<std::int64_t>(losses.size()), opts, &e), "mlops_regression_performance_estimate", &e);
        return ::mlops::table(out);
    }

    /// Write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_regression_performance_save(need(), text, cap, needed);
        }, "mlops_regression_performance_save");
    }

    /// Read bytes of mlops_regression_performance_save() into the caller's storage.
    static ::mlops::regression_performance load(std::string_view bytes) {
        mlops_regression_performance *out = nullptr;
        const std::size_t size = mlops_regression_performance_size();
        auto memory = detail::storage(size);
        detail::check(mlops_regression_performance_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_regression_performance_load");
        return ::mlops::regression_performance(out, std::move(memory));
    }
};

/// A monitor. One thread at a time.
class monitor : public detail::handle<mlops_monitor, mlops_monitor_free> {
public:
    using handle::handle;

    /// Begin to watch a model, held against the reference in a file.
    ///
    /// Watched are the model's features, in its order: those of model or, where that is NULL and the file is a
    /// bundle, those of the bundle's model that its reference has. Else watched is every column of the reference, in
    /// its order, or those in opts.reference.columns; a model without feature names needs that list, one for each
    /// feature. opts.drift.columns and .ignore choose among them: columns may name others of the reference, too, and
    /// ignore what it lacks.
    explicit monitor(const ::mlops::model *model, const std::string &reference,
                     const mlops_monitor_opts *opts = nullptr) {
        mlops_monitor *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_new(&out, detail::optional(model), reference.c_str(), opts, &e), "mlops_monitor_new", &e);
        p_ = out;
    }

    /// Begin to watch a model, held against a reference at hand.
    static ::mlops::monitor new_reference(const ::mlops::model *model, const ::mlops::reference &reference,
                                          const mlops_monitor_opts *opts = nullptr) {
        mlops_monitor *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_new_reference(&out, detail::optional(model), detail::required(reference), opts, &e), "mlops_monitor_new_reference", &e);
        return ::mlops::monitor(out);
    }

    /// Number of columns of a row that mlops_monitor_add() takes: features of the model, or columns of the reference
    /// or of opts.reference.columns, whether they are watched or not.
    std::int64_t n_features() const {
        return mlops_monitor_n_features(need());
    }

    /// Add rows and what the model made of them. A string column of the reference cannot be added here; it counts as
    /// null. A watched column that is no feature is not in a row, and takes nothing.
    void add(matrix<const float> rows, matrix<const double> predictions = {}) {
        detail::require(predictions.data == nullptr || predictions.rows == rows.rows, "predictions and rows differ in length");
        detail::check(mlops_monitor_add(need(), rows.data, rows.rows, rows.columns, predictions.data, predictions.columns), "mlops_monitor_add");
    }

    /// Add the rows of a table, its columns bound by name.
    void add_table(const ::mlops::table &table) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_add_table(need(), detail::required(table), &e), "mlops_monitor_add_table", &e);
    }

    /// Add the time that predicting took.
    void add_latency(std::int64_t duration_ns) {
        detail::check(mlops_monitor_add_latency(need(), duration_ns), "mlops_monitor_add_latency");
    }

    /// Count requests that got no prediction.
    void add_errors(std::int64_t n) {
        detail::check(mlops_monitor_add_errors(need(), n), "mlops_monitor_add_errors");
    }

    /// Number of windows that were completed and judged.
    std::int64_t n_windows() const {
        return mlops_monitor_n_windows(need());
    }

    /// Verdict of the newest complete window; NOT_ENOUGH_DATA before the first.
    mlops_drift_verdict verdict() const {
        return mlops_monitor_verdict(need());
    }

    /// Number of columns that drifted in the newest complete window.
    std::int64_t n_drifted() const {
        return mlops_monitor_n_drifted(need());
    }

    /// Verdicts of the newest complete window or, before the first one is complete, of what there is.
    ///
    /// They are those of mlops_drift_compare_reference() but for wasserstein: a window knows the cells of its values
    /// alone, and takes them as spread evenly. It is off by half the mean width of the cells of the window's values
    /// at the most, and as much for the reference's values unless exact is 1.
    ::mlops::drift drift() const {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_drift(&out, need(), &e), "mlops_monitor_drift", &e);
        return ::mlops::drift(out);
    }

    /// Metrics in Prometheus' text format 0.0.4. Allocates nothing.
    std::string metrics() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_monitor_metrics(need(), text, cap, needed);
        }, "mlops_monitor_metrics");
    }

    /// The same as OpenMetrics text 1.0.
    std::string openmetrics() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_monitor_openmetrics(need(), text, cap, needed);
        }, "mlops_monitor_openmetrics");
    }

    /// Write a report, as mlops_drift_save(), with traffic, latency, segments, the policy's alarm and its reason,
    /// performance window by window where labels are expected, and shares of values that the reference has not.
    void save(const std::string &path) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_save(need(), path.c_str(), &e), "mlops_monitor_save", &e);
    }

    /// Take the room for labels. Once, and before the first row.
    ///
    /// With a reference half of what a window may spend on false alarms is for its columns, and a quarter each for
    /// the measured and the estimated metric.
    void expect_labels(const ::mlops::performance *reference, const ::mlops::calibration *calibration,
                       const mlops_monitor_labels_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_expect_labels(need(), detail::optional(reference), detail::optional(calibration), opts, &e), "mlops_monitor_expect_labels", &e);
    }

    /// Add rows with their scores, as mlops_monitor_add(); the scores are the predictions.
    void add_scored(matrix<const float> rows, matrix<const double> scores, span<const std::int64_t> ids = {},
                    span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(scores.rows == rows.rows, "scores and rows differ in length");
        detail::require(ids.data() == nullptr || std::size_t(ids.size()) == std::size_t(rows.rows), "ids and rows differ in length");
        detail::require(weights.data() == nullptr || std::size_t(weights.size()) == std::size_t(rows.rows), "weights and rows differ in length");
        detail::check(mlops_monitor_add_scored(need(), rows.data, rows.rows, rows.columns, scores.data, scores.columns, ids.data(), weights.data(), &e), "mlops_monitor_add_scored", &e);
    }

    /// Add the rows of a table with their scores, as mlops_monitor_add_table() and mlops_monitor_add_scored().
    void add_scored_table(const ::mlops::table &table, matrix<const double> scores,
                          span<const std::int64_t> ids = {}, span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(ids.data() == nullptr || std::size_t(ids.size()) == std::size_t(scores.rows), "ids and scores differ in length");
        detail::require(weights.data() == nullptr || std::size_t(weights.size()) == std::size_t(scores.rows), "weights and scores differ in length");
        detail::check(mlops_monitor_add_scored_table(need(), detail::required(table), scores.data, scores.rows, scores.columns, ids.data(), weights.data(), &e), "mlops_monitor_add_scored_table", &e);
    }

    /// Add labels of rows that were added. Labels without a row are counted and are no error.
    void add_labels(span<const std::int64_t> ids, span<const double> labels, span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(labels.size() == ids.size(), "labels and ids differ in length");
        detail::require(weights.data() == nullptr || weights.size() == ids.size(), "weights and ids differ in length");
        detail::check(mlops_monitor_add_labels(need(), ids.data(), labels.data(), weights.data(), static_cast<std::int64_t>(ids.size()), &e), "mlops_monitor_add_labels", &e);
    }

    /// The number of a request whose id is a text: XXH3-64 of it. Two texts of n remembered ones have the same with a
    /// chance below n^2 / 2^65.
    static std::int64_t id(const std::string &text) {
        return mlops_monitor_id(text.c_str());
    }

    /// What came of labels, and where performance stands.
    mlops_monitor_labels summarize_labels() const {
        mlops_monitor_labels out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_monitor_summarize_labels(need(), &out), "mlops_monitor_summarize_labels");
        return out;
    }

    /// Metrics of each window that is kept and of all rows together, of what there is by now.
    ///
    /// Columns: window, its number, from 1, or null: all rows of the monitor; kind, "measured" or "estimated";
    /// metric, its name; value, low, high, null where undefined; n, rows with a label, or rows with a score.
    ::mlops::table performance() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_performance(&out, need(), &e), "mlops_monitor_performance", &e);
        return ::mlops::table(out);
    }

    /// Have the windows from the next one on decided upon. Once, and before the first window ends.
    void set_policy(const mlops_policy_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_set_policy(need(), opts, &e), "mlops_monitor_set_policy", &e);
    }

    /// Say that the data of the current window are broken: expectations failed, or an outage is known. When it ends
    /// it counts for nothing in the policy, whatever was found.
    void veto() {
        detail::check(mlops_monitor_veto(need()), "mlops_monitor_veto");
    }

    /// Where the policy stands after the newest window.
    mlops_policy_decision alarm() const {
        mlops_policy_decision out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_monitor_alarm(need(), &out), "mlops_monitor_alarm");
        return out;
    }

    /// The same, and why, as a line of JSON: mlops_policy_reason().
    std::string alarm_reason() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_monitor_alarm_reason(need(), text, cap, needed);
        }, "mlops_monitor_alarm_reason");
    }

    /// Take the room for segments. Once, before the first row, and after mlops_monitor_expect_labels() where labels
    /// are expected.
    ///
    /// Half of what a window may spend on false alarms is for all rows together from now on, and half is shared
    /// equally by n_segments and "other".
    void expect_segments(const mlops_monitor_segments_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_expect_segments(need(), opts, &e), "mlops_monitor_expect_segments", &e);
    }

    /// The number of a key's segment. A key that is new begins one, as long as there is room.
    std::int64_t segment(const std::string &key) {
        return mlops_monitor_segment(need(), key.c_str());
    }

    /// Say of which segment rows are that are added from now on; before the first call it is 0, "other".
    void enter_segment(std::int64_t segment) {
        detail::check(mlops_monitor_enter_segment(need(), segment), "mlops_monitor_enter_segment");
    }

    /// Add rows of several segments, as mlops_monitor_add_scored() where labels are expected, else as
    /// mlops_monitor_add(). The segment that was entered stays.
    void add_segments(matrix<const float> rows, span<const std::int64_t> segments,
                      matrix<const double> scores = {}, span<const std::int64_t> ids = {},
                      span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(std::size_t(segments.size()) == std::size_t(rows.rows), "segments and rows differ in length");
        detail::require(scores.data == nullptr || scores.rows == rows.rows, "scores and rows differ in length");
        detail::require(ids.data() == nullptr || std::size_t(ids.size()) == std::size_t(rows.rows), "ids and rows differ in length");
        detail::require(weights.data() == nullptr || std::size_t(weights.size()) == std::size_t(rows.rows), "weights and rows differ in length");
        detail::check(mlops_monitor_add_segments(need(), rows.data, rows.rows, rows.columns, segments.data(), scores.data, scores.columns, ids.data(), weights.data(), &e), "mlops_monitor_add_segments", &e);
    }

    /// Add the rows of a table, of several segments: as mlops_monitor_add_scored_table() where labels are expected,
    /// else as mlops_monitor_add_table().
    void add_segments_table(const ::mlops::table &table, span<const std::int64_t> segments,
                            matrix<const double> scores = {}, span<const std::int64_t> ids = {},
                            span<const double> weights = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(scores.data == nullptr || std::size_t(scores.rows) == std::size_t(segments.size()), "scores and segments differ in length");
        detail::require(ids.data() == nullptr || ids.size() == segments.size(), "ids and segments differ in length");
        detail::require(weights.data() == nullptr || weights.size() == segments.size(), "weights and segments differ in length");
        detail::check(mlops_monitor_add_segments_table(need(), detail::required(table), segments.data(), static_cast<std::int64_t>(segments.size()), scores.data, scores.columns, ids.data(), weights.data(), &e), "mlops_monitor_add_segments_table", &e);
    }

    /// Where each segment stands: "other" first, then keys in the order in which they came.
    ///
    /// Columns: segment, its key; n_rows, in all; window_rows, of the newest complete window; verdict, "yes", "no" or
    /// "not enough data", and n_drifted, columns, both of that window; and where labels are expected measured,
    /// measured_loss, estimated, estimated_loss as in mlops_monitor_labels, else null.
    ::mlops::table segments() const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_segments(&out, need(), &e), "mlops_monitor_segments", &e);
        return ::mlops::table(out);
    }

    /// Verdicts of a segment, as mlops_monitor_drift() of all rows.
    ::mlops::drift segment_drift(std::int64_t segment) const {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_segment_drift(&out, need(), segment, &e), "mlops_monitor_segment_drift", &e);
        return ::mlops::drift(out);
    }

    /// Metrics of a segment, as mlops_monitor_performance() of all rows.
    ::mlops::table segment_performance(std::int64_t segment) const {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_segment_performance(&out, need(), segment, &e), "mlops_monitor_segment_performance", &e);
        return ::mlops::table(out);
    }

    /// Write all that a monitor has seen as bytes: the current window, the newest complete one, totals, rows that
    /// wait for labels. Canonical, little-endian. The monitor may go on.
    std::string suspend() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_monitor_suspend(need(), text, cap, needed);
        }, "mlops_monitor_suspend");
    }

    /// Go on where a monitor was: whatever is added from now on, this monitor says what the other would have said. It
    /// must have been made of the same reference with the same options.
    void resume(std::string_view bytes) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_resume(need(), bytes.data(), static_cast<std::size_t>(bytes.size()), &e), "mlops_monitor_resume", &e);
    }

    /// Take the room for labels that are classes. Scores of a row are the probabilities of the classes, as
    /// mlops_class_performance_add() takes them; its prediction is the most probable, the first of several. A row
    /// with NaN has none. A label is the number of a class, from 0.
    void expect_classes(const ::mlops::class_performance *reference, const ::mlops::calibration *calibration,
                        const mlops_monitor_labels_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_expect_classes(need(), detail::optional(reference), detail::optional(calibration), opts, &e), "mlops_monitor_expect_classes", &e);
    }

    /// Take the room for labels that are numbers. A score is the number that was predicted, up to 2^240 either way;
    /// NaN: there is none. With a width of 2 the second value of a row is the loss that a model of the caller's
    /// expects of it (direct loss estimation): |error| if mae is judged, its square if mse or rmse is, |error| /
    /// |label| of mape, (ln(1 + prediction) - ln(1 + label))^2 of rmsle; 0 to 2^240, or NaN: there is none. From
    /// these the metric is estimated, else it is not.
    void expect_numbers(const ::mlops::regression_performance *reference,
                        const mlops_monitor_labels_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_monitor_expect_numbers(need(), detail::optional(reference), opts, &e), "mlops_monitor_expect_numbers", &e);
    }
};

/// A policy and the windows that it remembers, in mlops_policy_size() bytes aligned to 8. One thread at a time.
class policy : public detail::handle<mlops_policy, mlops_policy_free> {
public:
    using handle::handle;

    /// Bytes that a policy needs.
    static std::size_t size() {
        return mlops_policy_size();
    }

    /// Begin without any window on the host's heap.
    explicit policy(const mlops_policy_opts *opts = nullptr) {
        mlops_policy *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_policy_new(&out, opts, &e), "mlops_policy_new", &e);
        p_ = out;
    }

    /// Take the next window.
    mlops_policy_decision add(std::int64_t time_ns, double severity, std::int32_t vetoed) {
        mlops_policy_decision out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_policy_add(need(), time_ns, severity, vetoed, &out), "mlops_policy_add");
        return out;
    }

    /// Where the policy stood after the newest window, as mlops_policy_add() told.
    mlops_policy_decision get() const {
        mlops_policy_decision out = {};
        out.struct_size = sizeof out;
        detail::check(mlops_policy_get(need(), &out), "mlops_policy_get");
        return out;
    }

    /// The same, and why, as a line of JSON: event, alarmed, reason (a sentence), the numbers of the decision, and
    /// the rules.
    std::string reason() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_policy_reason(need(), text, cap, needed);
        }, "mlops_policy_reason");
    }

    /// Write the policy and what it remembers as bytes: canonical, little-endian, equal on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_policy_save(need(), text, cap, needed);
        }, "mlops_policy_save");
    }

    /// Read bytes of mlops_policy_save() into the caller's storage.
    static ::mlops::policy load(std::string_view bytes) {
        mlops_policy *out = nullptr;
        for (std::size_t size = 4096;; size *= 2) {
            auto memory = detail::storage(size);
            const mlops_status status = mlops_policy_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size()));
            if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;
            detail::check(status, "mlops_policy_load");
            return ::mlops::policy(out, std::move(memory));
        }
    }
};

/// An online view that is open.
class online : public detail::handle<mlops_online, mlops_online_close> {
public:
    using handle::handle;

    /// Define a view. The same again is fine. Of two changes that define views at once, the second one's commit
    /// returns MLOPS_E_CONFLICT.
    static void define(const ::mlops::change &change, const std::string &name, const ::mlops::table &like,
                       const std::string &key, const std::string &event_time,
                       const mlops_online_opts *opts = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_online_define(detail::required(change), name.c_str(), detail::required(like), key.c_str(), event_time.c_str(), opts, &e), "mlops_online_define", &e);
    }

    /// Open a view.
    static ::mlops::online open(const ::mlops::store &store, const std::string &name) {
        mlops_online *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_online_open(&out, detail::required(store), name.c_str(), &e), "mlops_online_open", &e);
        return ::mlops::online(out);
    }

    /// Put rows: all of them or none, in one transaction, so that many at once take little more time than one. A row
    /// that is older than the one of its entity is left out.
    std::int64_t put(const ::mlops::table &rows) {
        std::int64_t n_put = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_online_put(need(), detail::required(rows), &n_put, &e), "mlops_online_put", &e);
        return n_put;
    }

    /// Get the rows of entities, all of one moment: one row for each key, in the order of the keys.
    ///
    /// The columns are those of the view, then status (string) and age_ns (int64: as_of_ns less the event time). A
    /// status is "hit"; "expired" for a row whose age is above ttl_ns; "missing"; or "null" for a key with a null in
    /// it. Where it is no hit, all but the key and, of a row that has expired, its times and age are null.
    ::mlops::table get(const ::mlops::table &keys, std::int64_t as_of_ns) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_online_get(&out, need(), detail::required(keys), as_of_ns, &e), "mlops_online_get", &e);
        return ::mlops::table(out);
    }

    /// All views, by name: name, columns, key, event_time, created (strings; lists of names as options spell them),
    /// ttl_ns (int64; null: for ever), created_ns (int64: when it was defined).
    static ::mlops::table list(const ::mlops::store &store) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_online_list(&out, detail::required(store), &e), "mlops_online_list", &e);
        return ::mlops::table(out);
    }
};

/// Profiles of the newest panes, in mlops_panes_size() bytes aligned to 8. One thread at a time.
class panes : public detail::handle<mlops_panes, detail::nothing> {
public:
    using handle::handle;

    /// Bytes that panes of profiles like this one need; 0 if opts are not valid.
    static std::size_t size(const ::mlops::profile &like, const mlops_panes_opts *opts = nullptr) {
        return mlops_panes_size(detail::required(like), opts);
    }

    /// Start without any pane, in the caller's storage.
    explicit panes(const ::mlops::profile &like, const mlops_panes_opts *opts = nullptr) {
        mlops_panes *out = nullptr;
        const std::size_t size = mlops_panes_size(detail::required(like), opts);
        auto memory = detail::storage(size);
        detail::check(mlops_panes_init(&out, memory.get(), size, detail::required(like), opts), "mlops_panes_init");
        p_ = out;
        memory_ = std::move(memory);
    }

    /// The profile of the pane that a time lies in, to count into. A time after the newest pane begins new ones and
    /// forgets as many of the oldest; an earlier one is late, and has its pane as long as that is kept.
    ::mlops::profile at(std::int64_t time_ns) {
        return ::mlops::profile(mlops_panes_at(need(), time_ns), memory_);
    }

    /// A pane by its age, until mlops_panes_at() begins a new one.
    ::mlops::profile pane(std::int64_t age) {
        return ::mlops::profile(mlops_panes_pane(need(), age), memory_);
    }

    /// Panes that there are, the newest among them: 0 to n_panes.
    std::int64_t n() const {
        return mlops_panes_n(need());
    }

    /// When a pane begins, in UTC nanoseconds; it ends where that of age - 1 begins.
    std::int64_t start_ns(std::int64_t age) const {
        return mlops_panes_start_ns(need(), age);
    }

    /// Add what the newest panes have seen: the sliding window over them.
    void merge(std::int64_t n, const ::mlops::profile &into) const {
        detail::check(mlops_panes_merge(need(), n, detail::required(into)), "mlops_panes_merge");
    }

    /// Forget all panes.
    void reset() {
        mlops_panes_reset(need());
    }

    /// Write all panes as bytes: canonical, little-endian, equal for equal state on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_panes_save(need(), text, cap, needed);
        }, "mlops_panes_save");
    }

    /// Storage that saved bytes need when they are loaded: as much as was saved from; exact.
    static std::size_t load_size(std::string_view bytes) {
        std::size_t size = 0;
        detail::check(mlops_panes_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &size), "mlops_panes_load_size");
        return size;
    }

    /// Read bytes of mlops_panes_save() into the caller's storage.
    static ::mlops::panes load(std::string_view bytes) {
        mlops_panes *out = nullptr;
        std::size_t room = 0;
        detail::check(mlops_panes_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &room), "mlops_panes_load_size");
        const std::size_t size = room;
        auto memory = detail::storage(size);
        detail::check(mlops_panes_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_panes_load");
        return ::mlops::panes(out, std::move(memory));
    }
};

/// Sums over queries, of mlops_ranking_performance_size() bytes. One thread at a time.
class ranking_performance : public detail::handle<mlops_ranking_performance, mlops_ranking_performance_free> {
public:
    using handle::handle;

    /// Bytes that sums need.
    static std::size_t size() {
        return mlops_ranking_performance_size();
    }

    /// Start empty sums on the host's heap.
    explicit ranking_performance(const mlops_ranking_performance_opts *opts = nullptr) {
        mlops_ranking_performance *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_ranking_performance_new(&out, opts, &e), "mlops_ranking_performance_new", &e);
        p_ = out;
    }

    /// Add queries: all rows of a query in one call.
    void add(span<const double> scores, span<const double> relevances, span<const std::int64_t> queries,
             span<const double> weights = {}, const mlops_host *host = nullptr) {
        mlops_error e;
        e.code = 0;
        detail::require(relevances.size() == scores.size(), "relevances and scores differ in length");
        detail::require(queries.size() == scores.size(), "queries and scores differ in length");
        detail::require(weights.data() == nullptr || weights.size() == scores.size(), "weights and scores differ in length");
        detail::check(mlops_ranking_performance_add(need(), scores.data(), relevances.data(), queries.data(), weights.data(), static_cast<std::int64_t>(scores.size()), host, &e), "mlops_ranking_performance_add", &e);
    }

    /// Add what other sums have.
    void merge(const ::mlops::ranking_performance &other) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_ranking_performance_merge(need(), detail::required(other), &e), "mlops_ranking_performance_merge", &e);
    }

    /// Forget all queries.
    void reset() {
        mlops_ranking_performance_reset(need());
    }

    /// The metrics of mlops_metric_ranking().
    mlops_metrics metrics() const {
        mlops_metrics out = {};
        out.struct_size = sizeof out;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_ranking_performance_metrics(&out, need(), &e), "mlops_ranking_performance_metrics", &e);
        return out;
    }

    /// Write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_ranking_performance_save(need(), text, cap, needed);
        }, "mlops_ranking_performance_save");
    }

    /// Read bytes of mlops_ranking_performance_save() into the caller's storage.
    static ::mlops::ranking_performance load(std::string_view bytes) {
        mlops_ranking_performance *out = nullptr;
        const std::size_t size = mlops_ranking_performance_size();
        auto memory = detail::storage(size);
        detail::check(mlops_ranking_performance_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_ranking_performance_load");
        return ::mlops::ranking_performance(out, std::move(memory));
    }
};

/// A remote of the library's own.
class share : public detail::handle<mlops_share, mlops_share_close> {
public:
    using handle::handle;

    /// Open a folder as a remote; it is made if it is not there. Any number of programs may use it at once, on any
    /// machines that have it mounted. Its file system must know hard links.
    static ::mlops::share directory(const std::string &path, const mlops_host *host = nullptr) {
        mlops_share *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_share_directory(&out, path.c_str(), host, &e), "mlops_share_directory", &e);
        return ::mlops::share(out);
    }

    /// Make an empty remote in memory: for tests, those of hosts among them. It fails as it is told.
    static ::mlops::share memory(const mlops_share_opts *opts = nullptr) {
        mlops_share *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_share_memory(&out, opts, &e), "mlops_share_memory", &e);
        return ::mlops::share(out);
    }

    /// The share as a remote.
    const mlops_remote *remote() const {
        return mlops_share_remote(need());
    }

    /// Calls that a remote in memory has had.
    std::int64_t n_calls() const {
        return mlops_share_n_calls(need());
    }
};

/// Profiles by key, in mlops_segments_size() bytes aligned to 8. One thread at a time.
class segments : public detail::handle<mlops_segments, detail::nothing> {
public:
    using handle::handle;

    /// Bytes that segments of profiles like this one need; 0 if opts are not valid.
    static std::size_t size(const ::mlops::profile &like, const mlops_segments_opts *opts = nullptr) {
        return mlops_segments_size(detail::required(like), opts);
    }

    /// Start without any segment, in the caller's storage.
    explicit segments(const ::mlops::profile &like, const mlops_segments_opts *opts = nullptr) {
        mlops_segments *out = nullptr;
        const std::size_t size = mlops_segments_size(detail::required(like), opts);
        auto memory = detail::storage(size);
        detail::check(mlops_segments_init(&out, memory.get(), size, detail::required(like), opts), "mlops_segments_init");
        p_ = out;
        memory_ = std::move(memory);
    }

    /// The profile of a key, to count into. The first n_segments keys begin one; those that come later, and those
    /// that are too long, have that of the rest.
    ::mlops::profile at(const std::string &key) {
        return ::mlops::profile(mlops_segments_at(need(), key.c_str()), memory_);
    }

    /// Keys that have a profile of their own.
    std::int64_t n() const {
        return mlops_segments_n(need());
    }

    /// A key, in the order in which they came.
    std::optional<std::string_view> key(std::int64_t index) const {
        const char *text = mlops_segments_key(need(), index);
        if (text == nullptr) return std::nullopt;
        return text;
    }

    /// A profile.
    ::mlops::profile profile(std::int64_t index) {
        return ::mlops::profile(mlops_segments_profile(need(), index), memory_);
    }

    /// Add what other segments have seen, key by key; keys for which there is no more room are of the rest, and so is
    /// the other's rest. As long as all keys have room, order tells in nothing but the order of keys.
    void merge(const ::mlops::segments &other) {
        detail::check(mlops_segments_merge(need(), detail::required(other)), "mlops_segments_merge");
    }

    /// Forget all keys.
    void reset() {
        mlops_segments_reset(need());
    }

    /// Write all keys and profiles as bytes: canonical, little-endian, equal for equal state on any machine.
    std::string save() const {
        return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
            return mlops_segments_save(need(), text, cap, needed);
        }, "mlops_segments_save");
    }

    /// Storage that saved bytes need when they are loaded: as much as was saved from; exact.
    static std::size_t load_size(std::string_view bytes) {
        std::size_t size = 0;
        detail::check(mlops_segments_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &size), "mlops_segments_load_size");
        return size;
    }

    /// Read bytes of mlops_segments_save() into the caller's storage.
    static ::mlops::segments load(std::string_view bytes) {
        mlops_segments *out = nullptr;
        std::size_t room = 0;
        detail::check(mlops_segments_load_size(bytes.data(), static_cast<std::size_t>(bytes.size()), &room), "mlops_segments_load_size");
        const std::size_t size = room;
        auto memory = detail::storage(size);
        detail::check(mlops_segments_load(&out, memory.get(), size, bytes.data(), static_cast<std::size_t>(bytes.size())), "mlops_segments_load");
        return ::mlops::segments(out, std::move(memory));
    }
};

/// Where a model is published. Ends with mlops_slot_free().
class slot : public detail::handle<mlops_slot, mlops_slot_free> {
public:
    using handle::handle;

    /// Make a slot, on the heap of the model's host.
    explicit slot(const ::mlops::model &model) {
        mlops_slot *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_slot_new(&out, detail::required(model), &e), "mlops_slot_new", &e);
        p_ = out;
    }

    /// Publish another model: whoever acquires from now on gets it. Returns without the old one, which those who have
    /// a share of it keep. Writers wait for each other, and for readers that are between two instructions of
    /// mlops_slot_acquire(); nobody waits for writers.
    void publish(const ::mlops::model &model) {
        mlops_slot_publish(need(), detail::required(model));
    }

    /// Take a share of what is published. Wait-free.
    ::mlops::model acquire() {
        mlops_model *out = nullptr;
        detail::check(mlops_slot_acquire(&out, need()), "mlops_slot_acquire");
        return ::mlops::model(out);
    }
};

/// A watch. The rows of a window that is not yet full end with it, unless it is resumed (mlops/watch_state.h).
/// One thread at a time.
class watch : public detail::handle<mlops_watch, mlops_watch_close> {
public:
    using handle::handle;

    /// Begin to watch a version. The first who does so under a name makes the watch in the store.
    static ::mlops::watch open(const ::mlops::store &store, const std::string &model, const std::string &which,
                               const mlops_watch_opts *opts = nullptr) {
        mlops_watch *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_open(&out, detail::required(store), model.c_str(), which.c_str(), opts, &e), "mlops_watch_open", &e);
        return ::mlops::watch(out);
    }

    /// Number of columns of a row that mlops_watch_add() takes.
    std::int64_t n_features() const {
        return mlops_watch_n_features(need());
    }

    /// Number of rows that were added since the watch was opened.
    std::int64_t n_rows() const {
        return mlops_watch_n_rows(need());
    }

    /// Add rows and what the model made of them, as mlops_monitor_add().
    ///
    /// Rows are taken in pieces, each up to the end of a window, which is then committed. If that fails the rest is
    /// not taken: mlops_watch_n_rows() tells how many rows count. The window waits, and the next call commits it
    /// before it takes anything; so does one without rows.
    void add(matrix<const float> rows, matrix<const double> predictions = {}) {
        mlops_error e;
        e.code = 0;
        detail::require(predictions.data == nullptr || predictions.rows == rows.rows, "predictions and rows differ in length");
        detail::check(mlops_watch_add(need(), rows.data, rows.rows, rows.columns, predictions.data, predictions.columns, &e), "mlops_watch_add", &e);
    }

    /// Add the rows of a table, its columns bound by name, as mlops_watch_add().
    void add_table(const ::mlops::table &table) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_add_table(need(), detail::required(table), &e), "mlops_watch_add_table", &e);
    }

    /// Add the time that predicting took, as mlops_monitor_add_latency().
    void add_latency(std::int64_t duration_ns) {
        detail::check(mlops_watch_add_latency(need(), duration_ns), "mlops_watch_add_latency");
    }

    /// Number of windows that were committed since the watch was opened.
    std::int64_t n_windows() const {
        return mlops_watch_n_windows(need());
    }

    /// Verdicts of the newest full window, or of what there is, as mlops_monitor_drift().
    ::mlops::drift drift() const {
        mlops_drift *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_drift(&out, need(), &e), "mlops_watch_drift", &e);
        return ::mlops::drift(out);
    }

    /// Metrics in Prometheus' text format, as mlops_monitor_metrics(), with the watch's name as label "model".
    std::string metrics() const {
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_watch_metrics(need(), text, cap, needed);
        }, "mlops_watch_metrics");
    }

    /// Write a report, as mlops_monitor_save().
    void save(const std::string &path) const {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_save(need(), path.c_str(), &e), "mlops_watch_save", &e);
    }

    /// Windows of a watch, oldest first: number (int64, from 1 on), time_ns (int64: when it was full), model
    /// (string), version (int64), n_rows (int64), verdict (string: "drift", "no drift", "not enough data"), n_drifted
    /// (int64), columns (string: those that drifted, as a line of CSV), report (string: id of the content that
    /// mlops_watch_report() gives). Null unless mlops/watch_state.h is made use of: measured and estimated (string:
    /// whether performance was "worse", "not worse", "not enough data"), event (string: what the window changed in
    /// the policy, such as "raised"), alarmed (bool: an alarm lasts).
    static ::mlops::table windows(const ::mlops::store &store, const std::string &name) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_windows(&out, detail::required(store), name.c_str(), &e), "mlops_watch_windows", &e);
        return ::mlops::table(out);
    }

    /// What was found of each column of a window, as mlops_drift_json() gives it.
    static std::string report(const ::mlops::store &store, const std::string &name, std::int64_t number) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_watch_report(detail::required(store), name.c_str(), number, text, cap, needed, &e);
        }, "mlops_watch_report", &e);
    }

    /// The monitor of a watch, shared with it.
    ::mlops::monitor monitor() {
        mlops_monitor *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_monitor(&out, need(), &e), "mlops_watch_monitor", &e);
        return ::mlops::monitor(out);
    }

    /// Go on where a watch of this name and instance was kept, and keep from now on where this one is: rows of the
    /// current window, rows that wait for labels, the policy's alarm. Once, ahead of the first row, and after all has
    /// been said that the monitor is to expect.
    ///
    /// What was kept of another version of the model is let go. Whoever resumed the same instance before keeps
    /// nothing any more: its verbs fail with MLOPS_E_CONFLICT.
    void resume(const std::string &instance, std::uint32_t flags) {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_resume(need(), instance.c_str(), flags, &e), "mlops_watch_resume", &e);
    }

    /// How many rows the monitor may be given before mlops_watch_keep() is due. A window that waits, or whose time is
    /// over, is kept first.
    std::int64_t room() {
        std::int64_t out = 0;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_room(need(), &out, &e), "mlops_watch_room", &e);
        return out;
    }

    /// Commit what the monitor has found: a window that is full, with performance, segments and alarm; what later
    /// labels have changed of windows before; and of a watch that was resumed where it is. Nothing is committed where
    /// nothing has come since.
    void keep() {
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_keep(need(), &e), "mlops_watch_keep", &e);
    }

    /// Performance of the windows of a watch, as far as labels were expected: window (int64), kind ("measured" or
    /// "estimated"), metric, value, low, high (null where undefined), n (rows behind it). Measured is what labels
    /// told by the time the watch was last kept. Of a monitor whose windows_kept is 1 there is none: that window is
    /// the current one.
    static ::mlops::table performance(const ::mlops::store &store, const std::string &name) {
        mlops_table *out = nullptr;
        mlops_error e;
        e.code = 0;
        detail::check(mlops_watch_performance(&out, detail::required(store), name.c_str(), &e), "mlops_watch_performance", &e);
        return ::mlops::table(out);
    }

    /// All that was kept of a window but its report, as a JSON object: members as the columns of
    /// mlops_watch_windows(), columns as an array; where labels were expected measured, measured_loss, estimated and
    /// estimated_loss (as mlops_monitor_labels had them at the window's end, the verdicts as texts) and performance,
    /// an array of the rows of mlops_watch_performance(); segments, the rows of mlops_monitor_segments(); alarm, what
    /// mlops_monitor_alarm_reason() told.
    static std::string describe(const ::mlops::store &store, const std::string &name, std::int64_t number) {
        mlops_error e;
        e.code = 0;
        return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
            return mlops_watch_describe(detail::required(store), name.c_str(), number, text, cap, needed, &e);
        }, "mlops_watch_describe", &e);
    }
};

/// Version of the library that is running, such as "0.1.0".
inline std::string_view version() {
    return mlops_version();
}

/// Name of a status, such as "MLOPS_E_CORRUPT".
inline std::string_view status_name(mlops_status status) {
    return mlops_status_name(status);
}

/// What kernels use on this machine under a cap.
inline mlops_cpu cpu_level(mlops_cpu cap) {
    return mlops_cpu_level(cap);
}

/// Id of a commit.
inline mlops_id dataset_resolve(const ::mlops::store &store, const std::string &dataset,
                                const char *ref = nullptr) {
    mlops_id out = {};
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_resolve(&out, detail::required(store), dataset.c_str(), ref, &e), "mlops_dataset_resolve", &e);
    return out;
}

/// Datasets of a store, by name.
inline ::mlops::table dataset_list(const ::mlops::store &store) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_list(&out, detail::required(store), &e), "mlops_dataset_list", &e);
    return ::mlops::table(out);
}

/// Branches, then tags of a dataset, each by name.
inline ::mlops::table dataset_refs(const ::mlops::store &store, const std::string &dataset) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_refs(&out, detail::required(store), dataset.c_str(), &e), "mlops_dataset_refs", &e);
    return ::mlops::table(out);
}

/// A commit and those that it goes back to, newest first.
inline ::mlops::table dataset_log(const ::mlops::store &store, const std::string &dataset, const char *ref,
                                  std::int64_t n_max) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_log(&out, detail::required(store), dataset.c_str(), ref, n_max, &e), "mlops_dataset_log", &e);
    return ::mlops::table(out);
}

/// Entries of a commit, by path, bytewise.
inline ::mlops::table dataset_entries(const ::mlops::store &store, const std::string &dataset,
                                      const char *ref = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_entries(&out, detail::required(store), dataset.c_str(), ref, &e), "mlops_dataset_entries", &e);
    return ::mlops::table(out);
}

/// Entries that differ between two commits, by path, bytewise. An entry has changed, too, if only its split
/// differs, or what its columns are for.
inline ::mlops::table dataset_diff(const ::mlops::store &store, const std::string &dataset,
                                   const char *from = nullptr, const char *to = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_diff(&out, detail::required(store), dataset.c_str(), from, to, &e), "mlops_dataset_diff", &e);
    return ::mlops::table(out);
}

/// A table of a commit.
inline ::mlops::table dataset_table(const ::mlops::store &store, const std::string &dataset,
                                    const char *ref, const char *path, mlops_part part) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_table(&out, detail::required(store), dataset.c_str(), ref, path, part, &e), "mlops_dataset_table", &e);
    return ::mlops::table(out);
}

/// The profile of a table, kept with the commit: what live data is held against. It is over all rows and columns.
inline ::mlops::reference dataset_reference(const ::mlops::store &store, const std::string &dataset,
                                            const char *ref = nullptr, const char *path = nullptr) {
    mlops_reference *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_reference(&out, detail::required(store), dataset.c_str(), ref, path, &e), "mlops_dataset_reference", &e);
    return ::mlops::reference(out);
}

/// A commit as JSON: dataset, commit, parents, time_ns, author, message, metadata, tree, and entries with their
/// schema and split, as docs/format.md has them.
inline std::string dataset_describe(const ::mlops::store &store, const std::string &dataset,
                                    const char *ref = nullptr) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
        return mlops_dataset_describe(detail::required(store), dataset.c_str(), ref, text, cap, needed, &e);
    }, "mlops_dataset_describe", &e);
}

/// Write entries below a folder, tables as CSV. Files that are there and have the same content stay as they are;
/// files of other names are not touched. Each file is written beside its place and then takes it, so that a call
/// that was cut off is gone on with by another one; nothing is synced. Files are remembered as if
/// mlops_draft_add_folder() had read them. One checkout of a folder at a time.
inline void dataset_checkout(const ::mlops::store &store, const std::string &dataset, const char *ref,
                             const std::string &folder, const mlops_checkout_opts *opts = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_checkout(detail::required(store), dataset.c_str(), ref, folder.c_str(), opts, &e), "mlops_dataset_checkout", &e);
}

/// Make a branch, or move it. Whoever reads it sees the other commit from the change's commit on.
inline void dataset_branch(const ::mlops::change &change, const std::string &dataset,
                           const std::string &name, const char *ref = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_branch(detail::required(change), dataset.c_str(), name.c_str(), ref, &e), "mlops_dataset_branch", &e);
}

/// Make a tag: a name that stays at its commit.
inline void dataset_tag(const ::mlops::change &change, const std::string &dataset, const std::string &name,
                        const char *ref = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_tag(detail::required(change), dataset.c_str(), name.c_str(), ref, &e), "mlops_dataset_tag", &e);
}

/// Delete a branch or tag. Its commits stay.
inline void dataset_drop(const ::mlops::change &change, const std::string &dataset,
                         const std::string &name) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_drop(detail::required(change), dataset.c_str(), name.c_str(), &e), "mlops_dataset_drop", &e);
}

/// What differs between two versions of a table, row by row. opts.key is by default the row_id of the newer one,
/// if it has one; "" compares by position. Of CSV versions that are kept as changes to each other, or to one
/// version, only rows that differ are read, where they tell what all would: see docs/diff.md. Then
/// mlops_diff_columns() reads both whole, so that it costs what they do, and fails as mlops_dataset_table() does,
/// if they were collected or erased meanwhile; what differs keeps the store open.
inline ::mlops::diff dataset_diff_rows(const ::mlops::store &store, const std::string &dataset,
                                       const char *from = nullptr, const char *to = nullptr,
                                       const char *path = nullptr, const mlops_diff_opts *opts = nullptr) {
    mlops_diff *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_diff_rows(&out, detail::required(store), dataset.c_str(), from, to, path, opts, &e), "mlops_dataset_diff_rows", &e);
    return ::mlops::diff(out);
}

/// Merge a commit into a branch: by moving the branch, if the commit goes back to it; by doing nothing, if the
/// branch goes back to the commit; else by a commit with two parents, as mlops_draft_merge() makes it. It is
/// there once the change is committed; if somebody has moved the branch in between, that returns
/// MLOPS_E_CONFLICT.
inline mlops_id dataset_merge(const ::mlops::change &change, const std::string &dataset,
                              const char *ref = nullptr, const mlops_dataset_merge_opts *opts = nullptr) {
    mlops_id out = {};
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_merge(&out, detail::required(change), dataset.c_str(), ref, opts, &e), "mlops_dataset_merge", &e);
    return out;
}

/// Bytes of an entry as they were added; of one of kind "table" its canonical bytes.
inline std::string dataset_read(const ::mlops::store &store, const std::string &dataset, const char *ref,
                                const std::string &path) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
        return mlops_dataset_read(detail::required(store), dataset.c_str(), ref, path.c_str(), text, cap, needed, &e);
    }, "mlops_dataset_read", &e);
}

/// Some of these bytes. A ref that is a branch may move between two calls; its id does not.
inline std::string dataset_read_at(const ::mlops::store &store, const std::string &dataset,
                                   const char *ref, const std::string &path, std::int64_t offset,
                                   std::int64_t size) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](void *text, std::size_t cap, std::size_t *needed) {
        return mlops_dataset_read_at(detail::required(store), dataset.c_str(), ref, path.c_str(), offset, size, text, cap, needed, &e);
    }, "mlops_dataset_read_at", &e);
}

/// Some rows of a table of a commit, with all of its columns or some. They have the types that the whole table
/// has. A ref that is a branch may move between two calls; its id does not.
inline ::mlops::table dataset_rows(const ::mlops::store &store, const std::string &dataset,
                                   const char *ref, const char *path, std::int64_t from, std::int64_t n,
                                   const char *columns = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_rows(&out, detail::required(store), dataset.c_str(), ref, path, from, n, columns, &e), "mlops_dataset_rows", &e);
    return ::mlops::table(out);
}

/// Make a deployment, or change it. The trail of its record is its history.
inline void deploy_set(const ::mlops::change &change, const std::string &name,
                       const mlops_deploy_opts *opts = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_deploy_set(detail::required(change), name.c_str(), opts, &e), "mlops_deploy_set", &e);
}

/// Deployments by name: name, model, champion (string: the alias), champion_version (int64; null: nobody holds
/// it), canary (string), canary_version (int64; null likewise), canary_share (float64), salt (string), time_ns
/// (int64: when it was set).
inline ::mlops::table deploy_list(const ::mlops::store &store) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_deploy_list(&out, detail::required(store), &e), "mlops_deploy_list", &e);
    return ::mlops::table(out);
}

/// Where a key lies: one of a million buckets, of which the first canary_share * 1,000,000 are the canary's.
/// Needs no store.
inline std::int64_t deploy_bucket(const std::string &salt, const std::string &key) {
    return mlops_deploy_bucket(salt.c_str(), key.c_str());
}

/// Compare two samples: Kolmogorov-Smirnov, Wasserstein and energy distance in one pass, and what measures asks
/// for.
///
/// With an infinity on one side only, at either end, Wasserstein and energy are +inf; where both samples have the
/// same share of it, it cancels; else they are +inf. Methods: Hodges 1958 (lattice paths), Simard and L'Ecuyer
/// 2011 (distribution of D).
inline mlops_stats_two_sample stats_compare(span<const double> x, span<const double> y,
                                            const mlops_stats_opts *opts = nullptr) {
    mlops_stats_two_sample out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_stats_compare(&out, x.data(), static_cast<std::int64_t>(x.size()), y.data(), static_cast<std::int64_t>(y.size()), opts, &e), "mlops_stats_compare", &e);
    return out;
}

/// Compare two numeric columns, as mlops_stats_compare(); nulls count as NaN.
inline mlops_stats_two_sample stats_compare_columns(const ::mlops::table &x, std::int64_t x_column,
                                                    const ::mlops::table &y, std::int64_t y_column,
                                                    const mlops_stats_opts *opts = nullptr) {
    mlops_stats_two_sample out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_stats_compare_columns(&out, detail::required(x), x_column, detail::required(y), y_column, opts, &e), "mlops_stats_compare_columns", &e);
    return out;
}

/// Compare two histograms: distances, and tests that they have the same shares.
inline mlops_stats_two_counts stats_compare_counts(span<const std::int64_t> x, span<const std::int64_t> y) {
    mlops_stats_two_counts out = {};
    out.struct_size = sizeof out;
    detail::require(y.size() == x.size(), "y and x differ in length");
    detail::check(mlops_stats_compare_counts(&out, x.data(), y.data(), static_cast<std::int64_t>(x.size())), "mlops_stats_compare_counts");
    return out;
}

/// Compare two shares: Fisher's exact test of the 2 x 2 table, and the z test of proportions.
inline mlops_stats_two_shares stats_compare_shares(std::int64_t hits_x, std::int64_t n,
                                                   std::int64_t hits_y, std::int64_t m,
                                                   mlops_stats_alternative alternative) {
    mlops_stats_two_shares out = {};
    out.struct_size = sizeof out;
    detail::check(mlops_stats_compare_shares(&out, hits_x, n, hits_y, m, alternative), "mlops_stats_compare_shares");
    return out;
}

/// Adjust p-values: what is to be rejected at a level is what comes out at or below it.
inline std::vector<double> stats_adjust(span<const double> p, mlops_stats_correction correction,
                                        const mlops_host *host = nullptr) {
    mlops_error e;
    e.code = 0;
    std::vector<double> out(static_cast<std::size_t>(static_cast<std::int64_t>(p.size())));
    detail::check(mlops_stats_adjust(p.data(), static_cast<std::int64_t>(p.size()), correction, out.data(), host, &e), "mlops_stats_adjust", &e);
    return out;
}

/// Adjust p-values: what is to be rejected at a level is what comes out at or below it.
inline void stats_adjust(span<const double> p, mlops_stats_correction correction, span<double> out,
                         const mlops_host *host = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::require(out.size() == static_cast<std::size_t>(static_cast<std::int64_t>(p.size())), "out has another length");
    detail::check(mlops_stats_adjust(p.data(), static_cast<std::int64_t>(p.size()), correction, out.data(), host, &e), "mlops_stats_adjust", &e);
}

/// Erase entries, or rows of tables. Entries of other paths and other datasets that have the same content lose it
/// too, since it cannot be gone and be there.
///
/// What is erased is one commit of the store: from there on nobody reads it. Then its bytes go, which may take a
/// while and may be left off at any time, by a crash too: the next call, also one that asks for nothing, goes on
/// with that first.
inline mlops_erase_stat dataset_erase(const ::mlops::store &store, const char *dataset = nullptr,
                                      const mlops_erase_opts *opts = nullptr,
                                      const mlops_call *call = nullptr) {
    mlops_erase_stat out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_erase(detail::required(store), dataset, opts, call, &out, &e), "mlops_dataset_erase", &e);
    return out;
}

/// All erasures, the oldest first.
///
/// Columns: number, time_ns, done (bool), by, reason, dataset, paths, column, n_commits, n_files, n_tables,
/// n_rows.
inline ::mlops::table erase_list(const ::mlops::store &store) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_erase_list(&out, detail::required(store), &e), "mlops_erase_list", &e);
    return ::mlops::table(out);
}

/// The certificate of an erasure: JSON with what was erased, when, by whom and why, in which datasets and paths,
/// what was not searched, and what could not be reached. It has no erased value; of the value that rows were
/// chosen by it has a salted SHA-256.
inline std::string erase_certificate(const ::mlops::store &store, std::int64_t number) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
        return mlops_erase_certificate(detail::required(store), number, text, cap, needed, &e);
    }, "mlops_erase_certificate", &e);
}

/// Keep features as the next version of a set, which is made if it is not there. Features that the set has
/// already keep their version, and nothing is added to the change.
///
/// If somebody else takes the number first, the commit returns MLOPS_E_CONFLICT.
inline std::int64_t featurestore_put(const ::mlops::change &change, const std::string &name,
                                     const ::mlops::feature &feature) {
    std::int64_t version = 0;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_featurestore_put(detail::required(change), &version, name.c_str(), detail::required(feature), &e), "mlops_featurestore_put", &e);
    return version;
}

/// Load a version of a set.
inline ::mlops::feature featurestore_get(const ::mlops::store &store, const std::string &name,
                                         std::int64_t version) {
    mlops_feature *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_featurestore_get(&out, detail::required(store), name.c_str(), version, &e), "mlops_featurestore_get", &e);
    return ::mlops::feature(out);
}

/// All versions of all sets, by name and rising version: name (string), version (int64), id (string:
/// mlops_feature_id() in hexadecimal digits), n_inputs, n_outputs, created_ns (int64).
inline ::mlops::table featurestore_list(const ::mlops::store &store) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_featurestore_list(&out, detail::required(store), &e), "mlops_featurestore_list", &e);
    return ::mlops::table(out);
}

/// How a folder differs from a commit: what mlops_draft_add_folder() would change. Nothing is added to the store,
/// but for what is remembered of files.
inline ::mlops::table dataset_status(const ::mlops::store &store, const std::string &dataset,
                                     const char *ref, const char *prefix, const std::string &folder,
                                     const mlops_folder_opts *opts = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_status(&out, detail::required(store), dataset.c_str(), ref, prefix, folder.c_str(), opts, &e), "mlops_dataset_status", &e);
    return ::mlops::table(out);
}

/// Judge scores of a binary task.
///
/// A row is predicted positive if its score is at least the threshold. Margins and ranks may be infinite.
/// Definitions are those of scikit-learn where it has the metric.
inline mlops_metrics metric_binary(span<const double> scores, span<const double> labels,
                                   const mlops_metric_opts *opts = nullptr) {
    mlops_metrics out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::require(labels.size() == scores.size(), "labels and scores differ in length");
    detail::check(mlops_metric_binary(&out, scores.data(), labels.data(), static_cast<std::int64_t>(scores.size()), opts, &e), "mlops_metric_binary", &e);
    return out;
}

/// Judge probabilities of k classes. The most probable class is predicted, the first of several.
inline mlops_metrics metric_classes(matrix<const double> probabilities, span<const std::int64_t> labels,
                                    const mlops_metric_opts *opts = nullptr) {
    mlops_metrics out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::require(std::size_t(labels.size()) == std::size_t(probabilities.rows), "labels and probabilities differ in length");
    std::vector<double> confusion(static_cast<std::size_t>(probabilities.columns) * static_cast<std::size_t>(probabilities.columns));
    detail::check(mlops_metric_classes(&out, probabilities.data, probabilities.rows, probabilities.columns, labels.data(), confusion.data(), opts, &e), "mlops_metric_classes", &e);
    return out;
}

/// Judge probabilities of k classes. The most probable class is predicted, the first of several.
inline mlops_metrics metric_classes(matrix<const double> probabilities, span<const std::int64_t> labels,
                                    span<double> confusion, const mlops_metric_opts *opts = nullptr) {
    mlops_metrics out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::require(std::size_t(labels.size()) == std::size_t(probabilities.rows), "labels and probabilities differ in length");
    detail::require(confusion.size() == static_cast<std::size_t>(probabilities.columns) * static_cast<std::size_t>(probabilities.columns), "confusion has another length");
    detail::check(mlops_metric_classes(&out, probabilities.data, probabilities.rows, probabilities.columns, labels.data(), confusion.data(), opts, &e), "mlops_metric_classes", &e);
    return out;
}

/// Measure the importance of each feature.
///
/// The model predicts the table as mlops_model_predict_table(), and the metric judges that: of one value a row as
/// a binary task, if the metric is of one, or else as a regression; of several as classes. Of two probabilities a
/// metric of binary tasks alone takes the second. Importance is what the metric loses with the feature shuffled:
/// positive is worse, whichever way the metric is better. A feature that the model does not use has 0, to the
/// bit. Each shuffle depends on the seed, the feature's index, the repeat and the number of rows alone, on any
/// machine; docs/explain.md has the algorithm.
inline ::mlops::table importance_measure(const ::mlops::model &model, const ::mlops::table &table,
                                         span<const double> labels, mlops_metric metric,
                                         const mlops_importance_opts *opts = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_importance_measure(&out, detail::required(model), detail::required(table), labels.data(), static_cast<std::int64_t>(labels.size()), metric, opts, &e), "mlops_importance_measure", &e);
    return ::mlops::table(out);
}

/// Say that something was made of something else. The same again is fine. What the store knows must be there, or
/// be made by the same change.
inline void lineage_link(const ::mlops::change &change, const std::string &from, const std::string &to,
                         const mlops_link_opts *opts = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_lineage_link(detail::required(change), from.c_str(), to.c_str(), opts, &e), "mlops_lineage_link", &e);
}

/// Take a link back; of "parent", which commits say themselves, there is none to take.
inline void lineage_unlink(const ::mlops::change &change, const std::string &from, const std::string &to,
                           const char *relation = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_lineage_unlink(detail::required(change), from.c_str(), to.c_str(), relation, &e), "mlops_lineage_unlink", &e);
}

/// What something was made of, what that was made of, and so on. Each link is told once, at the least number of
/// links that lead to it.
inline ::mlops::table lineage_upstream(const ::mlops::store &store, const std::string &id,
                                       const mlops_lineage_opts *opts = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_lineage_upstream(&out, detail::required(store), id.c_str(), opts, &e), "mlops_lineage_upstream", &e);
    return ::mlops::table(out);
}

/// What was made of something, what was made of that, and so on.
inline ::mlops::table lineage_downstream(const ::mlops::store &store, const std::string &id,
                                         const mlops_lineage_opts *opts = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_lineage_downstream(&out, detail::required(store), id.c_str(), opts, &e), "mlops_lineage_downstream", &e);
    return ::mlops::table(out);
}

/// Number of metrics.
inline std::int64_t metric_count() {
    return mlops_metric_count();
}

/// Tell about the metric at an index.
inline mlops_metric_info metric_at(std::int64_t index) {
    mlops_metric_info out = {};
    out.struct_size = sizeof out;
    detail::check(mlops_metric_at(&out, index), "mlops_metric_at");
    return out;
}

/// Find a metric by its name.
inline mlops_metric_info metric_find(const std::string &name) {
    mlops_metric_info out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_metric_find(&out, name.c_str(), &e), "mlops_metric_find", &e);
    return out;
}

/// The band in which a metric is usual, from its values in reference chunks: their mean less and plus so many
/// standard deviations (of the population), within the range of the metric. Values that are NaN are left out.
inline double metric_band(mlops_metric metric, span<const double> values, double multiple) {
    double low = 0;
    double high = 0;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_metric_band(&low, &high, metric, values.data(), static_cast<std::int64_t>(values.size()), multiple, &e), "mlops_metric_band", &e);
    return low;
}

/// Value of a metric in a result; NaN where it has none.
inline double metric_value(const mlops_metrics &of, mlops_metric metric) {
    return mlops_metric_value(&of, metric);
}

/// Judge the order of the rows of queries, each query counting 1, or as much as its first row weighs.
///
/// ndcg, map, mrr, precision_at_k, recall_at_k and hit_rate are means over the queries that have a row of
/// relevance above 0. The others are in n_nan; in n are the queries that count. Equal scores stand for all orders
/// of their rows: each metric is the mean over these, ndcg that of scikit-learn.
inline mlops_metrics metric_ranking(span<const double> scores, span<const double> relevances,
                                    span<const std::int64_t> queries,
                                    const mlops_metric_opts *opts = nullptr) {
    mlops_metrics out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::require(relevances.size() == scores.size(), "relevances and scores differ in length");
    detail::require(queries.size() == scores.size(), "queries and scores differ in length");
    detail::check(mlops_metric_ranking(&out, scores.data(), relevances.data(), queries.data(), static_cast<std::int64_t>(scores.size()), opts, &e), "mlops_metric_ranking", &e);
    return out;
}

/// Judge predicted numbers. Predictions and labels must be finite.
inline mlops_metrics metric_regression(span<const double> predictions, span<const double> labels,
                                       const mlops_metric_opts *opts = nullptr) {
    mlops_metrics out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::require(labels.size() == predictions.size(), "labels and predictions differ in length");
    detail::check(mlops_metric_regression(&out, predictions.data(), labels.data(), static_cast<std::int64_t>(predictions.size()), opts, &e), "mlops_metric_regression", &e);
    return out;
}

/// Set the gate of an alias: a condition that a version must meet to be promoted to it.
///
/// docs/expressions.md is the language. Names are metrics of the candidate (those of mlops/metric.h that the
/// model's task has), the same of the holder of an alias (champion.auc), and rows, the number of rows that count.
/// A clause about an alias that nobody holds does not count.
inline void registry_set_gate(const ::mlops::change &change, const std::string &name,
                              const std::string &alias, const char *gate = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_set_gate(detail::required(change), name.c_str(), alias.c_str(), gate, &e), "mlops_registry_set_gate", &e);
}

/// The gate of an alias, in canonical form.
inline std::string registry_gate(const ::mlops::store &store, const std::string &name,
                                 const std::string &alias) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
        return mlops_registry_gate(detail::required(store), name.c_str(), alias.c_str(), text, cap, needed, &e);
    }, "mlops_registry_gate", &e);
}

/// Metrics of a version: metric (string), value (float64: NaN where it is not defined), a row for each metric of
/// the model's task, then "rows", how many counted.
inline ::mlops::table registry_evaluate(const ::mlops::store &store, const std::string &name,
                                        const std::string &which, const char *dataset = nullptr,
                                        const char *ref = nullptr, const char *path = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_evaluate(&out, detail::required(store), name.c_str(), which.c_str(), dataset, ref, path, &e), "mlops_registry_evaluate", &e);
    return ::mlops::table(out);
}

/// Promote a version: it holds the alias once the change is committed. A version that holds it already keeps it,
/// which is no entry of the history. It is judged again if opts has a gate, dataset, ref or path, and clauses
/// about the alias then compare it with itself.
///
/// If the alias has a gate, candidate and holders are judged here and now. Who committed to one of the records
/// that this was based on in the meantime makes the commit return MLOPS_E_CONFLICT.
inline void registry_promote(const ::mlops::change &change, const std::string &name,
                             const std::string &which, const std::string &alias,
                             const mlops_promote_opts *opts = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_promote(detail::required(change), name.c_str(), which.c_str(), alias.c_str(), opts, &e), "mlops_registry_promote", &e);
}

/// Give an alias back to the version that held it before the promotion that made the present holder; done again,
/// to the one before that. After a drop, to the version that was dropped. No gate is asked.
inline std::int64_t registry_rollback(const ::mlops::change &change, const std::string &name,
                                      const std::string &alias, const char *note = nullptr) {
    std::int64_t version = 0;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_rollback(detail::required(change), &version, name.c_str(), alias.c_str(), note, &e), "mlops_registry_rollback", &e);
    return version;
}

/// Take an alias away: nobody holds it then. Its gate and history stay.
inline void registry_drop_alias(const ::mlops::change &change, const std::string &name,
                                const std::string &alias, const char *note = nullptr) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_drop_alias(detail::required(change), name.c_str(), alias.c_str(), note, &e), "mlops_registry_drop_alias", &e);
}

/// Which version held an alias at a time.
inline std::int64_t registry_alias_at(const ::mlops::store &store, const std::string &name,
                                      const std::string &alias, std::int64_t time_ns) {
    std::int64_t version = 0;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_alias_at(&version, detail::required(store), name.c_str(), alias.c_str(), time_ns, &e), "mlops_registry_alias_at", &e);
    return version;
}

/// The history of an alias, oldest first: number (int64, from 1 on), time_ns (int64, never falling), version
/// (int64; null: dropped), action (string: "promote", "rollback", "drop"), previous (int64: who held it until
/// then; null: nobody), restores (int64: number of the entry whose version a rollback brings back; else null),
/// gate (string; null: none was asked), decision (int64: number of the gate's decision; null: none), note
/// (string).
inline ::mlops::table registry_history(const ::mlops::store &store, const std::string &name,
                                       const std::string &alias) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_history(&out, detail::required(store), name.c_str(), alias.c_str(), &e), "mlops_registry_history", &e);
    return ::mlops::table(out);
}

/// What gates said of who was to hold an alias, oldest first: number (int64, from 1 on), time_ns (int64), version
/// (int64), verdict (string: "promoted", "refused", "kept" where the holder was judged again, "overridden" where
/// a promotion passed the gate by), gate (string), explanation (string: clauses with their values, joined by ";
/// "), holders (string: alias=version of those compared with, as a line of CSV), dataset, commit, path (string),
/// n_rows (int64), note (string).
inline ::mlops::table registry_decisions(const ::mlops::store &store, const std::string &name,
                                         const std::string &alias) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_decisions(&out, detail::required(store), name.c_str(), alias.c_str(), &e), "mlops_registry_decisions", &e);
    return ::mlops::table(out);
}

/// Keep expectations for a table of a dataset, in place of those that were. The table need not be there yet.
inline void dataset_expect(const ::mlops::change &change, const std::string &dataset,
                           const std::string &path, const ::mlops::expectations *expectations) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_expect(detail::required(change), dataset.c_str(), path.c_str(), detail::optional(expectations), &e), "mlops_dataset_expect", &e);
}

/// The expectations that are kept for a table.
inline ::mlops::expectations dataset_expectations(const ::mlops::store &store, const std::string &dataset,
                                                  const std::string &path) {
    mlops_expectations *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_expectations(&out, detail::required(store), dataset.c_str(), path.c_str(), &e), "mlops_dataset_expectations", &e);
    return ::mlops::expectations(out);
}

/// Hold a table of a commit against the expectations that are kept for it now.
inline ::mlops::table dataset_validate(const ::mlops::store &store, const std::string &dataset,
                                       const char *ref, const std::string &path,
                                       const char *against = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_validate(&out, detail::required(store), dataset.c_str(), ref, path.c_str(), against, &e), "mlops_dataset_validate", &e);
    return ::mlops::table(out);
}

/// What commits were held against: a row for each table that had expectations, by commit id.
inline ::mlops::table dataset_validations(const ::mlops::store &store, const std::string &dataset) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_validations(&out, detail::required(store), dataset.c_str(), &e), "mlops_dataset_validations", &e);
    return ::mlops::table(out);
}

/// Register a model as the next version of a name, which is made if it is not there.
///
/// The bundle carries name, version, reference and, as metadata, a JSON object of model, version, signature, run,
/// dataset, commit, path, description, features and metadata. If somebody else takes the number first, the commit
/// returns MLOPS_E_CONFLICT.
///
/// Where dataset and path (or the only table) name a table that is committed, it must have the columns that the
/// features read; without features, all or none of those that the model's features are named by (none: its rows
/// were made elsewhere, and no gate can judge it on that table). A target that is text needs classes then, if the
/// model tells classes apart.
inline std::int64_t registry_register(const ::mlops::change &change, const std::string &name,
                                      const ::mlops::model &model,
                                      const mlops_register_opts *opts = nullptr) {
    std::int64_t version = 0;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_register(detail::required(change), &version, name.c_str(), detail::required(model), opts, &e), "mlops_registry_register", &e);
    return version;
}

/// Load a version: model, reference and metadata, as they were registered.
inline ::mlops::bundle registry_load(const ::mlops::store &store, const std::string &name,
                                     const std::string &which) {
    mlops_bundle *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_load(&out, detail::required(store), name.c_str(), which.c_str(), &e), "mlops_registry_load", &e);
    return ::mlops::bundle(out);
}

/// Load the features of a version.
inline ::mlops::feature registry_features(const ::mlops::store &store, const std::string &name,
                                          const std::string &which) {
    mlops_feature *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_features(&out, detail::required(store), name.c_str(), which.c_str(), &e), "mlops_registry_features", &e);
    return ::mlops::feature(out);
}

/// Write the bundle of a version to a file: the registered bytes, whole or not at all.
inline void registry_bundle(const ::mlops::store &store, const std::string &name, const std::string &which,
                            const std::string &path) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_bundle(detail::required(store), name.c_str(), which.c_str(), path.c_str(), &e), "mlops_registry_bundle", &e);
}

/// Write the trainer's own file of a version to a file: the registered bytes, whole or not at all.
inline void registry_file(const ::mlops::store &store, const std::string &name, const std::string &which,
                          const std::string &path) {
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_file(detail::required(store), name.c_str(), which.c_str(), path.c_str(), &e), "mlops_registry_file", &e);
}

/// All that is known of a version, as JSON: model, version, created_ns, bundle, plan, file, features and
/// reference as ids, signature (inputs, outputs, task, classes), run, dataset, commit, path, description,
/// metadata; aliases that it holds; decisions of gates about it. What was not given is left out.
inline std::string registry_describe(const ::mlops::store &store, const std::string &name,
                                     const std::string &which) {
    mlops_error e;
    e.code = 0;
    return detail::written([&](char *text, std::size_t cap, std::size_t *needed) {
        return mlops_registry_describe(detail::required(store), name.c_str(), which.c_str(), text, cap, needed, &e);
    }, "mlops_registry_describe", &e);
}

/// Models by name: model (string), n_versions (int64), latest (int64: the newest number), aliases (string: those
/// that are held, as a line of CSV), created_ns (int64).
inline ::mlops::table registry_models(const ::mlops::store &store) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_models(&out, detail::required(store), &e), "mlops_registry_models", &e);
    return ::mlops::table(out);
}

/// Versions of a model in rising order: version (int64), created_ns (int64), then, as string: task, run, dataset,
/// commit, path, features (id), bundle (id), aliases (a line of CSV), description. What was not given is null.
inline ::mlops::table registry_versions(const ::mlops::store &store, const std::string &name) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_registry_versions(&out, detail::required(store), name.c_str(), &e), "mlops_registry_versions", &e);
    return ::mlops::table(out);
}

/// Rows of a table by the name of their part.
inline ::mlops::table dataset_part(const ::mlops::store &store, const std::string &dataset,
                                   const char *ref, const char *path, const std::string &part) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_part(&out, detail::required(store), dataset.c_str(), ref, path, part.c_str(), &e), "mlops_dataset_part", &e);
    return ::mlops::table(out);
}

/// Parts of a table, in their order: of folds each fold with its rows to train behind it.
inline ::mlops::table dataset_parts(const ::mlops::store &store, const std::string &dataset,
                                    const char *ref = nullptr, const char *path = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_parts(&out, detail::required(store), dataset.c_str(), ref, path, &e), "mlops_dataset_parts", &e);
    return ::mlops::table(out);
}

/// Put what branches and tags of a dataset lead to on a remote, then move them there, all or none. A branch there
/// moves forward alone, unless its old commit is given; a tag there never moves. What was erased (mlops/erase.h)
/// is not sent; where the remote has it, nothing leads to it from then on, and its gc deletes it.
inline mlops_transfer dataset_push(const ::mlops::store &store, const mlops_remote *remote,
                                   const std::string &dataset, const mlops_push_opts *opts = nullptr) {
    mlops_transfer out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_push(detail::required(store), remote, dataset.c_str(), opts, &out, &e), "mlops_dataset_push", &e);
    return out;
}

/// Bring what branches and tags of a dataset lead to at a remote into the store, then move them here, all or
/// none, in one commit of the store. All of it is verified before. A branch that is ahead here stays; so does one
/// that follows a remote's under a prefix, unless its name is given or the prefix is. What was erased there is
/// erased here first, in a commit of its own, and what was erased here does not come; mlops_dataset_erase() then
/// deletes the bytes that are here.
///
/// With depth or paths, what stays away is noted: verbs that come upon it return MLOPS_E_NOT_FOUND and say so.
/// Pulling again without them brings the rest.
inline mlops_transfer dataset_pull(const ::mlops::store &store, const mlops_remote *remote,
                                   const std::string &dataset, const mlops_pull_opts *opts = nullptr) {
    mlops_transfer out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_dataset_pull(detail::required(store), remote, dataset.c_str(), opts, &out, &e), "mlops_dataset_pull", &e);
    return out;
}

/// Datasets of a remote with their branches and tags.
inline ::mlops::table remote_refs(const mlops_remote *remote, const mlops_call *call = nullptr,
                                  const mlops_host *host = nullptr) {
    mlops_table *out = nullptr;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_remote_refs(&out, remote, call, host, &e), "mlops_remote_refs", &e);
    return ::mlops::table(out);
}

/// Delete what no branch or tag of a remote leads to. What is unneeded is noted first and goes with a later call,
/// when it has been unneeded for the time of grace; what a running push has put, or one that was cut short within
/// that time, stays.
inline mlops_remote_stats remote_gc(const mlops_remote *remote,
                                    const mlops_remote_gc_opts *opts = nullptr) {
    mlops_remote_stats out = {};
    out.struct_size = sizeof out;
    mlops_error e;
    e.code = 0;
    detail::check(mlops_remote_gc(remote, opts, &out, &e), "mlops_remote_gc", &e);
    return out;
}

} // namespace mlops

#endif
