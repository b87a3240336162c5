// Nodes, and directories that name them.
//
// A directory keeps its names twice: in hash buckets, to find one, and in order of age, to list them. Each name has a
// cookie that only rises, so a listing that goes on from a cookie neither repeats nor skips a name, whatever was added
// or removed in between.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

struct node *fs_root;
uint16_t fs_new_file_mode = 0644, fs_new_dir_mode = 0755;
static uint64_t last_ino;
static uint32_t file_count, file_limit = UINT32_MAX;    // nodes, and names of theirs besides the first

enum { FIRST_COOKIE = 2, FIRST_BUCKETS = 8 };    // cookies 0 and 1 are "." and ".."

uint64_t fs_now(void) {
    __wasi_timestamp_t now = 0;
    if (__wasi_clock_time_get(__WASI_CLOCKID_REALTIME, 1000000, &now) != OK)
        return 0;
    return now;
}

void memfs_set_file_limit(unsigned files) {
    file_limit = files < UINT32_MAX - file_count ? file_count + files : UINT32_MAX;
}

bool fs_has_room(void) {
    return file_count < file_limit;
}

struct node *node_new(enum kind kind) {
    struct node *node = fs_has_room() ? calloc(1, sizeof *node) : NULL;
    if (node == NULL)
        return NULL;
    file_count++;
    node->kind = kind;
    node->mode = kind == DIR_NODE ? fs_new_dir_mode : kind == FILE_NODE ? fs_new_file_mode
        : kind == LINK_NODE ? 0777 : 0666;
    node->ino = ++last_ino;
    node->atim = node->mtim = node->ctim = fs_now();
    if (kind == DIR_NODE)
        node->dir.next_cookie = FIRST_COOKIE;
    return node;
}

void node_pin(struct node *node) {
    node->pins++;
}

static struct node *free_node(struct node *node) {
    struct node *parent = NULL;
    switch (node->kind) {
    case DIR_NODE:
        free(node->dir.buckets);
        free(node->dir.order);
        if (node->dir.dead)
            parent = node->dir.parent;
        break;
    case FILE_NODE:
        file_free(node);
        break;
    case LINK_NODE:
        free(node->link.target);
        break;
    case DEVICE_NODE:
        break;
    }
    free(node);
    file_count--;
    return parent;
}

// A removed directory keeps its parent, for `..`; so freeing one may free the next, up a chain of any length.
void node_free_if_unused(struct node *node) {
    while (node != NULL && node->names == 0 && node->pins == 0) {
        node = free_node(node);
        if (node != NULL)
            node->pins--;
    }
}

void node_unpin(struct node *node) {
    node->pins--;
    if (node->kind == FILE_NODE && node->pins == 0)
        file_pack(node);
    node_free_if_unused(node);
}

bool node_is_fixed(const struct node *node) {
    return node->kind == FILE_NODE && (node->file.fixed != NULL || node->file.packed != NULL);
}

static uint32_t hash_of(const char *name, size_t len) {
    uint32_t hash = 2166136261u;    // FNV-1a: only the session itself could attack it
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    return hash;
}

struct entry *dir_find(const struct node *dir, const char *name, size_t len) {
    const struct dir *d = &dir->dir;
    if (d->entry_count == 0)
        return NULL;
    uint32_t hash = hash_of(name, len);
    for (struct entry *e = d->buckets[hash & (d->bucket_count - 1)]; e != NULL; e = e->chain)
        if (e->hash == hash && e->len == len && memcmp(e->name, name, len) == 0)
            return e;
    return NULL;
}

static bool grow_buckets(struct dir *d) {
    if (d->entry_count < d->bucket_count)
        return true;
    uint32_t count = d->bucket_count ? d->bucket_count * 2 : FIRST_BUCKETS;
    struct entry **buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL)
        return d->bucket_count != 0;    // long chains are slow, not wrong
    for (uint32_t i = 0; i < d->slot_count; i++) {
        struct entry *e = d->order[i].entry;
        if (e == NULL)
            continue;
        e->chain = buckets[e->hash & (count - 1)];
        buckets[e->hash & (count - 1)] = e;
    }
    free(d->buckets);
    d->buckets = buckets;
    d->bucket_count = count;
    return true;
}

