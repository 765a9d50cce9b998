#ifdef __linux__
// Removes the statistics pages that processes have left which were killed, or ended by _exit: a folder would fill with them.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

// Bytes of names that are read with one call: the stack of a thread may be small.
enum { names_bytes = 1024 };
// The most such calls, so that a folder with very many files holds no process up for more than some 10 ms: 2,000 names.
enum { most_reads = 64 };

static bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Returns the process of a page's name, PID.N, or 0 if the file is called otherwise.
static int32_t process_of_name(const char *name) {
    if (!is_digit(name[0]) || name[0] == '0') return 0;
    int64_t process = 0;
    for (; is_digit(*name) && process <= INT32_MAX; name++) process = process * 10 + (*name - '0');
    if (process > INT32_MAX || name[0] != '.' || !is_digit(name[1])) return 0;
    for (name++; is_digit(*name); name++) {}
    return *name == 0 ? (int32_t)process : 0;
}

static bool has_ended(int32_t process) { return syscall(SYS_kill, process, 0) != 0 && errno == ESRCH; }

// Reads which file a name leads to, and, unless `page` is NULL, the page's first fields.
static struct pageheap_file_identity look(int folder, const char *name, struct pageheap_page_start *page) {
    struct pageheap_file_identity none = {0, 0};
    long file = syscall(SYS_openat, folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    if (file < 0) return none;
    struct pageheap_file_identity identity = pageheap_descriptor_identity((int)file);
    bool is_read = page == NULL || syscall(SYS_read, file, page, sizeof *page) == (long)sizeof *page;
    syscall(SYS_close, file);
    return is_read ? identity : none;
}

static void remove_if_ended(int folder, const char *name, uint64_t namespace) {
    int32_t process = process_of_name(name);
    if (process == 0 || !has_ended(process)) return;
    struct pageheap_page_start page;
    struct pageheap_file_identity identity = look(folder, name, &page);
    if (identity.inode == 0 || !pageheap_page_is_of(&page, (uint32_t)process, namespace)) return;
    // Meanwhile, another process may have got the identifier, and made a page of that name.
    if (!has_ended(process)) return;
    if (pageheap_is_same_file(look(folder, name, NULL), identity)) syscall(SYS_unlinkat, folder, name, 0);
}

void pageheap_remove_ended_pages(const char *directory) {
    // A call more could end a program in a sandbox.
    if (pageheap_keeps_to_plain_calls()) return;
    int saved = errno;
    uint64_t namespace = pageheap_process_namespace();
    long folder = syscall(SYS_openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    _Alignas(struct dirent64) char names[names_bytes];
    for (int reads = 0; folder >= 0 && reads < most_reads; reads++) {
        long bytes = syscall(SYS_getdents64, folder, names, sizeof names);
        if (bytes <= 0) break;
        for (long start = 0; start < bytes;) {
            const struct dirent64 *entry = (const struct dirent64 *)(names + start);
            remove_if_ended((int)folder, entry->d_name, namespace);
            start += entry->d_reclen;
        }
    }
    if (folder >= 0) syscall(SYS_close, folder);
    errno = saved;
}
#endif
