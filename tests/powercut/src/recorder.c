// Loaded before the C library: puts everything that a process does to the files of one folder on a tape, in order.
//
//   RECORD_DIR   the folder, without symbolic links in its path
//   RECORD_TAPE  the file that the tape is appended to
//   RECORD_FAIL  optional: "sync:12" fails the twelfth sync with EIO, "write:12" the twelfth write with EIO,
//                "full:12" the twelfth write and every one behind it with ENOSPC, "short:12" writes half of the twelfth
//
// Nothing is really synced: what a sync makes durable is decided when the tape is played.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *folder;
static int tape = -1;
static const char *fail_kind = "";
static long fail_at, writes, syncs;

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_unlink)(const char *);

static void start(void) {
    folder = getenv("RECORD_DIR");
    const char *path = getenv("RECORD_TAPE");
    if (path) tape = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *fail = getenv("RECORD_FAIL");
    const char *colon = fail ? strchr(fail, ':') : 0;
    if (colon) {
        fail_kind = fail;
        fail_at = atol(colon + 1);
    }
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
}

static int fails(const char *kind, long count) {
    size_t length = strlen(kind);
    return fail_at && !strncmp(fail_kind, kind, length) && fail_kind[length] == ':' && count == fail_at;
}

static int inside(const char *path) {
    // The shared memory beside the log is not part of what survives.
    return folder && tape >= 0 && !strncmp(path, folder, strlen(folder)) && !strstr(path, "-shm");
}

static int tracked(int fd, char path[4096]) {
    pthread_once(&once, start);
    if (!folder || tape < 0) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    if (length <= 0) return 0;
    path[length] = 0;
    return inside(path);
}

static void put(const void *bytes, size_t length) {
    const char *next = bytes;
    while (length) {
        ssize_t done = syscall(SYS_write, tape, next, length);
        // A tape with a hole in it would prove nothing.
        if (done <= 0) _exit(99);
        next += done;
        length -= (size_t)done;
    }
}

static void record(char kind, const char *path, uint64_t offset, const void *bytes, uint32_t length) {
    struct __attribute__((packed)) {
        char kind;
        uint16_t path;
        uint64_t offset;
        uint32_t length;
    } head = {kind, (uint16_t)strlen(path), offset, length};
    put(&head, sizeof head);
    put(path, head.path);
    put(bytes, length);
}

static ssize_t write_at(int fd, const char *path, const void *bytes, size_t length, off64_t offset) {
    writes++;
    if (fails("write", writes)) {
        errno = EIO;
        return -1;
    }
    if (fail_at && writes >= fail_at && !strncmp(fail_kind, "full:", 5)) {
        errno = ENOSPC;
        return -1;
    }
    if (fails("short", writes)) length = length / 2;
    ssize_t done = real_pwrite(fd, bytes, length, offset);
    if (done > 0) record('W', path, (uint64_t)offset, bytes, (uint32_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    char path[4096];
    if (!tracked(fd, path)) return real_pwrite(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = write_at(fd, path, bytes, length, offset);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite64(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    if (!tracked(fd, path)) return syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&lock);
    ssize_t done;
    const char *name = strrchr(path, '/');
    if (name && !strcmp(name, "/acks")) {
        // What the process tells the world, at this place among its writes.
        record('A', path, 0, bytes, (uint32_t)length);
        done = (ssize_t)length;
    } else {
        off64_t offset = lseek64(fd, 0, SEEK_CUR);
        done = write_at(fd, path, bytes, length, offset);
        if (done > 0) lseek64(fd, offset + done, SEEK_SET);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int ftruncate64(int fd, off64_t length) {
    char path[4096];
    if (!tracked(fd, path)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&lock);
    int result = real_ftruncate(fd, length);
    if (!result) record('T', path, (uint64_t)length, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length) {
    return ftruncate64(fd, length);
}

static int sync_file(int fd, long call) {
    char path[4096];
    if (!tracked(fd, path)) return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    syncs++;
    int failed = fails("sync", syncs);
    record(failed ? 'F' : 'S', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    if (failed) errno = EIO;
    return failed ? -1 : 0;
}

int fdatasync(int fd) {
    return sync_file(fd, SYS_fdatasync);
}

int fsync(int fd) {
    return sync_file(fd, SYS_fsync);
}

int unlink(const char *path) {
    pthread_once(&once, start);
    if (!inside(path)) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int result = real_unlink(path);
    if (!result) record('U', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
