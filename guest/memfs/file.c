// The bytes of a regular file, in blocks.
//
// Blocks instead of one buffer: a growing file is never copied and needs no second buffer of its size, and a hole costs
// nothing. The first block grows with the file, so that a small file takes little more than its bytes.
//
// Invariant: bytes of a block past the file's end are zero. So growing a file is a matter of its size alone.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

// Memory in one piece that file data leaves free. Without it a program that fills its disk could not even say so: Python
// takes memory for its objects a megabyte at a time. It is looked for once in a megabyte of blocks.
enum { RESERVE = 4 * 1024 * 1024, STEP = 1024 * 1024, RESERVE_EVERY = STEP / BLOCK };

static bool memory_is_left(void) {
    static unsigned blocks = 1;    // the first small files need no look
    if (blocks++ % RESERVE_EVERY != 0)
        return true;
    void *volatile spare = malloc(RESERVE + STEP);    // volatile: or the compiler takes it to succeed and drops it
    free(spare);
    blocks -= spare == NULL;    // look again next time
    return spare != NULL;
}

static uint32_t room_of(const struct file *f, uint64_t block) {
    if (block >= f->block_count || f->blocks[block] == NULL)
        return 0;
    return block == 0 ? f->first_room : BLOCK;
}

static bool grow_index(struct file *f, uint64_t block) {
    if (block < f->block_count)
        return true;
    uint64_t count = block + 1;
    if (count < f->block_count + f->block_count / 2)
        count = f->block_count + f->block_count / 2;
    if (count > SIZE_MAX / sizeof *f->blocks / 2)
        return false;
    uint8_t **blocks = realloc(f->blocks, (size_t)count * sizeof *blocks);
    if (blocks == NULL)
        return false;
    memset(blocks + f->block_count, 0, (size_t)(count - f->block_count) * sizeof *blocks);
    f->blocks = blocks;
    f->block_count = (uint32_t)count;
    return true;
}

static bool grow_first(struct file *f, uint32_t need) {
    uint32_t room = f->first_room * 2;
    if (room < need)
        room = need;
    if (room > BLOCK)
        room = BLOCK;
    if (!memory_is_left())
        return false;
    uint8_t *data = realloc(f->blocks[0], room);
    if (data == NULL)
        return false;
    memset(data + f->first_room, 0, room - f->first_room);
    f->blocks[0] = data;
    f->first_room = room;
    return true;
}

// Makes room for bytes 0..need of a block. NULL: no memory.
static uint8_t *block_for(struct file *f, uint64_t block, uint32_t need) {
    if (room_of(f, block) >= need)
        return f->blocks[block];
    if (!grow_index(f, block))
        return NULL;
    if (block == 0)
        return grow_first(f, need) ? f->blocks[0] : NULL;
    if (!memory_is_left())
        return NULL;
    return f->blocks[block] = calloc(1, BLOCK);
}

size_t file_read(const struct node *node, uint64_t offset, uint8_t *to, size_t len) {
    const struct file *f = &node->file;
    if (offset >= f->size)
        return 0;
    if (len > f->size - offset)
        len = (size_t)(f->size - offset);
    if (f->fixed != NULL) {
        memcpy(to, f->fixed + offset, len);
        return len;
    }
    for (size_t done = 0; done < len;) {
        uint64_t block = (offset + done) / BLOCK;
        uint32_t from = (offset + done) % BLOCK, room = room_of(f, block);
        size_t part = BLOCK - from < len - done ? BLOCK - from : len - done;
        size_t there = room > from ? room - from : 0;
        if (there > part)
            there = part;
        if (there)
            memcpy(to + done, f->blocks[block] + from, there);
        memset(to + done + there, 0, part - there);
        done += part;
    }
    return len;
}

