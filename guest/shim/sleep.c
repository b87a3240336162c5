/* Sleeping. wasi-libc turns an interrupted sleep into ENOTSUP; Python needs EINTR, so that Stop ends a `time.sleep`. */
#include "shim.h"

#include "../memfs/memfs.h"

#include <errno.h>
#include <time.h>

#define NS_PER_S 1000000000

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *left)
{
    if (request->tv_nsec < 0 || request->tv_nsec >= NS_PER_S) {
        return EINVAL;
    }
    int64_t ns = (int64_t)request->tv_sec * NS_PER_S + request->tv_nsec;
    if (request->tv_sec > INT64_MAX / NS_PER_S - 1) {
        ns = INT64_MAX;
    }
    if ((flags & TIMER_ABSTIME) != 0) {
        struct timespec now;
        if (clock_gettime(clock, &now) != 0) {
            return errno;
        }
        ns -= (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
    }
    if (left != NULL) {
        *left = (struct timespec){0};
    }
    if (croquant_is_signalled()) {
        return EINTR;
    }
    return croquant_host_sleep(ns > 0 ? ns : 0); /* WASI's numbers are this libc's */
}

int
nanosleep(const struct timespec *request, struct timespec *left)
{
    int error = clock_nanosleep(CLOCK_MONOTONIC, 0, request, left);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}
