/* Searching: the index against SQLite with indexes and FTS5, and against SQLCipher (with
 * FTS4: that of Debian 12 has no other), over the same alerts and questions.
 *
 * Both libraries are opened by hand, so that the bench builds and runs without them, and as both call themselves
 * sqlite3. Everything is drawn from a fixed seed: species and words by Zipf's law, routes between real places, names,
 * container and document numbers, 200 characters of narrative. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/proto.h"
#include "base/text.h"
#include "store/index.h"
#include "store/index_tally.h"
#include "tests/bench/bench.h"

enum { INSTANCES = 200, PAGE = 50, VOCABULARY = 20000, NAMES = 5000, LEGS = 3, NARRATIVE_BYTES = 200, DAYS = 4000 };

/* ---- what is drawn ---- */

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* The first of `count` about as often as all after the tenth part. */
static uint32_t draw_zipf(uint32_t count) {
    return (uint32_t)(exp((double)draw(1 << 30) / (1 << 30) * log((double)count + 1)) - 1) % count;
}

static const char *const species[] = {
    "Manis tricuspis",  "Loxodonta africana",     "Manis gigantea",        "Psittacus erithacus",
    "Panthera leo",     "Ceratotherium simum",    "Diceros bicornis",      "Smutsia temminckii",
    "Panthera pardus",  "Dalbergia nigra",        "Python regius",         "Crocodylus niloticus",
    "Acinonyx jubatus", "Hippopotamus amphibius", "Pan troglodytes",       "Gorilla gorilla",
    "Chelonia mydas",   "Hippocampus kuda",       "Aquilaria malaccensis", "Pterocarpus erinaceus"};
static const char *const countries[] = {"KE", "CD", "TZ", "UG", "VN", "CN", "NG", "ZA", "MZ", "TH",
                                        "MY", "HK", "AE", "FR", "BE", "CM", "ET", "ZW", "ZM", "SG"};
static const char *const places[] = {"KEMBA", "TZDAR", "UGKLA", "VNHPH", "HKHKG", "NGLOS", "ZADUR", "MZMPM"};
static const char *const modes[] = {"1", "2", "3", "4", "5"};

enum { SPECIES = sizeof species / sizeof *species, COUNTRIES = sizeof countries / sizeof *countries };

/* Syllables, so that words differ from the first letters on. */
static const char *word_of(struct arena *arena, uint32_t number) {
    static const char *const syllables[] = {"ba", "ko", "ri", "mu", "sen", "ta", "lo", "pi", "ne", "gu", "har", "wi"};
    const char *word = "";
    for (number += 12; number; number /= 12)
        word = text_format(arena, "%s%s", word, syllables[number % 12]);
    return word;
}

struct drawn {
    uint8_t id[32];
    uint32_t date;
    uint32_t species;
    const char *way[LEGS];
    const char *mode;
    const char *container;
    const char *surname;
    const char *narrative;
};

static struct drawn draw_alert(struct arena *arena, uint64_t number) {
    struct drawn drawn = {.species = draw_zipf(SPECIES)};
    uint32_t day = draw(DAYS);
    for (size_t i = 0; i < sizeof drawn.id / 8; i++)
        put_u64(drawn.id + 8 * i, (number + i) * 0x9E3779B97F4A7C15u);
    drawn.date = (2010 + day / 366) * 10000 + (1 + day % 12) * 100 + 1 + day % 28;
    for (size_t i = 0; i < LEGS; i++)
        drawn.way[i] = countries[draw_zipf(COUNTRIES)];
    drawn.mode = modes[draw_zipf(5)];
    drawn.container = text_format(arena, "MSKU%07u", draw(10000000));
    drawn.surname = text_format(arena, "x%s", word_of(arena, draw_zipf(NAMES))); /* no word of a narrative */
    drawn.narrative = "";
    while (strlen(drawn.narrative) < NARRATIVE_BYTES)
        drawn.narrative = text_format(arena, "%s%s ", drawn.narrative, word_of(arena, draw_zipf(VOCABULARY)));
    return drawn;
}

