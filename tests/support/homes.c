#include "tests/support/homes.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proto.h"
#include "base/random.h"
#include "base/text.h"

enum { START_TIMEOUT_MS = 60000, REPLY_TIMEOUT_MS = 120000 };

static void die(const char *what, const char *why) {
    fprintf(stderr, "homes: %s: %s\n", what, why);
    exit(1);
}

static void must(const char *what, enum result result) {
    if (result)
        die(what, result_name(result));
}

struct homes *homes_new(void) {
    secret_start();
    struct homes *homes = calloc(1, sizeof *homes);
    const char *temporary = getenv("TMPDIR");
    if (!homes)
        die("homes", "out of memory");
    arena_init(&homes->arena, SIZE_MAX);
    snprintf(homes->folder, sizeof homes->folder, "%.200s/inama-homes-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(homes->folder))
        die(homes->folder, "cannot be made");
    return homes;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void homes_free(struct homes *homes) {
    for (size_t i = 0; i < homes->count; i++) {
        if (homes->rows[i].pid)
            home_stop(&homes->rows[i], SIGKILL);
        identity_release(&homes->rows[i].identity);
    }
    nftw(homes->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_release(&homes->arena);
    free(homes);
}

static bool is_given(const struct homes *homes, uint16_t port) {
    bool given = false;
    for (size_t i = 0; i < homes->count; i++)
        given |= homes->rows[i].port == port;
    return given;
}

/* A port that was free a moment ago, below those that the kernel gives to outgoing connections. */
static uint16_t free_port(const struct homes *homes) {
    enum { PORT_FIRST = 12000, PORT_COUNT = 20000, TRIES = 1000 };
    for (int i = 0; i < TRIES; i++) {
        uint16_t wish;
        random_fill(random_system(), &wish, sizeof wish);
        wish = (uint16_t)(PORT_FIRST + wish % PORT_COUNT);
        struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_port = htons(wish), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_free = fd >= 0 && !is_given(homes, wish) && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
        if (is_free)
            return wish;
    }
    die("port", "none free");
    return 0;
}

struct home *homes_add(struct homes *homes, const char *name, const char *country, const char *role,
                       const char *policy) {
    if (homes->count == HOMES_MAX)
        die(name, "too many homes");
    struct home *home = &homes->rows[homes->count++];
    snprintf(home->folder, sizeof home->folder, "%.200s/%.60s", homes->folder, name);
    snprintf(home->name, sizeof home->name, "%s", name);
    snprintf(home->country, sizeof home->country, "%s", country);
    snprintf(home->role, sizeof home->role, "%s", role);
    home->policy = policy;
    home->port = free_port(homes);
    must(name, identity_make(&home->identity, random_system()));
    home->member = (struct member){home->identity.id,
                                   home->identity.sign_key,
                                   home->identity.encryption_key,
                                   home->identity.session_key,
                                   home->name,
                                   home->name,
                                   home->country,
                                   home->role};
    return home;
}

static void write_file(const struct home *home, const char *name, struct span content) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s", home->folder, name);
    must(path, file_write(path, content, 0600));
}

static struct span make_roster(struct homes *homes, uint8_t root_key[static SIGN_PUBLIC_SIZE]) {
    struct arena *arena = &homes->arena;
    uint8_t seed[SIGN_SEED_SIZE], secret[SIGN_SECRET_SIZE];
    random_fill(random_system(), seed, sizeof seed);
    sign_keypair(root_key, secret, seed);
    struct roster *roster = NULL;
    struct span file = {0};
    for (size_t i = 0; i < homes->count; i++) {
        const struct roster_edit edit = {
            .base = roster,
            .add = &homes->rows[i].member,
            .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])root_key,
            .root_count = 1,
            .threshold = 1,
            .created = (uint64_t)time(NULL) * 1000,
            .expires = ((uint64_t)time(NULL) + 86400 * 365) * 1000,
        };
        struct buf bytes;
        buf_init(&bytes, arena);
        must("roster", roster_edit(&bytes, arena, &edit));
        roster_free(roster);
        file = buf_span(&bytes);
        must("roster", roster_read_unsigned(&roster, file));
    }
    roster_free(roster);
    struct buf signed_file;
    buf_init(&signed_file, arena);
    must("roster", roster_sign(&signed_file, arena, file, secret, root_key));
    return buf_span(&signed_file);
}

