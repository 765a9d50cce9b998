"""Writes a C++ file that is hard work for a compiler: many types, each in a variant, a map and a chain of templates."""

TYPES = 20

print("""#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct Sum { static constexpr long value = Sum<N - 1>::value + N; };
template <> struct Sum<0> { static constexpr long value = 0; };
template <typename... Parts> struct Row { std::tuple<Parts...> parts; };
""")
for number in range(TYPES):
    before = f"T{number - 1}" if number else "int"
    print(f"""
struct T{number} {{
    std::map<std::string, std::vector<{before}>> named;
    std::unordered_map<int, std::shared_ptr<Row<{before}, long, std::string>>> numbered;
    std::function<long(const {before} &, std::variant<int, {before}, std::string>)> call;
}};
long work{number}(T{number} &value) {{
    long total = Sum<{300 + number}>::value;
    value.call = [&](const {before} &, std::variant<int, {before}, std::string> one) {{ return total + (long)one.index(); }};
    for (auto &[name, list] : value.named) total += (long)name.size() + (long)list.size();
    std::vector<std::pair<int, std::string>> pairs;
    for (auto &[key, row] : value.numbered) pairs.emplace_back(key, std::get<2>(row->parts));
    std::sort(pairs.begin(), pairs.end(), [](auto &a, auto &b) {{ return a.second < b.second; }});
    value.named.erase(std::to_string(pairs.size()));
    return total;
}}""")
