// Standard streams, which go to the host's `write` and `read` (guest/ABI.md), and the devices of /dev.
#include "fs.h"

#include <string.h>

static unsigned tty_bits;

void memfs_set_stdio(unsigned bits) {
    tty_bits = bits;
}

bool stream_is_tty(int stream) {
    return tty_bits >> stream & 1;
}

// One read of the host fills at most one buffer: what a terminal or pipe has now is returned now.
werr stream_read(int stream, const __wasi_iovec_t *iovs, size_t count, size_t *done) {
    *done = 0;
    if (stream != 0)
        return E(BADF);
    for (size_t i = 0; i < count; i++) {
        if (iovs[i].buf_len == 0)
            continue;
        if (croquant_is_signalled())
            return E(INTR);
        int32_t n = croquant_read(iovs[i].buf, (uint32_t)iovs[i].buf_len);
        if (n < 0)
            return (werr)-n;
        *done = (size_t)n;
        return OK;
    }
    return OK;
}

werr stream_write(int stream, const __wasi_ciovec_t *iovs, size_t count, size_t *done) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (iovs[i].buf_len == 0)
            continue;
        int32_t n = croquant_write(stream, iovs[i].buf, (uint32_t)iovs[i].buf_len);
        if (n < 0 && total == 0)
            return (werr)-n;
        if (n > 0)
            total += (size_t)n;
        if (n < 0 || (uint32_t)n < iovs[i].buf_len)
            break;
    }
    *done = total;
    return OK;
}

size_t device_read(enum device device, uint8_t *to, size_t len) {
    switch (device) {
    case DEV_ZERO:
        memset(to, 0, len);
        return len;
    case DEV_RANDOM:
        return __wasi_random_get(to, len) == OK ? len : 0;
    default:
        return 0;
    }
}