static void write_home(struct homes *homes, size_t which, struct span roster, const char *roots) {
    struct home *home = &homes->rows[which];
    struct arena *arena = &homes->arena;
    uint8_t key[32];
    struct buf sealed;
    must(home->folder, file_make_private_folder(home->folder));
    random_fill(random_system(), key, sizeof key);
    buf_init(&sealed, arena);
    must("identity", identity_seal(&sealed, &home->identity, SECRET_BY_KEY_FILE, SPAN_OF_ARRAY(key), random_system()));
    write_file(home, "identity.key", buf_span(&sealed));
    write_file(home, "secret", SPAN_OF_ARRAY(key));
    write_file(home, "roster.inama", roster);
    write_file(home, "roots.txt", span_of_text(roots));
    write_file(home, "policy.yaml", span_of_text(home->policy));
    const char *yaml = text_format(arena, "key_file: secret\nlisten: tcp://127.0.0.1:%u\npeers:\n", home->port);
    for (size_t i = 0; i < which; i++)
        yaml = text_format(arena, "%s  - {name: %s, address: \"tcp://127.0.0.1:%u\"}\n", yaml, homes->rows[i].name,
                           homes->rows[i].port);
    write_file(home, "node.yaml", span_of_text(yaml));
}

void homes_write(struct homes *homes) {
    uint8_t root_key[SIGN_PUBLIC_SIZE];
    char roots[2 * SIGN_PUBLIC_SIZE + 1];
    struct span roster = make_roster(homes, root_key);
    text_hex(roots, root_key, sizeof root_key);
    for (size_t i = 0; i < homes->count; i++)
        write_home(homes, i, roster, roots);
}

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

struct control *home_connect(const struct home *home) {
    char path[400];
    struct control *control;
    snprintf(path, sizeof path, "%s/control.sock", home->folder);
    return control_connect(&control, path) ? NULL : control;
}

void home_start(struct home *home) {
    char program[512];
    const char *build = getenv("INAMA_BUILD_DIR");
    snprintf(program, sizeof program, "%.480s/inamad", build ? build : ".");
    home->pid = fork();
    if (home->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* no daemon outlives a test that died */
        execl(program, "inamad", "--home", home->folder, (char *)NULL);
        perror(program);
        _exit(127);
    }
    for (int waited = 0; waited < START_TIMEOUT_MS; waited += 20) {
        struct control *control = home_connect(home);
        if (control) {
            control_close(control);
            return;
        }
        if (waitpid(home->pid, NULL, WNOHANG) == home->pid)
            die(home->name, "its daemon ended at once");
        sleep_ms(20);
    }
    die(home->name, "its daemon does not answer");
}

int home_stop(struct home *home, int number) {
    int status = 0;
    if (home->pid) {
        kill(home->pid, number);
        waitpid(home->pid, &status, 0);
    }
    home->pid = 0;
    return status;
}

uint64_t home_rss_kb(const struct home *home) {
    char path[64], line[256];
    unsigned long long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", home->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %llu", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

Reply *home_ask(struct control *control, struct arena *arena, const Request *request) {
    struct buf bytes;
    struct span message;
    Reply *reply;
    buf_init(&bytes, arena);
    proto_encode(&bytes, request);
    if (control_send(control, buf_span(&bytes)) || control_receive(control, arena, REPLY_TIMEOUT_MS, &message) ||
        proto_decode(arena, &reply__descriptor, message, &reply))
        return NULL;
    return reply;
}

Published *home_publish(struct control *control, struct arena *arena, const char *json) {
    Request request = REQUEST__INIT;
    Publish publish = PUBLISH__INIT;
    ProtobufCBinaryData alert = proto_bytes(json, strlen(json));
    publish.alerts = &alert;
    publish.n_alerts = 1;
    request.publish = &publish;
    Reply *reply = home_ask(control, arena, &request);
    return reply && reply->n_published ? reply->published[0] : NULL;
}

uint64_t home_alerts(const struct home *home) {
    struct control *control = home_connect(home);
    struct arena arena;
    uint64_t alerts = 0;
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    request.status = &status;
    arena_init(&arena, SIZE_MAX);
    Reply *reply = control ? home_ask(control, &arena, &request) : NULL;
    if (reply && reply->status)
        alerts = reply->status->alerts;
    arena_release(&arena);
    control_close(control);
    return alerts;
}
