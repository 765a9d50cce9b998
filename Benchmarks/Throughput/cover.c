// cover: logic is minimized. A function of 20 variables is a family of cubes: bit vectors of 16 bytes with two bits for each
// variable. Its complement is found by splitting it along a variable, again and again; the parts are lists of cubes of their own,
// and their results are families that grow by realloc to several KiB, are merged, and are freed. An operation is a block
// allocated or grown.
#include "workload.h"

enum { VARIABLES = 20, CUBES = 16, LITERALS = 3, FUNCTIONS = 1800, POINTS = 64 };

// If bit v of `no` is set, variable v may be 0; if bit v of `yes` is set, it may be 1.
typedef struct {
    uint64_t no, yes;
} Cube;
typedef struct {
    long count, room;
    Cube *cubes;
} Family;
typedef struct {
    long count, room;
    Cube **cubes;
} List;

static const uint64_t all = (1ULL << VARIABLES) - 1;
static long allocated;

static Cube *new_cube(Cube value) {
    Cube *made = malloc(sizeof *made);
    *made = value;
    allocated++;
    return made;
}

// Returns an array that has room for one more element.
static void *grown(void *array, long count, long *room, size_t size) {
    if (count < *room) return array;
    *room += *room / 2 + 2;
    allocated++;
    return realloc(array, *room * size);
}

static void add(Family *family, Cube cube) {
    family->cubes = grown(family->cubes, family->count, &family->room, sizeof *family->cubes);
    family->cubes[family->count++] = cube;
}

static void append(List *list, Cube *cube) {
    list->cubes = grown(list->cubes, list->count, &list->room, sizeof *list->cubes);
    list->cubes[list->count++] = cube;
}

static void drop(List *list) {
    free_all((void **)list->cubes, list->count);
    free(list->cubes);
}

static int contains(Cube a, Cube b) { return (b.no & ~a.no) == 0 && (b.yes & ~a.yes) == 0; }

static int covers(const Family *family, Cube cube) {
    for (long i = 0; i < family->count; i++)
        if (contains(family->cubes[i], cube)) return 1;
    return 0;
}

// Returns the variable that most cubes say something about.
static int busiest(const List *list) {
    int counts[VARIABLES] = {0}, best = 0;
    for (long i = 0; i < list->count; i++)
        for (uint64_t said = ~(list->cubes[i]->no & list->cubes[i]->yes) & all; said != 0; said &= said - 1)
            counts[__builtin_ctzll(said)]++;
    for (int v = 1; v < VARIABLES; v++)
        if (counts[v] > counts[best]) best = v;
    return best;
}

// Returns the cubes of a list where a variable is 0 or 1, without that variable.
static List half(const List *list, uint64_t bit, int value) {
    List part = {0};
    for (long i = 0; i < list->count; i++) {
        Cube cube = *list->cubes[i];
        if (((value ? cube.yes : cube.no) & bit) != 0) append(&part, new_cube((Cube){cube.no | bit, cube.yes | bit}));
    }
    return part;
}

static Family complement(const List *list) {
    Family family = {0};
    if (list->count == 0) add(&family, (Cube){all, all});
    for (long i = 0; i < list->count; i++)
        if (contains(*list->cubes[i], (Cube){all, all})) return family;
    if (list->count == 1) {
        Cube cube = *list->cubes[0];
        for (uint64_t said = ~(cube.no & cube.yes) & all; said != 0; said &= said - 1) {
            uint64_t bit = said & -said;
            add(&family, (Cube){cube.no & bit ? all & ~bit : all, cube.yes & bit ? all & ~bit : all});
        }
    }
    if (list->count < 2) return family;
    uint64_t bit = 1ULL << busiest(list);
    Family parts[2];
    for (int value = 0; value < 2; value++) {
        List part = half(list, bit, value);
        parts[value] = complement(&part);
        drop(&part);
    }
    // A cube that is in both halves, or within one of the other, needs nothing said about the variable.
    for (int value = 0; value < 2; value++) {
        for (long i = 0; i < parts[value].count; i++) {
            Cube cube = parts[value].cubes[i];
            if (!covers(&parts[1 - value], cube)) {
                add(&family, (Cube){value ? cube.no & ~bit : cube.no, value ? cube.yes : cube.yes & ~bit});
            } else if (!covers(&family, cube)) {
                add(&family, cube);
            }
        }
    }
    free(parts[0].cubes);
    free(parts[1].cubes);
    return family;
}

static Cube random_cube(int literals) {
    Cube cube = {all, all};
    for (int i = 0; i < literals; i++) {
        uint64_t bit = 1ULL << below(VARIABLES);
        if (cube.no & cube.yes & bit) *(below(2) ? &cube.no : &cube.yes) &= ~bit;
    }
    return cube;
}

int main(void) {
    Instant start = now();
    for (int function = 0; function < FUNCTIONS; function++) {
        List list = {0};
        for (int i = 0; i < CUBES; i++) append(&list, new_cube(random_cube(LITERALS)));
        Family others = complement(&list);
        for (int i = 0; i < POINTS; i++) {
            uint64_t yes = below(1ULL << VARIABLES);
            Cube point = {~yes & all, yes};
            int covered = 0;
            for (long j = 0; j < list.count; j++) covered |= contains(*list.cubes[j], point);
            must(covered != covers(&others, point), "a point is in the function or in its complement");
        }
        free(others.cubes);
        drop(&list);
    }
    report(start, allocated);
    return 0;
}
