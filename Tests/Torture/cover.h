// Puts something else in a file's place, for this process and those that it starts: they get a mount namespace of their
// own. Needs root.
//
// A file that exists is covered alone. If it does not exist, is to be missing, or is to become something other than a
// file, a file system in memory covers the nearest folder, and with it everything else in that folder.
#ifndef COVER_H
#define COVER_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

// The folder beside this program for what is to be mounted. Everything has to end when it is removed.
static char room[3000];
static char covered[16][3000];
static int covered_count, files_made;

static void needs(bool done, const char *what) {
    if (done) return;
    fprintf(stderr, "not allowed here: %s: %s\n", what, strerror(errno));
    exit(77);
}

static void find_room(const char *program) {
    const char *slash = strrchr(program, '/');
    snprintf(room, sizeof room, "%.*s/room", slash == NULL ? 1 : (int)(slash - program), slash == NULL ? "." : program);
}

static bool room_is_there(void) { return access(room, F_OK) == 0; }

static void mount_memory(const char *folder, const char *options) {
    needs(mount("torture", folder, "tmpfs", 0, options) == 0, folder);
}

static void enter_namespace(void) {
    static bool entered;
    if (entered) return;
    entered = true;
    needs(unshare(CLONE_NEWNS) == 0, "unshare");
    needs(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "a mount namespace of its own");
    mount_memory(room, "mode=755");
}

static void write_file(const char *path, const char *content, size_t bytes, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    needs(file >= 0 && write(file, content, bytes) == (ssize_t)bytes && fchmod(file, mode) == 0, path);
    close(file);
}

struct odd_content {
    const char *kind, *text;
    size_t bytes;
};

#define TEXT(kind, text) {kind, text, sizeof text - 1}
static const struct odd_content odd_contents[] = {
    TEXT("empty", ""), TEXT("garbage", "\x80\xff\0\x01[\0always\xfe\n\0\x7f" "1\0\n%s%n"), TEXT("no-newline", "1"),
    TEXT("huge", "99999999999999999999999999999999999999999999999999999999999999999999\n"), TEXT("negative", "-1\n"),
    TEXT("zero", "0\n"), TEXT("spaces", "  \t 7 \n"), TEXT("words", "max max max\n"),
    TEXT("wraps", "18446744073709551617\n"),
    TEXT("largest", "18446744073709551615\n"), TEXT("line-end", "\n\n\n"), TEXT("unreadable", "1\n")};
#undef TEXT

static void make_file(const char *path, const char *kind) {
    static char nines[65536];
    if (strncmp(kind, "text:", 5) == 0) {
        size_t bytes = strlen(kind += 5);
        char line[1024];
        memcpy(line, kind, bytes);
        line[bytes] = '\n';
        write_file(path, line, bytes + 1, 0644);
        return;
    }
    if (strcmp(kind, "long") == 0) {
        memset(nines, '9', sizeof nines);
        write_file(path, nines, sizeof nines, 0644);
        return;
    }
    for (size_t i = 0; i < sizeof odd_contents / sizeof *odd_contents; i++) {
        const struct odd_content *odd = &odd_contents[i];
        if (strcmp(odd->kind, kind) != 0) continue;
        write_file(path, odd->text, odd->bytes, strcmp(kind, "unreadable") == 0 ? 0 : 0644);
        return;
    }
    fprintf(stderr, "launch: there is no content %s\n", kind);
    exit(2);
}

static bool is_covered(const char *path) {
    for (int i = 0; i < covered_count; i++) {
        size_t length = strlen(covered[i]);
        if (strncmp(path, covered[i], length) == 0 && path[length] == '/') return true;
    }
    return false;
}

// Covers the nearest folder above a path, and makes the folders in between.
static void cover_folder_above(const char *path) {
    char folder[3000];
    struct stat status;
    if (!is_covered(path)) {
        snprintf(folder, sizeof folder, "%s", path);
        do *strrchr(folder, '/') = 0;
        while (folder[0] != 0 && (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode)));
        if (folder[0] == 0) errno = ENOENT;
        needs(folder[0] != 0 && covered_count < 16, path);
        mount_memory(folder, "mode=755");
        snprintf(covered[covered_count++], sizeof covered[0], "%s", folder);
    }
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(folder, 0755);
        *slash = '/';
    }
}

// FILE=KIND. Kinds are the contents above, text:LINE, long, and: missing, directory, loop (a link to itself).
static void cover_file(char *path) {
    char *kind = strchr(path, '=');
    if (kind == NULL) needs(false, path);
    *kind++ = 0;
    enter_namespace();
    struct stat status;
    bool is_file = strcmp(kind, "missing") != 0 && strcmp(kind, "directory") != 0 && strcmp(kind, "loop") != 0;
    if (is_file && !is_covered(path) && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        char content[3100];
        snprintf(content, sizeof content, "%s/%d", room, files_made++);
        make_file(content, kind);
        needs(mount(content, path, NULL, MS_BIND, NULL) == 0, path);
        return;
    }
    cover_folder_above(path);
    if (is_file) make_file(path, kind);
    else if (strcmp(kind, "directory") == 0) needs(mkdir(path, 0755) == 0, path);
    else if (strcmp(kind, "loop") == 0) needs(symlink(path, path) == 0, path);
}

// Mounts a file system of 64 MiB whose only file takes all of it.
static void cover_full(const char *folder) {
    enter_namespace();
    mkdir(folder, 0755);
    mount_memory(folder, "mode=777,size=64m");
    char path[3100];
    snprintf(path, sizeof path, "%s/filling", folder);
    int file = open(path, O_WRONLY | O_CREAT, 0644);
    static const char zeros[65536];
    while (write(file, zeros, sizeof zeros) > 0) continue;
    close(file);
}

#endif
