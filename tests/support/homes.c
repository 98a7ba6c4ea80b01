#include "tests/support/homes.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ftw.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proto.h"
#include "base/random.h"
#include "base/text.h"
#include "keys/card.h"
#include "tests/support/patience.h"

enum { START_TIMEOUT_MS = 60000, REPLY_TIMEOUT_MS = 120000, SAID_BYTES_MAX = 64 * 1024 * 1024 };
static const int64_t day_ms = 86400000;

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
    homes->valid_ms = 365 * day_ms;
    homes->grace_days = 30;
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

size_t homes_stop(struct homes *homes) {
    size_t bad = 0;
    for (size_t i = 0; i < homes->count; i++)
        bad += home_stop(&homes->rows[i], SIGTERM) != 0; /* of one that does not run it is 0 */
    return bad;
}

void homes_free(struct homes *homes) {
    for (size_t i = 0; i < homes->count; i++) {
        if (homes->rows[i].pid)
            home_stop(&homes->rows[i], SIGKILL);
        identity_release(&homes->rows[i].identity);
    }
    nftw(homes->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    list_drop(homes->list);
    roster_free(homes->roster);
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

static struct home *add(struct homes *homes, const char *name, const char *country, const char *role,
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
    return home;
}

struct home *homes_add(struct homes *homes, const char *name, const char *country, const char *role,
                       const char *policy) {
    struct home *home = add(homes, name, country, role, policy);
    must(name, identity_make(&home->identity, random_system()));
    struct buf card;
    buf_init(&card, &homes->arena);
    must(name, card_write(&card, &homes->arena, &home->identity, home->name, home->name, home->country, home->role));
    must(name, card_read(&home->member, &homes->arena, buf_span(&card)));
    return home;
}

struct home *homes_adopt(struct homes *homes, const char *name, const char *country, const char *role) {
    return add(homes, name, country, role, NULL);
}

void home_write(const struct home *home, const char *name, struct span content) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s", home->folder, name);
    must(path, file_write(path, content, 0600));
}

/* One more change of the roster that is being made; unsigned. */
static void change_list(struct homes *homes, enum list_change change, const struct member *member,
                        const struct ending *ending, uint32_t version) {
    uint64_t now_ms = (uint64_t)time(NULL) * 1000;
    const struct list_edit edit = {
        .base = homes->list,
        .version = version,
        .change = change,
        .member = member,
        .ending = ending,
        .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])homes->root_key,
        .root_count = 1,
        .threshold = 1,
        .created = now_ms + (uint64_t)homes->made_in_ms,
        .expires = now_ms + (uint64_t)homes->valid_ms,
        .grace_days = homes->grace_days,
    };
    struct buf bytes;
    buf_init(&bytes, &homes->arena);
    must("roster", list_edit(&bytes, &homes->arena, &edit));
    list_drop(homes->list);
    must("roster", list_read(&homes->list, buf_span(&bytes)));
}

/* Signs what is being made and puts it behind the chain of before. */
static struct span sign_list(struct homes *homes) {
    struct buf signed_list, file;
    struct roster *roster;
    buf_init(&signed_list, &homes->arena);
    buf_init(&file, &homes->arena);
    must("roster", list_sign(&signed_list, &homes->arena, homes->list, NULL, homes->root_secret, homes->root_key));
    must("roster", roster_write_draft(&file, homes->roster, buf_span(&signed_list)));
    must("roster", roster_open_unsigned(&roster, buf_span(&file)));
    roster_free(homes->roster);
    homes->roster = roster;
    return buf_span(&file);
}

struct span homes_sign(struct homes *homes, enum list_change change, const struct member *member,
                       const struct ending *ending) {
    change_list(homes, change, member, ending, 0);
    return sign_list(homes);
}

static void make_roster(struct homes *homes) {
    uint8_t seed[SIGN_SEED_SIZE];
    random_fill(random_system(), seed, sizeof seed);
    sign_keypair(homes->root_key, homes->root_secret, seed);
    for (size_t i = 0; i < homes->count; i++)
        change_list(homes, LIST_ADD, &homes->rows[i].member, NULL, 1);
    sign_list(homes);
}

/* A roster file as the roster is now. */
static struct span present_roster(struct homes *homes) {
    struct buf file;
    buf_init(&file, &homes->arena);
    must("roster", roster_write(&file, homes->roster));
    return buf_span(&file);
}

static void write_keys(struct homes *homes, const struct home *home) {
    uint8_t key[32];
    struct buf sealed;
    random_fill(random_system(), key, sizeof key);
    buf_init(&sealed, &homes->arena);
    must("identity", identity_seal(&sealed, &home->identity, SECRET_BY_KEY_FILE, SPAN_OF_ARRAY(key), random_system()));
    home_write(home, "identity.key", buf_span(&sealed));
    home_write(home, "secret", SPAN_OF_ARRAY(key));
}

