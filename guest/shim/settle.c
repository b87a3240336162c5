/* Lays out free memory so that sessions touch few pages: every page that a session writes is a page of its own, and a page fault.
   What the image's making left free lies scattered in holes; here the holes are plugged, and what sessions ask for first then lies
   close together. The price is some free memory that nobody gets; its pages stay the image's. */
#include "shim.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* pymalloc's size classes and pools, as Include/internal/pycore_obmalloc.h has them for 32 bits. */
enum { CLASS_STEP = 8, CLASS_LIMIT = 512, POOL_BYTES = 4096 };

/* A pool begins with the number of its blocks that are in use. */
static unsigned
blocks_in_use(const void *block)
{
    return *(const unsigned *)((uintptr_t)block & ~(uintptr_t)(POOL_BYTES - 1));
}

/* Plugs the holes of each size class, and opens a pool for it that has all but one of its blocks to give. These pools lie side by
   side: when a session ends, its memory is reset by runs of pages, and a short list of runs is reset much faster. */
static void
settle_objects(void)
{
    for (size_t size = CLASS_STEP; size <= CLASS_LIMIT; size += CLASS_STEP) {
        void *block;
        do {
            block = PyObject_Malloc(size);
        } while (block != NULL && blocks_in_use(block) > 1);
    }
}

/* Leaves zeros in the heap's free end. What the image's making left there, sessions would not use and yet, where they write zeros over
   it, have in their snapshots as something that differs. */
static void
clear(const char *end, size_t size)
{
    char *rest = malloc(size);
    if (rest == end) {
        explicit_bzero(rest, size);
    }
    free(rest);
}

/* No hole is as large: this comes from the heap's end. */
enum { HOLE_LIMIT = 1 << 20 };

/* What dlmalloc keeps behind the heap, and some more. */
enum { HEAP_FOOT = 256 };

/* Plugs the holes between larger blocks, from the largest to the smallest: what is allocated next comes from the heap's end. */
static void
settle_heap(void)
{
    char *end = malloc(HOLE_LIMIT);
    if (end == NULL) {
        return;
    }
    free(end);
    for (size_t size = HOLE_LIMIT; size >= 16; size = size > 1024 ? size - 512 : size - 8) {
        for (;;) {
            char *hole = malloc(size);
            if (hole == NULL) {
                break;
            }
            if (hole >= end) {
                free(hole);
                break;
            }
        }
    }
    clear(end, (size_t)((char *)sbrk(0) - end) - HEAP_FOOT);
}

void
croquant_settle(void)
{
    settle_objects();
    settle_heap();
}