static void set(struct arena *arena, Alert *content, const char *path, size_t element, const char *value) {
    if (alert_set_text(arena, content, path, element, value))
        abort();
}

static Alert *content_of(struct arena *arena, const struct drawn *drawn) {
    Alert *content = arena_alloc(arena, sizeof *content);
    alert__init(content);
    uint32_t date = drawn->date;
    set(arena, content, "incident.date", 0,
        text_format(arena, "%04u-%02u-%02u", date / 10000, date / 100 % 100, date % 100));
    set(arena, content, "incident.country", 0, drawn->way[LEGS - 1]);
    set(arena, content, "incident.place", 0, places[draw(8)]);
    set(arena, content, "incident.record", 0, text_format(arena, "%s-%u", drawn->way[0], draw(100000000)));
    set(arena, content, "detection.agency", 0, "CUSTOMS");
    set(arena, content, "specimens.taxon", 0, species[drawn->species]);
    set(arena, content, "specimens.term", 0, draw(2) ? "SCA" : "TUS");
    set(arena, content, "specimens.quantity", 0, text_format(arena, "%u", 1 + draw_zipf(5000)));
    set(arena, content, "specimens.unit", 0, "KIL");
    for (size_t i = 0; i < LEGS; i++) {
        set(arena, content, "legs.country", i, drawn->way[i]);
        set(arena, content, "legs.mode", i, drawn->mode);
    }
    set(arena, content, "legs.container", 1, drawn->container);
    set(arena, content, "persons.surname", 0, drawn->surname);
    set(arena, content, "persons.document_number", 0, text_format(arena, "P%08u", draw(100000000)));
    set(arena, content, "narrative.releasable", 0, drawn->narrative);
    return content;
}

/* ---- a database ---- */

struct sqlite3;
struct sqlite3_stmt;

struct engine {
    const char *name;
    struct sqlite3 *database;
    char path[64];
    double load_s;
    int (*open)(const char *, struct sqlite3 **);
    int (*close)(struct sqlite3 *);
    int (*exec)(struct sqlite3 *, const char *, void *, void *, char **);
    int (*prepare)(struct sqlite3 *, const char *, int, struct sqlite3_stmt **, const char **);
    int (*bind_text)(struct sqlite3_stmt *, int, const char *, int, void (*)(void *));
    int (*bind_blob)(struct sqlite3_stmt *, int, const void *, int, void (*)(void *));
    int (*bind_int)(struct sqlite3_stmt *, int, long long);
    int (*step)(struct sqlite3_stmt *);
    int (*reset)(struct sqlite3_stmt *);
    int (*finalize)(struct sqlite3_stmt *);
    long long (*column)(struct sqlite3_stmt *, int);
};

/* What dlsym() gives is no function pointer to the standard. */
static bool take(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static bool engine_load(struct engine *engine, const char *library, const char *name) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    *engine = (struct engine){.name = name};
    return handle && take(handle, "sqlite3_open", &engine->open) && take(handle, "sqlite3_close", &engine->close) &&
           take(handle, "sqlite3_exec", &engine->exec) && take(handle, "sqlite3_prepare_v2", &engine->prepare) &&
           take(handle, "sqlite3_bind_text", &engine->bind_text) &&
           take(handle, "sqlite3_bind_blob", &engine->bind_blob) &&
           take(handle, "sqlite3_bind_int64", &engine->bind_int) && take(handle, "sqlite3_step", &engine->step) &&
           take(handle, "sqlite3_reset", &engine->reset) && take(handle, "sqlite3_finalize", &engine->finalize) &&
           take(handle, "sqlite3_column_int64", &engine->column);
}

static void run(struct engine *engine, const char *sql) {
    char *complaint = NULL;
    if (engine->exec(engine->database, sql, NULL, NULL, &complaint)) {
        fprintf(stderr, "inama-bench: %s: %s\n", engine->name, complaint);
        exit(1);
    }
}

static struct sqlite3_stmt *prepared(struct engine *engine, const char *sql) {
    struct sqlite3_stmt *statement;
    if (engine->prepare(engine->database, sql, -1, &statement, NULL)) {
        fprintf(stderr, "inama-bench: %s does not take: %s\n", engine->name, sql);
        exit(1);
    }
    return statement;
}

