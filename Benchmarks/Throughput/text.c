// text WORKLOAD
//   strings   words are counted. A word is read into a string that grows by realloc and is cut to its length; a hash table that
//             grows by realloc has an entry for each word, and now and then loses half of them. An operation is a word
//   document  a text of nested objects, arrays, strings and numbers is read into a tree, a block for each value, each string and
//             each list; the tree before it is dropped. An operation is a value
#include "workload.h"

enum { WORDS = 2000000, LEAST = 1024, MOST = 60000 };

typedef struct Entry {
    struct Entry *next;
    char *word;
    uint64_t hash;
    long count;
} Entry;

static Entry **table;
static long places, entries;

// Doubles the table. The entries of a place stay, or go to the place that is as far up as the table was large.
static void widen(void) {
    table = realloc(table, 2 * places * sizeof *table);
    for (long i = 0; i < places; i++) {
        Entry **ends[2] = {&table[i], &table[places + i]};
        for (Entry *entry = table[i]; entry; entry = entry->next) {
            int upper = (entry->hash & places) != 0;
            *ends[upper] = entry;
            ends[upper] = &entry->next;
        }
        *ends[0] = *ends[1] = NULL;
    }
    places *= 2;
}

// Reads the word of a number, letter by letter: 4 to 67 letters, and each number has another word.
static char *read_word(uint64_t number, uint64_t *hash) {
    uint64_t letters = number * 0x9E3779B97F4A7C15;
    size_t length = 0, room = 8, end = 4 + (letters >> 58);
    char *word = malloc(room);
    for (*hash = 0; length < end; length++, letters = letters << 5 | letters >> 59) {
        if (length + 1 == room) word = realloc(word, room *= 2);
        word[length] = 'A' + (letters >> 59);
        *hash = (*hash ^ word[length]) * 0x100000001B3;
    }
    word[length] = 0;
    return realloc(word, length + 1);
}

static void count_word(uint64_t number) {
    uint64_t hash;
    char *word = read_word(number, &hash);
    Entry **place = &table[hash & (places - 1)];
    while (*place && ((*place)->hash != hash || strcmp((*place)->word, word) != 0)) place = &(*place)->next;
    if (*place) {
        free(word);
    } else {
        *place = malloc(sizeof **place);
        **place = (Entry){.word = word, .hash = hash};
        entries++;
    }
    (*place)->count++;
    if (entries > places) widen();
}

// Frees the entries of every place, or of every second one. Returns how many words they had counted.
static long forget(int step) {
    long counted = 0;
    for (long i = 0; i < places; i += step) {
        for (Entry *entry = table[i], *next; entry; entry = next, entries--) {
            next = entry->next;
            counted += entry->count;
            free(entry->word);
            free(entry);
        }
        table[i] = NULL;
    }
    return counted;
}

static double strings(long unused) {
    (void)unused;
    long counted = 0;
    places = LEAST;
    table = calloc(places, sizeof *table);
    for (long i = 0; i < WORDS; i++) {
        count_word(below(1ULL << (4 + below(15))));
        if (entries == MOST) counted += forget(2);
    }
    counted += forget(1);
    must(counted == WORDS && entries == 0, "the count of words");
    free(table);
    return WORDS;
}

enum { DOCUMENTS = 150, LETTERS = 400000, DEEPEST = 6 };

typedef struct Value {
    char *name, *text;
    long number, count, room;
    struct Value **parts;
} Value;

static char *document_text, *at;
static long numbers, values;

static void write_text(uint64_t length) {
    *at++ = '"';
    for (uint64_t i = 0; i < length; i++) *at++ = 'a' + below(26);
    *at++ = '"';
}

static void write_value(int depth) {
    uint64_t kind = depth == 0 ? 3 : below(8);
    if (depth == DEEPEST || kind > 4) {
        kind = below(2);
        if (kind == 0) write_text(below(4) ? below(12) : below(120));
        if (kind == 1) {
            long number = below(1000000);
            numbers += number;
            at += sprintf(at, "%ld", number);
        }
        return;
    }
    *at++ = kind > 1 ? '{' : '[';
    for (uint64_t i = depth == 0 ? LETTERS : below(12); i > 0 && at < document_text + LETTERS; i--) {
        if (kind > 1) write_text(3 + below(12));
        if (kind > 1) *at++ = ':';
        write_value(depth + 1);
        *at++ = ',';
    }
    *at++ = kind > 1 ? '}' : ']';
}

static char *read_text(void) {
    char *end = strchr(at + 1, '"'), *text = malloc(end - at);
    memcpy(text, at + 1, end - at - 1);
    text[end - at - 1] = 0;
    at = end + 1;
    return text;
}

static Value *read_value(void) {
    Value *value = calloc(1, sizeof *value);
    values++;
    if (*at == '"') {
        value->text = read_text();
    } else if (*at == '{' || *at == '[') {
        int named = *at++ == '{';
        while (*at != '}' && *at != ']') {
            char *name = named ? read_text() : NULL;
            at += named;
            if (value->count == value->room) {
                value->room = value->room ? 2 * value->room : 4;
                value->parts = realloc(value->parts, value->room * sizeof *value->parts);
            }
            (value->parts[value->count++] = read_value())->name = name;
            at++;
        }
        at++;
    } else {
        value->number = strtol(at, &at, 10);
    }
    return value;
}

// Returns the sum of the numbers of a tree, which it frees.
static long drop_value(Value *value) {
    long sum = value->number;
    for (long i = 0; i < value->count; i++) sum += drop_value(value->parts[i]);
    free(value->parts);
    free(value->name);
    free(value->text);
    free(value);
    return sum;
}

static double document(long unused) {
    (void)unused;
    at = document_text = malloc(2 * LETTERS);
    write_value(0);
    *at = 0;
    Value *before = NULL;
    for (int i = 0; i <= DOCUMENTS; i++) {
        at = document_text;
        Value *value = i < DOCUMENTS ? read_value() : NULL;
        must(before == NULL || drop_value(before) == numbers, "the sum of the numbers");
        before = value;
    }
    free(document_text);
    return values;
}

int main(int count, char **arguments) {
    static const Workload workloads[] = {{"strings", strings}, {"document", document}, {NULL, NULL}};
    return run(workloads, count, arguments, "text strings|document");
}
