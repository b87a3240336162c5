// `poll_oneoff`: sleeping, and asking whether a file is ready. Every file that there is here always is.
#include "fs.h"

static bool fd_event(const __wasi_subscription_t *in, __wasi_event_t *out) {
    __wasi_fd_t fd = in->u.tag == __WASI_EVENTTYPE_FD_READ ? in->u.u.fd_read.file_descriptor
                                                           : in->u.u.fd_write.file_descriptor;
    *out = (__wasi_event_t){.userdata = in->userdata, .type = in->u.tag};
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        out->error = E(BADF);
    else if (in->u.tag == __WASI_EVENTTYPE_FD_WRITE)
        out->fd_readwrite.nbytes = BLOCK;
    else if (file->kind == OPEN_NODE && file->node->kind == FILE_NODE && file->node->file.size > file->offset)
        out->fd_readwrite.nbytes = file->node->file.size - file->offset;
    else
        out->fd_readwrite.nbytes = 1;
    return true;
}

// Nanoseconds from now until the subscription's time.
static werr time_left(const __wasi_subscription_clock_t *clock, uint64_t *left) {
    *left = clock->timeout;
    if (!(clock->flags & __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME))
        return OK;
    __wasi_timestamp_t now;
    TRY(__wasi_clock_time_get(clock->id, 1, &now));
    *left = clock->timeout > now ? clock->timeout - now : 0;
    return OK;
}

// Waits for the nearest of the clocks. It, and all due at the same moment, give events.
static werr wait_for_clock(const __wasi_subscription_t *in, __wasi_event_t *out, size_t count, size_t *events) {
    uint64_t nearest = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t left;
        TRY(time_left(&in[i].u.u.clock, &left));
        if (left < nearest)
            nearest = left;
    }
    if (croquant_is_signalled())
        return E(INTR);
    int32_t err = croquant_sleep(nearest > INT64_MAX ? INT64_MAX : (int64_t)nearest);
    if (err != 0)
        return (werr)err;
    for (size_t i = 0; i < count; i++) {
        const __wasi_subscription_clock_t *clock = &in[i].u.u.clock;
        uint64_t left;
        TRY(time_left(clock, &left));
        bool absolute = clock->flags & __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
        if (absolute ? left == 0 : left <= nearest)
            out[(*events)++] = (__wasi_event_t){.userdata = in[i].userdata, .type = __WASI_EVENTTYPE_CLOCK};
    }
    return OK;
}

werr WRAP(poll_oneoff)(const __wasi_subscription_t *in, __wasi_event_t *out, __wasi_size_t count,
                       __wasi_size_t *events) {
    *events = 0;
    if (count == 0)
        return E(INVAL);
    for (size_t i = 0; i < count; i++) {
        if (in[i].u.tag > __WASI_EVENTTYPE_FD_WRITE)
            return E(INVAL);
        if (in[i].u.tag != __WASI_EVENTTYPE_CLOCK)
            *events += fd_event(&in[i], &out[*events]);
    }
    return *events ? OK : wait_for_clock(in, out, count, events);
}