static void engine_open(struct engine *engine, bool has_key) {
    snprintf(engine->path, sizeof engine->path, "/tmp/inama-bench-%d-%s.db", (int)getpid(), engine->name);
    if (engine->open(engine->path, &engine->database))
        abort();
    if (has_key)
        run(engine, "PRAGMA key = 'a passphrase that nobody guesses'");
    run(engine, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                "CREATE TABLE alerts (seq INTEGER PRIMARY KEY, id BLOB, date INTEGER, species TEXT, mode INTEGER,"
                "  container TEXT, surname TEXT);"
                "CREATE TABLE way (country TEXT, seq INTEGER, PRIMARY KEY (country, seq)) WITHOUT ROWID;"
                "CREATE UNIQUE INDEX by_id ON alerts (id); CREATE INDEX by_species ON alerts (species, date);"
                "CREATE INDEX by_container ON alerts (container); CREATE INDEX by_surname ON alerts (surname);");
    run(engine, has_key ? "CREATE VIRTUAL TABLE narrative USING fts4(text); BEGIN" /* that of Debian 12 has no FTS5 */
                        : "CREATE VIRTUAL TABLE narrative USING fts5(text); BEGIN");
}

static void engine_close(struct engine *engine) {
    engine->close(engine->database);
    unlink(engine->path);
    unlink(text_format(&(struct arena){.budget = 4096}, "%s-wal", engine->path));
    unlink(text_format(&(struct arena){.budget = 4096}, "%s-shm", engine->path));
}

static void bind(struct engine *engine, struct sqlite3_stmt *statement, int at, const char *text) {
    engine->bind_text(statement, at, text, -1, NULL);
}

static void once(struct engine *engine, struct sqlite3_stmt *statement) {
    engine->step(statement);
    engine->reset(statement);
}

static void engine_add(struct engine *engine, struct sqlite3_stmt *into[static 3], const struct drawn *drawn,
                       uint64_t sequence) {
    double start = seconds();
    for (int i = 0; i < 3; i++)
        engine->bind_int(into[i], 1, (long long)sequence);
    engine->bind_blob(into[0], 2, drawn->id, sizeof drawn->id, NULL);
    engine->bind_int(into[0], 3, drawn->date);
    bind(engine, into[0], 4, species[drawn->species]);
    engine->bind_int(into[0], 5, drawn->mode[0] - '0');
    bind(engine, into[0], 6, drawn->container);
    bind(engine, into[0], 7, drawn->surname);
    once(engine, into[0]);
    for (size_t i = 0; i < LEGS; i++) {
        bind(engine, into[1], 2, drawn->way[i]);
        once(engine, into[1]);
    }
    bind(engine, into[2], 2, drawn->narrative);
    once(engine, into[2]);
    engine->load_s += seconds() - start;
}

/* ---- questions ---- */

/* One instance of a question, for us and for a database. */
struct instance {
    const char *query;    /* ours; NULL: by id */
    const char *bound[3]; /* theirs */
    long long numbers[2]; /* theirs, behind the texts */
    const uint8_t *id;
};

struct question {
    const char *name;
    const char *sql; /* texts first, then numbers; an id alone */
    bool is_count;
    bool is_table; /* counts in groups; the sum of their squares is held against each other */
    struct instance instances[INSTANCES];
};

