#include "cli/roster_roots.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"

struct adding {
    struct root_set *set;
    struct call *call;
    struct report report;
    size_t files;
};

bool roots_set_init(struct root_set *set, struct arena *arena) {
    *set = (struct root_set){.keys = arena_array(arena, ROSTER_ROOTS_MAX, SIGN_PUBLIC_SIZE)};
    return set->keys != NULL;
}

bool roots_set_has(const struct root_set *set, const uint8_t key[static SIGN_PUBLIC_SIZE]) {
    for (size_t i = 0; i < set->count; i++)
        if (memcmp(set->keys[i], key, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

static bool add_file(struct adding *adding, const char *path) {
    struct root_set *set = adding->set;
    struct roster_anchor some;
    enum result result = home_roots(&some, adding->call->arena, path, &adding->report);
    if (result && result != RESULT_INVALID)
        print_error("%s: %s", text_escape(adding->call->arena, path), result_text(result));
    for (size_t i = 0; !result && i < some.count; i++) {
        if (roots_set_has(set, some.roots[i]))
            continue;
        if (set->count == ROSTER_ROOTS_MAX) {
            print_error(_("more than %d roots"), ROSTER_ROOTS_MAX);
            return false;
        }
        memcpy(set->keys[set->count++], some.roots[i], SIGN_PUBLIC_SIZE);
    }
    set->threshold = !result && adding->files++ == 0 ? some.threshold : set->count;
    return !result;
}

/* All *.pub of a folder, or one file. */
static bool add_path(struct adding *adding, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return add_file(adding, path);
    DIR *folder = opendir(path);
    bool good = folder != NULL;
    if (!folder)
        print_error("%s: %s", text_escape(adding->call->arena, path), result_text(RESULT_NOT_ALLOWED));
    for (struct dirent *entry; good && (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len > 4 && strcmp(entry->d_name + len - 4, ".pub") == 0)
            good = add_file(adding, text_format(adding->call->arena, "%s/%s", path, entry->d_name));
    }
    if (folder)
        closedir(folder);
    return good;
}

enum exit_code roots_set_add(struct root_set *set, struct call *call, const char *const *paths, size_t count) {
    struct adding adding = {.set = set, .call = call};
    bool good = true;
    report_init(&adding.report, call->arena);
    for (size_t i = 0; i < count; i++)
        good &= add_path(&adding, paths[i]);
    print_report(call->arena, &adding.report);
    return good ? EXIT_DONE : EXIT_REFUSED;
}
