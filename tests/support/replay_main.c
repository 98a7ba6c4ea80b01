/* The main of a fuzz target where libFuzzer is not linked: runs the empty input and then each file named on the command
 * line, or each file of each folder named, once. A crash that fuzzing found is replayed, with line numbers, by
 *
 *     build/asan/tests/fuzz_entry build/fuzz/crashes/entry/crash-...
 *
 * and kept for ever by moving that file to tests/fuzz/corpus/entry/. A folder that does not exist holds no files.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Optional in a fuzz target, as it is for libFuzzer. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return 0;
}

static size_t replayed;

static void fail(const char *path) {
    perror(path);
    exit(EXIT_FAILURE);
}

/* The copy has exactly `size` bytes, so that the address sanitizer sees a read behind the end. */
static void replay_bytes(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) {
        fail("malloc");
    }
    if (size) {
        memcpy(copy, data, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    replayed++;
}

static void replay_file(const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    if (!file || !data || fread(data, 1, size, file) != size) {
        fail(path);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path); /* the last line before a crash names the input */
    replay_bytes(data, size);
    free(data);
}

static void replay(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno == ENOENT) {
            return;
        }
        fail(path);
    }
    if (!S_ISDIR(st.st_mode)) {
        replay_file(path, (size_t)st.st_size);
        return;
    }
    struct dirent **names = NULL;
    int count = scandir(path, &names, NULL, alphasort);
    if (count < 0) {
        fail(path);
    }
    for (int i = 0; i < count; i++) {
        char child[PATH_MAX];
        int length = snprintf(child, sizeof child, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && length > 0 && (size_t)length < sizeof child) {
            replay(child);
        }
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv) {
    LLVMFuzzerInitialize(&argc, &argv);
    replay_bytes((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    printf("%zu inputs replayed\n", replayed);
    return EXIT_SUCCESS;
}
