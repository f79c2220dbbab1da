// What only C++ can get wrong: moves, shares, views, values written to memory of the caller. Prints TAP.
#include "mlops.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

namespace {

int number, failed;

void point(bool passed, const char *what) {
    failed += !passed;
    std::printf("%s %d - %s\n", passed ? "ok" : "not ok", ++number, what);
}

template <class F> mlops_status code_of(F call) {
    try {
        call();
    } catch (const mlops::error &e) {
        return e.code();
    }
    return MLOPS_OK;
}

void moves() {
    static_assert(!std::is_copy_constructible_v<mlops::table> && !std::is_copy_assignable_v<mlops::profile>);
    static_assert(std::is_nothrow_move_constructible_v<mlops::model> && std::is_nothrow_move_assignable_v<mlops::edge>);
    auto table = mlops::table::parse("a\n1\n2\n");
    auto moved = std::move(table);
    point(moved.n_rows() == 2 && !table, "a table moves");
    point(code_of([&] { table.n_rows(); }) == MLOPS_E_INVALID, "a moved-from table throws");
    point(code_of([&] { mlops::reference r(table); }) == MLOPS_E_INVALID, "also as an argument");
    table = std::move(moved);
    point(table.n_rows() == 2, "and back");
    auto shared = table.share();
    table = mlops::table::parse("b\n1\n");
    point(shared.n_rows() == 2 && table.n_rows() == 1, "a share lives on");
    mlops::profile whole, loaded = mlops::profile::load(whole.save());
    std::swap(whole, loaded);
    whole = std::move(loaded);
    point(whole.summarize().n == 0, "profiles of the heap and of our storage change places");
}

void views() {
    const double raw[] = {1, 2, 3};
    const std::array<double, 3> fixed{1, 2, 3};
    const std::vector<double> dynamic{1, 2, 3};
    mlops::profile p;
    p.add(raw);
    p.add(fixed);
    p.add(dynamic);
    p.add({raw, 2});
    point(p.summarize().n == 11, "arrays, vectors and pointers are views");
    const std::array<float, 5> steps{1, 9, 2, 9, 3};
    mlops::profile strided;
    strided.add_f32(steps, 2);
    point(strided.summarize().max == 3, "a stride passes over what lies between");
    point(code_of([&] { strided.add_f32(steps, 0); }) == MLOPS_E_INVALID, "a stride of 0 throws");
    const std::array<std::int64_t, 2> two{1, 2};
    const std::array<std::int64_t, 3> three{1, 2, 3};
    point(code_of([&] { mlops::stats_compare_counts(two, three); }) == MLOPS_E_INVALID, "unequal lengths throw");
}

void into() {
    const auto table = mlops::table::parse("a\n1\n2\n");
    std::array<double, 2> room{};
    table.values(0, room);
    point(room[0] == 1 && room[1] == 2, "values go to memory of the caller");
    std::array<double, 3> more{};
    point(code_of([&] { table.values(0, more); }) == MLOPS_E_INVALID, "of the right length");
}

void elements() {
    const auto table = mlops::table::parse("x,s\n1.5,b\n2.5,a\n");
    const auto f = mlops::feature::fit("a = minmax(x)\ns = one_hot(s)", table);
    const auto rows = f.matrix(table);
    const std::array<mlops_feature_value, 2> given{
        {{MLOPS_TYPE_FLOAT64, 0, 0, 2.5, nullptr}, {MLOPS_TYPE_STRING, 0, 0, 0, "a"}}};
    point(f.row(given) == std::vector<float>(rows.begin() + 3, rows.end()), "an array of structs is a view, too");
    point(code_of([&] { f.row({given.data(), 1}); }) == MLOPS_E_INVALID, "of the right length");
}

void errors() {
    try {
        mlops::table::parse("a,b\n1,2\n3\n");
        point(false, "a record too short throws");
    } catch (const mlops::error &e) {
        point(e.code() == MLOPS_E_PARSE && e.line() == 3, "an error says where");
    }
    point(code_of([] { mlops::model::load("/no/such/model.json"); }) == MLOPS_E_NOT_FOUND, "and which kind");
    const std::string text(5000, 'x');
    point(mlops::table::parse("a\n" + text + "\n").text(0, 0) == text, "long texts are whole");
    point(!mlops::table::parse("a\n1\n").name(1).has_value(), "what may be missing is an optional");
}

} // namespace

int main() {
    std::printf("1..18\n");
    moves();
    views();
    into();
    elements();
    errors();
    return failed != 0;
}
