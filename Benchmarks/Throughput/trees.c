// trees WORKLOAD
//   tree    an ordered tree with 100,000 nodes and a payload of 16 to 256 bytes each; one is deleted and one is inserted, at
//           random. An operation is a node
//   binary  binary trees of 15 to 65,535 nodes are grown and dropped while a large one stays. An operation is a node
#include "workload.h"

enum { NODES = 100000, CHANGES = 200000 };

// A node is above all nodes of its subtree in a second order, which is random: that keeps the tree flat.
typedef struct Node {
    uint64_t key, order;
    struct Node *left, *right;
    char *payload;
} Node;

// Makes two trees of one: the nodes with lower keys, and the others.
static void split(Node *tree, uint64_t key, Node **lower, Node **others) {
    while (tree) {
        if (tree->key < key) {
            *lower = tree;
            tree = *(lower = &tree->right);
        } else {
            *others = tree;
            tree = *(others = &tree->left);
        }
    }
    *lower = *others = NULL;
}

static void insert(Node **place, uint64_t key) {
    Node *node = malloc(sizeof *node);
    *node = (Node){.key = key, .order = key * 0xD1342543DE82EF95, .payload = stamped(16 + below(241))};
    while (*place && (*place)->order >= node->order) place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    split(*place, key, &node->left, &node->right);
    *place = node;
}

static void delete(Node **place, uint64_t key) {
    while (*place && (*place)->key != key) place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    must(*place != NULL, "a node is in the tree");
    Node *node = *place, *less = node->left, *more = node->right;
    while (less && more) {
        if (less->order > more->order) {
            *place = less;
            less = *(place = &less->right);
        } else {
            *place = more;
            more = *(place = &more->left);
        }
    }
    *place = less ? less : more;
    free_stamped(node->payload);
    free(node);
}

static double tree(long unused) {
    (void)unused;
    Node *root = NULL;
    uint64_t *keys = malloc(NODES * sizeof *keys);
    for (long i = 0; i < NODES; i++) insert(&root, keys[i] = below(1ULL << 40) << 20 | i);
    for (long i = 0; i < CHANGES; i++) {
        long place = below(NODES);
        delete(&root, keys[place]);
        insert(&root, keys[place] = below(1ULL << 40) << 20 | place);
    }
    for (long i = 0; i < NODES; i++) delete(&root, keys[i]);
    must(root == NULL, "the tree is empty");
    free(keys);
    return NODES + CHANGES;
}

enum { DEEPEST = 16, LASTING = 18, TREES = 40 };

typedef struct Pair {
    struct Pair *left, *right;
} Pair;

static Pair *grown(int depth) {
    Pair *pair = malloc(sizeof *pair);
    *pair = depth > 1 ? (Pair){grown(depth - 1), grown(depth - 1)} : (Pair){NULL, NULL};
    return pair;
}

static long dropped(Pair *pair) {
    long count = pair->left ? 1 + dropped(pair->left) + dropped(pair->right) : 1;
    free(pair);
    return count;
}

static double binary(long unused) {
    (void)unused;
    long count = 0;
    Pair *lasting = grown(LASTING);
    for (int depth = 4; depth <= DEEPEST; depth += 2)
        for (long i = 0; i < (long)TREES << (DEEPEST - depth); i++) count += dropped(grown(depth));
    count += dropped(lasting);
    long expected = (1L << LASTING) - 1;
    for (int depth = 4; depth <= DEEPEST; depth += 2) expected += ((1L << depth) - 1) * ((long)TREES << (DEEPEST - depth));
    must(count == expected, "the nodes of the trees");
    return count;
}

int main(int count, char **arguments) {
    static const Workload workloads[] = {{"tree", tree}, {"binary", binary}, {NULL, NULL}};
    return run(workloads, count, arguments, "trees tree|binary");
}