static struct question questions[] = {
    {.name = "find_id", .sql = "SELECT seq FROM alerts WHERE id = ?1"},
    {.name = "find_species_date",
     .sql =
         "SELECT seq FROM alerts WHERE species = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY date DESC, seq DESC LIMIT 50"},
    {.name = "find_country_species_transport",
     .is_count = true,
     .sql = "SELECT count(*) FROM alerts AS a WHERE species = ?1 AND mode = ?3 AND EXISTS "
            "(SELECT 1 FROM way WHERE country = ?2 AND seq = a.seq)"},
    {.name = "find_two_countries",
     .sql = "SELECT seq FROM way AS a WHERE country = ?1 AND EXISTS (SELECT 1 FROM way WHERE country = ?2 AND "
            "seq = a.seq) ORDER BY seq DESC LIMIT 50"},
    {.name = "find_identifier", .sql = "SELECT seq FROM alerts WHERE container = ?1 ORDER BY seq DESC LIMIT 50"},
    {.name = "find_person", .sql = "SELECT seq FROM alerts WHERE surname = ?1 ORDER BY seq DESC LIMIT 50"},
    {.name = "stats_year_species",
     .is_table = true,
     .sql = "SELECT count(*) FROM alerts WHERE date BETWEEN ?1 AND ?2 GROUP BY species, date / 10000"},
    {.name = "find_text", .sql = "SELECT rowid FROM narrative WHERE narrative MATCH ?1 ORDER BY rowid DESC LIMIT 50"},
};

enum { QUESTIONS = sizeof questions / sizeof *questions };

/* Asked for what there is: the instance comes from an alert that was drawn. */
static void draw_instance(struct arena *arena, struct question *question, struct instance *one,
                          const struct drawn *drawn) {
    const char *container = arena_text(arena, drawn->container, strlen(drawn->container)),
               *surname = arena_text(arena, drawn->surname, strlen(drawn->surname));
    const char *animal = species[drawn->species], *first = word_of(arena, draw_zipf(VOCABULARY)),
               *second = word_of(arena, draw_zipf(VOCABULARY));
    uint32_t year = 2010 + draw(9);
    if (strcmp(question->name, "find_id") == 0) {
        one->id = arena_copy(arena, drawn->id, sizeof drawn->id);
    } else if (strcmp(question->name, "find_species_date") == 0) {
        *one = (struct instance){text_format(arena, "species:\"%s\" date:%u..%u sort:date", animal, year, year + 1),
                                 {animal},
                                 {year * 10000, (year + 1) * 10000 + 1231},
                                 NULL};
    } else if (question->is_count) {
        *one = (struct instance){
            text_format(arena, "species:\"%s\" country:%s transport:%s", animal, drawn->way[0], drawn->mode),
            {animal, drawn->way[0]},
            {drawn->mode[0] - '0'},
            NULL};
    } else if (question->is_table) {
        *one = (struct instance){
            text_format(arena, "date:%u..%u", year, year + 4), {0}, {year * 10000, (year + 4) * 10000 + 1231}, NULL};
    } else if (strcmp(question->name, "find_two_countries") == 0) {
        *one = (struct instance){text_format(arena, "legs.country:%s legs.country:%s", drawn->way[0], drawn->way[1]),
                                 {drawn->way[0], drawn->way[1]},
                                 {0},
                                 NULL};
    } else if (strcmp(question->name, "find_identifier") == 0) {
        *one = (struct instance){text_format(arena, "container:%s", container), {container}, {0}, NULL};
    } else if (strcmp(question->name, "find_person") == 0) {
        *one = (struct instance){text_format(arena, "surname:%s", surname), {surname}, {0}, NULL};
    } else {
        *one = (struct instance){
            text_format(arena, "%s %s", first, second), {text_format(arena, "%s %s", first, second)}, {0}, NULL};
    }
}

static bool count_row(void *context, const struct index_row *row, const struct document *document) {
    (void)row;
    (void)document;
    ++*(uint64_t *)context;
    return true;
}

static enum result load_none(void *context, const struct index_row *row, struct document *out) {
    (void)context;
    (void)row;
    (void)out;
    return RESULT_NOT_FOUND; /* none of these questions needs it */
}

/* All of it, as a node does for each question. */
static uint64_t tally_index(struct index *index, const struct query *query, const struct query_world *world,
                            struct arena *arena) {
    struct tally_question question;
    struct tally tally;
    struct ranks ranks;
    const char *complaint;
    bool is_counted;
    uint64_t squares = 0;
    if (tally_ask(&question, arena, "species,year", NULL, NULL, &complaint) ||
        ranks_init(&ranks, arena, world->references->taxa))
        abort();
    tally_init(&tally, arena, &question, &ranks, TALLY_PART_GROUPS);
    if (index_tally(index, query->where, world, &tally, &is_counted) || !is_counted)
        abort();
    const struct tally_group **groups = tally_sorted(&tally);
    for (size_t i = 0; i < tally.count; i++)
        squares += groups[i]->alerts * groups[i]->alerts;
    tally_release(&tally);
    return squares;
}

