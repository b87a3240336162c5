// Checks that say where they failed, and count.
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

static unsigned checks, failures;

#define EQ(expected, got) do { \
    long long e_ = (long long)(expected), g_ = (long long)(got); \
    checks++; \
    if (e_ != g_) { \
        failures++; \
        fprintf(stderr, "%s:%d: %s: expected %lld, got %lld\n", __FILE__, __LINE__, #got, e_, g_); \
    } \
} while (0)
#define TRUE(what) EQ(1, (what) ? 1 : 0)
#define SAME(expected, got) do { \
    checks++; \
    if (strcmp(expected, got) != 0) { \
        failures++; \
        fprintf(stderr, "%s:%d: expected \"%s\", got \"%s\"\n", __FILE__, __LINE__, expected, got); \
    } \
} while (0)

static inline int verdict(const char *name) {
    printf("%s: %u checks, %u failed\n", name, checks, failures);
    return failures != 0;
}

#endif
