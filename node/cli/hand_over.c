#include "cli/hand_over.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

static enum result run(const char *command, int input, int *status) {
    char *const words[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return RESULT_NO_MEMORY;
    int failure = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!failure)
        failure = posix_spawn(&child, "/bin/sh", &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure || waitpid(child, status, 0) != child)
        return RESULT_IO;
    *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    return *status == 0 ? RESULT_OK : RESULT_INVALID;
}

/* What it reads lies in memory, so that it may read none of it. */
enum result hand_over(const char *command, struct span input, int *status) {
    int fd = memfd_create("alert", MFD_CLOEXEC);
    if (fd < 0)
        return RESULT_IO;
    enum result result = file_write_at(fd, input, 0);
    if (!result)
        result = run(command, fd, status);
    close(fd);
    return result;
}