static uint64_t ask_index(struct index *index, const struct question *question, const struct instance *one) {
    const struct references names = {taxa_built_in(), places_built_in()};
    const struct query_world world = {.references = &names};
    struct query query;
    struct query_remark error;
    struct index_found found;
    struct arena arena;
    uint64_t rows = 0;
    if (!one->query)
        return index_find(index, one->id) != NULL;
    arena_init(&arena, 8 << 20);
    if (query_parse(&query, &arena, one->query, &world, &error))
        abort();
    if (question->is_table) {
        rows = tally_index(index, &query, &world, &arena);
        arena_release(&arena);
        return rows;
    }
    const struct index_search asked = {.query = &query,
                                       .world = &world,
                                       .limit = question->is_count ? 0 : PAGE,
                                       .reads_max = 1,
                                       .load = load_none,
                                       .visit = count_row,
                                       .context = &rows};
    if (index_search(index, &asked, &found) || !found.is_exact)
        abort();
    arena_release(&arena);
    return question->is_count ? found.matched : rows;
}

static uint64_t square(long long number) {
    return (uint64_t)number * (uint64_t)number;
}

static uint64_t ask_engine(struct engine *engine, struct sqlite3_stmt *statement, const struct question *question,
                           const struct instance *one) {
    enum { ROW = 100 };
    uint64_t rows = 0;
    int at = 1;
    if (one->id)
        engine->bind_blob(statement, at++, one->id, 32, NULL);
    for (size_t i = 0; i < 3 && one->bound[i]; i++)
        bind(engine, statement, at++, one->bound[i]);
    for (size_t i = 0; i < 2 && one->numbers[i]; i++)
        engine->bind_int(statement, at++, one->numbers[i]);
    while (engine->step(statement) == ROW)
        rows = question->is_table   ? rows + square(engine->column(statement, 0))
               : question->is_count ? (uint64_t)engine->column(statement, 0)
                                    : rows + 1;
    engine->reset(statement);
    return rows;
}

struct times {
    double p50_us;
    double p99_us;
};

static struct times times_of(double taken[static INSTANCES]) {
    qsort(taken, INSTANCES, sizeof *taken, compare_doubles);
    return (struct times){taken[INSTANCES / 2] * 1e6, taken[INSTANCES * 99 / 100] * 1e6};
}

static void say_times(const char *name, struct times ours, const struct engine *engine, struct times theirs) {
    struct arena arena;
    arena_init(&arena, 4096);
    say(text_format(&arena, "%s_p50_us", name), ours.p50_us, "us", engine->name, theirs.p50_us);
    say(text_format(&arena, "%s_p99_us", name), ours.p99_us, "us", engine->name, theirs.p99_us);
    arena_release(&arena);
}

/* Both must find as much. */
static void ask(struct index *index, struct engine *engines, size_t engine_count, struct question *question) {
    static double taken[INSTANCES];
    static uint64_t found[INSTANCES];
    for (size_t i = 0; i < INSTANCES; i++) {
        double start = seconds();
        found[i] = ask_index(index, question, &question->instances[i]);
        taken[i] = seconds() - start;
    }
    struct times ours = times_of(taken);
    for (size_t e = 0; e < engine_count; e++) {
        struct sqlite3_stmt *statement = prepared(&engines[e], question->sql);
        for (size_t i = 0; i < INSTANCES; i++) {
            double start = seconds();
            uint64_t rows = ask_engine(&engines[e], statement, question, &question->instances[i]);
            taken[i] = seconds() - start;
            if (rows != found[i])
                fprintf(stderr, "inama-bench: %s: %s finds %llu, the index %llu\n", question->name, engines[e].name,
                        (unsigned long long)rows, (unsigned long long)found[i]);
        }
        engines[e].finalize(statement);
        say_times(question->name, ours, &engines[e], times_of(taken));
    }
    if (engine_count == 0)
        say_times(question->name, ours, &(struct engine){.name = "no SQLite here"}, (struct times){0});
}

