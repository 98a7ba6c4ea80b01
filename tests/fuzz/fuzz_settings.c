/* Configuration files of any bytes, by all readers: the tree, a policy, node.yaml, factors. Either a reason with a line
 * that is in the file, or a whole that holds together. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/config.h"
#include "core/conversion.h"
#include "core/policy.h"
#include "core/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUDGET = 64 << 20 };

/* Lines as YAML counts them: also by CR, NEL and the two separators; and one more, where the file ends. */
static size_t lines_of(struct span yaml) {
    size_t lines = 2;
    for (size_t i = 0; i < yaml.len; i++)
        lines += yaml.data[i] == '\n' || yaml.data[i] == '\r' || yaml.data[i] == 0x85 || yaml.data[i] == 0xa8 ||
                 yaml.data[i] == 0xa9;
    return lines;
}

static void check_report(const struct report *report, enum result result, struct span yaml) {
    assert((result == RESULT_INVALID) == (report->errors > 0) || result == RESULT_NO_MEMORY);
    for (size_t i = 0; i < report->count; i++) {
        assert(report->findings[i].text && *report->findings[i].text);
        assert(report->findings[i].line <= lines_of(yaml));
    }
}

static void check_tree(const struct setting *setting, int depth) {
    size_t count = 0;
    assert(depth <= 16);
    for (const struct setting *child = setting->first; child; child = child->next, count++) {
        assert((setting->kind == SETTING_MAP) == (child->key != NULL));
        if (child->key)
            assert(settings_get(setting, child->key) == child); /* no key twice */
        check_tree(child, depth + 1);
    }
    assert(count == setting->count && (setting->kind != SETTING_TEXT || setting->text));
}

static void check_view(const struct policy_view *view) {
    struct field_set fields = {{0}};
    for (size_t i = 0; i < view->show_count; i++)
        fields = field_set_or(fields, view->show[i].fields);
    for (size_t i = 0; i < view->hide_count; i++)
        fields = field_set_minus(fields, view->hide[i].fields);
    assert(memcmp(&fields, &view->fields, sizeof fields) == 0);
}

static void check_policy(const struct policy *policy) {
    assert(policy->audience_count <= AUDIENCES_MAX);
    for (size_t i = 0; i < policy->audience_count; i++) {
        const struct policy_selector *members = &policy->audiences[i].members;
        assert(members->role || members->country || members->name); /* never everybody */
        assert(policy_find_audience(policy, policy->audiences[i].name) == &policy->audiences[i]);
        check_view(&policy->audiences[i].view);
    }
    for (size_t i = 0; i < policy->forward_count; i++) {
        const struct policy_forward *rule = &policy->forwards[i];
        assert(rule->to_count > 0 && (rule->from.role || rule->from.country || rule->from.name));
        for (size_t k = 0; k < rule->to_count; k++)
            assert(rule->to[k] >= policy->audiences && rule->to[k] < policy->audiences + policy->audience_count);
    }
    for (size_t i = 0; i < policy->accept_count; i++)
        check_view(&policy->accepts[i].view);
    check_view(&policy->operators);
    check_view(&policy->live);
}

static void check_config(const struct config *config) {
    assert(config->identity && config->roster && config->roots && config->policy && config->store && config->control);
    assert(config->store_bytes >= (uint64_t)1 << 30);
    assert(config->peer_count <= PEERS_MAX);
    for (size_t i = 0; i < config->peer_count; i++)
        assert(*config->peers[i].name && strncmp(config->peers[i].address, "tcp://", 6) == 0);
}

static enum result read_config(struct config *config, struct arena *arena, struct span yaml, struct report *report) {
    static int file = -1;
    char path[64];
    if (file < 0)
        file = memfd_create("node.yaml", MFD_CLOEXEC);
    if (ftruncate(file, 0) != 0 || pwrite(file, yaml.data, yaml.len, 0) != (ssize_t)yaml.len)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return config_read(config, arena, path, report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct report report;
    struct span yaml = span_of(data, size);
    const struct setting *top = NULL;
    struct policy *policy = NULL;
    struct config config;
    arena_init(&arena, BUDGET);

    report_init(&report, &arena);
    enum result result = settings_read(&top, &arena, "file", yaml, &report);
    check_report(&report, result, yaml);
    if (!result)
        check_tree(top, 0);

    report_init(&report, &arena);
    result = policy_read(&policy, &arena, "file", yaml, &report);
    check_report(&report, result, yaml);
    if (!result)
        check_policy(policy);

    report_init(&report, &arena);
    result = read_config(&config, &arena, yaml, &report);
    check_report(&report, result, yaml);
    if (!result)
        check_config(&config);

    struct conversions conversions;
    report_init(&report, &arena);
    report.file = "file";
    conversions_init(&conversions, taxa_built_in());
    result = conversions_read(&conversions, &arena, yaml, &report);
    check_report(&report, result, yaml);
    for (size_t i = 0; !result && i < conversions.own_count; i++)
        assert(conversions.own[i].per_animal > 0 && *conversions.own[i].term && conversions.own[i].source);
    arena_release(&arena);
    return 0;
}
