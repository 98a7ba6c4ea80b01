#include "daemon/caller.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { LOGIN_BYTES_MAX = 32 };
static const uint32_t no_login = UINT32_MAX; /* as the kernel says that nobody has logged in */

static void find_name(char out[static CALLER_NAME_SIZE], uint32_t uid) {
    FILE *file = fopen("/etc/passwd", "re");
    out[0] = '\0';
    for (const struct passwd *row; file && (row = fgetpwent(file));)
        if (row->pw_uid == uid) {
            snprintf(out, CALLER_NAME_SIZE, "%s", row->pw_name);
            break;
        }
    if (file)
        fclose(file);
}

static void find_login(struct caller *out, uint32_t pid) {
    struct arena arena;
    struct span text;
    arena_init(&arena, 1024);
    if (!file_read(&text, &arena, text_format(&arena, "/proc/%u/loginuid", pid), LOGIN_BYTES_MAX)) {
        unsigned long uid = strtoul((const char *)text.data, NULL, 10);
        out->has_login = text.len && uid < no_login;
        out->login_uid = out->has_login ? (uint32_t)uid : 0;
    }
    arena_release(&arena);
    if (out->has_login)
        find_name(out->login_user, out->login_uid);
}

static void complete(struct caller *out, uint32_t pid) {
    find_name(out->user, out->uid);
    find_login(out, pid);
}

bool caller_of(struct caller *out, const struct link *link) {
    uint32_t pid;
    *out = (struct caller){0};
    if (!link_peer_user(link, &out->uid, &pid))
        return false;
    complete(out, pid);
    return true;
}

struct caller caller_self(void) {
    struct caller self = {.uid = geteuid()};
    complete(&self, (uint32_t)getpid());
    return self;
}
