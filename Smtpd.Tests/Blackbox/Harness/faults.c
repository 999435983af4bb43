/* Preloaded into the server under test, makes system calls on the store's files fail while a file of that name exists:
 *
 *   $SMTPD_FAULTS/sync-fails  fsync and fdatasync fail with EIO
 *   $SMTPD_FAULTS/disk-full   whatever would need room fails with ENOSPC
 *
 * Only files below $SMTPD_FAULTS_STORE are touched. Every failure adds an octet to $SMTPD_FAULTS/NAME.happened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(const char *fault, int fd)
{
    const char *folder = getenv("SMTPD_FAULTS"), *store = getenv("SMTPD_FAULTS_STORE");
    char path[PATH_MAX], link[64], target[PATH_MAX];
    if (!folder || !store) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, fault);
    if (access(path, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n < 0) return 0;
    target[n] = 0;
    if (strncmp(target, store, strlen(store)) != 0) return 0;

    snprintf(path, sizeof path, "%s/%s.happened", folder, fault);
    int note = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (note >= 0) {
        syscall(SYS_write, note, "x", 1);
        close(note);
    }
    return 1;
}

#define NEXT(name) ({ static __typeof__(&name) next; if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name); next; })
#define FAIL_AS(fault, code, fd) do { if (fails(fault, fd)) { errno = code; return -1; } } while (0)

int fsync(int fd) { FAIL_AS("sync-fails", EIO, fd); return NEXT(fsync)(fd); }
int fdatasync(int fd) { FAIL_AS("sync-fails", EIO, fd); return NEXT(fdatasync)(fd); }

ssize_t write(int fd, const void *data, size_t n) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(write)(fd, data, n); }
ssize_t writev(int fd, const struct iovec *v, int n) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(writev)(fd, v, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(pwrite)(fd, data, n, at); }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(pwrite64)(fd, data, n, at); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(pwritev)(fd, v, n, at); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(pwritev64)(fd, v, n, at); }
int fallocate(int fd, int mode, off_t at, off_t n) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(fallocate)(fd, mode, at, n); }
int fallocate64(int fd, int mode, off64_t at, off64_t n) { FAIL_AS("disk-full", ENOSPC, fd); return NEXT(fallocate64)(fd, mode, at, n); }

/* These two return the error instead of setting errno. */
int posix_fallocate(int fd, off_t at, off_t n) { return fails("disk-full", fd) ? ENOSPC : NEXT(posix_fallocate)(fd, at, n); }
int posix_fallocate64(int fd, off64_t at, off64_t n) { return fails("disk-full", fd) ? ENOSPC : NEXT(posix_fallocate64)(fd, at, n); }