static void compact_order(struct dir *d) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < d->slot_count; i++)
        if (d->order[i].entry != NULL)
            d->order[kept++] = d->order[i];
    d->slot_count = kept;
}

static bool grow_order(struct dir *d) {
    if (d->slot_count < d->slot_room)
        return true;
    uint32_t room = d->slot_room ? d->slot_room * 2 : 4;
    struct slot *order = room > INT32_MAX / sizeof *order ? NULL : realloc(d->order, room * sizeof *order);
    if (order == NULL)
        return false;
    d->order = order;
    d->slot_room = room;
    return true;
}

static void take_place(struct node *dir, struct entry *entry, struct node *node) {
    entry->node = node;
    file_count += node->names++ > 0;
    if (node->kind == DIR_NODE) {
        node->dir.parent = dir;
        node->dir.entry = entry;
        dir->dir.subdirs++;
    }
}

static void leave_place(struct node *dir, struct node *node) {
    file_count -= --node->names > 0;
    if (node->kind == DIR_NODE)
        dir->dir.subdirs--;
}

werr dir_add(struct node *dir, const char *name, size_t len, struct node *node) {
    struct dir *d = &dir->dir;
    if (d->dead)
        return E(NOENT);
    struct entry *entry = malloc(sizeof *entry + len);
    if (entry == NULL || !grow_buckets(d) || !grow_order(d)) {
        free(entry);
        return E(NOSPC);
    }
    entry->hash = hash_of(name, len);
    entry->len = (uint8_t)len;
    memcpy(entry->name, name, len);
    entry->cookie = d->next_cookie++;
    struct entry **bucket = &d->buckets[entry->hash & (d->bucket_count - 1)];
    entry->chain = *bucket;
    *bucket = entry;
    d->order[d->slot_count++] = (struct slot){entry->cookie, entry};
    d->entry_count++;
    take_place(dir, entry, node);
    dir->mtim = dir->ctim = fs_now();
    return OK;
}

// The first slot at `cookie` or after it.
static uint32_t slot_from(const struct dir *d, uint64_t cookie) {
    uint32_t low = 0, high = d->slot_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (d->order[middle].cookie < cookie)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Takes a name away. What it stood for is the caller's to free.
void dir_drop(struct node *dir, struct entry *entry) {
    struct dir *d = &dir->dir;
    struct entry **at = &d->buckets[entry->hash & (d->bucket_count - 1)];
    while (*at != entry)
        at = &(*at)->chain;
    *at = entry->chain;
    d->order[slot_from(d, entry->cookie)].entry = NULL;
    d->entry_count--;
    if (d->slot_count > 2 * d->entry_count + 16)
        compact_order(d);
    leave_place(dir, entry->node);
    free(entry);
    dir->mtim = dir->ctim = fs_now();
}

// Lets a name stand for another node. Needs no memory, so a rename over a file cannot fail half-way.
void dir_replace(struct node *dir, struct entry *entry, struct node *node) {
    leave_place(dir, entry->node);
    take_place(dir, entry, node);
    dir->mtim = dir->ctim = fs_now();
}

const struct slot *dir_slots_from(const struct node *dir, uint64_t cookie, uint32_t *count) {
    uint32_t first = slot_from(&dir->dir, cookie);
    *count = dir->dir.slot_count - first;
    return *count ? dir->dir.order + first : NULL;
}

// The directory's absolute path.
werr node_path(const struct node *dir, char out[PATH_LIMIT]) {
    size_t start = PATH_LIMIT - 1;
    char path[PATH_LIMIT];
    path[start] = 0;
    for (; dir != fs_root; dir = dir->dir.parent) {
        if (dir->dir.dead)
            return E(NOENT);
        const struct entry *e = dir->dir.entry;
        if (start < (size_t)e->len + 1)
            return E(NAMETOOLONG);
        start -= e->len;
        memcpy(path + start, e->name, e->len);
        path[--start] = '/';
    }
    if (path[start] == 0)
        path[--start] = '/';
    memcpy(out, path + start, PATH_LIMIT - start);
    return OK;
}
