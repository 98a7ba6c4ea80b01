/* inama enrol: the card that makes a node a member, and what both ends of a telephone compare. */
#include "cli/enrol.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "cli/qr.h"
#include "cli/roster_file.h"
#include "keys/card.h"

enum { CODE_DIGITS = 32 };

struct member enrol_member(const struct identity *identity, const struct member *who) {
    struct member member = *who;
    member.id = identity->id;
    member.sign_key = identity->sign_key;
    member.encryption_key = identity->encryption_key;
    member.session_key = identity->session_key;
    member.serial = identity->serial;
    return member;
}

enum result enrol_card(struct span *out, struct arena *arena, const struct identity *identity,
                       const struct member *who) {
    struct buf card;
    buf_init(&card, arena);
    TRY(card_write(&card, arena, identity, who->name, who->label, who->country, who->role));
    *out = buf_span(&card);
    return RESULT_OK;
}

/* "INAMA ke-customs 0123…": the fingerprint without its spaces. */
static void print_code(const struct member *member, const char *fingerprint) {
    char text[sizeof "INAMA " + NAME_BYTES_MAX + 1 + CODE_DIGITS];
    int len = snprintf(text, sizeof text, "INAMA %.*s ", NAME_BYTES_MAX, member->name);
    for (const char *digit = fingerprint; *digit && len < (int)sizeof text - 1; digit++)
        if (*digit != ' ')
            text[len++] = *digit;
    text[len] = '\0';
    print_blank();
    if (!qr_print(text))
        print_line(_("There is no memory for a QR code."));
}

void enrol_print(const struct member *member, bool code) {
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    member_fingerprint(fingerprint, member);
    member_fingerprint_words(words, member);
    print_line(_("Fingerprint:  %s%s%s"), print_on(PRINT_BOLD), fingerprint, print_off());
    print_line(_("   in words:  %s%s%s"), print_on(PRINT_BOLD), words, print_off());
    if (code)
        print_code(member, fingerprint);
}

void enrol_put_json(json_t *object, const struct member *member) {
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    member_fingerprint(fingerprint, member);
    member_fingerprint_words(words, member);
    json_object_set_new(object, "fingerprint", json_string(fingerprint));
    json_object_set_new(object, "fingerprint_words", json_string(words));
}

static json_t *member_json(const struct member *member) {
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:o, s:I}", "name", member->name, "label", member->label, "country",
                             member->country, "role", member->role, "id",
                             print_json_hex(span_of(member->id, MEMBER_ID_SIZE)), "serial", (json_int_t)member->serial);
    enrol_put_json(json, member);
    return json;
}

/* ---- enrol request ---- */

static const struct option request_options[] = {
    {"out", 'o', "FILE", N_("the card to write; default NAME.card in this folder"), false},
    {"name", 'n', "NAME", N_("its short name, if the roster and the card of this node do not tell"), false},
    {"country", 'c', "CC", N_("its country, likewise"), false},
    {"role", 'r', "ROLE", N_("its role, likewise"), false},
    {"label", 'l', "TEXT", N_("its full name, likewise"), false},
    OPTION_QR,
    OPTION_NO_QR,
    OPTION_HOME,
    OPTION_KEY_FILE,
    OPTION_PASSPHRASE_FILE,
    OPTION_JSON,
    OPTIONS_END,
};

static void take_words(struct member *who, struct arena *arena, const struct member *from) {
    who->name = arena_text(arena, from->name, strlen(from->name));
    who->label = arena_text(arena, from->label, strlen(from->label));
    who->country = arena_text(arena, from->country, strlen(from->country));
    who->role = arena_text(arena, from->role, strlen(from->role));
}

/* The words of the card that init wrote into the folder. */
static void words_of_card(struct member *who, struct arena *arena, const char *folder, const uint8_t *id) {
    DIR *all = opendir(folder);
    for (struct dirent *entry; all && !who->name && (entry = readdir(all));) {
        struct span text;
        struct member card;
        size_t len = strlen(entry->d_name);
        if (len <= 5 || strcmp(entry->d_name + len - 5, ".card") != 0)
            continue;
        if (file_read(&text, arena, text_format(arena, "%s/%s", folder, entry->d_name), KEY_FILE_BYTES_MAX) ||
            card_read(&card, arena, text))
            continue;
        if (memcmp(card.id, id, MEMBER_ID_SIZE) == 0)
            take_words(who, arena, &card);
    }
    if (all)
        closedir(all);
}

