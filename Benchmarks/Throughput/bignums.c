// bignums: a number of 43 digits is being factored. The continued fraction of its root yields a number per step whose square
// leaves a small rest; that rest is divided by small primes. Each number is a block of 8 to 64 bytes with a count of its
// references, and each sum, product, quotient and rest is a new one. Most are freed by the next line, some live for a step or
// two. An operation is a number.
#include "workload.h"

enum { STEPS = 600000, PRIMES = 21, CHECKED = 15 };

typedef struct {
    uint32_t references, count;
    uint32_t digits[];
} Number;

static long allocated;

static Number *number(uint32_t count) {
    Number *made = malloc(sizeof *made + count * sizeof *made->digits);
    made->references = 1;
    made->count = count;
    allocated++;
    return made;
}

static Number *digit(uint32_t value) {
    Number *made = number(value > 0);
    if (value > 0) made->digits[0] = value;
    return made;
}

static Number *kept(Number *each) {
    each->references++;
    return each;
}

static void drop(Number *each) {
    if (--each->references == 0) free(each);
}

static int order(const Number *a, const Number *b) {
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;)
        if (a->digits[i] != b->digits[i]) return a->digits[i] < b->digits[i] ? -1 : 1;
    return 0;
}

// Drops the numbers that a result was made of, and the zeros that it begins with.
static Number *result(Number *made, Number *a, Number *b) {
    drop(a);
    drop(b);
    while (made->count > 0 && made->digits[made->count - 1] == 0) made->count--;
    return made;
}

// The functions below drop their arguments; kept() lets one live on.

// Adds or subtracts a number that is not greater.
static Number *combined(Number *a, Number *b, int sign) {
    Number *made = number(a->count + 1);
    int64_t carry = 0;
    for (uint32_t i = 0; i <= a->count; i++, carry >>= 32) {
        carry += (i < a->count ? (int64_t)a->digits[i] : 0) + (i < b->count ? sign * (int64_t)b->digits[i] : 0);
        made->digits[i] = carry;
    }
    return result(made, a, b);
}

static Number *sum(Number *a, Number *b) { return a->count < b->count ? combined(b, a, 1) : combined(a, b, 1); }
static Number *difference(Number *a, Number *b) { return combined(a, b, -1); }

static Number *product(Number *a, Number *b) {
    Number *made = number(a->count + b->count);
    memset(made->digits, 0, made->count * sizeof *made->digits);
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t carry = 0;
        for (uint32_t j = 0; j < b->count; j++, carry >>= 32) {
            carry += (uint64_t)a->digits[i] * b->digits[j] + made->digits[i + j];
            made->digits[i + j] = carry;
        }
        made->digits[i + b->count] = carry;
    }
    return result(made, a, b);
}

static uint32_t rest_by_digit(const Number *a, uint32_t divisor, Number *quotient) {
    uint64_t rest = 0;
    for (uint32_t i = a->count; i-- > 0; rest %= divisor) {
        rest = rest << 32 | a->digits[i];
        if (quotient) quotient->digits[i] = rest / divisor;
    }
    return rest;
}

// Returns a number with all bits moved up, and with a digit more.
static Number *moved(const Number *a, int bits) {
    Number *made = number(a->count + 1);
    uint64_t carry = 0;
    for (uint32_t i = 0; i <= a->count; i++, carry >>= 32) {
        carry |= i < a->count ? (uint64_t)a->digits[i] << bits : 0;
        made->digits[i] = carry;
    }
    return made;
}

// Long division. A digit of the quotient is first taken from the leading digits of both, so it may be too large by a little.
static Number *quotient(Number *a, Number *b, Number **rest) {
    uint32_t size = b->count, places = a->count >= size ? a->count - size + 1 : 0;
    Number *made = number(places);
    if (places == 0) {
        *rest = kept(a);
        return result(made, a, b);
    }
    if (size == 1) {
        *rest = digit(rest_by_digit(a, b->digits[0], made));
        return result(made, a, b);
    }
    int bits = __builtin_clz(b->digits[size - 1]);
    Number *left = moved(a, bits), *by = moved(b, bits);
    for (uint32_t place = places; place-- > 0;) {
        uint32_t *at = left->digits + place;
        uint64_t lead = (uint64_t)at[size] << 32 | at[size - 1], guess = lead / by->digits[size - 1];
        if (guess > UINT32_MAX) guess = UINT32_MAX;
        uint64_t carry = 0;
        int64_t debt = 0;
        for (uint32_t i = 0; i <= size; i++, carry >>= 32, debt >>= 32) {
            carry += guess * by->digits[i];
            debt += (int64_t)at[i] - (uint32_t)carry;
            at[i] = debt;
        }
        for (; debt < 0; guess--) {
            uint64_t more = 0;
            for (uint32_t i = 0; i <= size; i++, more >>= 32) at[i] = more += (uint64_t)at[i] + by->digits[i];
            debt += more;
        }
        made->digits[place] = guess;
    }
    Number *remains = number(size);
    for (uint32_t i = 0; i < size; i++) remains->digits[i] = ((uint64_t)left->digits[i + 1] << 32 | left->digits[i]) >> bits;
    *rest = result(remains, left, by);
    return result(made, a, b);
}

static Number *divided(Number *a, Number *b) {
    Number *rest, *made = quotient(a, b, &rest);
    drop(rest);
    return made;
}

static Number *modulo(Number *a, Number *b) {
    Number *rest;
    drop(quotient(a, b, &rest));
    return rest;
}

static Number *root(Number *a) {
    for (Number *guess = kept(a);;) {
        Number *better = divided(sum(kept(guess), divided(kept(a), kept(guess))), digit(2));
        if (order(better, guess) >= 0) return result(guess, better, a);
        drop(guess);
        guess = better;
    }
}

// Divides by small primes as often as they go.
static void sift(Number *each) {
    static const uint8_t primes[PRIMES] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73};
    for (int i = 0; i < PRIMES; i++)
        while (rest_by_digit(each, primes[i], NULL) == 0) each = divided(each, digit(primes[i]));
    drop(each);
}

int main(void) {
    Instant start = now();
    Number *n = digit(0);
    for (const char *text = "3141592653589793238462643383279502884197169"; *text; text++)
        n = sum(product(n, digit(10)), digit(*text - '0'));
    Number *whole = root(kept(n)), *p = digit(0), *q = digit(1), *part = kept(whole), *before = digit(1), *power = kept(whole);
    for (int step = 0; step < STEPS; step++) {
        p = difference(product(part, kept(q)), p);
        q = divided(difference(kept(n), product(kept(p), kept(p))), q);
        sift(kept(q));
        if (step % CHECKED == 0) {
            // The square of the power and q, with a sign that changes, leave the same rest.
            Number *square = modulo(product(kept(power), kept(power)), kept(n));
            Number *expected = step % 2 == 0 ? difference(kept(n), kept(q)) : kept(q);
            must(order(square, expected) == 0, "a square");
            drop(result(square, expected, digit(0)));
        }
        part = divided(sum(kept(whole), kept(p)), kept(q));
        Number *next = modulo(sum(product(kept(part), kept(power)), before), kept(n));
        before = power;
        power = next;
    }
    Number *all[] = {n, whole, p, q, part, before, power};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) drop(all[i]);
    report(start, allocated);
    return 0;
}
