/* Lays out free memory so that sessions touch few pages: every page that a session writes is a page of its own, and a page fault.
   What the image's making left free lies scattered in holes; here the holes are plugged, and what sessions ask for first then lies
   close together. The price is some free memory that nobody gets; its pages stay the image's. */
#include "shim.h"

#include <stdlib.h>

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

/* Plugs the holes between larger blocks, from the largest to the smallest: what is allocated next comes from the untouched end. */
static void
settle_heap(void)
{
    char *end = malloc(64 << 10);
    if (end == NULL) {
        return;
    }
    free(end);
    for (size_t size = 32 << 10; size >= 16; size = size > 1024 ? size - 512 : size - 8) {
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
}

void
croquant_settle(void)
{
    settle_objects();
    settle_heap();
}
