#include "tests/fleet/gauge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { BLOCK_BYTES = 512 };
static const double hours = 72, tenth = 0.1;

/* Private memory and threads, as the kernel counts them. */
static void read_process(const struct home *home, double *memory, double *threads) {
    char path[64], line[256];
    unsigned long long number;
    snprintf(path, sizeof path, "/proc/%d/status", home->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "RssAnon: %llu", &number) == 1)
            *memory = (double)number * 1024;
        if (sscanf(line, "Threads: %llu", &number) == 1)
            *threads = (double)number;
    }
    if (file)
        fclose(file);
}

static double count_descriptors(const struct home *home) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", home->pid);
    return (double)homes_entries(path);
}

static double bytes_on_disk(const struct home *home) {
    char path[400];
    struct stat status;
    snprintf(path, sizeof path, "%s/store/data.mdb", home->folder);
    return stat(path, &status) == 0 ? (double)status.st_blocks * BLOCK_BYTES : 0;
}

struct gauge_sample gauge_take(struct fleet *fleet, size_t node) {
    const struct home *home = fleet->nodes[node].home;
    struct gauge_sample sample = {.at = fleet_now()};
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const Status *status = fleet_status(fleet, node, &arena);
    read_process(home, &sample.values[GAUGE_MEMORY], &sample.values[GAUGE_THREADS]);
    sample.values[GAUGE_DESCRIPTORS] = count_descriptors(home);
    sample.values[GAUGE_STORE] = bytes_on_disk(home);
    sample.values[GAUGE_ALERTS] = (double)status->alerts;
    arena_release(&arena);
    return sample;
}

void gauge_keep(struct gauge_series *series, const struct gauge_sample *sample) {
    if (series->count == series->capacity) {
        series->capacity = 2 * series->capacity + 64;
        series->samples = realloc(series->samples, series->capacity * sizeof *series->samples);
        if (!series->samples)
            abort();
    }
    series->samples[series->count++] = *sample;
}

void gauge_release(struct gauge_series *series) {
    free(series->samples);
    *series = (struct gauge_series){0};
}

struct gauge_line gauge_fit(const struct gauge_series *series, enum gauge gauge, size_t from) {
    struct gauge_line line = {0};
    double n = (double)(series->count - from), t = 0, y = 0, tt = 0, ty = 0, rest = 0;
    if (series->count < from + 3)
        return line;
    const struct gauge_sample *samples = series->samples;
    double start = samples[from].at;
    for (size_t i = from; i < series->count; i++) {
        t += (samples[i].at - start) / 3600 / n;
        y += samples[i].values[gauge] / n;
    }
    for (size_t i = from; i < series->count; i++) {
        double dt = (samples[i].at - start) / 3600 - t;
        tt += dt * dt;
        ty += dt * (samples[i].values[gauge] - y);
    }
    line.is_known = true;
    line.per_hour = ty / tt;
    for (size_t i = from; i < series->count; i++) {
        double off = samples[i].values[gauge] - y - line.per_hour * ((samples[i].at - start) / 3600 - t);
        rest += off * off;
    }
    line.error = sqrt(rest / (n - 2) / tt);
    line.level = y + line.per_hour * ((samples[series->count - 1].at - start) / 3600 - t);
    return line;
}

/* The end of the phase that begins at `first`. */
static size_t end_of_phase(const struct gauge_series *series, size_t first) {
    size_t end = first;
    while (end < series->count && series->samples[end].phase == series->samples[first].phase)
        end++;
    return end;
}

struct gauge_line gauge_drift(const struct gauge_series *series, enum gauge gauge) {
    struct gauge_line line = {0};
    const struct gauge_sample *samples = series->samples;
    double n = 0, sum = 0, squares = 0;
    for (size_t first = 0, end; first < series->count; first = end) {
        end = end_of_phase(series, first);
        if (samples[first].phase % 2 == 0 || end - first < 3)
            continue;
        const struct gauge_sample *begin = &samples[first + 1], *last = &samples[end - 1];
        double per_hour = (last->values[gauge] - begin->values[gauge]) / (last->at - begin->at) * 3600;
        n++;
        sum += per_hour;
        squares += per_hour * per_hour;
        line.level = last->values[gauge];
    }
    if (n < 2)
        return line;
    line.is_known = true;
    line.per_hour = sum / n;
    line.error = sqrt(fmax(squares / n - line.per_hour * line.per_hour, 0) / (n - 1));
    return line;
}

static bool is_slope(const struct gauge_line *line) {
    return fabs(line->per_hour) > 2 * line->error;
}

bool gauge_is_flat(const struct gauge_line *line) {
    return line->is_known && (!is_slope(line) || line->per_hour * hours <= tenth * line->level);
}

double gauge_estimate(const struct gauge_line *line) {
    return line->level + (is_slope(line) ? hours * line->per_hour : 0);
}