/* ---- the run ---- */

static struct index *fill(struct engine *engines, size_t engine_count, size_t alerts, double *index_s) {
    static const uint8_t originator[32] = {1};
    static const struct field_set shown = {{1}};
    struct index *index = index_new(taxa_built_in(), 0);
    struct sqlite3_stmt *into[2][3];
    struct arena arena, kept;
    arena_init(&arena, SIZE_MAX);
    arena_init(&kept, SIZE_MAX);
    for (size_t e = 0; e < engine_count; e++) {
        into[e][0] = prepared(&engines[e], "INSERT INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        into[e][1] = prepared(&engines[e], "INSERT OR IGNORE INTO way VALUES (?2, ?1)");
        into[e][2] = prepared(&engines[e], "INSERT INTO narrative (rowid, text) VALUES (?1, ?2)");
    }
    for (uint64_t sequence = 1; sequence <= alerts; sequence++) {
        struct drawn drawn = draw_alert(&arena, sequence);
        AlertHeader header = ALERT_HEADER__INIT;
        struct document document;
        header.kind = (char *)(uintptr_t) "SEIZURE";
        header.tlp = (char *)(uintptr_t) "AMBER";
        header.originator = proto_bytes(originator, sizeof originator);
        header.created = 1400000000000 + sequence;
        header.version = 1;
        Alert *content = content_of(&arena, &drawn);
        for (size_t q = 0; q < QUESTIONS; q++)
            if (sequence % (alerts / INSTANCES) == 0)
                draw_instance(&kept, &questions[q], &questions[q].instances[sequence / (alerts / INSTANCES) - 1],
                              &drawn);
        double start = seconds();
        struct index_row row = {
            .sequence = sequence, .created = header.created, .originator = originator, .shown = &shown, .version = 1};
        memcpy(row.object, drawn.id, sizeof row.object);
        memcpy(row.alert, drawn.id, sizeof row.alert);
        if (document_make(&document, &arena, &header, content) || index_add(index, &row, &document))
            abort();
        *index_s += seconds() - start;
        for (size_t e = 0; e < engine_count; e++)
            engine_add(&engines[e], into[e], &drawn, sequence);
        arena_reset(&arena);
    }
    for (size_t e = 0; e < engine_count; e++) {
        for (size_t i = 0; i < 3; i++)
            engines[e].finalize(into[e][i]);
        double start = seconds();
        run(&engines[e], "COMMIT; ANALYZE");
        engines[e].load_s += seconds() - start;
    }
    arena_release(&arena);
    return index; /* what is kept lives as long as the process */
}

void bench_find(size_t alerts) {
    struct engine engines[2];
    size_t engine_count = 0;
    double index_s = 0;
    bool is_wanted = wanted("find") || wanted("index_bytes_per_alert") || wanted("index_fill");
    for (size_t q = 0; q < QUESTIONS; q++)
        is_wanted |= wanted(questions[q].name);
    if (!is_wanted || alerts < INSTANCES)
        return;
    if (engine_load(&engines[0], "libsqlite3.so.0", "SQLite") && ++engine_count)
        engine_open(&engines[0], false);
    if (engine_count == 1 && engine_load(&engines[1], "libsqlcipher.so.0", "SQLCipher") && ++engine_count)
        engine_open(&engines[1], true);
    state = 2014;
    struct index *index = fill(engines, engine_count, alerts, &index_s);
    say("index_bytes_per_alert", (double)index_bytes(index) / (double)alerts, "B", "to reach: at most", 400);
    say("index_fill", (double)alerts / index_s, "1/s", "SQLite", engine_count ? (double)alerts / engines[0].load_s : 0);
    for (size_t q = 0; q < QUESTIONS; q++)
        ask(index, engines, engine_count, &questions[q]);
    for (size_t e = 0; e < engine_count; e++)
        engine_close(&engines[e]);
    index_free(index);
}