/* It calls the first `called` nodes. */
static void write_config(struct homes *homes, const struct home *home, size_t called) {
    struct arena *arena = &homes->arena;
    const char *yaml = text_format(arena, "key_file: secret\nlisten: tcp://127.0.0.1:%u\n", home->port);
    for (size_t i = 0; i < called; i++)
        yaml = text_format(arena, "%s%s  - {name: %s, address: \"tcp://127.0.0.1:%u\"}\n", yaml, i ? "" : "peers:\n",
                           homes->rows[i].name, homes->rows[i].port);
    home_write(home, "node.yaml", span_of_text(yaml));
}

void homes_write_one(struct homes *homes, const struct home *home) {
    char roots[2 * SIGN_PUBLIC_SIZE + 1];
    text_hex(roots, homes->root_key, sizeof homes->root_key);
    must(home->folder, file_make_private_folder(home->folder));
    write_keys(homes, home);
    write_config(homes, home, (size_t)(home - homes->rows));
    home_write(home, "roster.inama", present_roster(homes));
    home_write(home, "roots.txt", span_of_text(roots));
    home_write(home, "new", span_of_text("\n"));
    home_write(home, "policy.yaml", span_of_text(home->policy));
}

void homes_write(struct homes *homes) {
    make_roster(homes);
    for (size_t i = 0; i < homes->count; i++)
        homes_write_one(homes, &homes->rows[i]);
}

void homes_copy_folder(const char *from, const char *to) {
    int status = -1;
    nftw(to, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("cp", "cp", "-a", from, to, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    if (status)
        die(from, "cannot be copied");
}

struct home *homes_copy(struct homes *homes, const struct home *home, const char *name) {
    struct home *copy = add(homes, name, home->country, home->role, home->policy);
    copy->member = home->member;
    homes_copy_folder(home->folder, copy->folder);
    write_config(homes, copy, 0);
    return copy;
}

struct control *home_connect(const struct home *home) {
    char path[400];
    struct control *control;
    snprintf(path, sizeof path, "%s/control.sock", home->folder);
    return control_connect(&control, path) ? NULL : control;
}

static void spawn(struct home *home) {
    char program[512], said[400];
    const char *build = getenv("INAMA_BUILD_DIR");
    snprintf(program, sizeof program, "%.480s/inamad", build ? build : ".");
    snprintf(said, sizeof said, "%s.log", home->folder);
    home->pid = fork();
    if (home->pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no daemon outlives a test that died */
    if ((home->is_heard || home->is_quiet) && !freopen(said, home->is_heard ? "w" : "a", stderr))
        _exit(127);
    if (home->network && setns(home->network, CLONE_NEWNET) != 0)
        _exit(127);
    execl(program, "inamad", "--home", home->folder, home->is_heard ? "--debug" : (char *)NULL, (char *)NULL);
    perror(program);
    _exit(127);
}

void home_start(struct home *home) {
    spawn(home);
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

size_t homes_entries(const char *path) {
    size_t count = 0;
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

bool home_wait(struct home *home, unsigned ms, int *status) {
    for (unsigned waited = 0; waited < ms; waited += 20) {
        if (waitpid(home->pid, status, WNOHANG) == home->pid) {
            home->pid = 0;
            return true;
        }
        sleep_ms(20);
    }
    return false;
}

int home_start_in_vain(struct home *home) {
    int status = 0;
    home->is_heard = true;
    spawn(home);
    if (!home_wait(home, START_TIMEOUT_MS, &status))
        die(home->name, "its daemon does not end");
    return status;
}

const char *home_said(const struct home *home, struct arena *arena) {
    char path[400];
    struct span text;
    snprintf(path, sizeof path, "%s.log", home->folder);
    must(path, file_read(&text, arena, path, SAID_BYTES_MAX));
    return (const char *)text.data;
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

Status *home_status(const struct home *home, struct arena *arena) {
    struct control *control = home_connect(home);
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    request.status = &words;
    Reply *reply = control ? home_ask(control, arena, &request) : NULL;
    control_close(control);
    return reply ? reply->status : NULL;
}

uint64_t home_alerts(const struct home *home) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const Status *status = home_status(home, &arena);
    uint64_t alerts = status ? status->alerts : 0;
    arena_release(&arena);
    return alerts;
}

bool home_is_connected(const struct home *home, const char *name) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const Status *status = home_status(home, &arena);
    bool is = false;
    for (size_t i = 0; status && i < status->n_peers; i++)
        is |= strcmp(status->peers[i]->name, name) == 0 && strcmp(status->peers[i]->state, "connected") == 0;
    arena_release(&arena);
    return is;
}
