"""Makes objects of all sizes: JSON to text and back, syntax trees, dictionaries, strings. Run it with PYTHONMALLOC=malloc."""

import ast
import json

records = [
    {"name": f"record {i}", "values": list(range(i % 40)), "inner": {str(j): j * 1.5 for j in range(i % 12)}}
    for i in range(12_000)]
total = 0
for _ in range(3):
    copy = json.loads(json.dumps(records))
    total += sum(len(record["values"]) for record in copy)

functions = (
    f"def f{i}(a, b={i}):\n    return [a * x + b for x in range(a) if x % {i + 1}] or {{'k': f{i}}}" for i in range(4_000))
source = "\n".join(functions)
for _ in range(2):
    total += sum(1 for _ in ast.walk(ast.parse(source)))

counts = {}
for i in range(600_000):
    word = f"w{i * 7919 % 50_021}"
    counts[word] = counts.get(word, 0) + 1
groups = {}
for word, count in counts.items():
    groups.setdefault(count, []).append(word.upper() * (count % 7))
print(total, sorted((count, sum(map(len, words))) for count, words in groups.items()))