// Writes what there is room for; an error only if that is nothing.
werr file_write(struct node *node, uint64_t offset, const uint8_t *from, size_t len, size_t *written) {
    struct file *f = &node->file;
    *written = 0;
    if (len == 0)
        return OK;
    if (offset >= SIZE_LIMIT)
        return E(FBIG);
    if (len > SIZE_LIMIT - offset)
        len = (size_t)(SIZE_LIMIT - offset);
    size_t done = 0;
    while (done < len) {
        uint64_t block = (offset + done) / BLOCK;
        uint32_t start = (offset + done) % BLOCK;
        uint32_t part = BLOCK - start < len - done ? BLOCK - start : (uint32_t)(len - done);
        uint8_t *data = block_for(f, block, start + part);
        if (data == NULL)
            break;
        memcpy(data + start, from + done, part);
        done += part;
    }
    if (done == 0)
        return E(NOSPC);
    if (offset + done > f->size)
        f->size = offset + done;
    node->mtim = node->ctim = fs_now();
    *written = done;
    return OK;
}

static void shrink(struct file *f, uint64_t size) {
    uint64_t keep = (size + BLOCK - 1) / BLOCK;
    for (uint64_t block = keep; block < f->block_count; block++) {
        free(f->blocks[block]);
        f->blocks[block] = NULL;
        if (block == 0)
            f->first_room = 0;
    }
    if (keep == 0) {
        free(f->blocks);
        f->blocks = NULL;
        f->block_count = 0;
    } else {
        uint32_t tail = size % BLOCK, room = room_of(f, keep - 1);
        if (tail != 0 && room > tail)
            memset(f->blocks[keep - 1] + tail, 0, room - tail);
    }
}

werr file_resize(struct node *node, uint64_t size) {
    struct file *f = &node->file;
    if (size > SIZE_LIMIT)
        return E(FBIG);
    if (size < f->size)
        shrink(f, size);
    f->size = size;
    node->mtim = node->ctim = fs_now();
    return OK;
}

// Fills the holes of a range, so that writing there cannot run out of memory, and lets the file reach to its end.
werr file_reserve(struct node *node, uint64_t offset, uint64_t len) {
    struct file *f = &node->file;
    if (offset > SIZE_LIMIT || len > SIZE_LIMIT - offset)
        return E(FBIG);
    uint64_t end = offset + len;
    for (uint64_t block = offset / BLOCK; block * BLOCK < end; block++) {
        uint32_t need = end - block * BLOCK < BLOCK ? (uint32_t)(end - block * BLOCK) : BLOCK;
        if (block_for(f, block, need) == NULL) {
            shrink(f, f->size);    // what was taken in vain
            return E(NOSPC);
        }
    }
    if (end > f->size)
        f->size = end;
    node->mtim = node->ctim = fs_now();
    return OK;
}

// Gives back the room that a small file took to grow into.
void file_trim(struct node *node) {
    struct file *f = &node->file;
    if (f->size == 0 || f->size >= f->first_room || node_is_fixed(node))
        return;
    uint8_t *data = realloc(f->blocks[0], (size_t)f->size);
    if (data == NULL)
        return;
    f->blocks[0] = data;
    f->first_room = (uint32_t)f->size;
}

// Before a packed file of the image is read. It stays unpacked until nothing has it open.
werr file_unpack(struct node *node) {
    struct file *f = &node->file;
    if (f->packed == NULL || f->fixed != NULL)
        return OK;
    uint8_t *bytes = malloc((size_t)f->size + 1);    // an empty file has an address, too
    if (bytes == NULL || !croquant_unpack(f->packed, f->packed_len, bytes, (unsigned)f->size)) {
        free(bytes);
        return E(NOMEM);
    }
    f->fixed = bytes;
    return OK;
}

void file_pack(struct node *node) {
    if (node->file.packed == NULL)
        return;
    free((void *)node->file.fixed);
    node->file.fixed = NULL;
}

void file_free(struct node *node) {
    file_pack(node);
    if (!node_is_fixed(node))
        shrink(&node->file, 0);
}
