// Says whether it runs on PageHeap's malloc, after it has used all that a linked program may use: blocks, threads, a fork,
// a change of user to the same one.
#include <pageheap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *work(void *unused) {
    void *blocks[2000];
    for (int i = 0; i < 2000; i++) blocks[i] = memset(malloc((size_t)i * 17 % 70000), 1, (size_t)i * 17 % 70000);
    for (int i = 0; i < 2000; i++) free(blocks[i]);
    return unused;
}

int main(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_join(thread, NULL) != 0) return 1;
    work(NULL);
    pid_t child = fork();
    if (child == 0) {
        work(NULL);
        _exit(0);
    }
    int status = -1;
    if (waitpid(child, &status, 0) != child || status != 0) return 2;
    if (setuid(getuid()) != 0) return 3;
    work(NULL);
    struct pageheap_statistics figures = {.size = sizeof figures};
    if (pageheap_statistics(&figures) != 0 || figures.system_bytes == 0) return 4;
    printf("%s %d\n", pageheap_version_string(), pageheap_is_process_malloc());
    return 0;
}
