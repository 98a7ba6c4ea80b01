#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

/* A line with its newline goes out in one write of at most PIPE_BUF bytes, so lines of two threads never mix. */
enum { LINE_SIZE = 2048, PREFIX_SIZE = 40 };

static const char cut_off[] = "[...]";

static _Atomic int level_max = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
    atomic_store(&level_max, (int)level);
}

/* Is standard error the stream that JOURNAL_STREAM ("device:inode") speaks of? A shell below a service inherits the
 * variable, but not the stream. */
static bool journal_reads(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == (dev_t)device && st.st_ino == (ino_t)inode;
}

static size_t put_prefix(char out[static PREFIX_SIZE], enum log_level level) {
    if (journal_reads())
        return (size_t)snprintf(out, PREFIX_SIZE, "<%d>", (int)level);
    const struct clock *clock = clock_system();
    char time[25];
    text_time(time, clock_wall_ms(clock));
    return (size_t)snprintf(out, PREFIX_SIZE, "%s ", time);
}

/* Callers escape what comes from outside; what still controls a terminal becomes a question mark. */
static void strip_controls(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7f)
            *at = '?';
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) /* C1 in UTF-8 */
            at[1] = *at = '?';
    }
}

void log_write(enum log_level level, const char *format, ...) {
    if ((int)level > atomic_load(&level_max))
        return;
    char line[LINE_SIZE];
    size_t start = put_prefix(line, level);
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line + start, sizeof line - start, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        return;
    if ((size_t)wanted >= sizeof line - start)
        memcpy(line + sizeof line - sizeof cut_off, cut_off, sizeof cut_off);
    strip_controls(line + start);
    size_t len = strlen(line);
    line[len++] = '\n'; /* in place of the NUL */
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored; /* there is nobody left to tell */
}
