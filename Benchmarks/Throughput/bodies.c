// bodies: 20,000 bodies attract each other. In each step an octree of them is built, each cell and each leaf a block; it serves to
// find the forces, and is dropped. An operation is a body in a step.
#include <math.h>

#include "workload.h"

enum { BODIES = 20000, STEPS = 40, TOGETHER = 4 };

typedef struct {
    double at[3], speed[3];
} Body;

// A cell has eight parts, which are cells or NULL; or it is a leaf, and its parts are up to four bodies.
typedef struct {
    int count, leaf;
    double center[3];
    void *parts[];
} Cell;

static Cell *new_cell(int leaf) {
    size_t size = sizeof(Cell) + (leaf ? TOGETHER : 8) * sizeof(void *);
    Cell *made = memset(malloc(size), 0, size);
    made->leaf = leaf;
    return made;
}

// Puts a body into the cell with this corner and width. A leaf that is full becomes a cell.
static void put(void **place, Body *body, const double corner[3], double width) {
    if (*place == NULL) *place = new_cell(1);
    Cell *cell = *place;
    if (cell->leaf && cell->count == TOGETHER) {
        *place = new_cell(0);
        for (int i = 0; i < TOGETHER; i++) put(place, cell->parts[i], corner, width);
        free(cell);
        cell = *place;
    }
    for (int i = 0; i < 3; i++) cell->center[i] += (body->at[i] - cell->center[i]) / (cell->count + 1);
    if (cell->leaf) {
        cell->parts[cell->count++] = body;
        return;
    }
    cell->count++;
    int part = 0;
    double within[3];
    for (int i = 0; i < 3; i++) {
        int upper = body->at[i] >= corner[i] + width / 2;
        part |= upper << i;
        within[i] = corner[i] + (upper ? width / 2 : 0);
    }
    put(&cell->parts[part], body, within, width / 2);
}

static void attract(const double at[3], double mass, Body *body) {
    double way[3], square = 1e-4;
    for (int i = 0; i < 3; i++) {
        way[i] = at[i] - body->at[i];
        square += way[i] * way[i];
    }
    double force = mass * 1e-9 / (square * sqrt(square));
    for (int i = 0; i < 3; i++) body->speed[i] += force * way[i];
}

// A cell that is far away counts as one body at its center.
static void pull(const Cell *cell, Body *body, double width) {
    double square = 0;
    for (int i = 0; i < 3; i++) square += (cell->center[i] - body->at[i]) * (cell->center[i] - body->at[i]);
    if (width * width < 4 * square) {
        attract(cell->center, cell->count, body);
        return;
    }
    for (int i = 0; i < (cell->leaf ? cell->count : 8); i++) {
        if (cell->leaf) {
            attract(((Body *)cell->parts[i])->at, 1, body);
        } else if (cell->parts[i]) {
            pull(cell->parts[i], body, width / 2);
        }
    }
}

// A body that would leave the largest cell turns back.
static void move(Body *body) {
    for (int i = 0; i < 3; i++) {
        double next = body->at[i] + body->speed[i];
        if (next < 0 || next >= 1) {
            body->speed[i] = -body->speed[i];
        } else {
            body->at[i] = next;
        }
    }
}

static int drop_cells(Cell *cell) {
    if (cell == NULL) return 0;
    int count = cell->leaf ? cell->count : 0;
    for (int i = 0; !cell->leaf && i < 8; i++) count += drop_cells(cell->parts[i]);
    free(cell);
    return count;
}

int main(void) {
    Instant start = now();
    Body **all = malloc(BODIES * sizeof *all);
    for (int i = 0; i < BODIES; i++) {
        all[i] = calloc(1, sizeof **all);
        for (int j = 0; j < 3; j++) all[i]->at[j] = (below(1 << 20) + 0.5) / (1 << 20) * (0.1 + 0.9 * (i % 8) / 8);
    }
    for (int step = 0; step < STEPS; step++) {
        void *root = NULL;
        for (int i = 0; i < BODIES; i++) put(&root, all[i], (double[3]){0, 0, 0}, 1);
        for (int i = 0; i < BODIES; i++) pull(root, all[i], 1);
        for (int i = 0; i < BODIES; i++) move(all[i]);
        must(((Cell *)root)->count == BODIES && drop_cells(root) == BODIES, "the bodies in the cells");
    }
    free_all((void **)all, BODIES);
    free(all);
    report(start, (double)BODIES * STEPS);
    return 0;
}