static void words_of_roster(struct member *who, struct arena *arena, const struct config *config, const uint8_t *id) {
    struct roster *roster;
    const char *why;
    if (home_roster(&roster, arena, config, &why))
        return;
    const struct member *row = roster_find(roster, id);
    if (row)
        take_words(who, arena, row);
    roster_free(roster);
}

/* What the member is called: as the options say, else as the roster, else as its card does. */
static enum exit_code find_words(struct call *call, const struct config *config, const struct identity *identity,
                                 struct member *who) {
    struct {
        const char *option, **word;
    } words[] = {{"name", &who->name}, {"country", &who->country}, {"role", &who->role}, {"label", &who->label}};
    words_of_roster(who, call->arena, config, identity->id);
    if (!who->name)
        words_of_card(who, call->arena, config->folder, identity->id);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *given = options_text(&call->options, words[i].option);
        *words[i].word = given ? given : *words[i].word;
        if (!*words[i].word)
            return print_usage_error(call, _("neither roster nor card tells what this node is called: give --name, "
                                             "--country, --role and --label"));
    }
    return EXIT_DONE;
}

static void print_request(struct call *call, const char *path, const struct member *member) {
    if (options_flag(&call->options, "json")) {
        json_t *json = member_json(member);
        json_object_set_new(json, "card", print_json_text(path));
        print_json(json);
        return;
    }
    print_line(_("Wrote %s: %s, %s, %s, %s."), text_escape(call->arena, path), member->name,
               text_escape(call->arena, member->label), member->country, member->role);
    print_blank();
    enrol_print(member, qr_is_wanted(call));
    print_blank();
    print_line(
        _("Carry or mail the card. Then call those who keep the roster, at a number known before, and compare:"));
    print_line(_("they see the same digits, words and code with  inama enrol show %s"), text_escape(call->arena, path));
}

static enum exit_code write_request(struct call *call, const struct identity *identity, const struct member *who) {
    struct span card;
    const char *path = options_text(&call->options, "out");
    const struct member member = enrol_member(identity, who);
    path = path ? path : text_format(call->arena, "%s.card", who->name);
    enum result result = enrol_card(&card, call->arena, identity, who);
    if (result) {
        print_error(_("card: %s"), result_text(result));
        return EXIT_REFUSED;
    }
    result = file_write(path, card, 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
    }
    print_request(call, path, &member);
    return EXIT_DONE;
}

static enum exit_code run_request(struct call *call) {
    struct config config;
    struct identity identity = {0};
    struct member who = {0};
    enum exit_code code = home_read(&config, call);
    if (!code)
        code = home_identity(&identity, call, &config);
    if (!code)
        code = find_words(call, &config, &identity, &who);
    if (!code)
        code = write_request(call, &identity, &who);
    identity_release(&identity);
    return code;
}

const struct command command_enrol_request = {
    .name = "enrol request",
    .takes = "",
    .summary = N_("write this node's card, and show its fingerprint as digits, words and QR code"),
    .options = request_options,
    .examples = N_("  inama enrol request --home /etc/inama --out /mnt/usb/ke-customs.card\n"),
    .run = run_request,
};

/* ---- enrol show ---- */

static const struct option show_options[] = {OPTION_QR, OPTION_NO_QR, OPTION_JSON, OPTIONS_END};

static enum exit_code run_show(struct call *call) {
    struct member member;
    enum exit_code code = roster_file_card(&member, call, call->options.words[0]);
    if (code)
        return code;
    if (options_flag(&call->options, "json")) {
        print_json(member_json(&member));
        return EXIT_DONE;
    }
    print_line("%s: %s, %s, %s.", member.name, text_escape(call->arena, member.label), member.country, member.role);
    if (member.serial > 1)
        print_line(_("It asks for keys number %u of the member %s."), member.serial,
                   print_hex(call->arena, span_of(member.id, MEMBER_ID_SIZE), MEMBER_ID_SIZE));
    print_blank();
    enrol_print(&member, qr_is_wanted(call));
    print_blank();
    print_line(_("Compare it with the member by telephone, at a number known before. Then: inama roster add %s"),
               text_escape(call->arena, call->options.words[0]));
    return EXIT_DONE;
}

const struct command command_enrol_show = {
    .name = "enrol show",
    .takes = "CARD",
    .summary = N_("show a card that came, with its fingerprint as digits, words and QR code"),
    .options = show_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama enrol show ke-customs.card\n"),
    .run = run_show,
};
