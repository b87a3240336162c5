/* Lays out free memory so that sessions touch few pages: every page that a session writes is a page of its own, and a page fault.
   What the image's making left free lies scattered in holes; here the holes are plugged, and what sessions ask for first then lies
   close together. The price is some free memory that nobody gets; its pages stay the image's. */
#include "shim.h"

#include <stdlib.h>

/* pymalloc's size classes, and the size of its pools, as Include/internal/pycore_obmalloc.h has them for 32 bits. */
enum { CLASS_STEP = 8, CLASS_LIMIT = 512, POOL_BYTES = 4096 };

/* Plugs the holes of each size class, and opens a new pool for it that has almost all of its blocks to give. */
static void
settle_objects(void)
{
    for (size_t size = CLASS_STEP; size <= CLASS_LIMIT; size += CLASS_STEP) {
        void *first;
        do {
            first = PyObject_Malloc(size);
        } while (first != NULL && (uintptr_t)first % POOL_BYTES > 64);
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
